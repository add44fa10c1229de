//! The second half of a turn: what was decided is committed, and may leave.

use std::{sync::Arc, task::Waker, time::Duration};

use trivium_engine::{
    Audience, Entry, Event, HistoryPolicy, Observation, Reject, RoomEvent, Signal, Timestamp, inbox::follows,
};

use super::{Reply, RoomTask, Subscribe, Turn, millis};
use crate::{
    ExecuteError, codec,
    ring::{Item, Reader},
    snapshots::{CALM, SinceSnapshot, save},
    subscription::{SnapshotReason, Start, Subscription},
    waiters::back_of_the_queue,
};

impl RoomTask {
    /// Everything that was held back leaves. Waits for nobody, but lets others have their turn.
    pub(super) async fn release(&mut self, turn: &mut Turn) {
        let mut woken = Vec::new();
        let now = self.clock.now();
        if !turn.entries.is_empty() {
            self.owe(&turn.entries);
            self.forget_those_who_left(&turn.entries);
            if self.room.is_closed() {
                self.code = None;
            }
            turn.sizes.iter().for_each(|size| self.since.wrote(*size));
            let sized = turn.entries.drain(..).zip(turn.sizes.drain(..));
            let items: Vec<_> = sized.map(|(entry, size)| Arc::new(Item::new(entry, size))).collect();
            if self.ring.publish(&items, &mut woken) {
                self.wake_at.get_or_insert(now.max(self.next_wake));
            }
            self.expect_progress(now);
        }
        self.tell(std::mem::take(&mut turn.replies), woken).await;
        fail::fail_point!("room::after_reply");
        let now = self.clock.now();
        for query in turn.queries.drain(..) {
            query(&self.room, now);
        }
        for subscribe in turn.subscribes.drain(..) {
            self.subscribe(subscribe, now);
        }
        self.parts.settle(now);
        self.count_presences();
        if now >= self.next_tick {
            self.tick(now);
        }
        if self.wake_at.is_some_and(|at| at <= now) {
            self.wake_at = None;
            if self.ring.waiters.len() > self.config.large_room {
                self.next_wake = now + millis(self.config.large_room_tick);
            }
            self.ring.wake_everyone();
        }
        if self.since.is_due(self.room.seq(), self.config.snapshot_every) {
            self.snapshot_at.get_or_insert(now + CALM);
        }
        if self.next_snapshot().is_some_and(|at| at <= now) {
            self.snapshot_at = None;
            self.begin_snapshot();
        }
    }

    /// Replies, and wakes those whom alone the entries concern, as many at a time as the thread has places for in its own queue.
    /// Of more, those who have a reply would stand behind those who have an event, and nearly everybody has both, which then
    /// leave one after the other.
    async fn tell(&self, replies: Vec<Reply>, woken: Vec<Waker>) {
        let (mut replies, mut woken) = (replies.into_iter(), woken.into_iter());
        loop {
            for (reply, result) in replies.by_ref().take(self.config.wake_chunk) {
                let _caller_gone = reply.send(result);
            }
            woken.by_ref().take(self.config.wake_chunk).for_each(Waker::wake);
            if replies.len() == 0 && woken.len() == 0 {
                return;
            }
            back_of_the_queue().await;
        }
    }

    /// When a snapshot is to be made, if one is due and nothing stands against it.
    pub(super) fn next_snapshot(&self) -> Option<Timestamp> {
        let at = self.snapshot_at?;
        let calm = !self.room.is_answering() || self.since.is_overdue(self.room.seq(), self.config.snapshot_every);
        (calm && !self.owes()).then_some(at)
    }

    fn begin_snapshot(&mut self) {
        let snapshot = codec::snapshot(&self.room);
        self.since = SinceSnapshot::new(snapshot.seq, snapshot.body.len());
        tokio::spawn(save(Arc::clone(&self.store), self.room.id().clone(), snapshot));
    }

    /// How far the answers are is told a tick after the first that came, and not at once: when all come at once, everybody would
    /// hear of one of them, and then of all.
    fn expect_progress(&mut self, now: Timestamp) {
        self.progress_at = if self.room.is_answering() {
            self.progress_at.or_else(|| Some(now + millis(self.tick_length())))
        } else {
            None
        };
    }

    /// Signals leave, if there are any.
    fn tick(&mut self, now: Timestamp) {
        if self.progress_at.is_some_and(|at| at <= now) {
            self.progress(now);
        }
        if !self.signals.is_empty() {
            self.next_tick = now + millis(self.tick_length());
            self.ring
                .board
                .post(std::mem::take(&mut self.signals), self.counts_only);
            self.wake_at.get_or_insert(now.max(self.next_wake));
        }
    }

    /// How long signals wait for those that come after them.
    fn tick_length(&self) -> Duration {
        let sessions = u32::try_from(self.ring.waiters.len()).unwrap_or(u32::MAX);
        let share = Duration::from_secs(1) * sessions / self.config.signals_per_second.max(1);
        share.min(self.config.longest_tick).max(self.config.tick)
    }

    fn forget_those_who_left(&self, entries: &[Arc<Entry>]) {
        for entry in entries {
            if let Event::Room(RoomEvent::MemberLeft { user, .. }) = &entry.event {
                self.ring.board.forget(user);
            }
        }
    }

    /// Tells how many are present where not everybody hears of everybody. A room that has become small again tells all of
    /// all once; it counts as small at three quarters of the bound, so that one who comes and goes does not cost that
    /// each time.
    fn count_presences(&mut self) {
        let (members, bound) = (
            self.room.member_count() as usize,
            self.config.presence_broadcast_members,
        );
        if self.counts_only && members <= bound / 4 * 3 {
            self.counts_only = false;
            self.last_counts = None;
            let all = self.room.presences(&Audience::Observers, None, None, bound);
            self.post(all.into_iter().map(Signal::Presence).collect());
        }
        self.counts_only |= members > bound;
        if !self.counts_only {
            return;
        }
        let counts = [Audience::Hosts, Audience::Observers].map(|who| self.room.presence_counts(&who));
        if self.last_counts != Some(counts) {
            self.last_counts = Some(counts);
            let signal = |((online, away), truth)| Signal::PresenceCounts { online, away, truth };
            self.post(counts.into_iter().zip([true, false]).map(signal).collect());
        }
    }

    fn subscribe(&mut self, subscribe: Subscribe, now: Timestamp) {
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
        let floor = self.room.history_floor(&actor);
        let reason = match cursor {
            None => Some(SnapshotReason::First),
            Some((epoch, _)) if epoch != self.room.epoch() => Some(SnapshotReason::EpochChanged),
            Some((_, seq)) if seq > head => Some(SnapshotReason::AheadOfLog),
            Some((_, seq)) if seq < floor.max(self.room.gone().through()) => Some(SnapshotReason::Hidden),
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
            // Where only counts are told, nobody would tell the receiver when the presence of others changes.
            Some(reason) => {
                let everybody = !self.counts_only || who == Audience::Hosts;
                let own = self.room.own_view(&actor, &who, everybody);
                Start::Snapshot {
                    reason,
                    common: self.parts.of(&self.room, &who, &own, now),
                    view: Box::new(own.view),
                }
            }
        };
        let resumed = reason.is_none();
        let reader = Reader {
            user: actor.user,
            who,
            features,
            history: self
                .room
                .settings()
                .map_or_else(HistoryPolicy::default, |settings| settings.policy.history),
            floor,
        };
        let subscription = Subscription::new(
            Arc::clone(&self.ring),
            inbox,
            Arc::clone(&self.store),
            reader,
            after,
            resumed,
        );
        // A subscription that nobody takes is dropped, which takes the observation back.
        let _caller_gone = reply.send(Ok((start, subscription)));
    }

    /// Tells the courier which entries concern users who may not be looking.
    fn owe(&self, entries: &[Arc<Entry>]) {
        let Some(owed) = &self.owed else { return };
        let mut concern = entries.iter().filter(|entry| !follows(&self.room, entry).is_empty());
        if let Some(first) = concern.next() {
            let last = concern.next_back().unwrap_or(first);
            owed.add(self.room.id(), first.seq, last.seq);
        }
    }
}
