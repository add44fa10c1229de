//! Identifiers: short, printable, validated once and cheap to clone.
//!
//! Every identifier that comes from outside is parsed here and cannot be wrong afterwards.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// Position in a room's log. The first entry has number 1; 0 means "before the first".
pub type Seq = u64;

/// Longest identifier, in bytes.
pub const MAX_ID_LEN: usize = 64;

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an identifier has 1 to 64 characters of A-Z a-z 0-9 _ . : @ -")]
pub struct InvalidId;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                check(text)?;
                Ok(Self(Arc::from(text)))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.as_ref().to_owned()
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// One room, and so one log.
    RoomId
}
identifier! {
    /// One person or service; the `sub` of its token. A member of a room is a user in it.
    UserId
}
identifier! {
    /// One quiz in the catalogue, whatever its revision.
    QuizId
}
identifier! {
    /// One device of a user, named by itself.
    DeviceId
}
identifier! {
    /// A name that a client gives to a command so that a retry is recognised.
    RequestId
}

fn check(text: &str) -> Result<(), InvalidId> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"_.:@-".contains(&b);
    if (1..=MAX_ID_LEN).contains(&text.len()) && text.bytes().all(legal) {
        Ok(())
    } else {
        Err(InvalidId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_checked_once() {
        for good in ["a", "r_01.x:y@z-", &"x".repeat(64)] {
            assert_eq!(good.parse::<RoomId>().expect(good).as_str(), good);
        }
        for bad in ["", " ", "ä", "a/b", "a\n", &"x".repeat(65)] {
            assert_eq!(bad.parse::<RoomId>(), Err(InvalidId), "{bad:?}");
        }
    }
}
