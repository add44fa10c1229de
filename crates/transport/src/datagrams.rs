//! Sending and receiving application datagrams from inside a call, and answering the clock's.
//!
//! A WebTransport call finds a [`Datagrams`] among its request extensions. Sending is fire and forget. Receiving belongs to one
//! call of a session at a time, which claims the [`Inbox`]; nobody listening, datagrams are dropped on arrival. The codec is
//! [`datagram`](crate::datagram); the session loop in [`bridge`](crate::bridge) feeds this.
//!
//! Bounds: [`INBOX_CAPACITY`] datagrams wait in an inbox, the oldest dropped first; [`PING_BURST`] pings are answered at once and
//! [`PINGS_PER_SECOND`] after that, the rest are dropped.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::datagram::{Datagram, FIRST_APPLICATION_KIND, MAX_LEN};
use crate::session::{DatagramError, Session};

/// Datagrams that wait in an inbox.
pub const INBOX_CAPACITY: usize = 64;
/// Pings that a session may send at once.
pub const PING_BURST: u32 = 512;
/// Pings that a session may send every second in the long run.
pub const PINGS_PER_SECOND: u32 = 100;

/// The datagram side of a session; cheap to clone.
#[derive(Clone)]
pub struct Datagrams(Arc<Shared>);

type SendFn = dyn Fn(&[u8]) -> Result<(), DatagramError> + Send + Sync;

struct Shared {
    send: Box<SendFn>,
    inbox: Mutex<Queue>,
    arrived: Notify,
}

#[derive(Default)]
struct Queue {
    claimed: bool,
    closed: bool,
    waiting: VecDeque<(u8, Bytes)>,
}

impl std::fmt::Debug for Datagrams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Datagrams").finish_non_exhaustive()
    }
}

impl Datagrams {
    pub(crate) fn new<S: Session>(session: S) -> Self {
        Self(Arc::new(Shared {
            send: Box::new(move |datagram| session.send_datagram(datagram)),
            inbox: Mutex::default(),
            arrived: Notify::new(),
        }))
    }

    /// Queues a datagram and returns at once; when the session's send buffer is full the oldest in it is dropped.
    ///
    /// # Errors
    /// [`DatagramError`]; nothing was sent.
    pub fn try_send(&self, kind: u8, body: &[u8]) -> Result<(), DatagramError> {
        if kind < FIRST_APPLICATION_KIND {
            return Err(DatagramError::ReservedKind);
        }
        if body.len() >= MAX_LEN {
            return Err(DatagramError::TooLarge);
        }
        let body = Bytes::copy_from_slice(body);
        (self.0.send)(&Datagram::Application { kind, body }.encode())
    }

    /// Takes the session's inbox until the returned value is dropped; `None` while another call has it.
    pub fn claim_inbox(&self) -> Option<Inbox> {
        let claimed = &mut self.0.queue().claimed;
        (!std::mem::replace(claimed, true)).then(|| Inbox(self.clone()))
    }

    /// Delivers what came from the peer.
    pub(crate) fn deliver(&self, kind: u8, body: Bytes) {
        let mut queue = self.0.queue();
        if !queue.claimed {
            return;
        }
        if queue.waiting.len() == INBOX_CAPACITY {
            queue.waiting.pop_front();
        }
        queue.waiting.push_back((kind, body));
        drop(queue);
        self.0.arrived.notify_one();
    }

    /// The session is gone.
    pub(crate) fn close(&self) {
        self.0.queue().closed = true;
        self.0.arrived.notify_one();
    }
}

impl Shared {
    fn queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        // Every critical section leaves the queue whole, so a panic elsewhere does not spoil it.
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The receiving end of a session's application datagrams, held by one call at a time.
#[derive(Debug)]
pub struct Inbox(Datagrams);

impl Inbox {
    /// The next datagram as kind and body; `None` once the session is gone. Cancel-safe.
    pub async fn recv(&mut self) -> Option<(u8, Bytes)> {
        loop {
            {
                let mut queue = self.0.0.queue();
                if let Some(next) = queue.waiting.pop_front() {
                    return Some(next);
                }
                if queue.closed {
                    return None;
                }
            }
            self.0.0.arrived.notified().await;
        }
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let mut queue = self.0.0.queue();
        queue.claimed = false;
        queue.waiting.clear();
    }
}

/// Answers pings at a bounded rate.
#[derive(Debug)]
pub(crate) struct Ponger {
    tokens: f64,
    last: Instant,
}

impl Ponger {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            tokens: f64::from(PING_BURST),
            last: now,
        }
    }

    /// The answer to a ping that arrived at `now`, or `None` above the rate. `wall` goes into the answer.
    pub(crate) fn answer(&mut self, seq: u64, t_client: u64, now: Instant, wall: SystemTime) -> Option<Datagram> {
        let earned = now.duration_since(self.last).as_secs_f64() * f64::from(PINGS_PER_SECOND);
        self.tokens = (self.tokens + earned).min(f64::from(PING_BURST));
        self.last = now;
        if self.tokens < 1.0 {
            return None;
        }
        self.tokens -= 1.0;
        let since_epoch = wall.duration_since(UNIX_EPOCH).unwrap_or_default();
        let t_server = u64::try_from(since_epoch.as_micros()).unwrap_or(u64::MAX);
        Some(Datagram::Pong {
            seq,
            t_client,
            t_server,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn pings_are_answered_at_a_bounded_rate() {
        let start = Instant::now();
        let wall = UNIX_EPOCH + Duration::from_micros(7);
        let mut ponger = Ponger::new(start);
        let mut answered = |after: Duration, pings: u32| {
            (0..pings)
                .filter(|_| ponger.answer(1, 2, start + after, wall).is_some())
                .count()
        };
        assert_eq!(answered(Duration::ZERO, 10_000), PING_BURST as usize);
        assert_eq!(answered(Duration::from_secs(1), 10_000), PINGS_PER_SECOND as usize);
        assert_eq!(answered(Duration::from_hours(1), 10_000), PING_BURST as usize);
        let pong = Ponger::new(start).answer(1, 2, start, wall);
        assert_eq!(
            pong,
            Some(Datagram::Pong {
                seq: 1,
                t_client: 2,
                t_server: 7
            })
        );
    }

    fn unconnected() -> Datagrams {
        Datagrams(Arc::new(Shared {
            send: Box::new(|_| Ok(())),
            inbox: Mutex::default(),
            arrived: Notify::new(),
        }))
    }

    #[tokio::test]
    async fn an_inbox_keeps_the_newest() {
        let datagrams = unconnected();
        datagrams.deliver(0x10, Bytes::from("nobody listens"));
        let mut inbox = datagrams.claim_inbox().unwrap();
        assert!(datagrams.claim_inbox().is_none(), "one at a time");
        for n in 0..=u8::try_from(INBOX_CAPACITY).unwrap() {
            datagrams.deliver(0x10, Bytes::from(vec![n]));
        }
        assert_eq!(
            inbox.recv().await,
            Some((0x10, Bytes::from(vec![1]))),
            "the oldest was dropped"
        );
        drop(inbox);
        let mut inbox = datagrams.claim_inbox().unwrap();
        datagrams.close();
        assert_eq!(inbox.recv().await, None);
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        let datagrams = unconnected();
        assert_eq!(datagrams.try_send(0x0f, b""), Err(DatagramError::ReservedKind));
        assert_eq!(datagrams.try_send(0x10, &[0; MAX_LEN]), Err(DatagramError::TooLarge));
        assert_eq!(datagrams.try_send(0x10, &[0; MAX_LEN - 1]), Ok(()));
    }
}
