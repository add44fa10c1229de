//! Who waits for a room to move, and who is woken by what.
//!
//! Waiters are sharded by user, so that an entry for one member takes one small lock, and threads seldom meet.

use std::{
    collections::HashMap,
    future::poll_fn,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Poll, Waker},
};

use trivium_engine::{Audience, UserId};

const SHARDS: usize = 8;

/// Whom something concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whom<'a> {
    /// Every waiter.
    Everyone,
    /// Hosts.
    Hosts,
    /// One member.
    Member(&'a UserId),
}

/// The waiters of a room.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    hosts: Mutex<Shard>,
    others: [Mutex<Shard>; SHARDS],
    count: AtomicUsize,
}

/// A place among the waiters; given back by [`Waiters::leave`].
#[derive(Debug)]
pub(crate) struct Place {
    /// `None` for hosts.
    shard: Option<usize>,
    slot: usize,
}

#[derive(Debug, Default)]
struct Shard {
    slots: Vec<Slot>,
    free: Vec<usize>,
    by_user: HashMap<UserId, Vec<usize>>,
}

#[derive(Debug, Default)]
struct Slot {
    user: Option<UserId>,
    waker: Option<Waker>,
}

impl Waiters {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count.load(Relaxed)
    }

    /// Takes a place.
    pub(crate) fn join(&self, who: &Audience) -> Place {
        let count = self.count.fetch_add(1, Relaxed);
        let (shard, user) = match who {
            Audience::Hosts => (None, None),
            Audience::Member(user) => (Some(shard_of(user)), Some(user.clone())),
            Audience::Observers => (Some(count % SHARDS), None),
        };
        let mut guard = self.shard(shard);
        let slot = guard.free.pop().unwrap_or_else(|| {
            guard.slots.push(Slot::default());
            guard.slots.len() - 1
        });
        if let Some(user) = &user {
            guard.by_user.entry(user.clone()).or_default().push(slot);
        }
        guard.slots[slot] = Slot { user, waker: None };
        Place { shard, slot }
    }

    /// Gives a place back.
    pub(crate) fn leave(&self, place: &Place) {
        let mut guard = self.shard(place.shard);
        let slot = std::mem::take(&mut guard.slots[place.slot]);
        if let Some(user) = slot.user
            && let Some(slots) = guard.by_user.get_mut(&user)
        {
            slots.retain(|other| *other != place.slot);
            if slots.is_empty() {
                guard.by_user.remove(&user);
            }
        }
        guard.free.push(place.slot);
        drop(guard);
        self.count.fetch_sub(1, Relaxed);
    }

    /// Waits: the waker is called once, at the next wake that concerns the place.
    pub(crate) fn park(&self, place: &Place, waker: &Waker) {
        let mut guard = self.shard(place.shard);
        let slot = &mut guard.slots[place.slot].waker;
        if !slot.as_ref().is_some_and(|parked| parked.will_wake(waker)) {
            *slot = Some(waker.clone());
        }
    }

    /// Moves the wakers of those concerned into `woken`.
    pub(crate) fn take(&self, whom: Whom<'_>, woken: &mut Vec<Waker>) {
        match whom {
            Whom::Everyone => {
                for shard in std::iter::once(None).chain((0..SHARDS).map(Some)) {
                    woken.extend(self.shard(shard).slots.iter_mut().filter_map(|slot| slot.waker.take()));
                }
            }
            Whom::Hosts => woken.extend(self.shard(None).slots.iter_mut().filter_map(|slot| slot.waker.take())),
            Whom::Member(user) => {
                let mut guard = self.shard(Some(shard_of(user)));
                let Shard { slots, by_user, .. } = &mut *guard;
                let own = by_user.get(user).into_iter().flatten();
                woken.extend(own.filter_map(|slot| slots[*slot].waker.take()));
            }
        }
    }

    fn shard(&self, shard: Option<usize>) -> MutexGuard<'_, Shard> {
        let mutex = shard.map_or(&self.hosts, |shard| &self.others[shard]);
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes in chunks and lets other tasks run in between, so that a large room makes nobody else late.
pub(crate) fn wake(mut woken: Vec<Waker>, chunk: usize) {
    if woken.len() <= chunk {
        woken.into_iter().for_each(Waker::wake);
        return;
    }
    tokio::spawn(async move {
        while !woken.is_empty() {
            let rest = woken.split_off(woken.len().min(chunk));
            woken.into_iter().for_each(Waker::wake);
            woken = rest;
            back_of_the_queue().await;
        }
    });
}

/// Lets everything run that is queued on this thread already.
///
/// `yield_now` comes back as soon as the thread has looked at its sockets, which may be before a chunk has run. Chunks pile up
/// beyond the thread's own queue then, and whoever is woken stands behind all of them in the one that threads share.
pub(crate) async fn back_of_the_queue() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// FNV-1a over the identifier.
fn shard_of(user: &UserId) -> usize {
    let hash = user.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    usize::try_from(hash % SHARDS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    };

    use tokio::sync::mpsc;

    use super::*;

    struct Count(AtomicUsize);
    impl std::task::Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    fn member(name: &str) -> Audience {
        Audience::Member(name.parse().expect("an id"))
    }

    #[test]
    fn each_wake_reaches_whom_it_concerns_once() {
        let waiters = Waiters::default();
        let watch = |who: &Audience| {
            let count = Arc::new(Count(AtomicUsize::new(0)));
            let place = waiters.join(who);
            waiters.park(&place, &Waker::from(count.clone()));
            (place, count)
        };
        let host = watch(&Audience::Hosts);
        let ana = watch(&member("ana"));
        let ana_too = watch(&member("ana"));
        let ben = watch(&member("ben"));
        let observer = watch(&Audience::Observers);
        let counts = || [&host, &ana, &ana_too, &ben, &observer].map(|(_, count)| count.0.load(SeqCst));

        let ana_id: UserId = "ana".parse().expect("an id");
        let call = |whom: Whom<'_>| {
            let mut woken = Vec::new();
            waiters.take(whom, &mut woken);
            wake(woken, 128);
        };
        call(Whom::Member(&ana_id));
        assert_eq!(counts(), [0, 1, 1, 0, 0]);
        call(Whom::Hosts);
        assert_eq!(counts(), [1, 1, 1, 0, 0]);
        call(Whom::Everyone);
        assert_eq!(counts(), [1, 1, 1, 1, 1], "who was woken has to park again");

        for (place, _) in [&host, &ana, &ana_too, &ben, &observer] {
            waiters.leave(place);
        }
        assert_eq!(waiters.len(), 0);
        let reused = waiters.join(&member("zoe"));
        assert_eq!(waiters.len(), 1);
        waiters.leave(&reused);
    }

    /// Whoever is woken from outside while a large room is, such as a session whose request has come in, does not stand behind
    /// all of it. Counted in tasks that had their turn between.
    #[test]
    fn a_large_room_makes_nobody_else_late() {
        const CHUNK: usize = 64;
        const WOKEN: usize = 300 * CHUNK;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .expect("a runtime");
        let polled = Arc::new(AtomicUsize::new(0));
        let (sender, mut parked) = mpsc::channel(WOKEN);
        for _ in 0..WOKEN {
            let (polled, sender) = (Arc::clone(&polled), sender.clone());
            let mut is_first = true;
            runtime.spawn(poll_fn(move |cx| {
                if std::mem::take(&mut is_first) {
                    let _test_over = sender.try_send(cx.waker().clone());
                    return Poll::Pending;
                }
                (0..2_000).for_each(|_| std::hint::spin_loop());
                polled.fetch_add(1, SeqCst);
                Poll::Ready(())
            }));
        }
        let (ask, mut asked) = mpsc::channel(1);
        let (counted, heard) = (Arc::clone(&polled), Arc::new(AtomicUsize::new(usize::MAX)));
        let answer = Arc::clone(&heard);
        runtime.spawn(async move {
            while asked.recv().await.is_some() {
                answer.store(counted.load(SeqCst), SeqCst);
            }
        });
        let woken: Vec<Waker> = (0..WOKEN).filter_map(|_| parked.blocking_recv()).collect();
        runtime.spawn(async move { wake(woken, CHUNK) });
        let mut longest = 0;
        while polled.load(SeqCst) < WOKEN / 2 {
            heard.store(usize::MAX, SeqCst);
            ask.blocking_send(()).expect("somebody listens");
            // Later than the wake, so that a thread that is held up here counts too little and not too much.
            let since = polled.load(SeqCst);
            while heard.load(SeqCst) == usize::MAX {
                std::thread::yield_now();
            }
            longest = longest.max(heard.load(SeqCst).saturating_sub(since));
        }
        assert!(longest <= 4 * CHUNK, "{longest} others went first");
    }
}
