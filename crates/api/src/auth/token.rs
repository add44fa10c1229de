//! What a token may look like, and what it may say. Everything that is not exactly so is refused with its reason.

use std::{collections::BTreeMap, fmt};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::Value;
use trivium_engine::{Role, RoomId, Timestamp, UserId};

use super::{
    keys::{Algorithm, MAX_KID},
    principal::{MAX_GRANTS, Principal, Roles},
};

/// Longest token, in bytes.
pub const MAX_TOKEN: usize = 8_192;
/// How many seconds clocks may differ.
pub const LEEWAY: u64 = 5;
/// Most audiences and most roles in a token.
const MAX_LIST: usize = 64;
/// Longest name of a person, in characters; the rest is cut off.
const MAX_NAME: usize = 64;
/// Longest name of a token, in bytes.
const MAX_TOKEN_ID: usize = 128;
/// The last second of the year 9999: what comes after is a mistake, or milliseconds.
const END_OF_TIME: u64 = 253_402_300_799;

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is none.
    #[error("a bearer token is needed")]
    Missing,
    /// It has more than [`MAX_TOKEN`] bytes.
    #[error("the token is too large")]
    TooLarge,
    /// It is not written as a token.
    #[error("the token is malformed")]
    Malformed,
    /// It is signed in a way that is not accepted, or not at all.
    #[error("the token's algorithm is not accepted")]
    Algorithm,
    /// Nobody knows the key that it names.
    #[error("the token's key is unknown")]
    UnknownKey,
    /// The key that it names is for another algorithm.
    #[error("the token's key is for another algorithm")]
    KeyMismatch,
    /// The signature is not that of the key.
    #[error("the token's signature is wrong")]
    Signature,
    /// It has extensions that must be understood, and none is.
    #[error("the token has critical extensions")]
    Critical,
    /// It is a token for something else.
    #[error("the token is of another type")]
    Type,
    /// It does not say what it has to.
    #[error("the token has no `{0}`")]
    MissingClaim(&'static str),
    /// It says it in a way that cannot be.
    #[error("the token's `{0}` is malformed")]
    Claim(&'static str),
    /// It has ended.
    #[error("the token has expired")]
    Expired,
    /// It has not begun.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// It was issued by somebody else.
    #[error("the token's issuer is not accepted")]
    Issuer,
    /// It was issued for somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// It was taken back.
    #[error("the token has been revoked")]
    Revoked,
    /// It stands for another user than the session.
    #[error("the token is another user's")]
    OtherUser,
}

impl TokenError {
    /// The stable name, in UPPER_SNAKE_CASE.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Missing => "TOKEN_MISSING",
            Self::TooLarge => "TOKEN_TOO_LARGE",
            Self::Malformed => "TOKEN_MALFORMED",
            Self::Algorithm => "TOKEN_ALGORITHM_REFUSED",
            Self::UnknownKey => "TOKEN_KEY_UNKNOWN",
            Self::KeyMismatch => "TOKEN_KEY_MISMATCH",
            Self::Signature => "TOKEN_SIGNATURE_INVALID",
            Self::Critical => "TOKEN_CRITICAL_EXTENSION",
            Self::Type => "TOKEN_TYPE_REFUSED",
            Self::MissingClaim(_) => "TOKEN_CLAIM_MISSING",
            Self::Claim(_) => "TOKEN_CLAIM_INVALID",
            Self::Expired => "TOKEN_EXPIRED",
            Self::NotYetValid => "TOKEN_NOT_YET_VALID",
            Self::Issuer => "TOKEN_ISSUER_REFUSED",
            Self::Audience => "TOKEN_AUDIENCE_REFUSED",
            Self::Revoked => "TOKEN_REVOKED",
            Self::OtherUser => "TOKEN_OTHER_USER",
        }
    }
}

/// The token in the value of an `authorization` header.
pub fn bearer(header: &[u8]) -> Result<&str, TokenError> {
    let text = std::str::from_utf8(header).map_err(|_| TokenError::Malformed)?;
    let (scheme, token) = text.split_once(' ').ok_or(TokenError::Malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(TokenError::Malformed);
    }
    Ok(token.trim())
}

/// A token taken apart, with nothing of it believed.
#[derive(Debug)]
pub(super) struct Parsed<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    /// What is signed.
    pub(super) message: &'a [u8],
    /// In base64.
    pub(super) signature: &'a str,
    claims: Vec<u8>,
}

/// Whose tokens are accepted, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trust {
    pub(super) issuers: Vec<String>,
    pub(super) audiences: Vec<String>,
}

impl<'a> Parsed<'a> {
    /// Takes a token apart.
    pub(super) fn new(token: &'a str) -> Result<Self, TokenError> {
        if token.is_empty() {
            return Err(TokenError::Missing);
        }
        if token.len() > MAX_TOKEN {
            return Err(TokenError::TooLarge);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(TokenError::Malformed)?;
        if claims.contains('.') {
            return Err(TokenError::Malformed);
        }
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| TokenError::Malformed)?;
        // Looked at before anything else is: a token with extensions means something that is not known here.
        if header.crit.is_some() {
            return Err(TokenError::Critical);
        }
        if header.typ.as_deref().is_some_and(|typ| !is_access_token(typ)) {
            return Err(TokenError::Type);
        }
        if header.kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID) {
            return Err(TokenError::UnknownKey);
        }
        Ok(Self {
            algorithm: Algorithm::named(&header.alg).ok_or(TokenError::Algorithm)?,
            kid: header.kid,
            message: message.as_bytes(),
            signature,
            claims: decode(claims)?,
        })
    }

    /// Believes what the token says, once its signature has been checked.
    pub(super) fn believe(&self, trust: &Trust, now: Timestamp) -> Result<Principal, TokenError> {
        let claims: Claims = serde_json::from_slice(&self.claims).map_err(|_| TokenError::Malformed)?;
        let issuer = text("iss", claims.iss)?.ok_or(TokenError::MissingClaim("iss"))?;
        if !trust.issuers.contains(&issuer) {
            return Err(TokenError::Issuer);
        }
        let audiences = texts("aud", claims.aud)?.ok_or(TokenError::MissingClaim("aud"))?;
        if !audiences.iter().any(|audience| trust.audiences.contains(audience)) {
            return Err(TokenError::Audience);
        }
        let expires = seconds("exp", claims.exp)?.ok_or(TokenError::MissingClaim("exp"))?;
        let seconds_now = now.0 / 1_000;
        if expires.saturating_add(LEEWAY) <= seconds_now {
            return Err(TokenError::Expired);
        }
        if seconds("nbf", claims.nbf)?.is_some_and(|begins| begins > seconds_now + LEEWAY) {
            return Err(TokenError::NotYetValid);
        }
        let user = text("sub", claims.sub)?.ok_or(TokenError::MissingClaim("sub"))?;
        let token_id = text("jti", claims.jti)?;
        if token_id.as_ref().is_some_and(|name| name.len() > MAX_TOKEN_ID) {
            return Err(TokenError::Claim("jti"));
        }
        let roles = texts("roles", claims.roles)?.unwrap_or_default();
        Ok(Principal {
            user: UserId::try_from(user).map_err(|_| TokenError::Claim("sub"))?,
            name: text("name", claims.name)?
                .unwrap_or_default()
                .chars()
                .take(MAX_NAME)
                .collect(),
            guest: match claims.guest {
                None => false,
                Some(Value::Bool(guest)) => guest,
                Some(_) => return Err(TokenError::Claim("guest")),
            },
            roles: Roles {
                service: roles.iter().any(|role| role == "service"),
                admin: roles.iter().any(|role| role == "admin"),
            },
            grants: grants(claims.rooms)?,
            expires_at: with_leeway(Timestamp(expires.saturating_mul(1_000))),
            token_id,
        })
    }
}

/// The parts of a header that are read. Others are for those who trust tokens to say how they should be trusted.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: Option<Value>,
}

/// What a token says, with each claim still in any form, so that a wrong one can be named. A claim that stands twice
/// does not parse.
#[derive(Deserialize)]
struct Claims {
    iss: Option<Value>,
    aud: Option<Value>,
    sub: Option<Value>,
    exp: Option<Value>,
    nbf: Option<Value>,
    jti: Option<Value>,
    name: Option<Value>,
    roles: Option<Value>,
    rooms: Option<Grants>,
    guest: Option<Value>,
}

/// Rooms and roles as written, each room once.
enum Grants {
    Map(BTreeMap<String, String>),
    Unusable,
}

/// Until when a token that ends then is good.
pub(super) fn with_leeway(ends_at: Timestamp) -> Timestamp {
    Timestamp(ends_at.0.saturating_add(LEEWAY * 1_000))
}

/// The name of a role in a token.
pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Observer => "observer",
        Role::Member => "member",
        Role::CoHost => "co_host",
        Role::Host => "host",
    }
}

fn role_named(name: &str) -> Option<Role> {
    [Role::Observer, Role::Member, Role::CoHost, Role::Host]
        .into_iter()
        .find(|role| role_name(*role) == name)
}

fn is_access_token(typ: &str) -> bool {
    ["JWT", "at+jwt", "application/at+jwt"]
        .iter()
        .any(|known| typ.eq_ignore_ascii_case(known))
}

fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)
}

fn text(claim: &'static str, value: Option<Value>) -> Result<Option<String>, TokenError> {
    match value {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(TokenError::Claim(claim)),
    }
}

fn texts(claim: &'static str, value: Option<Value>) -> Result<Option<Vec<String>>, TokenError> {
    match value {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(vec![text])),
        Some(Value::Array(list)) if list.len() <= MAX_LIST => {
            let one = |value| text(claim, Some(value))?.ok_or(TokenError::Claim(claim));
            list.into_iter().map(one).collect::<Result<_, _>>().map(Some)
        }
        Some(_) => Err(TokenError::Claim(claim)),
    }
}

/// Whole seconds since the Unix epoch; neither text nor fractions.
fn seconds(claim: &'static str, value: Option<Value>) -> Result<Option<u64>, TokenError> {
    let Some(value) = value else {
        return Ok(None);
    };
    match value.as_u64() {
        Some(seconds) if seconds <= END_OF_TIME => Ok(Some(seconds)),
        Some(_) | None => Err(TokenError::Claim(claim)),
    }
}

fn grants(rooms: Option<Grants>) -> Result<BTreeMap<RoomId, Role>, TokenError> {
    const BAD: TokenError = TokenError::Claim("rooms");
    let rooms = match rooms {
        None => return Ok(BTreeMap::new()),
        Some(Grants::Unusable) => return Err(BAD),
        Some(Grants::Map(rooms)) => rooms,
    };
    let grant = |(room, role): (String, String)| {
        let room = RoomId::try_from(room).map_err(|_| BAD)?;
        Ok((room, role_named(&role).ok_or(BAD)?))
    };
    rooms.into_iter().map(grant).collect()
}

/// Tells `null` from nothing at all.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl<'de> Deserialize<'de> for Grants {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(GrantsVisitor)
    }
}

struct GrantsVisitor;

impl<'de> Visitor<'de> for GrantsVisitor {
    type Value = Grants;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rooms and roles")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Grants, A::Error> {
        let mut rooms = BTreeMap::new();
        let mut usable = true;
        while let Some((room, role)) = map.next_entry::<String, Value>()? {
            let Value::String(role) = role else {
                usable = false;
                continue;
            };
            if rooms.len() == MAX_GRANTS {
                usable = false;
            } else if rooms.insert(room, role).is_some() {
                return Err(A::Error::custom("a room stands twice"));
            }
        }
        Ok(if usable { Grants::Map(rooms) } else { Grants::Unusable })
    }
}
