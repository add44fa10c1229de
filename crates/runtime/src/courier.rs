//! The courier: carries what follows from entries of rooms into the inboxes of those whom it concerns.
//!
//! ```text
//!  RoomTask ── committed, something follows ──> Owed: room → from, to ──> courier: read log, ask the room, Notify in each inbox
//! ```
//!
//! Neighbours: [`room_task`](crate::room_task) says which entries it owes and saves no snapshot while it owes any; so a room that is
//! loaded after a crash finds them in its log, behind its snapshot, and hands them over again. `trivium_engine::inbox::follows` says
//! who should hear what, and an inbox recognises what it has been told. [`inboxes`](crate::inboxes) makes inboxes.
//!
//! Bounded by the rooms in memory: what is kept for each is two numbers, as the entries are in the log. A room whose entries
//! come faster than they are carried has a longer span, and nothing is dropped. What is older than [`STALE`] is news to nobody.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::sleep};
use trivium_engine::{
    Actor, Entry, InboxCommand, Millis, RequestId, RoomId, Seq, UserId,
    inbox::{Notification, follows},
};

use crate::{Caller, ExecuteError, Runtime};

/// Entries of a room that are looked at together.
const PAGE: usize = 256;
/// What is older is not told any more, such as what a server finds that has long been down.
const STALE: Millis = Millis::secs(24 * 60 * 60);
/// How long to wait before a delivery that failed is tried again.
const AGAIN: Duration = Duration::from_millis(500);
/// How often it is tried before the rest of the room waits for others.
const ATTEMPTS: usize = 5;

/// What rooms owe to inboxes. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Owed {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// For each room the first and the last entry from which something follows.
    spans: Mutex<BTreeMap<RoomId, (Seq, Seq)>>,
    more: Notify,
    stopped: AtomicBool,
}

impl Owed {
    /// From these entries of a room something follows.
    pub(crate) fn add(&self, room: &RoomId, first: Seq, last: Seq) {
        let mut spans = self.spans();
        let span = spans.entry(room.clone()).or_insert((first, last));
        *span = (span.0.min(first), span.1.max(last));
        drop(spans);
        self.shared.more.notify_one();
    }

    /// The courier may go home.
    pub(crate) fn stop(&self) {
        self.shared.stopped.store(true, Relaxed);
        self.shared.more.notify_one();
    }

    /// Whether a room owes anything.
    pub(crate) fn has(&self, room: &RoomId) -> bool {
        self.spans().contains_key(room)
    }

    /// The room after `after` that owes something, going round.
    fn next(&self, after: Option<&RoomId>) -> Option<(RoomId, Seq, Seq)> {
        let spans = self.spans();
        let following = after.and_then(|after| spans.iter().find(|(room, _)| *room > after));
        let (room, (first, last)) = following.or_else(|| spans.first_key_value())?;
        Some((room.clone(), *first, *last))
    }

    /// Everything up to this entry is delivered.
    fn settle(&self, room: &RoomId, through: Seq) {
        let mut spans = self.spans();
        if let Some(span) = spans.get_mut(room) {
            if span.1 <= through {
                spans.remove(room);
            } else {
                span.0 = span.0.max(through + 1);
            }
        }
    }

    fn spans(&self) -> MutexGuard<'_, BTreeMap<RoomId, (Seq, Seq)>> {
        self.shared.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs until the runtime stops.
pub(crate) async fn run(runtime: Runtime, owed: Owed) {
    let mut last: Option<RoomId> = None;
    while !owed.shared.stopped.load(Relaxed) {
        let Some((room, first, through)) = owed.next(last.as_ref()) else {
            owed.shared.more.notified().await;
            continue;
        };
        match carry(&runtime, &room, first, through).await {
            Ok(carried) => owed.settle(&room, carried),
            // What is owed stays in the log.
            Err(ExecuteError::ShuttingDown) => return,
            Err(ExecuteError::NoSuchRoom | ExecuteError::Reject(_) | ExecuteError::RequestReused) => {
                owed.settle(&room, through);
            }
            Err(error @ ExecuteError::Corrupt(_)) => {
                tracing::error!(%room, %error, "notifications of a room are lost");
                owed.settle(&room, through);
            }
            Err(error @ (ExecuteError::Overloaded { .. } | ExecuteError::Unavailable)) => {
                tracing::warn!(%room, %error, "notifications wait");
                sleep(AGAIN).await;
            }
        }
        last = Some(room);
    }
}

/// Delivers a page of what is owed; how far that is.
async fn carry(runtime: &Runtime, room: &RoomId, first: Seq, last: Seq) -> Result<Seq, ExecuteError> {
    let span = usize::try_from(last + 1 - first).unwrap_or(usize::MAX);
    let entries = runtime.read_log(room, first - 1, span.min(PAGE)).await?;
    let Some(through) = entries.last().map(|entry| entry.seq.min(last)) else {
        return Ok(last);
    };
    let now = runtime.clock().now();
    let entries: Arc<[Entry]> = entries
        .into_iter()
        .filter(|entry| now.since(entry.at) < STALE)
        .collect();
    let told = runtime.query(room, move |room, _| {
        let told = entries
            .iter()
            .map(|entry| (entry.seq, entry.actor.clone(), follows(room, entry)));
        told.collect::<Vec<_>>()
    });
    for (seq, sender, to) in told.await? {
        // What time alone brings about concerns nobody in particular.
        let Some(sender) = sender else { continue };
        for (user, notification) in to {
            deliver(runtime, room, seq, &sender, &user, notification).await?;
        }
    }
    Ok(through)
}

async fn deliver(
    runtime: &Runtime,
    room: &RoomId,
    seq: Seq,
    sender: &UserId,
    user: &UserId,
    notification: Notification,
) -> Result<(), ExecuteError> {
    let name = notification.actor_name.clone();
    let command = InboxCommand::Notify { notification };
    for attempt in 1.. {
        let caller = Caller {
            actor: Actor {
                user: sender.clone(),
                name: name.clone(),
                guest: false,
                // The room has decided that this is to be told, and the server tells it.
                global_host: true,
                grant: None,
            },
            request: request(room, seq),
            received_at: runtime.clock().now(),
            round_trip: None,
        };
        match runtime.tell(user, caller, command.clone()).await {
            Err(ExecuteError::Overloaded { .. } | ExecuteError::Unavailable) if attempt < ATTEMPTS => {
                sleep(AGAIN).await;
            }
            // One inbox that takes nothing must not keep the others waiting.
            Ok(_) | Err(ExecuteError::Reject(_) | ExecuteError::RequestReused | ExecuteError::NoSuchRoom) => {
                return Ok(());
            }
            Err(error @ ExecuteError::Corrupt(_)) => {
                tracing::error!(%user, %error, "an inbox cannot be read");
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// By what the inbox recognises a repeat; none for rooms whose name leaves no place for it, which the inbox recognises by what is
/// said.
fn request(room: &RoomId, seq: Seq) -> Option<RequestId> {
    format!("{room}.{seq}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str) -> RoomId {
        name.parse().expect("an id")
    }

    #[test]
    fn spans_grow_shrink_and_take_turns() {
        let owed = Owed::default();
        assert_eq!(owed.next(None), None);
        for (name, first, last) in [("a", 5, 5), ("a", 9, 9), ("b", 1, 2), ("a", 3, 4)] {
            owed.add(&room(name), first, last);
        }
        assert_eq!(owed.next(None), Some((room("a"), 3, 9)));
        assert_eq!(owed.next(Some(&room("a"))), Some((room("b"), 1, 2)));
        assert_eq!(owed.next(Some(&room("b"))), Some((room("a"), 3, 9)), "round");
        owed.settle(&room("a"), 6);
        assert_eq!(owed.next(Some(&room("b"))), Some((room("a"), 7, 9)));
        owed.settle(&room("a"), 9);
        assert!(!owed.has(&room("a")) && owed.has(&room("b")));
        owed.settle(&room("gone"), 9);
    }
}
