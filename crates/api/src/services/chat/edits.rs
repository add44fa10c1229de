//! What a message said before, for its author and for hosts: the log has every text.

use trivium_engine::{
    Audience, ChatEvent, Entry, Event, ModerationEvent, Reject, RoomId, Seq, chat::KEPT, moderation::MessageState,
};
use trivium_proto::v1;

use super::history::Reader;
use crate::{call::Call, convert, error::ApiError};

/// Most texts that are told.
const MOST: usize = 100;

pub(crate) async fn list_message_edits(
    call: Call,
    request: v1::ListMessageEditsRequest,
) -> Result<v1::ListMessageEditsResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let seq = request.message_seq;
    let reader = Reader::new(&call, &room).await?;
    let message = reader.message(seq).await?;
    let may_read = match reader.audience() {
        Audience::Hosts => true,
        Audience::Member(user) => *user == message.author,
        Audience::Observers => false,
    };
    if !may_read {
        return Err(Reject::NotPermitted.into());
    }
    if message.deleted_at.is_some() {
        return Err(Reject::NoSuchMessage.into());
    }
    let mut texts = Texts::new(seq);
    reader
        .walk(seq - 1, |entry| {
            texts.take(entry);
            !texts.is_settled()
        })
        .await?;
    Ok(v1::ListMessageEditsResponse {
        edits: texts.edits,
        more: texts.more,
    })
}

/// The texts of one message, gathered while the log passes by: the first, and the newest.
struct Texts {
    message: Seq,
    edits: Vec<v1::MessageEdit>,
    more: bool,
    /// Messages sent since this one: after so many it can no longer be edited.
    since: usize,
}

impl Texts {
    fn new(message: Seq) -> Self {
        Self {
            message,
            edits: Vec::new(),
            more: false,
            since: 0,
        }
    }

    fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Chat(event) => self.take_said(entry, event),
            Event::Moderation(event) => self.take_moderated(entry, event),
            Event::Room(_)
            | Event::Quiz(_)
            | Event::Receipt(_)
            | Event::Activity(_)
            | Event::Inbox(_)
            | Event::Keys(_) => {}
        }
    }

    fn take_said(&mut self, entry: &Entry, event: &ChatEvent) {
        match event {
            ChatEvent::Sent(sent) if entry.seq == self.message => self.had(entry, &sent.text),
            ChatEvent::Edited { message, text, .. } if *message == self.message => self.had(entry, text),
            ChatEvent::Sent(_) => self.since += 1,
            ChatEvent::Edited { .. }
            | ChatEvent::Deleted { .. }
            | ChatEvent::Reacted { .. }
            | ChatEvent::Pinned { .. }
            | ChatEvent::ResendRequested { .. }
            | ChatEvent::Broadcast { .. } => {}
        }
    }

    /// A message that waited for a host has its first text from then.
    fn take_moderated(&mut self, entry: &Entry, event: &ModerationEvent) {
        match event {
            ModerationEvent::Held { sent, .. } if entry.seq == self.message => self.had(entry, &sent.text),
            // One fewer behind which this one can no longer be changed.
            ModerationEvent::Resolved {
                state: MessageState::Archived,
                ..
            } => self.since = self.since.saturating_sub(1),
            ModerationEvent::Held { .. }
            | ModerationEvent::Resolved { .. }
            | ModerationEvent::Updated { .. }
            | ModerationEvent::Muted { .. }
            | ModerationEvent::Unmuted { .. }
            | ModerationEvent::Reported { .. }
            | ModerationEvent::ReportResolved { .. }
            | ModerationEvent::FilterBlocked { .. } => {}
        }
    }

    fn had(&mut self, entry: &Entry, text: &str) {
        if self.edits.len() == MOST {
            self.edits.remove(1);
            self.more = true;
        }
        self.edits.push(convert::chat::edit_out(entry.seq, text, entry.at));
    }

    fn is_settled(&self) -> bool {
        self.since >= KEPT
    }
}

#[cfg(test)]
mod tests {
    use trivium_engine::{Timestamp, UserId, chat::Mentions, chat::Sent};

    use super::*;

    fn entry(seq: Seq, event: ChatEvent) -> Entry {
        Entry {
            seq,
            at: Timestamp(seq),
            actor: None,
            request: None,
            event: event.into(),
        }
    }

    fn sent(seq: Seq) -> Entry {
        entry(seq, Sent::text("ana".parse().expect("an id"), "Ana", "first").into())
    }

    #[test]
    fn the_first_and_the_newest_texts_are_told() {
        let mut texts = Texts::new(5);
        for seq in 5..204 {
            let edited = ChatEvent::Edited {
                message: if seq % 2 == 0 { 5 } else { 4 },
                text: format!("{seq}"),
                mentions: Mentions::default(),
            };
            texts.take(&if seq == 5 { sent(5) } else { entry(seq, edited) });
        }
        assert_eq!((texts.edits.len(), texts.more), (100, false), "99 edits are all told");
        let edited = ChatEvent::Edited {
            message: 5,
            text: "last".into(),
            mentions: Mentions::default(),
        };
        texts.take(&entry(206, edited));
        let told: Vec<_> = texts.edits.iter().map(|edit| edit.text.as_str()).collect();
        assert_eq!((told[0], told[1], told[99], texts.more), ("first", "8", "last", true));
    }

    #[test]
    fn a_message_that_waited_has_its_first_text() {
        let author: UserId = "ana".parse().expect("an id");
        let held = ModerationEvent::Held {
            sent: Box::new(Sent::text(author.clone(), "Ana", "first")),
            author,
            rule: None,
        };
        let mut texts = Texts::new(5);
        for seq in [4, 5] {
            texts.take(&Entry {
                event: Event::Moderation(held.clone()),
                ..sent(seq)
            });
        }
        let told: Vec<_> = texts.edits.iter().map(|edit| (edit.seq, edit.text.as_str())).collect();
        assert_eq!(told, [(5, "first")]);
    }

    #[test]
    fn nobody_reads_on_where_nothing_can_change() {
        let mut texts = Texts::new(1);
        for seq in 1..=1_000 {
            texts.take(&sent(seq));
            assert!(!texts.is_settled());
        }
        texts.take(&sent(1_001));
        assert!(texts.is_settled());
    }
}
