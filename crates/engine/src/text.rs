//! Texts that people gave: what is taken out of them, and how long they may be.
//!
//! Neighbours: [`nickname`](crate::nickname), [`chat`](crate::chat) and [`membership`](crate::membership) have stricter
//! rules on top.

use unicode_normalization::char::is_combining_mark;

use crate::Reject;

/// One line without control characters and without white space at its ends, at most `max` characters long.
pub(crate) fn line(text: &str, max: usize, what: &'static str) -> Result<String, Reject> {
    let cleaned: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect();
    let cleaned = cleaned.trim();
    if cleaned.chars().count() > max {
        return Err(Reject::TextInvalid(what));
    }
    Ok(cleaned.to_owned())
}

/// Lines without control characters, except tabs, and without white space at the end; 1 to `max` characters of which
/// at least one can be seen.
pub(crate) fn lines(text: &str, max: usize) -> Result<String, Reject> {
    let cleaned: String = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    let cleaned = cleaned.trim_end();
    if cleaned.chars().count() > max {
        return Err(Reject::TextInvalid("too long"));
    }
    if !cleaned.chars().any(is_visible) {
        return Err(Reject::TextInvalid("empty"));
    }
    Ok(cleaned.to_owned())
}

/// Whether the character leaves ink of its own.
pub(crate) fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !is_invisible(c) && !is_combining_mark(c)
}

/// Characters that show nothing or turn the direction of what follows: good for making one text look like another.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cleaned_and_bounded() {
        assert_eq!(line("  a\tb\u{7}\nc ", 5, "title"), Ok("a b c".to_owned()));
        assert_eq!(line("äöü!", 3, "title"), Err(Reject::TextInvalid("title")));
        assert_eq!(lines(" a\r\n\tb\u{0} \n", 10), Ok(" a\n\tb".to_owned()));
        assert_eq!(lines("👩‍👩‍👧", 10), Ok("👩‍👩‍👧".to_owned()), "joined emoji stay whole");
        for empty in ["", " \n ", "\u{200b}\u{202e}", "\u{301}"] {
            assert_eq!(lines(empty, 10), Err(Reject::TextInvalid("empty")), "{empty:?}");
        }
        assert_eq!(lines(&"x".repeat(11), 10), Err(Reject::TextInvalid("too long")));
    }
}
