//! Commands that have no answer yet, in the order in which they were given.
//!
//! Pure, and generic in what a command is; `driver` sends and resolves. A command leaves the outbox
//! exactly once: with its answer, or when the session ends. A lost connection only marks what was sent as to be sent
//! again.

use std::collections::BTreeMap;

use tokio::time::Instant;

/// How a command may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Changes something: sent in the order given.
    pub ordered: bool,
    /// Is worth nothing after a lost connection, such as "is typing".
    pub fleeting: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Sent,
    Deferred(Instant),
}

#[derive(Debug)]
struct Entry<T> {
    command: T,
    kind: Kind,
    state: State,
    tries: u32,
}

/// The outbox.
#[derive(Debug)]
pub struct Outbox<T> {
    entries: BTreeMap<u64, Entry<T>>,
    capacity: usize,
    sent: usize,
}

impl<T> Outbox<T> {
    /// Takes at most `capacity` commands.
    pub const fn new(capacity: usize) -> Self {
        Self {
            entries: BTreeMap::new(),
            capacity,
            sent: 0,
        }
    }

    /// Commands without an answer.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether everything is answered.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a command under an id higher than all before it; gives it back when the outbox is full.
    pub fn push(&mut self, id: u64, command: T, kind: Kind) -> Result<(), T> {
        if self.entries.len() >= self.capacity {
            return Err(command);
        }
        self.entries.insert(
            id,
            Entry {
                command,
                kind,
                state: State::Waiting,
                tries: 0,
            },
        );
        Ok(())
    }

    /// The next command to send, if fewer than `window` are under way. `serial` keeps ordered commands from
    /// overtaking each other where the road does not keep their order: at most one of them is under way at a time.
    /// Call [`sent`](Self::sent) for it.
    pub fn next(&self, now: Instant, window: usize, serial: bool) -> Option<(u64, &T)> {
        if self.sent >= window {
            return None;
        }
        let mut blocked = false;
        for (id, entry) in &self.entries {
            let waits = match entry.state {
                State::Waiting => false,
                State::Sent => serial,
                State::Deferred(until) => until > now,
            };
            if entry.state != State::Sent && !waits && !(blocked && entry.kind.ordered) {
                return Some((*id, &entry.command));
            }
            // What was put off keeps its place before whatever came after it, on every road.
            blocked |= waits && entry.kind.ordered;
        }
        None
    }

    /// Notes that a command is under way.
    pub fn sent(&mut self, id: u64) {
        if let Some(entry) = self.entries.get_mut(&id)
            && entry.state != State::Sent
        {
            entry.state = State::Sent;
            entry.tries = entry.tries.saturating_add(1);
            self.sent += 1;
        }
    }

    /// The command that an answer belongs to; `None` if it has been answered.
    pub fn take(&mut self, id: u64) -> Option<T> {
        let entry = self.entries.remove(&id)?;
        self.sent -= usize::from(entry.state == State::Sent);
        Some(entry.command)
    }

    /// Puts a command off until `until`, to be sent again; `false` if it was tried `tries` times, or is answered or
    /// fleeting.
    pub fn defer(&mut self, id: u64, until: Instant, tries: u32) -> bool {
        let Some(entry) = self
            .entries
            .get_mut(&id)
            .filter(|entry| entry.tries < tries && !entry.kind.fleeting)
        else {
            return false;
        };
        self.sent -= usize::from(entry.state == State::Sent);
        entry.state = State::Deferred(until);
        true
    }

    /// The earliest time for which a command was put off.
    pub fn next_at(&self) -> Option<Instant> {
        let until = |entry: &Entry<T>| match entry.state {
            State::Deferred(until) => Some(until),
            State::Waiting | State::Sent => None,
        };
        self.entries.values().filter_map(until).min()
    }

    /// The connection is gone: everything is to be sent again. Returns the commands that are not worth it.
    pub fn disconnected(&mut self) -> Vec<T> {
        for entry in self.entries.values_mut().filter(|entry| !entry.kind.fleeting) {
            entry.state = State::Waiting;
        }
        self.sent = 0;
        self.entries
            .extract_if(.., |_, entry| entry.kind.fleeting)
            .map(|(_, entry)| entry.command)
            .collect()
    }

    /// Drops commands that were never sent and that nobody waits for any more.
    pub fn forget_unsent(&mut self, forsaken: impl Fn(&T) -> bool) {
        self.entries
            .retain(|_, entry| entry.tries > 0 || !forsaken(&entry.command));
    }

    /// Everything, in order; the outbox is empty after that.
    pub fn drain(&mut self) -> impl Iterator<Item = T> + use<T> {
        self.sent = 0;
        std::mem::take(&mut self.entries)
            .into_values()
            .map(|entry| entry.command)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const COMMAND: Kind = Kind {
        ordered: true,
        fleeting: false,
    };
    const QUERY: Kind = Kind {
        ordered: false,
        fleeting: false,
    };
    const TYPING: Kind = Kind {
        ordered: false,
        fleeting: true,
    };

    fn with(kinds: &[Kind]) -> Outbox<u64> {
        let mut outbox = Outbox::new(kinds.len());
        for (id, kind) in (1..).zip(kinds) {
            outbox.push(id, id, *kind).expect("there is room");
        }
        outbox
    }

    fn send_all(outbox: &mut Outbox<u64>, now: Instant, window: usize, serial: bool) -> Vec<u64> {
        let mut sent = Vec::new();
        while let Some((id, _)) = outbox.next(now, window, serial) {
            outbox.sent(id);
            sent.push(id);
        }
        sent
    }

    #[test]
    fn a_full_outbox_gives_the_command_back() {
        let mut outbox = with(&[COMMAND, COMMAND]);
        assert_eq!(outbox.push(3, 3, COMMAND), Err(3));
        assert_eq!(outbox.take(1), Some(1));
        assert_eq!(outbox.push(3, 3, COMMAND), Ok(()));
    }

    #[test]
    fn the_window_and_the_order_are_kept() {
        let now = Instant::now();
        for (serial, window, expected) in [
            (false, 2, vec![1, 2]),
            (false, 9, vec![1, 2, 3, 4]),
            (true, 9, vec![1, 3]),
            (true, 1, vec![1]),
        ] {
            let mut outbox = with(&[COMMAND, COMMAND, QUERY, COMMAND]);
            assert_eq!(
                send_all(&mut outbox, now, window, serial),
                expected,
                "serial {serial}, window {window}"
            );
        }
    }

    #[test]
    fn a_lost_connection_sends_everything_again_but_what_is_fleeting() {
        let now = Instant::now();
        let mut outbox = with(&[COMMAND, TYPING, QUERY]);
        send_all(&mut outbox, now, 9, false);
        assert_eq!(outbox.disconnected(), [2]);
        assert_eq!(send_all(&mut outbox, now, 9, false), [1, 3]);
    }

    #[test]
    fn what_is_put_off_keeps_its_place_and_is_given_up_after_its_tries() {
        let now = Instant::now();
        let later = now + Duration::from_secs(1);
        let mut outbox = with(&[COMMAND, COMMAND, QUERY]);
        outbox.sent(1);
        assert!(outbox.defer(1, later, 2));
        assert_eq!(outbox.next_at(), Some(later));
        assert_eq!(
            send_all(&mut outbox, now, 9, false),
            [3],
            "the second command must not overtake the first"
        );
        assert_eq!(send_all(&mut outbox, later, 9, false), [1, 2]);
        assert!(!outbox.defer(1, later, 2));
        assert_eq!(outbox.take(1), Some(1));
        assert_eq!(outbox.take(1), None);
    }

    #[test]
    fn only_what_was_never_sent_can_be_forgotten() {
        let mut outbox = with(&[COMMAND, COMMAND]);
        outbox.sent(1);
        outbox.disconnected();
        outbox.forget_unsent(|_| true);
        assert_eq!(outbox.drain().collect::<Vec<_>>(), [1]);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Push(bool, bool),
        Send,
        Answer(u64),
        Defer(u64),
        Cut,
        Wait,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (any::<bool>(), any::<bool>()).prop_map(|(ordered, fleeting)| Step::Push(ordered, fleeting)),
            4 => Just(Step::Send),
            3 => (1_u64..60).prop_map(Step::Answer),
            1 => (1_u64..60).prop_map(Step::Defer),
            1 => Just(Step::Cut),
            1 => Just(Step::Wait),
        ];
        proptest::collection::vec(step, 0..200)
    }

    proptest! {
        #[test]
        fn every_command_leaves_once_in_order_and_within_the_bounds(steps in steps(), serial: bool, window in 1_usize..6) {
            let mut now = Instant::now();
            let mut outbox = Outbox::new(12);
            let (mut given, mut left, mut last_sent) = (0_u64, std::collections::BTreeSet::new(), 0);
            for step in steps {
                match step {
                    Step::Push(ordered, fleeting) => {
                        let id = given + 1;
                        let full = outbox.len() == 12;
                        prop_assert_eq!(outbox.push(id, (id, ordered), Kind { ordered, fleeting }).is_err(), full);
                        given += u64::from(!full);
                    }
                    Step::Send => {
                        if let Some((id, &(_, ordered))) = outbox.next(now, window, serial) {
                            prop_assert!(!ordered || id > last_sent, "an ordered command was overtaken");
                            if ordered {
                                last_sent = id;
                            }
                            outbox.sent(id);
                        }
                    }
                    Step::Answer(id) => {
                        if let Some((taken, _)) = outbox.take(id) {
                            prop_assert_eq!(taken, id);
                            prop_assert!(left.insert(id), "it left twice");
                        }
                    }
                    Step::Defer(id) => {
                        if outbox.defer(id, now + Duration::from_secs(1), 100) {
                            // Those before it stay sent; it is sent again, and then those after it.
                            last_sent = last_sent.min(id - 1);
                        }
                    }
                    Step::Cut => {
                        for (id, _) in outbox.disconnected() {
                            prop_assert!(left.insert(id), "it left twice");
                        }
                        last_sent = 0;
                    }
                    Step::Wait => now += Duration::from_millis(700),
                }
                prop_assert!(outbox.sent <= window && outbox.sent <= outbox.len() && outbox.len() <= 12);
            }
            for (id, _) in outbox.drain() {
                prop_assert!(left.insert(id), "it left twice");
            }
            prop_assert_eq!(left.len() as u64, given);
        }
    }
}
