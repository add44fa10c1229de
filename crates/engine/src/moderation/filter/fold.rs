//! Texts as words see them: every spelling of a word becomes one.
//!
//! Compatibility forms are taken apart, marks and invisible characters taken out, capitals made small, and letters, digits
//! and signs that are used for one another made one. Every word stands between two bytes that no text has, so that patterns
//! need no look-around to find where words begin and end, which automata do badly beyond ASCII.
//!
//! Signs such as `@` and `!` are letters in "b@d" and none in "bad!", so a run with signs is written down three ways:
//! without them, with them, and with them except at its end. A character that comes apart into more than [`GROWTH`] times its
//! bytes is a word of its own instead, so the folded text has at most [`MAX_GROWTH`] times the bytes of the text.
//!
//! Neighbours: [`compile`](super::compile) looks for words in it.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use crate::text;

/// Stands before a word.
const BEGIN: u8 = 1;
/// Stands behind a word.
const END: u8 = 2;

/// Most bytes that a character comes apart into, for each of its own.
const GROWTH: usize = 3;
/// Most bytes of a folded text for each of the text: every run three times, and a byte before and behind every word.
#[cfg(test)]
pub(super) const MAX_GROWTH: usize = 3 * (GROWTH + 1);
/// Most parts of a character that comes apart: as many as it may have bytes.
const MAX_PARTS: usize = 4 * GROWTH;

/// A folded text, and where each of its bytes comes from.
pub(super) struct Folded<'t> {
    text: &'t str,
    bytes: Vec<u8>,
    /// The character that each byte comes from; that of the word for the bytes around a word. None where nobody asks.
    origins: Option<Vec<u32>>,
}

/// A character of a run: folded, where it comes from, whether it is a sign used as a letter.
type Piece = (char, u32, bool);

/// The bytes of a folded text alone, which are half the work.
pub(super) fn bytes(text: &str) -> Vec<u8> {
    Folded::with(text, None).bytes
}

impl<'t> Folded<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self::with(text, Some(Vec::with_capacity(2 * text.len())))
    }

    fn with(text: &'t str, origins: Option<Vec<u32>>) -> Self {
        let mut folded = Self {
            text,
            bytes: Vec::with_capacity(2 * text.len()),
            origins,
        };
        let mut run = Vec::new();
        for (index, c) in (0..).zip(text.chars()) {
            fold(c, &mut |kind| match kind {
                Kind::Letter(c) => run.push((c, index, false)),
                Kind::Sign(c) => run.push((c, index, true)),
                Kind::Picture(c) => {
                    folded.flush(&mut run);
                    folded.word(&[(c, index, false)]);
                }
                Kind::Space => folded.flush(&mut run),
            });
        }
        folded.flush(&mut run);
        folded
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The characters of the text that a span of bytes comes from, with the marks that follow; none for no characters.
    pub(super) fn span(&self, bytes: Range<usize>) -> Option<(usize, usize)> {
        let origins = self.origins.as_ref()?.get(bytes)?;
        let (first, last) = (origins.iter().min()?, origins.iter().max()?);
        let (first, last) = (*first as usize, *last as usize);
        let marks = self.text.chars().skip(last + 1).take_while(|c| is_nothing(*c)).count();
        Some((first, last + 1 + marks))
    }

    fn flush(&mut self, run: &mut Vec<Piece>) {
        let is_sign = |(_, _, sign): &Piece| *sign;
        if run.iter().any(is_sign) {
            for word in run.split(is_sign) {
                self.word(word);
            }
            self.word(run);
            let end = run.iter().rposition(|piece| !is_sign(piece)).map_or(0, |last| last + 1);
            if end < run.len() {
                self.word(&run[..end]);
            }
        } else {
            self.word(run);
        }
        run.clear();
    }

    fn word(&mut self, word: &[Piece]) {
        let (Some((_, first, _)), Some((_, last, _))) = (word.first(), word.last()) else {
            return;
        };
        self.push(&[BEGIN], *first);
        for (c, index, _) in word {
            self.push(c.encode_utf8(&mut [0; 4]).as_bytes(), *index);
        }
        self.push(&[END], *last);
    }

    fn push(&mut self, bytes: &[u8], origin: u32) {
        self.bytes.extend_from_slice(bytes);
        if let Some(origins) = &mut self.origins {
            origins.resize(self.bytes.len(), origin);
        }
    }
}

/// The expression, without Unicode, that finds a word in folded texts; none if no letter is in it.
pub(super) fn pattern(word: &str) -> Option<String> {
    let mut words = vec![String::new()];
    let mut letters = false;
    for c in word.chars() {
        if c == '*' {
            words.last_mut()?.push_str(r"[^\x01\x02]*");
            continue;
        }
        fold(c, &mut |kind| match kind {
            Kind::Letter(c) | Kind::Sign(c) | Kind::Picture(c) => {
                letters = true;
                if let Some(word) = words.last_mut() {
                    word.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
                }
            }
            Kind::Space => words.push(String::new()),
        });
    }
    words.retain(|word| !word.is_empty());
    letters.then(|| format!(r"\x01{}\x02", words.join(r"\x02\x01")))
}

enum Kind {
    Letter(char),
    /// Used as a letter, or for itself.
    Sign(char),
    /// A word of its own.
    Picture(char),
    /// Between words.
    Space,
}

fn fold(c: char, take: &mut impl FnMut(Kind)) {
    if c.is_ascii() {
        return take(kind(c.to_ascii_lowercase()));
    }
    if is_nothing(c) {
        return;
    }
    let (mut parts, mut count, mut bytes) = ([c; MAX_PARTS], 0, 0);
    decompose_compatible(c, |part| {
        if let Some(place) = parts.get_mut(count) {
            *place = part;
        }
        count += 1;
        bytes += part.len_utf8();
    });
    if bytes > GROWTH * c.len_utf8() {
        return take(Kind::Picture(c));
    }
    for part in parts.iter().take(count).copied().filter(|part| !is_nothing(*part)) {
        fold_part(part, take);
    }
}

fn fold_part(c: char, take: &mut impl FnMut(Kind)) {
    // Large scripts of nothing but letters, for which asking takes longest.
    if matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
    {
        return take(Kind::Letter(c));
    }
    // Scripts that have neither capitals nor letters that are taken for Latin ones.
    if matches!(c, '\u{590}'..='\u{109f}' | '\u{3040}'..='\u{a63f}' | '\u{ac00}'..='\u{d7ff}') {
        return take(kind(c));
    }
    for c in c.to_lowercase().filter(|c| !is_nothing(*c)) {
        match letters(c) {
            Some(letters) => letters.chars().for_each(|c| take(kind(c))),
            None => take(kind(c)),
        }
    }
}

/// Whether the character is neither a letter nor between words.
fn is_nothing(c: char) -> bool {
    is_combining_mark(c) || text::is_invisible(c)
}

fn kind(c: char) -> Kind {
    match c {
        'i' | '1' => Kind::Letter('l'),
        '0' => Kind::Letter('o'),
        '2' => Kind::Letter('z'),
        '3' => Kind::Letter('e'),
        '4' => Kind::Letter('a'),
        '5' => Kind::Letter('s'),
        '6' | '9' => Kind::Letter('g'),
        '7' => Kind::Letter('t'),
        '8' => Kind::Letter('b'),
        '@' => Kind::Sign('a'),
        '$' => Kind::Sign('s'),
        '!' | '|' => Kind::Sign('l'),
        '+' => Kind::Sign('t'),
        '€' => Kind::Sign('e'),
        c if c.is_alphanumeric() => Kind::Letter(c),
        '\u{2600}'..='\u{27bf}' | '\u{1f000}'.. => Kind::Picture(c),
        _ => Kind::Space,
    }
}

/// The Latin letters that a small letter is taken for.
fn letters(c: char) -> Option<&'static str> {
    const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";
    // Letters in boxes and circles, and the flags' halves, which do not come apart by themselves.
    let firsts = [0x1f130, 0x1f150, 0x1f170, 0x1f1e6];
    for first in firsts.into_iter().filter(|_| c >= '\u{1f130}') {
        if let Some(nth) = u32::from(c).checked_sub(first)
            && let Some(letter) = ALPHABET.get(nth as usize..=nth as usize)
        {
            return Some(letter);
        }
    }
    Some(match c {
        'а' | 'α' | 'ɑ' | 'ᴀ' => "a",
        'в' | 'β' | 'ь' | 'ʙ' => "b",
        'с' | 'ϲ' | 'ᴄ' | '¢' => "c",
        'ԁ' | 'đ' | 'ð' | 'ᴅ' => "d",
        'е' | 'ε' | 'є' | 'ɛ' | 'ǝ' | 'ə' | 'ᴇ' => "e",
        'ƒ' | 'ғ' | 'ꜰ' => "f",
        'ɡ' | 'ɢ' => "g",
        'һ' | 'н' | 'ħ' | 'ʜ' => "h",
        'і' | 'ı' | 'ι' | 'ɪ' | 'ɩ' | '¡' => "i",
        'ј' | 'ϳ' | 'ȷ' | 'ᴊ' => "j",
        'к' | 'κ' | 'ᴋ' => "k",
        'ӏ' | 'ł' | 'ʟ' => "l",
        'м' | 'ᴍ' => "m",
        'п' | 'ν' | 'η' | 'ɴ' => "n",
        'о' | 'ο' | 'σ' | 'ø' | 'ᴏ' => "o",
        'р' | 'ρ' | 'þ' | 'ᴘ' => "p",
        'ԛ' => "q",
        'г' | 'ʀ' => "r",
        'ѕ' | 'ꜱ' => "s",
        'т' | 'τ' | 'ŧ' | 'ᴛ' => "t",
        'υ' | 'ц' | 'ᴜ' => "u",
        'ѵ' | 'ᴠ' => "v",
        'ѡ' | 'ω' | 'ш' | 'ᴡ' => "w",
        'х' | 'χ' => "x",
        'у' | 'γ' | 'ү' | 'ʏ' => "y",
        'ᴢ' | 'ʐ' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        _ => return None,
    })
}
