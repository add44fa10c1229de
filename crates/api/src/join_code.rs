//! Join codes: short enough to be read off a projector, long enough not to be guessed.
//!
//! 31 letters and digits without look-alikes; eight of them make 39.6 bits. The limits in [`limits`](crate::limits)
//! keep guessing slow.

use rand::{CryptoRng, RngExt};

/// What codes are made of: no 0, 1, I, L and O.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// Characters of a code where nothing else is said.
pub const DEFAULT_LEN: usize = 8;
/// The shortest code. Its 29.7 bits are for rooms that look at who comes in.
pub const MIN_LEN: usize = 6;
/// The longest code.
pub const MAX_LEN: usize = 12;

/// A new code of `len` characters, brought between [`MIN_LEN`] and [`MAX_LEN`]. The catalogue tells whether it is free.
pub fn generate(rng: &mut impl CryptoRng, len: usize) -> String {
    let letter = |_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]);
    (0..len.clamp(MIN_LEN, MAX_LEN)).map(letter).collect()
}

/// The code that somebody meant: capitals, without spaces and dashes. None for what is no code of any room.
pub fn normalize(typed: &str) -> Option<String> {
    let mut code = String::with_capacity(MAX_LEN);
    for c in typed.chars().filter(|c| !is_separator(*c)) {
        let c = c.to_ascii_uppercase();
        if code.len() == MAX_LEN || !u8::try_from(c).is_ok_and(|byte| ALPHABET.contains(&byte)) {
            return None;
        }
        code.push(c);
    }
    (code.len() >= MIN_LEN).then_some(code)
}

/// A code for people, in two halves: `ABCD-EFGH`.
pub fn display(code: &str) -> String {
    match code.split_at_checked(code.len() / 2) {
        Some((left, right)) if !left.is_empty() => format!("{left}-{right}"),
        Some(_) | None => code.to_owned(),
    }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '_' | '.' | '\u{2010}'..='\u{2015}')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn what_people_type_is_understood() {
        for (typed, code) in [
            ("ABCD2345", Some("ABCD2345")),
            ("abcd-2345", Some("ABCD2345")),
            (" ab cd \u{2013} 23 45 ", Some("ABCD2345")),
            ("abc def", Some("ABCDEF")),
            ("ABCD2", None),
            ("", None),
            ("-----", None),
            ("ABCD0345", None),
            ("ABCDO345", None),
            ("ABCD234\u{df}", None),
            ("ABCDEFGHJKMNP", None),
            ("'; DROP TABLE", None),
        ] {
            assert_eq!(normalize(typed).as_deref(), code, "{typed:?}");
        }
    }

    #[test]
    fn codes_come_back_from_what_people_read() {
        let mut rng = StdRng::seed_from_u64(7);
        for len in [0, MIN_LEN, DEFAULT_LEN, MAX_LEN, 99] {
            let code = generate(&mut rng, len);
            assert_eq!(code.len(), len.clamp(MIN_LEN, MAX_LEN));
            assert_eq!(normalize(&display(&code)), Some(code));
        }
        assert_eq!(display("ABCDEFGH"), "ABCD-EFGH");
        assert_eq!(display("ABCDEF"), "ABC-DEF");
    }

    #[test]
    fn every_letter_comes_as_often_as_any_other() {
        const CODES: u32 = 62_000;
        let mut rng = StdRng::seed_from_u64(3);
        let mut counts = BTreeMap::<(usize, char), u32>::new();
        for _ in 0..CODES {
            for (place, c) in generate(&mut rng, DEFAULT_LEN).chars().enumerate() {
                *counts.entry((place, c)).or_default() += 1;
            }
        }
        let expected = f64::from(CODES) / 31.0;
        for place in 0..DEFAULT_LEN {
            let here = counts.iter().filter(|((at, _), _)| *at == place);
            let (mut letters, mut chi_squared) = (0, 0.0);
            for (_, count) in here {
                letters += 1;
                chi_squared += (f64::from(*count) - expected).powi(2) / expected;
            }
            assert_eq!(letters, 31);
            // 30 degrees of freedom: above 70 once in 20,000 times, and the seed is fixed.
            assert!(chi_squared < 70.0, "{chi_squared} at place {place}");
        }
    }
}
