//! What is committed, and what follows from it: the judge of everything that a server says.
//!
//! Neighbours: [`store`](crate::store) tells it of commits as they happen; the [`checks`](crate::checks) look things up here.

use std::collections::BTreeMap;

use trivium_engine::{Actor, Audience, Entry, Room, RoomId, Seq, gone::Gone};
use trivium_store::{Append, Appended};

use crate::{
    checks::{acknowledged::Ledger, answers::Referee, fence::Fence, liveness},
    world::World,
};

/// The epoch of every log.
pub(crate) const EPOCH: u64 = 3;

pub(crate) struct Truth {
    logs: BTreeMap<RoomId, Log>,
    pub(crate) ledger: Ledger,
    pub(crate) fence: Fence,
    appends: u64,
}

/// One room's log and what it says.
pub(crate) struct Log {
    pub(crate) entries: Vec<Entry>,
    /// The state that follows from the entries; nobody is ever connected in it.
    pub(crate) room: Room,
    pub(crate) referee: Referee,
    /// When the node that wrote an entry was told so, in virtual milliseconds.
    pub(crate) told_at: BTreeMap<Seq, (u64, u64)>,
}

impl Truth {
    pub(crate) fn new(rooms: &[RoomId]) -> Self {
        let log = |id: &RoomId| Log {
            entries: Vec::new(),
            room: Room::new(id.clone(), EPOCH),
            referee: Referee::default(),
            told_at: BTreeMap::new(),
        };
        Self {
            logs: rooms.iter().map(|id| (id.clone(), log(id))).collect(),
            ledger: Ledger::default(),
            fence: Fence::default(),
            appends: 0,
        }
    }

    pub(crate) fn log(&self, room: &RoomId) -> &Log {
        &self.logs[room]
    }

    /// A batch is on the disk.
    pub(crate) fn written(&mut self, world: &World, incarnation: u64, batch: &[Append], appended: &[Appended]) {
        for (append, appended) in batch.iter().zip(appended) {
            match appended {
                Appended::Written => {
                    self.appends += 1;
                    self.take(world, incarnation, append);
                }
                Appended::Conflict { head } => {
                    world.disturbed();
                    world.note(|| format!("node {incarnation} loses {} at {head}", append.room));
                }
            }
        }
    }

    /// The node hears of it.
    pub(crate) fn told(&mut self, world: &World, incarnation: u64, batch: &[Append], appended: &[Appended]) {
        for (append, appended) in batch.iter().zip(appended) {
            match appended {
                Appended::Written => {
                    let log = self.logs.get_mut(&append.room).expect("a room of this world");
                    for record in &append.records {
                        log.told_at.insert(record.seq, (incarnation, world.now()));
                    }
                }
                Appended::Conflict { .. } => self.fence.loses(incarnation, &append.room, append.after),
            }
        }
    }

    fn take(&mut self, world: &World, incarnation: u64, append: &Append) {
        let log = self.logs.get_mut(&append.room).expect("a room of this world");
        for record in &append.records {
            let entry: Entry = match serde_json::from_slice(&record.body) {
                Ok(entry) => entry,
                Err(error) => return world.check("2 prefix", Err(format!("an entry cannot be read: {error}"))),
            };
            let head = log.head();
            world.note(|| {
                let who = entry.actor.as_ref().map_or("time", |user| user.as_str());
                format!(
                    "node {incarnation} writes {} {} {} by {who} at {}",
                    append.room,
                    entry.seq,
                    entry.event.name(),
                    entry.at.0
                )
            });
            if entry.seq != head + 1 || record.seq != entry.seq {
                world.check(
                    "2 prefix",
                    Err(format!("{}: entry {} follows {head}", append.room, entry.seq)),
                );
            }
            if log.entries.last().is_some_and(|last| last.at > entry.at) {
                world.check(
                    "2 prefix",
                    Err(format!("{}: entry {} goes back in time", append.room, entry.seq)),
                );
            }
            world.check(
                "1 acknowledged",
                self.ledger.committed(&append.room, &entry, self.appends),
            );
            world.check("3 answers", log.referee.take(&log.room, &entry));
            world.check("8 liveness", liveness::on_time(world, &log.room, &entry));
            log.room.apply(&entry);
            log.entries.push(entry);
        }
    }
}

impl Log {
    pub(crate) fn head(&self) -> Seq {
        self.entries.last().map_or(0, |entry| entry.seq)
    }

    /// The entry of that number, once it is committed.
    pub(crate) fn entry(&self, seq: Seq) -> Option<&Entry> {
        self.entries.get(usize::try_from(seq.checked_sub(1)?).ok()?)
    }

    /// Whether an entry is one of the log; of a message that was taken away perhaps without what was in it.
    pub(crate) fn has(&self, entry: &Entry) -> bool {
        let written = self.entry(entry.seq);
        written.is_some_and(|written| written == entry || *self.room.gone().shown(written) == *entry)
    }

    /// The entries after `after` up to `through`.
    pub(crate) fn between(&self, after: Seq, through: Seq) -> impl Iterator<Item = &Entry> {
        (after + 1..=through).filter_map(|seq| self.entry(seq))
    }

    /// The room after its first `seq` entries.
    pub(crate) fn room_at(&self, seq: Seq) -> Room {
        if seq == self.head() {
            return self.room.clone();
        }
        let mut room = Room::new(self.room.id().clone(), EPOCH);
        for entry in self.between(0, seq) {
            room.apply(entry);
        }
        room
    }

    /// What had been taken away by the first `seq` entries.
    pub(crate) fn gone_at(&self, seq: Seq) -> Gone {
        let mut gone = Gone::default();
        for entry in self.between(0, seq) {
            gone.take(entry);
        }
        gone
    }

    pub(crate) fn audience(&self, actor: &Actor) -> Option<Audience> {
        self.room.audience(actor)
    }
}
