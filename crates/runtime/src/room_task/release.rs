//! The second half of a turn: what was decided is committed, and may leave.

use std::sync::Arc;

use trivium_engine::{Entry, Event, Observation, Reject, RoomEvent};
use trivium_store::StoreError;

use super::{RoomTask, Subscribe, Turn, millis};
use crate::{
    ExecuteError, codec,
    ring::{Item, Reader},
    subscription::{SnapshotReason, Start, Subscription},
};

impl RoomTask {
    /// Everything that was held back leaves. Never waits.
    pub(super) fn release(&mut self, turn: &mut Turn) {
        for (reply, result) in turn.replies.drain(..) {
            let _caller_gone = reply.send(result);
        }
        fail::fail_point!("room::after_reply");
        let now = self.clock.now();
        if !turn.entries.is_empty() {
            self.project(&turn.entries);
            let sized = turn.entries.drain(..).zip(turn.sizes.drain(..));
            let items: Vec<_> = sized.map(|(entry, size)| Arc::new(Item::new(entry, size))).collect();
            if self.ring.publish(&items) {
                self.wake_at.get_or_insert(now.max(self.next_wake));
            }
            self.progress(now);
        }
        for query in turn.queries.drain(..) {
            query(&self.room, now);
        }
        for subscribe in turn.subscribes.drain(..) {
            self.subscribe(subscribe);
        }
        if !self.signals.is_empty() && now >= self.next_tick {
            self.next_tick = now + millis(self.config.tick);
            let small = self.room.member_count() as usize <= self.config.presence_broadcast_members;
            self.ring.board.post(std::mem::take(&mut self.signals), small);
            self.wake_at.get_or_insert(now.max(self.next_wake));
        }
        if self.wake_at.is_some_and(|at| at <= now) {
            self.wake_at = None;
            if self.ring.waiters.len() > self.config.large_room {
                self.next_wake = now + millis(self.config.large_room_tick);
            }
            self.ring.wake_everyone();
        }
        if self.room.seq() - self.snapshot_seq >= self.config.snapshot_every {
            self.snapshot_seq = self.room.seq();
            let (store, room, snapshot) = (
                Arc::clone(&self.store),
                self.room.id().clone(),
                codec::snapshot(&self.room),
            );
            tokio::spawn(async move {
                if let Err(error) = store.save(&room, &snapshot).await {
                    tracing::warn!(%room, %error, "a snapshot was not saved");
                }
            });
        }
    }

    fn subscribe(&mut self, subscribe: Subscribe) {
        let Subscribe {
            actor,
            cursor,
            features,
            reply,
        } = subscribe;
        let Some(who) = self.room.audience(&actor) else {
            let refusal = if self.room.seq() == 0 {
                ExecuteError::NoSuchRoom
            } else {
                ExecuteError::Reject(Reject::NotMember)
            };
            let _caller_gone = reply.send(Err(refusal));
            return;
        };
        let Some(inbox) = self.self_sender.upgrade() else {
            return;
        };
        let head = self.room.seq();
        let reason = match cursor {
            None => Some(SnapshotReason::First),
            Some((epoch, _)) if epoch != self.room.epoch() => Some(SnapshotReason::EpochChanged),
            Some((_, seq)) if seq > head => Some(SnapshotReason::AheadOfLog),
            Some((_, seq)) if head - seq > self.config.max_catch_up => Some(SnapshotReason::TooFarBehind),
            Some(_) => None,
        };
        self.observe(&Observation::Connected(actor.user.clone()));
        let after = match (reason, cursor) {
            (None, Some((_, seq))) => seq,
            (Some(_), _) | (None, None) => head,
        };
        let start = match reason {
            None => Start::Resumed { head },
            Some(reason) => match self.room.view_for(&actor) {
                Some(view) => Start::Snapshot {
                    reason,
                    view: Box::new(view),
                },
                None => return,
            },
        };
        let reader = Reader {
            user: actor.user,
            who,
            features,
        };
        let subscription = Subscription::new(Arc::clone(&self.ring), inbox, Arc::clone(&self.store), reader, after);
        // A subscription that nobody takes is dropped, which takes the observation back.
        let _caller_gone = reply.send(Ok((start, subscription)));
    }

    /// Keeps the catalogue in step with what can be listed of the room. What a new room is called, it knows already.
    fn project(&self, entries: &[Arc<Entry>]) {
        for entry in entries {
            let (store, room) = (Arc::clone(&self.store), self.room.id().clone());
            match &entry.event {
                Event::Room(RoomEvent::Updated { settings }) => {
                    let title = settings.title.clone();
                    spawn_projection(async move { store.rename_room(&room, &title).await });
                }
                Event::Room(RoomEvent::Closed) => {
                    let at = entry.at;
                    spawn_projection(async move { store.close_room(&room, at).await });
                }
                // One that is used up still finds the room, which has to know who repeats a join.
                Event::Room(RoomEvent::InvitationRevoked { code }) => {
                    let code = code.clone();
                    spawn_projection(async move { store.delete_invitation(&code).await });
                }
                Event::Room(_) | Event::Quiz(_) | Event::Chat(_) => {}
            }
        }
    }
}

fn spawn_projection<F>(projection: F)
where
    F: Future<Output = Result<bool, StoreError>> + Send + 'static,
{
    tokio::spawn(async move {
        if let Err(error) = projection.await {
            tracing::warn!(%error, "the catalogue was not updated");
        }
    });
}
