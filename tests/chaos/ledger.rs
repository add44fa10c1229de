//! What people saw and what they were told, against the log.
//!
//! A [`View`] is right if between two resets it has every event that its audience may see, each once and in order.
//! A [`Ledger`] is right if what was acknowledged is in the log once, what was refused is not, and everything else is in
//! it at most once.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use trivium_client::{
    Client, Error, SessionEvent,
    proto::v1::{Cursor, ListEventsRequest, ResetReason, RoomEvent, room_event::Event},
};

/// What somebody saw of one room.
#[derive(Debug, Default)]
pub(crate) struct View {
    epoch: u64,
    segments: Vec<Segment>,
}

/// What was seen since a reset.
#[derive(Debug)]
struct Segment {
    /// The position of the snapshot.
    after: u64,
    reason: ResetReason,
    events: Vec<RoomEvent>,
}

impl View {
    /// Takes what a session tells.
    pub(crate) fn take(&mut self, event: &SessionEvent) {
        match event {
            SessionEvent::Reset { snapshot, reason, .. } => {
                let cursor = snapshot.cursor.clone().unwrap_or_default();
                self.epoch = cursor.epoch;
                self.segments.push(Segment {
                    after: cursor.seq,
                    reason: *reason,
                    events: Vec::new(),
                });
            }
            SessionEvent::Event(event) => {
                let segment = self.segments.last_mut().expect("a snapshot comes first");
                segment.events.push((**event).clone());
            }
            SessionEvent::Gap { .. } | SessionEvent::SubscriptionEnded { .. } | SessionEvent::Stopped { .. } => {
                panic!("{event:?}");
            }
            _ => {}
        }
    }

    /// Where to go on; none before the first snapshot.
    pub(crate) fn cursor(&self, room: &str) -> Option<Cursor> {
        let segment = self.segments.last()?;
        Some(Cursor {
            room_id: room.to_owned(),
            epoch: self.epoch,
            seq: segment.events.last().map_or(segment.after, |last| last.seq),
        })
    }

    /// Compares with everything that this audience may see.
    pub(crate) fn check(&self, who: &str, log: &[RoomEvent]) {
        let newest = log.last().map_or(0, |event| event.seq);
        for (n, segment) in self.segments.iter().enumerate() {
            let is_last = n + 1 == self.segments.len();
            let through = if is_last {
                newest
            } else {
                segment.events.last().map_or(segment.after, |last| last.seq)
            };
            let expected = log
                .iter()
                .filter(|event| event.seq > segment.after && event.seq <= through);
            let seen: Vec<u64> = segment.events.iter().map(|event| event.seq).collect();
            let due: Vec<u64> = expected.clone().map(|event| event.seq).collect();
            assert_eq!(seen, due, "{who}: events after {}", segment.after);
            assert!(expected.eq(&segment.events), "{who}: an event differs from the log");
            assert!(
                n == 0 || segment.reason != ResetReason::First,
                "{who}: a cursor was not taken up"
            );
        }
    }
}

/// What people asked for, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Vec<Asked>>);

/// One command.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) what: What,
    /// The position of what it made, or why there is none.
    pub(crate) outcome: Result<u64, Error>,
}

/// What can be found again in the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// A text that nobody else writes.
    Said(String),
    /// The answer of a user to a question.
    Answered(String, u32),
}

/// How much of what was asked had which end.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) acknowledged: usize,
    pub(crate) refused: usize,
    pub(crate) unknown: usize,
}

impl Ledger {
    pub(crate) fn note(&self, what: What, outcome: Result<u64, Error>) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(Asked { what, outcome });
    }

    /// Compares with the log as hosts see it.
    pub(crate) fn check(&self, log: &[RoomEvent]) -> Tally {
        let mut made: BTreeMap<What, Vec<u64>> = BTreeMap::new();
        for event in log {
            let what = match &event.event {
                Some(Event::MessageSent(sent)) => What::Said(sent.message.clone().unwrap_or_default().text),
                Some(Event::AnswerAccepted(accepted)) => What::Answered(accepted.user_id.clone(), accepted.index),
                _ => continue,
            };
            made.entry(what).or_default().push(event.seq);
        }
        let twice = made.iter().find(|(_, seqs)| seqs.len() > 1);
        assert!(twice.is_none(), "happened more than once: {twice:?}");
        let mut tally = Tally::default();
        for Asked { what, outcome } in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let found = made.get(what).map(|seqs| seqs[0]);
            match outcome {
                Ok(seq) => {
                    assert_eq!(found, Some(*seq), "{what:?} was acknowledged");
                    tally.acknowledged += 1;
                }
                Err(Error::Rejected(rejection)) if rejection.code != tonic::Code::Unavailable => {
                    assert_eq!(found, None, "{what:?} was refused: {rejection}");
                    assert!(is_a_rule(&rejection.reason), "{what:?}: {rejection}");
                    tally.refused += 1;
                }
                Err(_) => tally.unknown += 1,
            }
        }
        tally
    }
}

/// Refusals that the scenarios can bring about. Anything else would be an accident of the way.
fn is_a_rule(reason: &str) -> bool {
    matches!(
        reason,
        "QUESTION_CLOSED" | "QUESTION_NOT_OPEN" | "WRONG_PHASE" | "NO_SUCH_QUESTION"
    )
}

/// Everything in the log that the client may see, and checks that its numbers grow.
pub(crate) async fn log(client: &Client, room: &str) -> Vec<RoomEvent> {
    let mut events: Vec<RoomEvent> = Vec::new();
    let mut after = Cursor {
        room_id: room.to_owned(),
        ..Cursor::default()
    };
    loop {
        let request = ListEventsRequest {
            after: Some(after.clone()),
            page_size: 1_000,
        };
        let page = client.rooms().list_events(request).await.expect("the log can be read");
        let page = page.into_inner();
        events.extend(page.events);
        after = page.through.expect("a page says how far it goes");
        if page.at_head {
            break;
        }
    }
    assert!(events.is_sorted_by(|a, b| a.seq < b.seq), "the log is in order");
    events
}
