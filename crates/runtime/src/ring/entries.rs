//! The entries of a ring, and which of them a reader has to look at.
//!
//! A member passes the answers of a thousand others without a look at them: entries that concern everyone are listed apart
//! from those that concern one member.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use trivium_engine::{Audience, Seq, UserId};

use super::Item;
use crate::waiters::Whom;

/// Entries that one read looks at.
const READ_ENTRIES: usize = 256;
/// Members of whom it is kept which of their entries was dropped last.
const MISSING: usize = 65_536;

/// A run of entries without a gap.
pub(super) struct Entries {
    all: VecDeque<Arc<Item>>,
    /// Which of them concern everyone.
    common: VecDeque<Seq>,
    /// Which of them concern one member.
    private: HashMap<UserId, VecDeque<Seq>>,
    dropped: Dropped,
}

/// What is not here any more: positions before which a reader misses something.
struct Dropped {
    /// Whoever it is.
    common: Seq,
    /// The member.
    private: HashMap<UserId, Seq>,
}

/// Entries for a reader to look at. Those left out, up to `through`, do not concern it.
pub(super) struct Range {
    pub(super) items: Vec<Arc<Item>>,
    pub(super) through: Seq,
}

/// What there is for a reader in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Nothing,
    /// What another reader of the same audience would find too.
    Common,
    /// Something that is for it alone.
    Own,
}

impl Entries {
    /// None yet. What follows `after` will be here.
    pub(super) fn after(after: Seq) -> Self {
        Self {
            all: VecDeque::new(),
            common: VecDeque::new(),
            private: HashMap::new(),
            dropped: Dropped {
                common: after,
                private: HashMap::new(),
            },
        }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Number of the oldest.
    pub(super) fn first(&self) -> Option<Seq> {
        self.all.front().map(|item| item.entry.seq)
    }

    pub(super) fn get(&self, seq: Seq) -> Option<&Arc<Item>> {
        let index = seq.checked_sub(self.first()?)?;
        self.all.get(usize::try_from(index).ok()?)
    }

    pub(super) fn push(&mut self, item: &Arc<Item>) {
        let seq = item.entry.seq;
        match item.concerns() {
            Some(Whom::Everyone) => self.common.push_back(seq),
            Some(Whom::Member(user)) => self.private.entry(user.clone()).or_default().push_back(seq),
            Some(Whom::Hosts) | None => {}
        }
        self.all.push_back(Arc::clone(item));
    }

    /// Puts others in place of those from a position on that have to change. They concern the same readers.
    pub(super) fn change(&mut self, from: Seq, change: impl Fn(&Item) -> Option<Arc<Item>>) {
        let first = self.first().unwrap_or_default();
        let skipped = usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX);
        for item in self.all.iter_mut().skip(skipped) {
            if let Some(changed) = change(item) {
                *item = changed;
            }
        }
    }

    /// Takes the oldest out.
    pub(super) fn pop(&mut self) -> Option<Arc<Item>> {
        let item = self.all.pop_front()?;
        let seq = item.entry.seq;
        match item.concerns() {
            Some(Whom::Everyone) => {
                self.common.pop_front();
                self.dropped.common = seq;
            }
            Some(Whom::Member(user)) => {
                if let Some(own) = self.private.get_mut(user) {
                    own.pop_front();
                    if own.is_empty() {
                        self.private.remove(user);
                    }
                }
                self.dropped.private.insert(user.clone(), seq);
                if self.dropped.private.len() > MISSING {
                    self.dropped.private.clear();
                    self.dropped.common = seq;
                }
            }
            Some(Whom::Hosts) | None => {}
        }
        Some(item)
    }

    /// Whether something that follows `after` and concerns a reader is not here any more. A quiet member misses nothing when the
    /// answers of thousands of others are dropped.
    pub(super) fn misses(&self, after: Seq, who: &Audience) -> bool {
        if after < self.dropped.common {
            return true;
        }
        match who {
            Audience::Hosts => self.first().is_some_and(|first| after + 1 < first),
            Audience::Member(user) => self.dropped.private.get(user).is_some_and(|seq| after < *seq),
            Audience::Observers => false,
        }
    }

    /// What a reader has to look at between `after` and `head`.
    pub(super) fn look(&self, after: Seq, head: Seq, who: &Audience) -> Look {
        let within = |of: &VecDeque<Seq>| {
            // Most readers have seen all but the newest, if that.
            of.back().is_some_and(|last| *last > after)
                && of
                    .get(of.partition_point(|seq| *seq <= after))
                    .is_some_and(|seq| *seq <= head)
        };
        match who {
            Audience::Hosts => Look::Common,
            Audience::Member(user) if self.private.get(user).is_some_and(within) => Look::Own,
            Audience::Member(_) | Audience::Observers if within(&self.common) => Look::Common,
            Audience::Member(_) | Audience::Observers => Look::Nothing,
        }
    }

    /// What follows `after` up to `head` for a reader, as far as one read goes. None of it may be [missing](Self::misses).
    pub(super) fn range(&self, after: Seq, head: Seq, who: &Audience) -> Range {
        // An entry is in the list a moment before the head says so.
        let within =
            |of: &VecDeque<Seq>| of.partition_point(|seq| *seq <= after)..of.partition_point(|seq| *seq <= head);
        let own = match who {
            Audience::Hosts => return self.everything(after, head),
            Audience::Member(user) => self.private.get(user),
            Audience::Observers => None,
        };
        let own = own.into_iter().flat_map(|own| own.range(within(own)).copied());
        let (mut own, mut common) = (
            own.peekable(),
            self.common.range(within(&self.common)).copied().peekable(),
        );
        let seqs = std::iter::from_fn(|| match (common.peek(), own.peek()) {
            (Some(one), Some(other)) if one > other => own.next(),
            (None, Some(_)) => own.next(),
            (Some(_) | None, _) => common.next(),
        });
        let items: Vec<_> = seqs
            .take(READ_ENTRIES)
            .filter_map(|seq| self.get(seq).cloned())
            .collect();
        let through = match items.last() {
            Some(last) if items.len() == READ_ENTRIES => last.entry.seq,
            Some(_) | None => head,
        };
        Range { items, through }
    }

    /// Hosts look at everything.
    fn everything(&self, after: Seq, head: Seq) -> Range {
        let seqs = (after + 1..=head).take(READ_ENTRIES);
        let items: Vec<_> = seqs.filter_map(|seq| self.get(seq).cloned()).collect();
        Range {
            through: items.last().map_or(head, |item| item.entry.seq),
            items,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, RngExt as _, SeedableRng as _};
    use trivium_engine::{Entry, Event, RoomEvent, Timestamp, quiz};

    use super::*;

    const USERS: [&str; 3] = ["ana", "ben", "zoe"];

    fn user(name: &str) -> UserId {
        name.parse().expect("an id")
    }

    fn item(seq: Seq, rng: &mut impl Rng) -> Arc<Item> {
        let who = user(USERS[rng.random_range(0..USERS.len())]);
        let event = match rng.random_range(0..4) {
            0 => Event::Room(RoomEvent::Closed),
            1 => Event::Room(RoomEvent::Unbanned { user: who }),
            _ => Event::Quiz(quiz::Event::OptionsReduced {
                user: who,
                index: 0,
                hidden: Vec::new(),
            }),
        };
        let entry = Entry {
            seq,
            at: Timestamp(1),
            actor: None,
            request: None,
            event,
        };
        Arc::new(Item::new(Arc::new(entry), 1))
    }

    /// Reading range after range finds what looking at every entry finds, whatever has been dropped at the front.
    #[test]
    fn ranges_leave_out_only_what_does_not_concern_the_reader() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let mut entries = Entries::after(0);
        let mut readers = vec![Audience::Hosts, Audience::Observers];
        readers.extend(USERS.map(|name| Audience::Member(user(name))));
        let mut left_out = 0;
        let mut dropped = Vec::new();
        for seq in 1..=3_000 {
            entries.push(&item(seq, &mut rng));
            if entries.len() > 700 {
                dropped.extend(entries.pop());
            }
            if seq % 97 != 0 {
                continue;
            }
            let first = entries.first().expect("some");
            // One less than there is: the newest is not published yet.
            let head = seq - 1;
            for who in &readers {
                let concerns = |item: &&Arc<Item>| match (item.concerns(), who) {
                    (_, Audience::Hosts) | (Some(Whom::Everyone), _) => true,
                    (Some(Whom::Member(owner)), Audience::Member(user)) => owner == user,
                    (Some(Whom::Member(_) | Whom::Hosts) | None, Audience::Member(_) | Audience::Observers) => false,
                };
                let missed = dropped
                    .iter()
                    .filter(concerns)
                    .map(|item: &Arc<Item>| item.entry.seq)
                    .max();
                let missed = missed.unwrap_or(0);
                for after in [missed, missed + 1, first - 1] {
                    let expected = after < missed || *who == Audience::Hosts && after + 1 < first;
                    assert_eq!(entries.misses(after, who), expected, "{who:?} after {after} of {first}");
                }
                assert!(
                    missed == 0 || entries.misses(missed - 1, who),
                    "{who:?} before {missed}"
                );
                // Hosts are concerned by every entry, so by the last that was dropped.
                let begin = rng.random_range(missed..=head);
                let run = entries
                    .all
                    .iter()
                    .filter(|item| item.entry.seq > begin && item.entry.seq <= head);
                let naive: Vec<Seq> = run.filter(concerns).map(|item| item.entry.seq).collect();
                let is_own = |seq: &Seq| {
                    let item = entries.get(*seq).expect("it is there");
                    matches!(item.concerns(), Some(Whom::Member(_)))
                };
                let look = if *who == Audience::Hosts {
                    Look::Common
                } else if naive.is_empty() {
                    Look::Nothing
                } else if naive.iter().any(is_own) {
                    Look::Own
                } else {
                    Look::Common
                };
                assert_eq!(entries.look(begin, head, who), look, "{who:?} after {begin} of {head}");
                let (mut found, mut after) = (Vec::new(), begin);
                while after < head {
                    let range = entries.range(after, head, who);
                    assert!(range.through > after && range.through <= head && range.items.len() <= READ_ENTRIES);
                    found.extend(range.items.iter().map(|item| item.entry.seq));
                    after = range.through;
                }
                assert_eq!(found, naive, "{who:?} after {begin} of {head}");
                left_out += usize::try_from(head - begin).expect("small") - found.len();
            }
        }
        assert!(left_out > 1_000, "nothing was ever left out");
    }
}
