//! GIFT, Moodle's plain text.
//!
//! Neighbours: [`lex`] takes escapes and comments apart before anything else looks at the text, [`answers`] reads what stands
//! between braces, [`write`] is the way out.

mod answers;
mod lex;
mod writer;

use trivium_proto::v1;

pub(crate) use self::writer::write;
use self::{
    answers::{Body, body},
    lex::{Block, Ch, content, find, find_run, trim},
};
use crate::{fields, harvest::Harvest};

/// What stands where a word is missing.
const BLANK: &str = "_____";

pub(crate) fn read(text: &str, harvest: &mut Harvest) {
    for block in lex::blocks(text, harvest) {
        question(&block, harvest);
    }
}

/// Whether a text has a question of GIFT in it.
pub(crate) fn looks_like(text: &str) -> bool {
    let mut unheard = Harvest::new("");
    let mut blocks = lex::blocks(text, &mut unheard).into_iter().take(200);
    blocks.any(|block| {
        let Some(parts) = parts(&block.chars) else { return false };
        let inner = lex::plain(trim(parts.body));
        inner.is_empty() || inner.starts_with(['=', '~', '#']) || fields::truth(&inner).is_some()
    })
}

/// A question, cut at its braces.
struct Parts<'a> {
    before: &'a [Ch],
    body: &'a [Ch],
    after: &'a [Ch],
}

fn parts(chars: &[Ch]) -> Option<Parts<'_>> {
    let open = find(chars, '{')?;
    let close = open + find(&chars[open..], '}')?;
    Some(Parts {
        before: &chars[..open],
        body: &chars[open + 1..close],
        after: &chars[close + 1..],
    })
}

fn question(block: &Block, harvest: &mut Harvest) {
    let line = block.line;
    let (title, chars) = titled(&block.chars);
    let Some(Parts {
        before,
        body: inner,
        after,
    }) = parts(chars)
    else {
        return match find(chars, '{') {
            Some(_) => harvest.reject(line, "", "the closing brace } is missing"),
            None => harvest.info(line, "", "this text has no answers in braces, and is no question"),
        };
    };
    let (text, html) = content(before, false);
    let (tail, _) = content(after, html);
    let text = match (text.is_empty(), tail.is_empty()) {
        (true, true) => title,
        (_, true) => text,
        (true, false) => format!("{BLANK} {tail}"),
        (false, false) if starts_word(after) => format!("{text} {BLANK} {tail}"),
        (false, false) => format!("{text} {BLANK}{tail}"),
    };
    match body(inner, html, line, harvest) {
        Ok(Body { kind, explanation }) => harvest.add(
            line,
            v1::Question {
                explanation,
                ..fields::question(text, kind)
            },
        ),
        Err(why) => harvest.reject(line, "", why),
    }
}

/// The title between double colons, and what follows it.
fn titled(chars: &[Ch]) -> (String, &[Ch]) {
    let chars = trim(chars);
    if find_run(chars, ':', 2) != Some(0) {
        return (String::new(), chars);
    }
    match find_run(&chars[2..], ':', 2) {
        Some(end) => (content(&chars[2..2 + end], false).0, &chars[2 + end + 2..]),
        None => (String::new(), chars),
    }
}

/// Whether a space belongs between the missing word and what follows.
fn starts_word(after: &[Ch]) -> bool {
    after
        .first()
        .is_some_and(|ch| ch.c.is_whitespace() || ch.c.is_alphanumeric())
}
