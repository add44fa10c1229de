//! Whom a text mentions: `@nickname` and `@room`.
//!
//! Neighbours: [`nickname`](crate::nickname) says when two names are alike, and the same goes for names in texts.

use unicode_normalization::char::is_combining_mark;

use super::{MAX_MENTIONS, event::Mentions};
use crate::{
    Room,
    nickname::{self, MAX_NICKNAME},
    text,
};

/// In conversations of at most so many members everybody may mention everybody.
pub(super) const SMALL_ROOM: u32 = 32;

/// What mentions everybody, as a nickname key.
const EVERYBODY: &str = "room";
/// Most `@` that are looked at, so that a text full of them costs little.
const MAX_LOOKS: usize = 100;
/// Longest stretch of text that is taken for a nickname: one may be written in more characters than it is kept in.
const MAX_NAME: usize = 2 * MAX_NICKNAME;

/// Whom a text mentions. Behind each `@` that begins a word, the longest nickname that fits counts.
pub(crate) fn find(text: &str, room: &Room, everybody: bool) -> Mentions {
    let mut mentions = Mentions::default();
    let mut before = None;
    let mut looks = 0;
    for (at, c) in text.char_indices() {
        if c == '@' && !before.is_some_and(is_word) && looks < MAX_LOOKS {
            looks += 1;
            match named(&text[at + 1..], room, everybody) {
                Some(Named::Everybody) => mentions.room = true,
                Some(Named::Member(user)) if mentions.users.len() < MAX_MENTIONS && !mentions.users.contains(user) => {
                    mentions.users.push(user.clone());
                }
                Some(Named::Member(_)) | None => {}
            }
        }
        before = Some(c);
    }
    mentions
}

enum Named<'a> {
    Everybody,
    Member(&'a crate::UserId),
}

/// Whom the beginning of a text names.
fn named<'a>(text: &str, room: &'a Room, everybody: bool) -> Option<Named<'a>> {
    if text.starts_with(|c: char| c.is_whitespace() || c == '@') {
        return None;
    }
    let mut found = None;
    let mut name = String::new();
    // A nickname has no line breaks, so none is looked for beyond one.
    let line = text.split('\n').next().unwrap_or_default();
    let mut following = line.chars().skip(1);
    for c in line.chars().take(MAX_NAME) {
        if !text::is_invisible(c) {
            name.push(c);
        }
        let goes_on = |next: char| (is_word(c) && is_word(next)) || is_combining_mark(next);
        if following.next().is_some_and(goes_on) || c.is_whitespace() {
            continue;
        }
        let key = nickname::key(&name);
        if everybody && key == EVERYBODY {
            found = Some(Named::Everybody);
        } else if let Some(user) = room.seats.members.named(&key) {
            found = Some(Named::Member(user));
        }
    }
    found
}

/// Whether the character is part of a word, so that a name does not end before it if it has not ended with the one before.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_combining_mark(c)
}
