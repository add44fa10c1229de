//! Live sessions: who is connected under which session id, and how far away they are.
//!
//! A session outlives its connections: the next stream that shows its resume token takes it over, and the older stream,
//! if it still stands, is ended. What a session hears needs no memory here: the client brings its cursors.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{Acquire, Relaxed, Release},
        },
    },
};

use tokio_util::sync::CancellationToken;
use trivium_engine::{Millis, UserId};

/// Round trips that a session remembers, and of which the lower quartile counts.
const WINDOW: usize = 8;
/// Unanswered pings that a session remembers.
const MAX_PINGS: usize = 16;

/// The live sessions of this node.
#[derive(Debug, Default)]
pub struct Sessions {
    live: Mutex<HashMap<String, Arc<Session>>>,
    draining: CancellationToken,
}

/// One live session.
#[derive(Debug)]
pub struct Session {
    /// Its identifier.
    pub id: String,
    user: Mutex<Option<UserId>>,
    superseded: AtomicBool,
    /// Its stream has to end. A child of the one of all.
    ended: CancellationToken,
    round_trips: Mutex<RoundTrips>,
    next_ping: AtomicU64,
}

/// Why the stream of a session has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Another stream has taken the session over.
    Superseded,
    /// The server is going away.
    Draining,
}

#[derive(Debug, Default)]
struct RoundTrips {
    /// When each unanswered ping was sent, in microseconds.
    sent: BTreeMap<u64, u64>,
    newest: VecDeque<Millis>,
}

impl Sessions {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Begins a session, or takes one over: a stream that held it is ended.
    pub fn open(&self, id: String, user: Option<UserId>) -> Arc<Session> {
        let session = Arc::new(Session {
            id: id.clone(),
            user: Mutex::new(user),
            superseded: AtomicBool::new(false),
            ended: self.draining.child_token(),
            round_trips: Mutex::default(),
            next_ping: AtomicU64::new(1),
        });
        if let Some(older) = self.lock().insert(id, Arc::clone(&session)) {
            *session.round_trips() = std::mem::take(&mut *older.round_trips());
            session.next_ping.store(older.next_ping.load(Relaxed), Relaxed);
            older.superseded.store(true, Release);
            older.ended.cancel();
        }
        session
    }

    /// Ends a session, unless another stream has taken it over.
    pub fn close(&self, session: &Arc<Session>) {
        let mut live = self.lock();
        if live
            .get(&session.id)
            .is_some_and(|current| Arc::ptr_eq(current, session))
        {
            live.remove(&session.id);
        }
    }

    /// The session of that id, if it is `user`'s.
    pub fn find(&self, id: &str, user: &UserId) -> Option<Arc<Session>> {
        let session = self.lock().get(id).cloned()?;
        (session.user().as_ref() == Some(user)).then_some(session)
    }

    /// Tells every stream, and every one that comes, that the server is going away.
    pub fn drain(&self) {
        self.draining.cancel();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Whose it is; nobody's before a guest has joined.
    pub fn user(&self) -> Option<UserId> {
        self.user.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A guest has become somebody.
    pub fn set_user(&self, user: UserId) {
        *self.user.lock().unwrap_or_else(PoisonError::into_inner) = Some(user);
    }

    /// Resolves when its stream has to end.
    pub async fn ended(&self) -> Ending {
        self.ended.cancelled().await;
        if self.superseded.load(Acquire) {
            Ending::Superseded
        } else {
            Ending::Draining
        }
    }

    /// A new ping, sent at `now` microseconds.
    pub fn ping(&self, now: u64) -> u64 {
        let id = self.next_ping.fetch_add(1, Relaxed);
        let mut round_trips = self.round_trips();
        if round_trips.sent.len() == MAX_PINGS {
            round_trips.sent.pop_first();
        }
        round_trips.sent.insert(id, now);
        id
    }

    /// A ping came back at `now` microseconds. Returns the round trip; none for pings that are not waited for.
    pub fn pong(&self, id: u64, now: u64) -> Option<Millis> {
        let mut round_trips = self.round_trips();
        let sent = round_trips.sent.remove(&id)?;
        let round_trip = Millis(now.saturating_sub(sent) / 1_000);
        if round_trips.newest.len() == WINDOW {
            round_trips.newest.pop_front();
        }
        round_trips.newest.push_back(round_trip);
        Some(round_trip)
    }

    /// Lower quartile of the newest round trips, if any was measured.
    pub fn round_trip(&self) -> Option<Millis> {
        let round_trips = self.round_trips();
        let mut sorted: Vec<Millis> = round_trips.newest.iter().copied().collect();
        drop(round_trips);
        sorted.sort_unstable();
        let last = sorted.len().checked_sub(1)?;
        Some(sorted[last / 4])
    }

    fn round_trips(&self) -> MutexGuard<'_, RoundTrips> {
        self.round_trips.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_are_measured_by_the_server_and_the_lower_quartile_counts() {
        let sessions = Sessions::default();
        let session = sessions.open("s".into(), None);
        assert_eq!(session.round_trip(), None);
        assert_eq!(session.pong(1, 5_000), None, "nobody asked");
        for (ms, expected) in [
            (80, 80),
            (10, 10),
            (40, 10),
            (20, 10),
            (30, 20),
            (90, 20),
            (95, 20),
            (99, 20),
            (98, 20),
        ] {
            let ping = session.ping(1_000_000);
            assert_eq!(session.pong(ping, 1_000_000 + ms * 1_000), Some(Millis(ms)));
            assert_eq!(session.pong(ping, 9_000_000), None, "a ping counts once");
            assert_eq!(session.round_trip(), Some(Millis(expected)), "after {ms}");
        }
    }

    #[tokio::test]
    async fn a_session_that_is_taken_over_tells_the_older_stream_and_keeps_what_it_measured() {
        let sessions = Sessions::default();
        let ana: UserId = "ana".parse().expect("an id");
        let older = sessions.open("s".into(), Some(ana.clone()));
        let ping = older.ping(0);
        older.pong(ping, 7_000);
        let newer = sessions.open("s".into(), Some(ana.clone()));
        assert_eq!(older.ended().await, Ending::Superseded);
        assert_eq!(newer.round_trip(), Some(Millis(7)));
        sessions.close(&older);
        assert!(
            sessions.find("s", &ana).is_some(),
            "the older stream must not end the newer one"
        );
        assert!(sessions.find("s", &"ben".parse().expect("an id")).is_none());
        sessions.drain();
        assert_eq!(newer.ended().await, Ending::Draining);
        assert_eq!(older.ended().await, Ending::Superseded, "it stays that");
        let late = sessions.open("late".into(), None);
        assert_eq!(late.ended().await, Ending::Draining);
        sessions.close(&newer);
        sessions.close(&late);
        assert!(sessions.is_empty());
    }
}
