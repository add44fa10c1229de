//! Emoji that people put on a message.
//!
//! Neighbours: [`emoji`](super::emoji) knows what is one; [`message`](super::message) holds them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{MAX_EMOJI, MAX_REACTIONS, VIEW_REACTORS, emoji, event::ChatEvent, message::Message};
use crate::{Reject, Seq, UserId};

/// An emoji and who put it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Reaction {
    emoji: String,
    users: BTreeSet<UserId>,
}

impl Reaction {
    /// How many have put it.
    pub(super) fn count(&self) -> usize {
        self.users.len()
    }
}

/// What putting or taking back an emoji brings about; nothing if it is so already.
pub(super) fn react(
    seq: Seq,
    message: &Message,
    user: &UserId,
    emoji: &str,
    present: bool,
) -> Result<Option<ChatEvent>, Reject> {
    if !emoji::is_emoji(emoji) {
        return Err(Reject::TextInvalid("not one emoji"));
    }
    let users = message
        .reactions
        .iter()
        .find(|reaction| reaction.emoji == emoji)
        .map(|reaction| &reaction.users);
    if users.is_some_and(|users| users.contains(user)) == present {
        return Ok(None);
    }
    if present && users.is_none() && message.reactions.len() >= MAX_EMOJI {
        return Err(Reject::TooManyReactions);
    }
    if present && message.reaction_count() >= MAX_REACTIONS {
        return Err(Reject::LimitReached("reactions"));
    }
    let others = users.map_or(0, |users| users.len() - usize::from(!present));
    let count = u32::try_from(others + usize::from(present)).unwrap_or(u32::MAX);
    Ok(Some(ChatEvent::Reacted {
        message: seq,
        user: user.clone(),
        emoji: emoji.to_owned(),
        present,
        count,
    }))
}

/// Takes a reaction in, or out.
pub(super) fn apply(reactions: &mut Vec<Reaction>, user: &UserId, emoji: &str, present: bool) {
    match reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
        Some(reaction) if present => {
            reaction.users.insert(user.clone());
        }
        Some(reaction) => {
            reaction.users.remove(user);
            reactions.retain(|reaction| !reaction.users.is_empty());
        }
        None if present => reactions.push(Reaction {
            emoji: emoji.to_owned(),
            users: BTreeSet::from([user.clone()]),
        }),
        None => {}
    }
}

/// Emoji, who put it and how many did; most used first.
pub(super) fn views(reactions: &[Reaction]) -> Vec<(String, Vec<UserId>, u32)> {
    let mut views: Vec<_> = reactions
        .iter()
        .map(|Reaction { emoji, users }| {
            let count = u32::try_from(users.len()).unwrap_or(u32::MAX);
            (
                emoji.clone(),
                users.iter().take(VIEW_REACTORS).cloned().collect(),
                count,
            )
        })
        .collect();
    // Then by emoji, not by who was first: a client that has not heard the beginning keeps the same order.
    views.sort_by(|(a, _, few): &(_, Vec<UserId>, u32), (b, _, many)| many.cmp(few).then_with(|| a.cmp(b)));
    views
}
