//! The task that owns one loaded room: one loop over one closed enum.
//!
//! A turn takes what is waiting, decides and applies it, appends all of it at once, and only then releases replies,
//! views and entries. If the append fails, the turn is dropped and the task ends; the room is loaded again from the store.

mod input;
mod release;

use std::{collections::BTreeMap, pin::pin, sync::Arc, time::Duration};

use rand::rngs::StdRng;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};
use trivium_engine::{
    Command, Cx, Entry, Event, Millis, Observation, QuizCommand, RequestId, Room, RoomEvent, Signal, SignalKey,
    Timestamp, UserId, quiz,
};
use trivium_store::{Append, AppendError, Projection, Record, Store, Writer};

pub(crate) use input::{Answer, Input, Outcome, Query, Subscribe};
pub use input::{Caller, Done};

use crate::{
    Clock, ExecuteError, RuntimeConfig, codec,
    codes::Known,
    common::Parts,
    courier::Owed,
    projection,
    ring::Ring,
    snapshots::{self, SinceSnapshot},
};

/// Rounds of `settle` in one turn. The engine needs a few; more would be a bug, and must not hang the room.
const MAX_SETTLE_ROUNDS: usize = 64;

pub(crate) struct RoomTask {
    pub(crate) room: Room,
    pub(crate) inbox: mpsc::Receiver<Input>,
    pub(crate) self_sender: mpsc::WeakSender<Input>,
    pub(crate) ring: Arc<Ring>,
    pub(crate) writer: Writer,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Clock,
    pub(crate) config: Arc<RuntimeConfig>,
    pub(crate) rng: StdRng,
    pub(crate) since: SinceSnapshot,
    /// When one that is due is made.
    pub(crate) snapshot_at: Option<Timestamp>,
    /// Where it is told which entries concern inboxes; none where there are none.
    pub(crate) owed: Option<Owed>,
    /// Time of the newest entry; entries never go back in time.
    pub(crate) last_at: Timestamp,
    pub(crate) round_trips: BTreeMap<UserId, Millis>,
    pub(crate) signals: BTreeMap<SignalKey, Signal>,
    pub(crate) last_progress: Option<Signal>,
    /// When to look how far the answers are, since some may have come.
    pub(crate) progress_at: Option<Timestamp>,
    /// Whether others than hosts are told how many are present, and not who.
    pub(crate) counts_only: bool,
    /// For hosts and for others, as last told.
    pub(crate) last_counts: Option<[(u32, u32); 2]>,
    pub(crate) next_tick: Timestamp,
    /// When subscribers of a large room are woken for what is published already.
    pub(crate) wake_at: Option<Timestamp>,
    pub(crate) next_wake: Timestamp,
    pub(crate) used_at: Timestamp,
    /// Leads here, as long as the room is open.
    pub(crate) code: Option<Known>,
    /// What the newest snapshots have in common.
    pub(crate) parts: Parts,
    /// The next deadline as of the last `settle`. Finding it looks at every player, so it is not asked for per command.
    pub(crate) due: Option<Timestamp>,
}

type Reply = (oneshot::Sender<Answer>, Answer);

/// What a turn made, held back until it is committed.
#[derive(Default)]
struct Turn {
    entries: Vec<Arc<Entry>>,
    /// What the entries change in the directory.
    projections: Vec<Projection>,
    /// Stored size of each entry, once appended.
    sizes: Vec<usize>,
    replies: Vec<Reply>,
    queries: Vec<Query>,
    subscribes: Vec<Subscribe>,
    stop: bool,
}

impl RoomTask {
    /// Runs until it is stopped, unused for long, or an append fails.
    pub(crate) async fn run(mut self) {
        // Kept from turn to turn: to begin to wait, and to cease, takes a lock that all tasks share.
        let mut timer = pin!(sleep_until(Instant::now()));
        loop {
            let wake = self.next_wake();
            if let Some(at) = wake.map(|at| self.clock.instant(at))
                && at != timer.deadline()
            {
                timer.as_mut().reset(at);
            }
            let first = tokio::select! {
                // Every turn settles what is due, so inputs that come first hold no deadline up; and with the order
                // fixed, a simulation can be repeated.
                biased;
                input = self.inbox.recv() => input.unwrap_or(Input::Stop),
                () = timer.as_mut(), if wake.is_some() => Input::Wake,
            };
            let mut turn = self.turn(first);
            if !turn.entries.is_empty()
                && let Err(error) = self.append(&mut turn).await
            {
                self.fail(turn, &error);
                return;
            }
            fail::fail_point!("room::before_release");
            let stop = turn.stop;
            self.release(&mut turn).await;
            if stop || self.is_unused() && self.drained() {
                self.save_snapshot().await;
                return;
            }
        }
    }

    /// When something is to be done even if nobody asks for anything.
    fn next_wake(&self) -> Option<Timestamp> {
        let posted = (!self.signals.is_empty()).then_some(self.next_tick);
        let progress = self.progress_at.map(|at| at.max(self.next_tick));
        let unload = self.may_unload().then(|| self.used_at + self.idle());
        let presence = self.room.next_presence_deadline();
        let parts = self.parts.kept_until();
        let snapshot = self.next_snapshot();
        let due = [
            self.due,
            presence,
            posted,
            progress,
            self.wake_at,
            parts,
            snapshot,
            unload,
        ];
        due.into_iter().flatten().min()
    }

    /// Takes `first` and what else is waiting, and decides all of it.
    fn turn(&mut self, first: Input) -> Turn {
        let mut turn = Turn::default();
        self.take(first, &mut turn);
        for _ in 1..self.config.batch {
            let Ok(input) = self.inbox.try_recv() else { break };
            self.take(input, &mut turn);
        }
        let now = self.clock.now();
        self.settle(now, &mut turn);
        let signals = self.room.settle_presence(now);
        self.post(signals);
        if turn.stop {
            for event in self.room.parting(now) {
                self.record(now, None, None, event, &mut turn);
            }
        }
        turn
    }

    fn take(&mut self, input: Input, turn: &mut Turn) {
        match input {
            Input::Command { command, caller, reply } => {
                let result = self.decide(&command, &caller, turn);
                turn.replies.push((reply, result));
            }
            Input::Query(query) => turn.queries.push(query),
            Input::Subscribe(subscribe) => turn.subscribes.push(subscribe),
            Input::Observe(observation) => self.observe(&observation),
            Input::RoundTrip { user, round_trip } => {
                if self.room.member(&user).is_some() {
                    self.round_trips.insert(user, round_trip);
                }
                return;
            }
            Input::Wake => return,
            Input::Stop => turn.stop = true,
        }
        self.used_at = self.clock.now();
    }

    fn decide(&mut self, command: &Command, caller: &Caller, turn: &mut Turn) -> Result<Outcome, ExecuteError> {
        let head = self.room.seq();
        if let Some(request) = &caller.request
            && let Some(made) = self.room.replayed(&caller.actor.user, request)
        {
            return Ok(Outcome {
                head,
                made: Some(made),
                replayed: true,
            });
        }
        // Stamped when it came in, not when its turn came: a busy room costs nobody time. Never before the newest entry.
        let now = caller.received_at.max(self.last_at);
        if self.due.is_some_and(|due| due <= now) {
            self.settle(now, turn);
        }
        let room_round_trip = sets_an_opening(command).then(|| self.room_round_trip()).flatten();
        let mut cx = Cx {
            now,
            actor: &caller.actor,
            round_trip: caller.round_trip,
            room_round_trip,
            rng: &mut self.rng,
        };
        let events = match self.room.decide(command, &mut cx) {
            Ok(events) => events,
            Err(reject) => {
                if let Some(event) = self.room.refused(&reject, &cx) {
                    self.record(now, Some(&caller.actor.user), None, event, turn);
                }
                return Err(reject.into());
            }
        };
        let first = self.room.seq() + 1;
        let sets_deadlines = events.iter().any(sets_deadlines);
        for event in events {
            self.record(now, Some(&caller.actor.user), caller.request.as_ref(), event, turn);
        }
        let last = self.room.seq();
        if sets_deadlines {
            self.settle(now, turn);
        }
        Ok(Outcome {
            head: last,
            made: (first <= last).then_some(first..=last),
            replayed: false,
        })
    }

    fn settle(&mut self, now: Timestamp, turn: &mut Turn) {
        for _ in 0..MAX_SETTLE_ROUNDS {
            let events = self.room.settle(now);
            if events.is_empty() {
                self.due = self.room.next_deadline();
                return;
            }
            for event in events {
                self.record(now, None, None, event, turn);
            }
        }
        tracing::error!(room = %self.room.id(), "the room does not settle");
    }

    fn record(
        &mut self,
        at: Timestamp,
        actor: Option<&UserId>,
        request: Option<&RequestId>,
        event: Event,
        turn: &mut Turn,
    ) {
        self.last_at = self.last_at.max(at);
        let entry = Entry {
            seq: self.room.seq() + 1,
            at: self.last_at,
            actor: actor.cloned(),
            request: request.cloned(),
            event,
        };
        if let Event::Room(RoomEvent::MemberLeft { user, .. }) = &entry.event {
            // What was to be told of somebody who may be back before it is.
            self.signals.remove(&SignalKey::Presence(user.clone()));
            self.signals.remove(&SignalKey::Unseen(user.clone()));
        }
        self.room.apply(&entry);
        projection::of(&self.room, &entry, &mut turn.projections);
        turn.entries.push(Arc::new(entry));
    }

    fn observe(&mut self, observation: &Observation) {
        let signals = self.room.observe(observation, self.clock.now());
        self.post(signals);
    }

    /// 95th percentile of the newest round trips of those who are in the room.
    fn room_round_trip(&mut self) -> Option<Millis> {
        let room = &self.room;
        self.round_trips.retain(|user, _| room.member(user).is_some());
        let mut sorted: Vec<Millis> = self.round_trips.values().copied().collect();
        sorted.sort_unstable();
        let last = sorted.len().checked_sub(1)?;
        Some(sorted[last * 95 / 100])
    }

    async fn append(&mut self, turn: &mut Turn) -> Result<(), AppendError> {
        let records: Vec<_> = turn.entries.iter().map(|entry| codec::record(entry)).collect();
        turn.sizes = records.iter().map(Record::size).collect();
        let append = Append {
            room: self.room.id().clone(),
            after: turn.entries[0].seq - 1,
            owner: self.config.owner,
            records,
            projections: std::mem::take(&mut turn.projections),
        };
        self.writer.append(append).await
    }

    /// Posts how far the answers are, if that has changed. Not for every answer, as it looks at every player.
    fn progress(&mut self, now: Timestamp) {
        self.progress_at = None;
        let progress = self.room.progress(now);
        if progress != self.last_progress {
            self.last_progress.clone_from(&progress);
            self.post(progress.into_iter().collect());
        }
    }

    fn post(&mut self, signals: Vec<Signal>) {
        for signal in signals {
            if let Signal::Presence(presence) = &signal {
                // It is newer, and where it is not all there is, what only some may see follows.
                self.signals.remove(&SignalKey::Unseen(presence.user.clone()));
            }
            self.signals.insert(signal.key(), signal);
        }
    }

    fn fail(self, turn: Turn, error: &AppendError) {
        match error {
            AppendError::Conflict { head } => {
                tracing::warn!(room = %self.room.id(), head, "another writer owns the log; loading again");
            }
            AppendError::Unavailable(_) | AppendError::Invalid(_) | AppendError::Closed => {
                tracing::error!(room = %self.room.id(), %error, "an append failed; loading again");
            }
        }
        for (reply, _) in turn.replies {
            let _caller_gone = reply.send(Err(ExecuteError::Unavailable));
        }
    }

    /// Whether nobody listens and time alone brings nothing about.
    fn may_unload(&self) -> bool {
        self.ring.waiters.len() == 0 && self.due.is_none() && self.room.next_presence_deadline().is_none()
    }

    fn is_unused(&self) -> bool {
        self.may_unload() && self.clock.now() >= self.used_at + self.idle()
    }

    /// Whether inboxes have not yet heard of everything. A snapshot would hide it from who loads the room next.
    fn owes(&self) -> bool {
        self.owed.as_ref().is_some_and(|owed| owed.has(self.room.id()))
    }

    /// Closes the inbox; true if nothing slipped in before. What did is carried out in further turns first.
    fn drained(&mut self) -> bool {
        self.inbox.close();
        self.inbox.is_empty()
    }

    async fn save_snapshot(&self) {
        if self.since.is_behind(self.room.seq()) && !self.owes() {
            let (store, room) = (Arc::clone(&self.store), self.room.id().clone());
            snapshots::save(store, room, codec::snapshot(&self.room)).await;
        }
    }

    fn idle(&self) -> Millis {
        millis(self.config.idle_unload)
    }
}

fn millis(span: Duration) -> Millis {
    Millis(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}

/// Whether the command may schedule an opening, whose lead depends on the round trips in the room.
fn sets_an_opening(command: &Command) -> bool {
    match command {
        Command::Quiz(
            QuizCommand::Start | QuizCommand::Advance { .. } | QuizCommand::Resume | QuizCommand::Skip { .. },
        ) => true,
        Command::Quiz(
            QuizCommand::Load { .. }
            | QuizCommand::Answer { .. }
            | QuizCommand::ReportLoaded { .. }
            | QuizCommand::Pause
            | QuizCommand::Extend { .. }
            | QuizCommand::SetAutoAdvance { .. }
            | QuizCommand::End,
        )
        | Command::Room(_)
        | Command::Chat(_)
        | Command::Receipt(_)
        | Command::Moderation(_)
        | Command::Activity(_)
        | Command::Inbox(_)
        | Command::Keys(_) => false,
    }
}

/// Whether what follows an event by time alone may be due before the end of the turn. Answers and messages are many and
/// move no deadline closer than that.
fn sets_deadlines(event: &Event) -> bool {
    match event {
        Event::Quiz(quiz::Event::AnswerAccepted { .. } | quiz::Event::MediaLoaded { .. }) | Event::Chat(_) => false,
        Event::Quiz(_)
        | Event::Room(_)
        | Event::Receipt(_)
        | Event::Moderation(_)
        | Event::Activity(_)
        | Event::Inbox(_)
        | Event::Keys(_) => true,
    }
}
