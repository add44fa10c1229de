//! Names of files, as people see them and as browsers save them.
//!
//! Neighbours: [`kind`](super::kind) says which endings a type may have.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;

use super::kind::Kind;

/// Longest name, in characters.
pub(super) const MAX_NAME: usize = 200;

/// The name in its composed form, or none if it is not one: empty, too long, a path, or with characters that nobody sees.
pub(super) fn clean(name: &str) -> Option<String> {
    // Four bytes are a character at most, and composing makes nothing more than three times as long.
    if name.len() > 4 * MAX_NAME {
        return None;
    }
    let name: String = name.trim().nfc().collect();
    let is_bad = |c: char| c.is_control() || matches!(c, '/' | '\\') || turns_or_hides(c);
    let fits = (1..=MAX_NAME).contains(&name.chars().count());
    let is_path = matches!(name.as_str(), "." | "..") || name.contains(is_bad);
    (fits && !is_path).then_some(name)
}

/// The name with an ending that goes with its type: what is text must not be saved as something that runs.
pub(super) fn with_ending(name: String, kind: Kind) -> String {
    let endings = kind.endings();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    if ending.is_some_and(|ending| endings.contains(&ending.as_str())) {
        return name;
    }
    let ending = endings[0];
    let kept: String = name.chars().take(MAX_NAME - ending.len() - 1).collect();
    format!("{}.{ending}", kept.trim_end_matches(['.', ' ']))
}

/// `Content-Disposition`: how it is shown, and under which name it is saved (RFC 6266, RFC 8187).
pub(super) fn disposition(kind: &str, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            c if c.is_ascii_graphic() || c == ' ' => c,
            _ => '_',
        })
        .collect();
    let mut value = format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            value.push(char::from(byte));
        } else {
            write!(value, "%{byte:02X}").expect("writing into a string does not fail");
        }
    }
    value
}

/// Characters that turn the direction of what follows, so that `gpj.exe` looks like `exe.jpg`, or that nobody sees.
fn turns_or_hides(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_shows_what_it_is() {
        for (name, expected) in [
            ("report.pdf", Some("report.pdf")),
            ("  U\u{308}bung 1.pdf ", Some("\u{dc}bung 1.pdf")),
            ("what? <b>\"quoted\"</b>.txt", None),
            ("<b>\"quoted\".txt", Some("<b>\"quoted\".txt")),
            ("", None),
            ("   ", None),
            (".", None),
            ("..", None),
            ("../../etc/passwd", None),
            ("a/b", None),
            ("C:\\autoexec.bat", None),
            ("nul\0l", None),
            ("two\nlines", None),
            ("photo\u{202e}gpj.exe", None),
            ("zero\u{200b}width", None),
        ] {
            assert_eq!(clean(name).as_deref(), expected, "{name:?}");
        }
        let long = "x".repeat(MAX_NAME);
        assert_eq!(clean(&long), Some(long.clone()));
        assert_eq!(clean(&format!("{long}x")), None);
        assert_eq!(clean(&"x\u{301}".repeat(1_000_000)), None, "at once");
    }

    #[test]
    fn an_ending_goes_with_the_type() {
        for (name, kind, expected) in [
            ("a.PDF", Kind::Pdf, "a.PDF"),
            ("a.html", Kind::Text, "a.html.txt"),
            ("notes", Kind::Text, "notes.txt"),
            ("notes.md", Kind::Text, "notes.md"),
            ("a.svg", Kind::Png, "a.svg.png"),
            ("dots...", Kind::Gif, "dots.gif"),
        ] {
            assert_eq!(with_ending(name.to_owned(), kind), expected);
        }
        let long = with_ending("x".repeat(MAX_NAME), Kind::Pdf);
        assert_eq!(long.chars().count(), MAX_NAME);
    }

    #[test]
    fn headers_hold_any_name() {
        assert_eq!(
            disposition("attachment", "a\"b\u{fc}%.txt"),
            "attachment; filename=\"a_b__.txt\"; filename*=UTF-8''a%22b%C3%BC%25.txt"
        );
    }
}
