//! Names that the server gives: 26 characters of Crockford's base32, which is 128 bits.
//!
//! Those of rooms and quizzes are a keyed hash of who asks and of the request id, so that a retry of a creation names
//! the same thing, whichever node gets it; nobody can foretell or guess them. Those of sessions are random.

use rand::CryptoRng;
use trivium_engine::{QuizId, RequestId, RoomId, Timestamp, UserId};
use trivium_store::FileId;

use crate::auth::Secret;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a name.
pub const LEN: usize = 26;

/// One logical client, over all its connections.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(String);

impl SessionId {
    /// A name that starts with the time, so that names sort by it, and goes on with 80 random bits.
    pub fn new(now: Timestamp, rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 16];
        // The last six bytes of the time in milliseconds last until the year 10889.
        bytes[..6].copy_from_slice(&now.0.to_be_bytes()[2..]);
        rng.fill_bytes(&mut bytes[6..]);
        Self(base32(&bytes))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that this text is; none if it is no name of a session.
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = text.len() == LEN && text.bytes().all(|byte| ALPHABET.contains(&byte));
        is_name.then(|| Self(text.to_owned()))
    }
}

/// The room that this user makes with this request.
pub fn room_id_for(secret: &Secret, user: &UserId, request: &RequestId) -> RoomId {
    keyed(secret, "room id", &[user.as_str(), request.as_str()])
        .parse()
        .expect("made of letters and digits")
}

/// The conversation of these users, of which there is a new one each time somebody has left the one before. The order and
/// the number of times that somebody is named do not count.
pub fn conversation_id_for<'a>(
    secret: &Secret,
    users: impl IntoIterator<Item = &'a UserId>,
    end_to_end: bool,
    generation: usize,
) -> RoomId {
    let users: std::collections::BTreeSet<&str> = users.into_iter().map(UserId::as_str).collect();
    let generation = generation.to_string();
    let sort = if end_to_end { "sealed" } else { "open" };
    let parts: Vec<&str> = [sort, &generation].into_iter().chain(users).collect();
    keyed(secret, "conversation id", &parts)
        .parse()
        .expect("made of letters and digits")
}

/// The quiz that this user makes with this request.
pub fn quiz_id_for(secret: &Secret, user: &UserId, request: &RequestId) -> QuizId {
    keyed(secret, "quiz id", &[user.as_str(), request.as_str()])
        .parse()
        .expect("made of letters and digits")
}

/// The room that holds the log of a user's keys. Whoever is not its owner never learns its name.
pub fn keys_room_id(secret: &Secret, user: &UserId) -> RoomId {
    keyed(secret, "key log", &[user.as_str()])
        .parse()
        .expect("made of letters and digits")
}

/// The room that holds a user's notifications. Its owner is told its name, and nobody else.
pub fn inbox_room_id(secret: &Secret, user: &UserId) -> RoomId {
    keyed(secret, "inbox", &[user.as_str()])
        .parse()
        .expect("made of letters and digits")
}

/// A guest's name in a room. The same request gets the same seat.
pub fn guest_user_id(secret: &Secret, room: &RoomId, request: &RequestId) -> UserId {
    let name = keyed(secret, "guest id", &[room.as_str(), request.as_str()]);
    format!("{GUEST_PREFIX}{name}")
        .parse()
        .expect("made of letters, digits and _")
}

/// A name for a file. Nobody guesses it.
pub fn file_id(rng: &mut impl CryptoRng) -> FileId {
    let mut bytes = [0; 16];
    rng.fill_bytes(&mut bytes);
    base32(&bytes).parse().expect("26 letters and digits")
}

/// What the code of an invitation is drawn with, at this attempt to find a free one. A retry draws the same.
pub(crate) fn invitation_seed(
    secret: &Secret,
    room: &RoomId,
    user: &UserId,
    request: &RequestId,
    attempt: usize,
) -> [u8; 32] {
    let parts = [room.as_str(), user.as_str(), request.as_str(), &attempt.to_string()];
    secret.mac("invitation", &parts)
}

/// What the names of guests begin with. Tokens of others may not claim such a name.
pub const GUEST_PREFIX: &str = "g_";

/// 128 bits of a keyed hash, as text.
fn keyed(secret: &Secret, label: &str, parts: &[&str]) -> String {
    base32(&secret.mac(label, parts)[..16])
}

/// Crockford's base32 in small letters, the last character filled up with zero bits.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut pending, mut bits) = (0_u32, 0);
    for byte in bytes {
        pending = pending << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(pending >> bits));
        }
        pending &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(letter(pending << (5 - bits)));
    }
    text
}

fn letter(value: u32) -> char {
    char::from(ALPHABET[(value & 31) as usize])
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    fn secret(byte: u8) -> Secret {
        Secret::new(vec![byte; 32]).expect("long enough")
    }

    fn id<T: std::str::FromStr<Err = trivium_engine::InvalidId>>(text: &str) -> T {
        text.parse().expect("an id")
    }

    #[test]
    fn base32_is_crockfords() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"f", "cr"),
            (b"foobar", "csqpyrk1e8"),
            (&[0xff; 5], "zzzzzzzz"),
            (&[0; 16], "00000000000000000000000000"),
        ] {
            assert_eq!(base32(bytes), text);
        }
    }

    #[test]
    fn a_retry_names_the_same_room_and_nobody_else_does() {
        let room = |key, user, request| room_id_for(&secret(key), &id(user), &id(request));
        let first = room(1, "ana", "r1");
        assert_eq!(first.as_str().len(), LEN);
        assert_eq!(first, room(1, "ana", "r1"));
        // Not the same letters either, told apart at another place.
        for other in [
            room(1, "anar", "1"),
            room(1, "bo", "r1"),
            room(1, "ana", "r2"),
            room(2, "ana", "r1"),
        ] {
            assert_ne!(first, other);
        }
        let quiz = quiz_id_for(&secret(1), &id("ana"), &id("r1"));
        assert_ne!(first.as_str(), quiz.as_str());
    }

    #[test]
    fn the_same_people_have_the_same_conversation() {
        let of = |users: &[&str], sealed, generation| {
            let users: Vec<UserId> = users.iter().map(|user| id(user)).collect();
            conversation_id_for(&secret(1), &users, sealed, generation)
        };
        let first = of(&["ana", "ben"], false, 0);
        assert_eq!(first, of(&["ben", "ana", "ben"], false, 0));
        for other in [
            of(&["ana"], false, 0),
            of(&["ana", "ben", "cleo"], false, 0),
            of(&["anab", "en"], false, 0),
            of(&["ana", "ben"], true, 0),
            of(&["ana", "ben"], false, 1),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn a_guest_who_asks_again_gets_the_same_seat() {
        let guest = |room, request| guest_user_id(&secret(1), &id(room), &id(request));
        assert_eq!(guest("r", "q"), guest("r", "q"));
        assert_ne!(guest("r", "q"), guest("r", "p"));
        assert_ne!(guest("r", "q"), guest("s", "q"));
        assert!(guest("r", "q").as_str().starts_with(GUEST_PREFIX));
    }

    #[test]
    fn sessions_sort_by_time_and_come_back_from_text() {
        let mut rng = StdRng::seed_from_u64(1);
        let earlier = SessionId::new(Timestamp(1_000_000), &mut rng);
        let later = SessionId::new(Timestamp(1_000_032), &mut rng);
        assert!(earlier < later);
        assert_ne!(earlier, SessionId::new(Timestamp(1_000_000), &mut rng));
        assert_eq!(SessionId::parse(earlier.as_str()), Some(earlier));
        for bad in ["", "short", &"u".repeat(LEN), &"A".repeat(LEN), &"0".repeat(LEN + 1)] {
            assert_eq!(SessionId::parse(bad), None, "{bad}");
        }
    }
}
