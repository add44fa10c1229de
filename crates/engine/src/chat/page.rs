//! Pages of the messages that are held.
//!
//! Neighbours: [`history`](super::history) reads those that are not; who puts both together is whoever reads the log.

use super::State;
use crate::{Seq, Timestamp, view::MessageView};

/// Which messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Only those after this one.
    pub after: Seq,
    /// Only those before this one.
    pub before: Option<Seq>,
    /// Only those in the thread of this one, which itself is not part of it.
    pub thread: Option<Seq>,
}

/// Messages, oldest first, and what is around them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// As they stand.
    pub messages: Vec<MessageView>,
    /// Whether the span goes on: older ones for a page from its end, newer ones for a page from its beginning.
    pub more: bool,
    /// Where the messages begin that are held, if the span reaches beyond: what the page lacks is in the log only.
    pub held_from: Option<Seq>,
}

impl Span {
    /// Whether it has the message.
    pub fn holds(&self, seq: Seq, thread: Option<Seq>) -> bool {
        self.after < seq
            && self.before.is_none_or(|before| seq < before)
            && self.thread.is_none_or(|root| thread == Some(root))
    }
}

impl State {
    /// The last messages of a span.
    pub(crate) fn last(&self, span: Span, limit: usize) -> Page {
        let mut held = self.within(span).rev();
        let mut messages: Vec<_> = held.by_ref().take(limit).collect();
        messages.reverse();
        Page {
            messages,
            more: held.next().is_some(),
            held_from: self.missing(span),
        }
    }

    /// The first messages of a span, if all of it is held; see [`Page::held_from`].
    pub(crate) fn first(&self, span: Span, limit: usize) -> Page {
        let mut held = self.within(span);
        Page {
            messages: held.by_ref().take(limit).collect(),
            more: held.next().is_some(),
            held_from: self.missing(span),
        }
    }

    /// The pinned messages, newest pin first.
    pub(crate) fn pinned(&self) -> Vec<MessageView> {
        let pins = self.pins.iter().rev();
        pins.filter_map(|seq| Some(self.get(*seq)?.view(*seq))).collect()
    }

    /// What is known of messages that were read from the log, which may lack what happened late to pinned ones.
    pub(crate) fn correct(&self, messages: &mut [MessageView]) {
        for view in messages {
            if let Some(message) = self.get(view.seq) {
                *view = message.view(view.seq);
            } else {
                view.pinned_at = None;
                if let Some(at) = self.late.get(&view.seq) {
                    view.redact(*at);
                }
            }
        }
    }

    pub(super) fn within(&self, span: Span) -> impl DoubleEndedIterator<Item = MessageView> + '_ {
        let to = span.before.unwrap_or(Seq::MAX).max(span.after);
        self.messages
            .range(span.after..to)
            .filter(move |(seq, message)| span.holds(**seq, message.thread))
            .map(|(seq, message)| message.view(*seq))
    }

    /// Where the held ones begin, if the span may have some that are not.
    fn missing(&self, span: Span) -> Option<Seq> {
        let from = *self.messages.keys().next().filter(|_| self.more)?;
        let after = span.thread.unwrap_or_default().max(span.after);
        (after.saturating_add(1) < from).then_some(from)
    }
}

impl MessageView {
    /// As of a message that is known to be deleted.
    fn redact(&mut self, at: Timestamp) {
        self.text.clear();
        self.mentions = super::Mentions::default();
        self.attachments.clear();
        self.link = None;
        self.question = None;
        self.sealed = None;
        self.reactions.clear();
        self.pinned_at = None;
        self.deleted_at = Some(at);
    }
}
