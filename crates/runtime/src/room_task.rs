//! The task that owns one loaded room: one loop over one closed enum.
//!
//! A turn takes what is waiting, decides and applies it, appends all of it at once, and only then releases replies,
//! views and entries. If the append fails, the turn is dropped and the task ends; the room is loaded again from the store.

use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc, time::Duration};

use rand::rngs::StdRng;
use tokio::sync::{mpsc, oneshot};
use trivium_engine::{
    Actor, Command, Cx, Entry, Event, Millis, Observation, QuizCommand, RequestId, Room, RoomEvent, Seq, Signal,
    SignalKey, Timestamp, UserId, quiz,
};
use trivium_store::{Append, AppendError, Record, Store, Writer};

use crate::{
    Clock, ExecuteError, RuntimeConfig, codec,
    ring::{Features, Item, Reader, Ring},
    subscription::{SnapshotReason, Start, Subscription},
};

/// Rounds of `settle` in one turn. The engine needs a few; more would be a bug, and must not hang the room.
const MAX_SETTLE_ROUNDS: usize = 64;

/// Who sends a command, and how it came.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// The request id, by which a retry is recognised.
    pub request: Option<RequestId>,
    /// When the server received it.
    pub received_at: Timestamp,
    /// Lower quartile of the newest round trips that the server measured on the caller's connection.
    pub round_trip: Option<Millis>,
}

/// A command was carried out, now or by an earlier request with the same id, and is in the log.
#[derive(Debug, Clone)]
pub struct Done {
    /// The newest entry that it made, or where the log stood if nothing had to change.
    pub seq: Seq,
    /// The entries that it made.
    pub entries: Vec<Arc<Entry>>,
    /// Whether an earlier request made them.
    pub replayed: bool,
}

/// What becomes of a command.
pub(crate) type Answer = Result<Outcome, ExecuteError>;

/// What a room's task takes in.
pub(crate) enum Input {
    Command {
        command: Command,
        caller: Caller,
        reply: oneshot::Sender<Answer>,
    },
    Query(Query),
    Subscribe(Subscribe),
    Observe(Observation),
    RoundTrip {
        user: UserId,
        round_trip: Millis,
    },
    /// Time has come for something.
    Wake,
    Stop,
}

/// Runs on the committed state.
pub(crate) type Query = Box<dyn FnOnce(&Room, Timestamp) + Send>;

pub(crate) struct Subscribe {
    pub(crate) actor: Actor,
    /// Epoch and position.
    pub(crate) cursor: Option<(u64, Seq)>,
    pub(crate) features: Features,
    pub(crate) reply: oneshot::Sender<Result<(Start, Subscription), ExecuteError>>,
}

/// A command's entries by number; fetched by the caller if they are not at hand.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) head: Seq,
    pub(crate) made: Option<RangeInclusive<Seq>>,
    pub(crate) replayed: bool,
}

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
    pub(crate) snapshot_seq: Seq,
    /// Time of the newest entry; entries never go back in time.
    pub(crate) last_at: Timestamp,
    pub(crate) round_trips: BTreeMap<UserId, Millis>,
    pub(crate) signals: BTreeMap<SignalKey, Signal>,
    pub(crate) last_progress: Option<Signal>,
    pub(crate) next_tick: Timestamp,
    /// When subscribers of a large room are woken for what is published already.
    pub(crate) wake_at: Option<Timestamp>,
    pub(crate) next_wake: Timestamp,
    pub(crate) used_at: Timestamp,
    /// The next deadline as of the last `settle`. Finding it looks at every player, so it is not asked for per command.
    pub(crate) due: Option<Timestamp>,
}

/// What a turn made, held back until it is committed.
#[derive(Default)]
struct Turn {
    entries: Vec<Arc<Entry>>,
    /// Stored size of each entry, once appended.
    sizes: Vec<usize>,
    replies: Vec<(oneshot::Sender<Answer>, Answer)>,
    queries: Vec<Query>,
    subscribes: Vec<Subscribe>,
    stop: bool,
}

impl RoomTask {
    /// Runs until it is stopped, unused for long, or an append fails.
    pub(crate) async fn run(mut self) {
        loop {
            let wake = self.next_wake();
            let first = tokio::select! {
                input = self.inbox.recv() => input.unwrap_or(Input::Stop),
                () = self.clock.sleep_until(wake) => Input::Wake,
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
            self.release(&mut turn);
            if stop || self.is_unused() && self.drained() {
                self.save_snapshot().await;
                return;
            }
        }
    }

    /// When something is to be done even if nobody asks for anything.
    fn next_wake(&self) -> Option<Timestamp> {
        let tick = (!self.signals.is_empty()).then_some(self.next_tick);
        let unload = self.may_unload().then(|| self.used_at + self.idle());
        let due = [self.due, self.room.next_presence_deadline(), tick, self.wake_at, unload];
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
        let mut cx = Cx {
            now,
            actor: &caller.actor,
            round_trip: caller.round_trip,
            room_round_trip: sets_an_opening(command)
                .then(|| percentile_95(&self.round_trips))
                .flatten(),
            rng: &mut self.rng,
        };
        let events = self.room.decide(command, &mut cx)?;
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
        self.room.apply(&entry);
        turn.entries.push(Arc::new(entry));
    }

    fn observe(&mut self, observation: &Observation) {
        let signals = self.room.observe(observation, self.clock.now());
        self.post(signals);
    }

    async fn append(&mut self, turn: &mut Turn) -> Result<(), AppendError> {
        let records: Vec<_> = turn.entries.iter().map(|entry| codec::record(entry)).collect();
        turn.sizes = records.iter().map(Record::size).collect();
        let append = Append {
            room: self.room.id().clone(),
            after: turn.entries[0].seq - 1,
            owner: self.config.owner,
            records,
        };
        self.writer.append(append).await
    }

    /// Everything that was held back leaves. Never waits.
    fn release(&mut self, turn: &mut Turn) {
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
                ExecuteError::Reject(trivium_engine::Reject::NotMember)
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

    /// Keeps the catalogue in step with what can be listed of the room.
    fn project(&self, entries: &[Arc<Entry>]) {
        for entry in entries {
            let Event::Room(RoomEvent::Updated { settings } | RoomEvent::Created { settings }) = &entry.event else {
                if matches!(&entry.event, Event::Room(RoomEvent::Closed)) {
                    let (store, room, at) = (Arc::clone(&self.store), self.room.id().clone(), entry.at);
                    spawn_projection(async move { store.close_room(&room, at).await });
                }
                continue;
            };
            let (store, room, title) = (Arc::clone(&self.store), self.room.id().clone(), settings.title.clone());
            spawn_projection(async move { store.rename_room(&room, &title).await });
        }
    }

    fn progress(&mut self, now: Timestamp) {
        let progress = self.room.progress(now);
        if progress != self.last_progress {
            self.last_progress.clone_from(&progress);
            self.post(progress.into_iter().collect());
        }
    }

    fn post(&mut self, signals: Vec<Signal>) {
        self.signals
            .extend(signals.into_iter().map(|signal| (signal.key(), signal)));
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

    /// Closes the inbox; true if nothing slipped in before. What did is carried out in further turns first.
    fn drained(&mut self) -> bool {
        self.inbox.close();
        self.inbox.is_empty()
    }

    async fn save_snapshot(&self) {
        if self.room.seq() > self.snapshot_seq
            && let Err(error) = self.store.save(self.room.id(), &codec::snapshot(&self.room)).await
        {
            tracing::warn!(room = %self.room.id(), %error, "a snapshot was not saved");
        }
    }

    fn idle(&self) -> Millis {
        millis(self.config.idle_unload)
    }
}

fn spawn_projection<F>(projection: F)
where
    F: Future<Output = Result<bool, trivium_store::StoreError>> + Send + 'static,
{
    tokio::spawn(async move {
        if let Err(error) = projection.await {
            tracing::warn!(%error, "the catalogue was not updated; loading the room again will");
        }
    });
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
        | Command::Chat(_) => false,
    }
}

/// Whether what follows an event by time alone may be due before the end of the turn. Answers and messages are many and
/// move no deadline closer than that.
fn sets_deadlines(event: &Event) -> bool {
    match event {
        Event::Quiz(quiz::Event::AnswerAccepted { .. } | quiz::Event::MediaLoaded { .. }) | Event::Chat(_) => false,
        Event::Quiz(_) | Event::Room(_) => true,
    }
}

fn percentile_95(round_trips: &BTreeMap<UserId, Millis>) -> Option<Millis> {
    let mut sorted: Vec<Millis> = round_trips.values().copied().collect();
    sorted.sort_unstable();
    let last = sorted.len().checked_sub(1)?;
    Some(sorted[last * 95 / 100])
}
