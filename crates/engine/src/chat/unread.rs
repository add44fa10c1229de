//! What of the chat a member has not read.
//!
//! Neighbours: [`receipt`](crate::receipt) has the marks, and asks here.

use super::{Message, State};
use crate::{Audience, MessageView, Seq, UserId, view::Unread};

impl State {
    /// Messages of others after a position, threads included. The newest [`KEPT`](super::KEPT) messages are looked at, so
    /// no more are counted.
    pub(crate) fn unread(&self, user: &UserId, who: &Audience, after: Seq) -> Unread {
        let mut unread = Unread::default();
        let later = self
            .messages
            .iter()
            .rev()
            .filter(|(seq, message)| message.shown_by.unwrap_or(**seq) > after)
            .map(|(_, message)| message);
        for message in later.filter(|message| message.author != *user && message.counts_for(who)) {
            unread.messages += 1;
            unread.mentions += u32::from(message.mentions.room || message.mentions.users.contains(user));
        }
        unread
    }

    /// Who wrote a message that is held and that the audience may see.
    pub(crate) fn author(&self, message: Seq, who: &Audience) -> Option<&UserId> {
        let held = self.get(message).filter(|message| message.counts_for(who))?;
        Some(&held.author)
    }

    /// The newest message that is held and that the audience may see.
    pub(crate) fn newest(&self, who: &Audience) -> Option<MessageView> {
        let mut backwards = self.messages.iter().rev();
        let (seq, message) = backwards.find(|(_, message)| message.counts_for(who))?;
        Some(message.view(*seq))
    }
}

impl Message {
    /// Whether it stands, and the audience sees it.
    fn counts_for(&self, _who: &Audience) -> bool {
        self.deleted_at.is_none()
    }
}
