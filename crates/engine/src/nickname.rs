//! Nicknames: what may be one, when two are too alike, and made-up ones.
//!
//! Neighbours: [`membership`](crate::membership) gives them out; [`Members`] knows which are taken.

use rand::Rng;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::{Reject, UserId, member::Members, text};

mod words;

/// Longest nickname, in characters.
pub const MAX_NICKNAME: usize = 40;

/// Most combining marks on one letter: enough for every living script, too few to paint over the neighbours.
const MAX_MARKS: usize = 3;

/// Draws of a made-up name before numbers are put behind one.
const DRAWS: usize = 8;

/// The nickname as it is kept: compatibility forms, white space and invisible characters are straightened out.
///
/// ```
/// use trivium_engine::{Reject, nickname};
///
/// assert_eq!(nickname::clean(" Ｚoë \n\u{202e} K. ").as_deref(), Ok("Zoë K."));
/// assert_eq!(nickname::clean("\u{200b}"), Err(Reject::NicknameInvalid));
/// ```
pub fn clean(text: &str) -> Result<String, Reject> {
    // Normalising multiplies the length by 18 at most, so what is far too long is not even looked at.
    if text.chars().nth(4 * MAX_NICKNAME).is_some() {
        return Err(Reject::NicknameInvalid);
    }
    let mut name = String::new();
    let mut marks = 0;
    for c in text.nfkc().filter(|c| !text::is_invisible(*c)) {
        if c.is_whitespace() {
            if !name.is_empty() && !name.ends_with(' ') {
                name.push(' ');
            }
        } else if c.is_control() {
            return Err(Reject::NicknameInvalid);
        } else {
            name.push(c);
        }
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        if marks > MAX_MARKS {
            return Err(Reject::NicknameInvalid);
        }
    }
    name.truncate(name.trim_end().len());
    let starts_visibly = name.chars().next().is_some_and(text::is_visible);
    if starts_visibly && name.chars().count() <= MAX_NICKNAME {
        Ok(name)
    } else {
        Err(Reject::NicknameInvalid)
    }
}

/// What two nicknames have in common when people would take them for the same: case and white space do not count.
pub(crate) fn key(name: &str) -> String {
    // Up before down, so that letters which differ in one case only ("ß", "ss"; "ſ", "s") fall together.
    name.nfkc()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect()
}

/// The nickname that a user asks for, if nobody else in the room has it.
pub(crate) fn given(text: &str, user: &UserId, members: &Members) -> Result<String, Reject> {
    let name = clean(text)?;
    if members.is_taken(&key(&name), user) {
        Err(Reject::NicknameTaken)
    } else {
        Ok(name)
    }
}

/// A free nickname for a user who asks for none: the name in the token if that can be used, or else a made-up one.
pub(crate) fn chosen(name: &str, user: &UserId, members: &Members, rng: &mut dyn Rng) -> String {
    if let Ok(name) = clean(name) {
        return numbered(&name, user, members);
    }
    let mut name = made_up(rng);
    for _ in 1..DRAWS {
        if !members.is_taken(&key(&name), user) {
            break;
        }
        name = made_up(rng);
    }
    numbered(&name, user, members)
}

/// The name, with a number behind it if it is taken.
fn numbered(name: &str, user: &UserId, members: &Members) -> String {
    if !members.is_taken(&key(name), user) {
        return name.to_owned();
    }
    let most = members.len() + 2;
    (2..=most)
        .map(|n| {
            let number = format!(" {n}");
            let kept: String = name.chars().take(MAX_NICKNAME - number.len()).collect();
            kept.trim_end().to_owned() + &number
        })
        .find(|name| !members.is_taken(&key(name), user))
        .expect("of more names than there are members one is free")
}

fn made_up(rng: &mut dyn Rng) -> String {
    let mut pick = |words: &[&'static str]| words[usize::try_from(rng.next_u32()).unwrap_or(0) % words.len()];
    format!("{} {}", pick(&words::ADJECTIVES), pick(&words::ANIMALS))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn unusable_names_are_refused() {
        let good = [
            "x",
            "Ana María",
            "O'Neil",
            "李小龍",
            "नमस्ते",
            "Nguyễn",
            "🦊",
            &"x".repeat(40),
        ];
        for name in good {
            assert_eq!(clean(name).as_deref(), Ok(name));
        }
        let bad = [
            "",
            "   ",
            "a\u{7}b",
            "\u{301}a",
            "z\u{301}\u{302}\u{303}\u{304}\u{305}",
            &"x".repeat(41),
            "\u{2800}",
        ];
        for name in bad {
            assert_eq!(clean(name), Err(Reject::NicknameInvalid), "{name:?}");
        }
        assert_eq!(
            clean(&"\u{fdfa}".repeat(160)),
            Err(Reject::NicknameInvalid),
            "a name that grows"
        );
    }

    #[test]
    fn names_that_look_alike_share_a_key() {
        for (a, b) in [
            ("Ana", "aNA"),
            ("Ana B", "anab"),
            ("Straße", "STRASSE"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("ﬁn", "FIN"),
        ] {
            assert_eq!(key(a), key(b), "{a} {b}");
        }
        assert_ne!(key("Ana"), key("Anna"));
    }

    #[test]
    fn the_words_are_many_short_and_distinct() {
        for words in [&words::ADJECTIVES[..], &words::ANIMALS[..]] {
            assert!(words.len() >= 40);
            assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len());
            assert!(
                words
                    .iter()
                    .all(|word| word.len() <= 12 && clean(word).as_deref() == Ok(word))
            );
        }
    }
}
