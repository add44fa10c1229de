//! Who is calling: tokens in, principals out.
//!
//! ```text
//!  bearer token --token: parse, strictly--> header, claims, signature
//!               --keys, jwks: one key, one algorithm--> signature holds
//!               --token: issuer, audience, times--> Principal --> engine Actor
//! ```
//!
//! A token is only looked at where a request names it; nothing in it leads anywhere: `kid` is a key of a map, and
//! `jku`, `x5u`, `jwk` and the like are not read. Verification does no I/O, except that an unknown `kid` may have the key
//! set fetched again, which is rare by a limit of its own.

mod authenticator;
mod jwks;
mod keys;
mod principal;
pub mod resume;
mod secret;
mod token;

pub use authenticator::{AuthConfig, Authenticator, ConfigError, SEAT_TTL};
pub use jwks::{Jwks, JwksError, JwksSource};
pub use keys::{Algorithm, Key, KeyError};
pub use principal::{MAX_GRANTS, Principal, Roles};
pub use secret::{MIN_SECRET, Secret, ShortSecret};
pub use token::{LEEWAY, MAX_TOKEN, TokenError, bearer};

#[cfg(test)]
mod tests;
