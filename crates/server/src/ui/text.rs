//! Text from others, made fit for a terminal: no control characters, a known width.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The text on one line, without what could move the cursor, change colours or turn the writing direction.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|c| {
            if c.is_whitespace() {
                Some(' ')
            } else {
                is_harmless(c).then_some(c)
            }
        })
        .collect()
}

/// Columns that the text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text within `columns`, cut with an ellipsis if it must be, and filled up with spaces.
pub fn fit(text: &str, columns: usize) -> String {
    let cut = cut(text, columns);
    let missing = columns.saturating_sub(width(&cut));
    cut + &" ".repeat(missing)
}

/// The text within `columns`, cut with an ellipsis if it must be.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used >= columns {
            break;
        }
        kept.push(c);
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// The text in lines of at most `columns`, broken between words where it can be.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word = word;
        loop {
            let line = lines.last_mut().expect("there is at least one");
            let space = usize::from(!line.is_empty());
            if width(line) + space + width(word) <= columns {
                line.push_str(&" ".repeat(space));
                line.push_str(word);
                break;
            }
            if !line.is_empty() {
                lines.push(String::new());
                continue;
            }
            let at = split_at(word, columns);
            line.push_str(&word[..at]);
            word = &word[at..];
            if word.is_empty() {
                break;
            }
            lines.push(String::new());
        }
    }
    lines
}

/// Where to cut a word, after at least one character of it.
fn split_at(word: &str, columns: usize) -> usize {
    let mut used = 0;
    for (at, c) in word.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns && at > 0 {
            return at;
        }
    }
    word.len()
}

fn is_harmless(c: char) -> bool {
    let turns = matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    !c.is_control() && !turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_others_moves_the_cursor_or_turns_the_text() {
        for (text, cleaned) in [
            ("Ana", "Ana"),
            ("A\u{1b}[31mB", "A[31mB"),
            ("one\r\ntwo\tthree", "one  two three"),
            ("\u{202E}evil\u{2066}", "evil"),
            ("\u{9b}2J", "2J"),
            ("日本 ❤️", "日本 ❤️"),
        ] {
            assert_eq!(clean(text), cleaned, "{text:?}");
        }
    }

    #[test]
    fn lines_keep_their_width() {
        assert_eq!(fit("Ana", 5), "Ana  ");
        assert_eq!(fit("Anastasia", 5), "Anas…");
        assert_eq!(width(&fit("日本語日本語", 5)), 5);
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn lines_break_between_words_and_within_long_ones() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
    }
}
