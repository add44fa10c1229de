//! Messages read from the log, for pages of what the state no longer holds.
//!
//! Whatever happens to a message happens while it is among the newest [`KEPT`], so a reader may stop that many messages
//! after its page. What happens later to pinned ones is known to the state, which corrects the page.
//!
//! A message that waited for a host is at the place where it was written, which the page keeps free for it; it is published
//! only while it would be among the newest. So pages may be shorter than asked for.
//!
//! Neighbours: [`chat`](super) has the same rules for the live messages; who reads the log is the shell.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{ChatEvent, KEPT, Page, Sent, Span, State};
use crate::{
    Entry, Event, MessageView, ModerationEvent, Seq, Timestamp,
    moderation::{MessageState, Quote},
};

/// One page of messages, gathered while the log passes by in order.
///
/// Give it the entries until it [is settled](Self::is_settled) or the log ends. It holds no more messages than the page.
#[derive(Debug, Clone)]
pub struct History {
    span: Span,
    limit: usize,
    page: State,
    /// Places of the page of messages that nobody sees, or not yet.
    free: BTreeSet<Seq>,
    /// Messages that are in threads of the page and not in the page themselves: the thread, and when they were sent. They are
    /// fewer than the page and what a room holds have places.
    answers: BTreeMap<Seq, (Seq, Timestamp)>,
    /// Whether nothing more comes into the page.
    full: bool,
    more: bool,
    /// Messages sent since the last one of the page.
    since: usize,
    /// Messages sent since the one whose thread is read.
    since_root: usize,
}

impl History {
    /// The first `limit` messages of a span.
    pub fn new(span: Span, limit: usize) -> Self {
        Self {
            span,
            limit,
            page: State::keeping(usize::MAX),
            free: BTreeSet::new(),
            answers: BTreeMap::new(),
            full: limit == 0,
            more: false,
            since: 0,
            since_root: 0,
        }
    }

    /// Takes in the next entry.
    pub fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Chat(ChatEvent::Sent(sent)) => self.sent(entry, sent),
            Event::Chat(event) => self.page.apply(entry.seq, entry.at, event),
            Event::Moderation(ModerationEvent::Held { sent, .. }) => {
                if self.takes(entry.seq, sent) {
                    self.free.insert(entry.seq);
                    self.since = 0;
                } else {
                    self.passed(entry.seq);
                }
            }
            Event::Moderation(ModerationEvent::Resolved {
                message,
                state,
                published,
                ..
            }) => self.resolved(entry.seq, *message, *state, published.as_deref()),
            Event::Room(_)
            | Event::Quiz(_)
            | Event::Receipt(_)
            | Event::Moderation(_)
            | Event::Activity(_)
            | Event::Inbox(_)
            | Event::Keys(_) => {}
        }
    }

    fn sent(&mut self, entry: &Entry, sent: &Sent) {
        self.page.answer(entry.at, sent);
        if self.takes(entry.seq, sent) {
            self.page.insert(entry.seq, entry.at, sent);
            self.since = 0;
            return;
        }
        self.answers(entry.seq, entry.at, sent);
        self.pushed(entry.seq);
        self.passed(entry.seq);
    }

    /// Counts a message that is not in the page, and that pushes those of the page towards the end of what is held.
    fn pushed(&mut self, seq: Seq) {
        let last = self.page.messages.keys().next_back().max(self.free.last());
        self.since += usize::from(last.is_none_or(|last| *last < seq));
        self.since_root += usize::from(self.span.thread.is_some_and(|root| root < seq));
    }

    /// Takes note that the log has come to a message that is not in the page, whether anybody sees it or not.
    fn passed(&mut self, seq: Seq) {
        let beyond = self.span.before.is_some_and(|before| before <= seq);
        // A thread goes on only while its root can be answered.
        self.full |= self.more || beyond || self.since_root >= KEPT;
    }

    /// Whether a message comes into the page.
    fn takes(&mut self, seq: Seq, sent: &Sent) -> bool {
        if self.full || !self.span.holds(seq, sent.thread) {
            return false;
        }
        let room = self.page.messages.len() + self.free.len() < self.limit;
        self.more |= !room;
        room
    }

    /// Takes note of a message that is not in the page, if it is in a thread of the page.
    fn answers(&mut self, seq: Seq, at: Timestamp, sent: &Sent) {
        let of_page = |root: &Seq| self.page.messages.contains_key(root) || self.free.contains(root);
        if let Some(root) = sent.thread.filter(of_page) {
            self.answers.insert(seq, (root, at));
        }
    }

    fn resolved(&mut self, by: Seq, message: Seq, state: MessageState, published: Option<&Quote>) {
        match (state, published) {
            (MessageState::Published, Some(quote)) => {
                if self.free.remove(&message) {
                    self.page.publish(message, quote, by);
                    let outside = self.answers.values().filter(|(root, _)| *root == message);
                    self.page.add_answers(message, outside.map(|(_, at)| *at));
                } else {
                    self.page.answer(quote.sent_at, &quote.sent);
                    self.answers(message, quote.sent_at, &quote.sent);
                    self.pushed(message);
                }
            }
            (MessageState::Archived, _) => {
                if self.page.withdraw(message).is_some() {
                    self.free.insert(message);
                } else {
                    if let Some((root, _)) = self.answers.remove(&message) {
                        self.page.lose_answer(root);
                    }
                    // One fewer that pushed those of the page towards the end of what is held.
                    self.since = self.since.saturating_sub(1);
                    self.since_root = self.since_root.saturating_sub(1);
                }
            }
            (MessageState::Published | MessageState::Pending | MessageState::Rejected, _) => {}
        }
    }

    /// Whether nothing that follows can change the page.
    pub fn is_settled(&self) -> bool {
        self.full && self.since >= KEPT
    }

    /// The page.
    pub fn finish(self) -> Page {
        Page {
            messages: self.page.within(Span::default()).collect(),
            more: self.more,
            held_from: None,
        }
    }
}

/// Where a page from the end of a span begins, found while the log is read backwards in blocks.
#[derive(Debug, Clone)]
pub struct Backwards {
    span: Span,
    limit: usize,
    /// The newest messages of the span, at most one more than the page has; oldest first.
    found: VecDeque<Seq>,
}

impl Backwards {
    /// The last `limit` messages of a span.
    pub fn new(span: Span, limit: usize) -> Self {
        Self {
            span,
            limit,
            found: VecDeque::new(),
        }
    }

    /// Takes in a block of entries, in order, that ends where the last one began.
    pub fn take(&mut self, block: &[Entry]) {
        for entry in block.iter().rev() {
            let sent = match &entry.event {
                Event::Chat(ChatEvent::Sent(sent)) | Event::Moderation(ModerationEvent::Held { sent, .. }) => sent,
                Event::Room(_)
                | Event::Quiz(_)
                | Event::Chat(_)
                | Event::Receipt(_)
                | Event::Moderation(_)
                | Event::Activity(_)
                | Event::Inbox(_)
                | Event::Keys(_) => continue,
            };
            if self.span.holds(entry.seq, sent.thread) && !self.is_done() {
                self.found.push_front(entry.seq);
            }
        }
    }

    /// Whether the beginning is found, and whether there are older messages too.
    pub fn is_done(&self) -> bool {
        self.found.len() > self.limit
    }

    /// The span of the page alone, and whether there are older messages; none if the page is empty.
    pub fn finish(mut self) -> (Option<Span>, bool) {
        let more = self.is_done();
        if more {
            self.found.pop_front();
        }
        let page = self.found.front().map(|first| Span {
            after: first - 1,
            ..self.span
        });
        (page, more)
    }
}

/// All messages sent in a slice of the log, oldest first, as they stand after it.
pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<MessageView> {
    let mut history = History::new(Span::default(), usize::MAX);
    for entry in entries {
        history.take(entry);
    }
    history.finish().messages
}
