//! What of the chat a member has not read.
//!
//! Neighbours: [`receipt`](crate::receipt) has the marks, and asks here.

use super::{Message, State};
use crate::{Audience, MessageView, Seq, UserId, view::Unread};

impl State {
    /// Messages of others that came to be seen after a position, threads included; none up to the `floor`, however late they
    /// were published. The newest [`KEPT`](super::KEPT) messages are looked at, so no more are counted.
    pub(crate) fn unread(&self, user: &UserId, who: &Audience, after: Seq, floor: Seq) -> Unread {
        let mut unread = Unread::default();
        let later = self
            .messages
            .range(floor.saturating_add(1)..)
            .rev()
            .filter(|(seq, message)| message.shown_at(**seq) > after)
            .map(|(_, message)| message);
        for message in later.filter(|message| message.author != *user && message.counts_for(who)) {
            unread.messages += 1;
            unread.mentions += u32::from(message.mentions.room || message.mentions.users.contains(user));
        }
        unread
    }

    /// Who wrote a message that is held and that the audience may see, and the entry by which it came to be seen.
    pub(crate) fn author(&self, message: Seq, who: &Audience) -> Option<(&UserId, Seq)> {
        let held = self.get(message).filter(|message| message.counts_for(who))?;
        Some((&held.author, held.shown_at(message)))
    }

    /// The newest message that is held and that the audience may see.
    pub(crate) fn newest(&self, who: &Audience) -> Option<MessageView> {
        let mut backwards = self.messages.iter().rev();
        let (seq, message) = backwards.find(|(_, message)| message.counts_for(who))?;
        Some(message.view(*seq))
    }
}

impl Message {
    /// The entry by which the message that is known as `seq` came to be seen: a later one if it waited for a host.
    fn shown_at(&self, seq: Seq) -> Seq {
        self.shown_by.unwrap_or(seq)
    }

    /// Whether it stands, and the audience sees it.
    fn counts_for(&self, _who: &Audience) -> bool {
        self.deleted_at.is_none()
    }
}
