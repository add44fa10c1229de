//! Characters that know whether they were escaped, and blocks of them between blank lines.

use crate::{fields::line_of, harvest::Harvest, text};

/// A character, and whether a backslash stood before it, so that it means nothing but itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ch {
    pub(super) c: char,
    escaped: bool,
}

/// The text of a question, without comments.
#[derive(Debug)]
pub(super) struct Block {
    /// Where it begins, from 1.
    pub(super) line: u32,
    pub(super) chars: Vec<Ch>,
}

/// The blocks between blank lines.
pub(super) fn blocks(text: &str, harvest: &mut Harvest) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut chars: Vec<Ch> = Vec::new();
    let mut line = 0;
    let mut end = |chars: &mut Vec<Ch>, line| {
        if !chars.is_empty() {
            let chars = std::mem::take(chars);
            blocks.push(Block { line, chars });
        }
    };
    for (n, text) in text.lines().enumerate() {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            end(&mut chars, line);
        } else if trimmed.starts_with("//") {
            // A comment does not end a question.
        } else if trimmed.starts_with("$CATEGORY:") {
            end(&mut chars, line);
            harvest.info(line_of(n + 1), "", "categories are passed over");
        } else {
            if chars.is_empty() {
                line = line_of(n + 1);
            } else {
                chars.push(Ch {
                    c: '\n',
                    escaped: false,
                });
            }
            lex(text, &mut chars);
        }
    }
    end(&mut chars, line);
    blocks
}

fn lex(text: &str, into: &mut Vec<Ch>) {
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let escaped = (c == '\\').then(|| rest.peek().copied().and_then(unescaped)).flatten();
        if let Some(c) = escaped {
            rest.next();
            into.push(Ch { c, escaped: true });
        } else {
            into.push(Ch { c, escaped: false });
        }
    }
}

/// What a backslash makes of the character after it; none where it stands for itself.
fn unescaped(c: char) -> Option<char> {
    match c {
        '~' | '=' | '#' | '{' | '}' | ':' | '\\' | '%' | '>' | '[' => Some(c),
        'n' => Some('\n'),
        _ => None,
    }
}

/// Where a character stands that was not escaped.
pub(super) fn find(chars: &[Ch], c: char) -> Option<usize> {
    chars.iter().position(|ch| ch.is(c))
}

/// Where a run of so many of a character stands, none of them escaped.
pub(super) fn find_run(chars: &[Ch], c: char, length: usize) -> Option<usize> {
    chars.windows(length).position(|run| run.iter().all(|ch| ch.is(c)))
}

/// Where the arrow of a pair stands.
pub(super) fn find_arrow(chars: &[Ch]) -> Option<usize> {
    chars.windows(2).position(|pair| pair[0].is('-') && pair[1].is('>'))
}

/// Without white space at the ends, but for line breaks that were written as `\n`.
pub(super) fn trim(chars: &[Ch]) -> &[Ch] {
    let blank = |ch: &&Ch| !ch.escaped && ch.c.is_whitespace();
    let start = chars.iter().take_while(blank).count();
    let end = chars[start..].iter().rev().take_while(blank).count();
    &chars[start..chars.len() - end]
}

/// The characters as a text.
pub(super) fn plain(chars: &[Ch]) -> String {
    chars.iter().map(|ch| ch.c).collect()
}

/// What people read, and whether it was HTML, which what belongs to it then is too.
pub(super) fn content(chars: &[Ch], html: bool) -> (String, bool) {
    let chars = trim(chars);
    let (chars, html) = match format(chars) {
        Some((name, rest)) => (trim(rest), name == "html"),
        None => (chars, html),
    };
    let text = plain(chars);
    let text = if html { text::without_html(&text).0 } else { text };
    (text::tidy(&text), html)
}

/// The format in brackets, and what follows it.
fn format(chars: &[Ch]) -> Option<(&'static str, &[Ch])> {
    chars.first().filter(|ch| ch.is('['))?;
    let end = chars.iter().take(12).position(|ch| ch.is(']'))?;
    let name = plain(&chars[1..end]);
    let known = ["html", "moodle", "plain", "markdown"];
    let name = known.into_iter().find(|known| *known == name)?;
    Some((name, &chars[end + 1..]))
}

impl Ch {
    /// Whether it is this character, and was not escaped.
    pub(super) fn is(self, c: char) -> bool {
        !self.escaped && self.c == c
    }
}
