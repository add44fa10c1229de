//! Chat in a room. A message is known by the number of the entry that sent it.
//!
//! The newest [`KEPT`] messages are part of the state; older ones are in the log only, can be read through [`History`],
//! and can no longer be changed.
//!
//! Neighbours: [`permission`](crate::permission) has refused strangers and observers; [`room`](crate::room) dispatches
//! here.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    ChatCommand, ChatEvent, Cx, Reject, Seq, Timestamp, UserId, event::Event, member::Members, permission, text,
    view::MessageView,
};

mod emoji;
mod history;

pub use history::{History, fold};

/// Messages that can be answered, changed and reacted to; the oldest are let go first.
pub const KEPT: usize = 1_000;
/// Longest message, in characters.
pub const MAX_TEXT: usize = 4_000;
/// Most different emoji on a message.
pub const MAX_EMOJI: usize = 16;
/// Most reactions to a message, whatever their emoji.
pub const MAX_REACTIONS: usize = 10_000;
/// Most users named with a reaction in a view.
pub const VIEW_REACTORS: usize = 20;

/// The messages held.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    messages: BTreeMap<Seq, Message>,
    /// Whether older messages have been let go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    more: bool,
    #[serde(skip, default = "kept")]
    keep: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Message {
    author: UserId,
    nickname: String,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Seq>,
    sent_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edited_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Timestamp>,
    /// In the order in which they were first put; none is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reactions: Vec<Reaction>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reaction {
    emoji: String,
    users: BTreeSet<UserId>,
}

fn kept() -> usize {
    KEPT
}

impl Default for State {
    fn default() -> Self {
        Self::keeping(KEPT)
    }
}

impl State {
    fn keeping(keep: usize) -> Self {
        Self {
            messages: BTreeMap::new(),
            more: false,
            keep,
        }
    }

    /// `enabled` is whether members may write.
    pub(crate) fn decide(
        &self,
        command: &ChatCommand,
        members: &Members,
        enabled: bool,
        cx: &Cx<'_>,
    ) -> Result<Vec<Event>, Reject> {
        let user = &cx.actor.user;
        let is_host = permission::acting_role(members, cx.actor).is_some_and(crate::Role::is_host);
        let writes = if enabled || is_host {
            Ok(())
        } else {
            Err(Reject::ChatClosed)
        };
        let event = match command {
            ChatCommand::Send { text, reply_to } => {
                writes?;
                let text = text::lines(text, MAX_TEXT)?;
                if let Some(message) = reply_to {
                    self.standing(*message)?;
                }
                let nickname = members.get(user).ok_or(Reject::NotMember)?.nickname.clone();
                Some(ChatEvent::Sent {
                    author: user.clone(),
                    nickname,
                    text,
                    reply_to: *reply_to,
                })
            }
            ChatCommand::Edit { message, text } => {
                writes?;
                let before = self.standing(*message)?;
                if before.author != *user {
                    return Err(Reject::NotPermitted);
                }
                let text = text::lines(text, MAX_TEXT)?;
                (text != before.text).then_some(ChatEvent::Edited {
                    message: *message,
                    text,
                })
            }
            ChatCommand::Delete { message } => {
                let by_host = self.standing(*message)?.author != *user;
                if by_host && !is_host {
                    return Err(Reject::NotPermitted);
                }
                Some(ChatEvent::Deleted {
                    message: *message,
                    by_host,
                })
            }
            ChatCommand::React {
                message,
                emoji,
                present,
            } => {
                writes?;
                self.react(*message, user, emoji, *present)?
            }
        };
        Ok(event.into_iter().map(Event::Chat).collect())
    }

    /// Takes an event into the state.
    pub(crate) fn apply(&mut self, seq: Seq, at: Timestamp, event: &ChatEvent) {
        match event {
            ChatEvent::Sent {
                author,
                nickname,
                text,
                reply_to,
            } => {
                let message = Message {
                    author: author.clone(),
                    nickname: nickname.clone(),
                    text: text.clone(),
                    reply_to: *reply_to,
                    sent_at: at,
                    edited_at: None,
                    deleted_at: None,
                    reactions: Vec::new(),
                };
                self.messages.insert(seq, message);
                while self.messages.len() > self.keep {
                    self.messages.pop_first();
                    self.more = true;
                }
            }
            ChatEvent::Edited { message, text } => {
                if let Some(message) = self.messages.get_mut(message) {
                    message.text.clone_from(text);
                    message.edited_at = Some(at);
                }
            }
            ChatEvent::Deleted { message, .. } => {
                if let Some(message) = self.messages.get_mut(message) {
                    message.text.clear();
                    message.reactions.clear();
                    message.deleted_at = Some(at);
                }
            }
            ChatEvent::Reacted {
                message,
                user,
                emoji,
                present,
                ..
            } => {
                if let Some(message) = self.messages.get_mut(message) {
                    message.reacted(user, emoji, *present);
                }
            }
        }
    }

    /// Messages before a position (`None`: from the end), oldest first; and whether there are older ones.
    pub(crate) fn page(&self, before: Option<Seq>, limit: usize) -> (Vec<MessageView>, bool) {
        let mut earlier = self.messages.range(..before.unwrap_or(Seq::MAX)).rev();
        let mut page: Vec<MessageView> = earlier
            .by_ref()
            .take(limit)
            .map(|(seq, message)| message.view(*seq))
            .collect();
        page.reverse();
        (page, self.more || earlier.next().is_some())
    }

    /// A message that is held and not deleted.
    fn standing(&self, message: Seq) -> Result<&Message, Reject> {
        self.messages
            .get(&message)
            .filter(|message| message.deleted_at.is_none())
            .ok_or(Reject::NoSuchMessage)
    }

    fn react(&self, message: Seq, user: &UserId, emoji: &str, present: bool) -> Result<Option<ChatEvent>, Reject> {
        let standing = self.standing(message)?;
        if !emoji::is_emoji(emoji) {
            return Err(Reject::TextInvalid("not one emoji"));
        }
        let users = standing
            .reactions
            .iter()
            .find(|reaction| reaction.emoji == emoji)
            .map(|reaction| &reaction.users);
        if users.is_some_and(|users| users.contains(user)) == present {
            return Ok(None);
        }
        if present && users.is_none() && standing.reactions.len() >= MAX_EMOJI {
            return Err(Reject::TooManyReactions);
        }
        let reactions: usize = standing.reactions.iter().map(|reaction| reaction.users.len()).sum();
        if present && reactions >= MAX_REACTIONS {
            return Err(Reject::LimitReached("reactions"));
        }
        let others = users.map_or(0, |users| users.len() - usize::from(!present));
        let count = u32::try_from(others + usize::from(present)).unwrap_or(u32::MAX);
        Ok(Some(ChatEvent::Reacted {
            message,
            user: user.clone(),
            emoji: emoji.to_owned(),
            present,
            count,
        }))
    }
}

impl Message {
    fn reacted(&mut self, user: &UserId, emoji: &str, present: bool) {
        match self.reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
            Some(reaction) if present => {
                reaction.users.insert(user.clone());
            }
            Some(reaction) => {
                reaction.users.remove(user);
                self.reactions.retain(|reaction| !reaction.users.is_empty());
            }
            None if present => {
                self.reactions.push(Reaction {
                    emoji: emoji.to_owned(),
                    users: BTreeSet::from([user.clone()]),
                });
            }
            None => {}
        }
    }

    fn view(&self, seq: Seq) -> MessageView {
        let mut reactions: Vec<_> = self
            .reactions
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
        reactions.sort_by(|(a, _, few), (b, _, many)| many.cmp(few).then_with(|| a.cmp(b)));
        MessageView {
            seq,
            author: self.author.clone(),
            nickname: self.nickname.clone(),
            text: self.text.clone(),
            reply_to: self.reply_to,
            sent_at: self.sent_at,
            edited_at: self.edited_at,
            deleted_at: self.deleted_at,
            reactions,
        }
    }
}
