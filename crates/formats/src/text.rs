//! Bytes to text, and small things that are done to text.

use std::borrow::Cow;

/// Longest tag of HTML, in bytes.
const MAX_TAG: usize = 2_048;

/// At most so many characters of a text.
pub(crate) fn cut(text: &str, chars: usize) -> &str {
    match text.char_indices().nth(chars) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// The text of a file, with `\n` at the ends of lines, and whether it had to be read as Windows-1252.
///
/// Byte order marks of UTF-8 and UTF-16 are understood. What is no UTF-8 is an old export from Windows, nearly always.
pub(crate) fn decode(bytes: &[u8]) -> (String, bool) {
    let utf16 = |from: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|pair| from([pair[0], pair[1]]));
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    let (text, guessed): (Cow<'_, str>, bool) = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (String::from_utf8_lossy(rest), false),
        [0xFF, 0xFE, ..] => (Cow::Owned(utf16(u16::from_le_bytes)), false),
        [0xFE, 0xFF, ..] => (Cow::Owned(utf16(u16::from_be_bytes)), false),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), false),
            Err(_) => (Cow::Owned(bytes.iter().copied().map(windows_1252).collect()), true),
        },
    };
    (text.replace("\r\n", "\n").replace('\r', "\n"), guessed)
}

/// A character of Windows-1252; bytes that it leaves undefined are those of ISO 8859-1.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// The text without control characters but line breaks and tabs, and without white space around it.
pub(crate) fn tidy(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    kept.collect::<String>().trim().to_owned()
}

/// The text on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of some HTML: tags are dropped, blocks end lines, references are resolved. Text without tags and references
/// is as it was. Says whether tags were dropped.
pub(crate) fn without_html(html: &str) -> (String, bool) {
    let mut text = String::with_capacity(html.len());
    let (mut rest, mut dropped) = (html, false);
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let tag = rest.strip_prefix('<').and_then(tag);
        if let Some((name, after)) = tag {
            if ends_line(name) && !text.ends_with('\n') {
                text.push('\n');
            }
            (rest, dropped) = (after, true);
        } else if let Some((c, after)) = reference(rest) {
            text.push(c);
            rest = after;
        } else {
            text.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    text.push_str(rest);
    (text.trim().to_owned(), dropped)
}

/// What stands between `<` and `>`, and what comes after it. No tag is longer than [`MAX_TAG`]: looking for its end further
/// on would take forever on a text full of beginnings.
fn tag(inner: &str) -> Option<(&str, &str)> {
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!')) {
        return None;
    }
    let end = inner.bytes().take(MAX_TAG).position(|byte| byte == b'>')?;
    Some((&inner[..end], &inner[end + 1..]))
}

fn ends_line(tag: &str) -> bool {
    let name = tag
        .trim_start_matches('/')
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next();
    let block = ["br", "p", "div", "li", "ul", "ol", "tr", "pre", "h1", "h2", "h3", "h4"];
    name.is_some_and(|name| block.iter().any(|block| name.eq_ignore_ascii_case(block)))
}

/// The character that a reference at the beginning of the text stands for, and what comes after it.
fn reference(text: &str) -> Option<(char, &str)> {
    let inner = text.strip_prefix('&')?;
    let end = inner.bytes().take(10).position(|byte| byte == b';')?;
    let (name, after) = (&inner[..end], &inner[end + 1..]);
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control())?
        }
    };
    Some((c, after))
}

/// A name for a file after a title: letters, digits and dashes.
pub(crate) fn file_stem(title: &str, otherwise: &str) -> String {
    let words: Vec<&str> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let stem = words.join("-");
    match cut(&stem, 60).trim_end_matches('-') {
        "" => otherwise.to_owned(),
        stem => stem.to_owned(),
    }
}

/// A number as people write it: with a decimal point or comma, and nothing but digits around it.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.,eE".contains(&byte));
    let starts = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ','));
    if !plain || !starts {
        return None;
    }
    let value: f64 = text.replacen(',', ".", 1).parse().ok()?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_in_the_encodings_that_people_have() {
        let utf16 = |text: &str, to: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(to).collect() };
        for (bytes, text, guessed) in [
            (b"a\r\nb\rc".to_vec(), "a\nb\nc", false),
            ("\u{feff}Grün".as_bytes().to_vec(), "Grün", false),
            (utf16("\u{feff}Grün", u16::to_le_bytes), "Grün", false),
            (utf16("\u{feff}Grün", u16::to_be_bytes), "Grün", false),
            (b"Gr\xfcn \x80".to_vec(), "Grün €", true),
            (vec![0xFF, 0xFE], "", false),
            (vec![], "", false),
        ] {
            assert_eq!(decode(&bytes), (text.to_owned(), guessed), "{bytes:?}");
        }
    }

    #[test]
    fn html_becomes_text() {
        for (html, text, dropped) in [
            ("plain", "plain", false),
            ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2", false),
            ("<p>Hello<br/>you</p>", "Hello\nyou", true),
            ("<b>a</b>&amp;&#65;&#x42;&nbsp;c", "a&AB c", true),
            ("&bogus; &#xD800; &#0; & <", "&bogus; &#xD800; &#0; & <", false),
        ] {
            assert_eq!(without_html(html), (text.to_owned(), dropped));
        }
    }

    #[test]
    fn numbers_are_numbers_and_nothing_else() {
        for (text, value) in [
            ("5", Some(5.0)),
            (" -2,5 ", Some(-2.5)),
            ("1e3", Some(1_000.0)),
            ("", None),
            ("inf", None),
            ("nan", None),
            ("e", None),
            ("1e999", None),
            ("5 m", None),
            ("1,000,000", None),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
    }

    #[test]
    fn titles_become_names_of_files() {
        for (title, name) in [
            ("Capitals & coasts!", "Capitals-coasts"),
            ("../../etc", "etc"),
            ("日本 1", "日本-1"),
            ("…", "quiz"),
        ] {
            assert_eq!(file_stem(title, "quiz"), name);
        }
    }
}
