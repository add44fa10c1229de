//! Pages of messages: from the room where it holds them, from its log where it does not.
//!
//! What a page costs is bounded by its size and by how many messages a room holds: the log is read backwards in blocks to
//! where a page begins, and then forwards no further than something can change it.

use std::collections::VecDeque;

use trivium_engine::{
    Audience, Entry, Reject, RoomId, Seq,
    chat::{Backwards, History, KEPT, Page, Span},
    view::MessageView,
};
use trivium_proto::v1;

use super::super::page_size;
use crate::{
    call::Call,
    convert::{self, Invalid},
    error::ApiError,
};

/// Messages in a page where nothing else is asked for.
const DEFAULT_PAGE: u32 = 50;
/// Entries that are read at once.
const BLOCK: u64 = 1_000;
/// Most bytes of ciphertext in a page, unless one message has more: clients take answers of 4 MiB.
const SEALED_BYTES: usize = 1024 * 1024;

pub(crate) async fn list_messages(
    call: Call,
    request: v1::ListMessagesRequest,
) -> Result<v1::ListMessagesResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let thread = (request.thread_seq > 0).then_some(request.thread_seq);
    let limit = page_size(request.page_size, DEFAULT_PAGE) as usize;
    let within = |after: Seq, before: Option<Seq>| Span { after, before, thread };
    let reader = Reader::new(&call, &room).await?;
    let (messages, more, more_after) = match (request.before_seq, request.after_seq, request.around_seq) {
        (before, 0, 0) => {
            let before = (before > 0).then_some(before);
            let (page, more) = reader.last(within(0, before), limit).await?;
            let more_after = match before {
                Some(before) => reader.has(within(before - 1, None)).await?,
                None => false,
            };
            (page, more, more_after)
        }
        (0, after, 0) => {
            let (page, more_after) = reader.first(within(after, None), limit).await?;
            let more = reader.has(within(0, Some(after.saturating_add(1)))).await?;
            (page, more, more_after)
        }
        (0, 0, around) => {
            let (mut page, more) = reader.last(within(0, Some(around)), limit / 2).await?;
            let (mut newer, more_after) = reader.first(within(around - 1, None), limit - limit / 2).await?;
            page.append(&mut newer);
            (page, more, more_after)
        }
        (_, _, _) => {
            let why = "at most one of before_seq, after_seq and around_seq may be given";
            return Err(Invalid::new("around_seq", why).into());
        }
    };
    let (messages, cut) = fitting(messages, request.after_seq, request.around_seq);
    Ok(v1::ListMessagesResponse {
        messages: convert::chat::messages(&room, &messages),
        more: more || cut.older,
        more_after: more_after || cut.newer,
    })
}

/// Which ends of a page were cut off.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Cut {
    older: bool,
    newer: bool,
}

/// As much of a page as goes into one answer: ciphertexts can be long. What is farthest from where it was asked for goes
/// first.
fn fitting(messages: Vec<MessageView>, after: Seq, around: Seq) -> (Vec<MessageView>, Cut) {
    let mut messages = VecDeque::from(messages);
    let size = |message: &MessageView| message.sealed.as_ref().map_or(0, |sealed| sealed.size());
    let mut bytes: usize = messages.iter().map(size).sum();
    let mut cut = Cut::default();
    while bytes > SEALED_BYTES && messages.len() > 1 {
        let newer = messages.iter().filter(|message| message.seq >= around).count();
        let dropped = if after > 0 || (around > 0 && newer * 2 > messages.len()) {
            cut.newer = true;
            messages.pop_back()
        } else {
            cut.older = true;
            messages.pop_front()
        };
        bytes -= dropped.as_ref().map_or(0, size);
    }
    (messages.into(), cut)
}

pub(crate) async fn get_message(
    call: Call,
    request: v1::GetMessageRequest,
) -> Result<v1::GetMessageResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let reader = Reader::new(&call, &room).await?;
    let message = reader.message(request.message_seq).await?;
    Ok(v1::GetMessageResponse {
        message: Some(convert::chat::message(&room, &message)),
    })
}

/// Somebody who may look into a room, and reads its messages.
pub(crate) struct Reader<'a> {
    call: &'a Call,
    room: &'a RoomId,
    audience: Audience,
    /// Up to which position messages are not there for the caller.
    floor: Seq,
}

impl<'a> Reader<'a> {
    /// Lets the caller in.
    ///
    /// # Errors
    ///
    /// As [`Call::look`].
    pub(super) async fn new(call: &'a Call, room: &'a RoomId) -> Result<Self, ApiError> {
        let actor = call.actor(room)?;
        let look = call.look(room, move |room, who, _| (who.clone(), room.history_floor(&actor)));
        let (audience, floor) = look.await?;
        Ok(Self {
            call,
            room,
            audience,
            floor,
        })
    }

    /// As [`new`](Self::new), for one of many looks of a call that has been counted.
    ///
    /// # Errors
    ///
    /// `ROOM_NOT_FOUND` if the caller may not look into the room.
    pub(crate) async fn of_hits(call: &'a Call, room: &'a RoomId) -> Result<Self, ApiError> {
        let actor = call.actor(room)?;
        let query = call.api.runtime.query(room, move |room, _| {
            let audience = room.audience(&actor)?;
            Some((audience, room.history_floor(&actor)))
        });
        let (audience, floor) = query.await?.ok_or(ApiError::RoomNotFound)?;
        Ok(Self {
            call,
            room,
            audience,
            floor,
        })
    }

    /// Where it reads.
    pub(crate) fn room(&self) -> &RoomId {
        self.room
    }

    /// As whom.
    pub(super) fn audience(&self) -> &Audience {
        &self.audience
    }

    /// One message, as it stands.
    pub(crate) async fn message(&self, seq: Seq) -> Result<MessageView, ApiError> {
        let span = Span {
            after: seq - 1,
            before: Some(seq.saturating_add(1)),
            thread: None,
        };
        if seq <= self.floor {
            return Err(Reject::NoSuchMessage.into());
        }
        let held = self.query(move |room| room.message(seq)).await?;
        let found = match held {
            Some(message) => Some(message),
            None => self.first(span, 1).await?.0.pop(),
        };
        found.ok_or(Reject::NoSuchMessage.into())
    }

    /// What of a span is there for the caller.
    fn visible(&self, span: Span) -> Span {
        Span {
            after: span.after.max(self.floor),
            ..span
        }
    }

    /// The first messages of a span, and whether there are more.
    async fn first(&self, span: Span, limit: usize) -> Result<(Vec<MessageView>, bool), ApiError> {
        let span = self.visible(span);
        let page = self.query(move |room| room.first_messages(span, limit)).await?;
        if page.held_from.is_none() {
            return Ok((page.messages, page.more));
        }
        let page = self.logged(span, limit).await?;
        Ok((page.messages, page.more))
    }

    /// The last messages of a span, and whether there are older ones.
    async fn last(&self, span: Span, limit: usize) -> Result<(Vec<MessageView>, bool), ApiError> {
        let span = self.visible(span);
        let page = self.query(move |room| room.last_messages(span, limit)).await?;
        let Some(from) = page.held_from.filter(|_| !page.more) else {
            return Ok((page.messages, page.more));
        };
        let older = Span {
            before: Some(span.before.map_or(from, |before| before.min(from))),
            ..span
        };
        let (mut messages, more) = self.last_logged(older, limit - page.messages.len()).await?;
        messages.extend(page.messages);
        Ok((messages, more))
    }

    /// Whether a span has any message.
    async fn has(&self, span: Span) -> Result<bool, ApiError> {
        Ok(self.last(span, 0).await?.1)
    }

    /// The last messages of a span that has an end, from the log, and whether there are older ones.
    async fn last_logged(&self, span: Span, limit: usize) -> Result<(Vec<MessageView>, bool), ApiError> {
        if span.thread.is_some() {
            // A thread is no longer than what a room holds, and is read from its root, which may be far back.
            let mut messages = self.logged(span, KEPT).await?.messages;
            let older = messages.len().saturating_sub(limit);
            return Ok((messages.split_off(older), older > 0));
        }
        let mut backwards = Backwards::new(span, limit);
        let mut to = span.before.unwrap_or(Seq::MAX) - 1;
        while to > span.after && !backwards.is_done() {
            let after = to.saturating_sub(BLOCK).max(span.after);
            backwards.take(&self.block(after, to).await?);
            to = after;
        }
        match backwards.finish() {
            (Some(page), more) => Ok((self.logged(page, limit).await?.messages, more)),
            (None, more) => Ok((Vec::new(), more)),
        }
    }

    /// The first messages of a span, from the log.
    async fn logged(&self, span: Span, limit: usize) -> Result<Page, ApiError> {
        let mut history = History::new(span, limit);
        let start = span.after.max(span.thread.unwrap_or_default());
        self.walk(start, |entry| {
            history.take(entry);
            !history.is_settled()
        })
        .await?;
        let mut page = history.finish();
        page.messages = self
            .query(move |room| {
                let mut messages = page.messages.clone();
                room.correct_messages(&mut messages);
                messages
            })
            .await?;
        Ok(page)
    }

    /// Reads the log after a position, as long as `goes_on` says so.
    pub(super) async fn walk(&self, mut after: Seq, mut goes_on: impl FnMut(&Entry) -> bool) -> Result<(), ApiError> {
        loop {
            let entries = self.read(after, BLOCK).await?;
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.seq;
            if !entries.iter().all(&mut goes_on) {
                return Ok(());
            }
        }
    }

    /// The entries after a position and up to another.
    async fn block(&self, mut after: Seq, to: Seq) -> Result<Vec<Entry>, ApiError> {
        let mut block = Vec::new();
        while after < to {
            let mut entries = self.read(after, to - after).await?;
            let Some(last) = entries.last() else { break };
            after = last.seq;
            block.append(&mut entries);
        }
        Ok(block)
    }

    async fn read(&self, after: Seq, entries: u64) -> Result<Vec<Entry>, ApiError> {
        let limit = usize::try_from(entries.min(BLOCK)).expect("a block is small");
        Ok(self.call.api.runtime.read_log(self.room, after, limit).await?)
    }

    async fn query<T, F>(&self, read: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&trivium_engine::Room) -> T + Clone + Send + 'static,
    {
        Ok(self
            .call
            .api
            .runtime
            .query(self.room, move |room, _| read(room))
            .await?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trivium_engine::{
        Timestamp,
        chat::{
            Sent, fold,
            sealed::{Envelope, Sealed},
        },
        octets::{Blob, Octets},
    };

    use super::*;

    /// Messages 1 to `count`, each with this many bytes of ciphertext.
    fn sealed(count: u64, bytes: usize) -> Vec<MessageView> {
        let id = |text: &str| text.parse().expect("an id");
        let envelope = Envelope {
            user: id("ana"),
            device: "phone".parse().expect("an id"),
            key_number: 1,
            encapsulated: Octets([1; 32]),
            ciphertext: Blob(vec![0; bytes].into()),
        };
        let request = "q".parse().expect("an id");
        let one = Sealed::new(
            "phone".parse().expect("an id"),
            request,
            vec![envelope],
            Octets([0; 64]),
        );
        let one = Arc::new(one.expect("in order"));
        let entries: Vec<Entry> = (1..=count)
            .map(|seq| Entry {
                seq,
                at: Timestamp(seq),
                actor: None,
                request: None,
                event: trivium_engine::Event::Chat(
                    Sent {
                        sealed: Some(Arc::clone(&one)),
                        ..Sent::text(id("ana"), "Ana", "")
                    }
                    .into(),
                ),
            })
            .collect();
        fold(&entries)
    }

    #[test]
    fn a_page_of_ciphertexts_is_cut_at_its_far_end() {
        let big = SEALED_BYTES / 4;
        for (after, around, first, last, older, newer) in [
            (0, 0, 8, 10, true, false),
            (1, 0, 1, 3, false, true),
            (0, 5, 4, 6, true, true),
        ] {
            let (page, cut) = fitting(sealed(10, big), after, around);
            let ends = page.first().zip(page.last()).map(|(first, last)| (first.seq, last.seq));
            assert_eq!(ends, Some((first, last)));
            assert_eq!(cut, Cut { older, newer });
        }
        assert_eq!(fitting(sealed(10, 100), 0, 0).0.len(), 10);
        assert_eq!(
            fitting(sealed(1, 2 * SEALED_BYTES), 0, 0).0.len(),
            1,
            "one is always told"
        );
    }
}
