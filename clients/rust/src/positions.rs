//! How far this client has read each room's log, and whether what comes next fits.
//!
//! Pure; `driver` acts on the [`Verdict`]s. Invariant: what is delivered of a room is its log from
//! the last snapshot or cursor on, each entry once, in order, without a hole. Whatever does not fit is either known
//! already, and ignored, or a gap, after which nothing of the room is delivered until the server has confirmed where
//! it goes on.

use std::collections::BTreeMap;

use trivium_proto::v1::{Cursor, Subscribe};

/// Gaps in a row, with nothing delivered in between, after which a cursor is given up for a snapshot.
const PATIENCE: u32 = 3;

/// What to do with what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Hand it on.
    Deliver,
    /// Known already, or of a room that is not heard.
    Ignore,
    /// Something is missing: subscribe again with what [`Positions::subscription`] says.
    Gap {
        /// The number that was expected.
        expected: u64,
        /// The number that came.
        received: u64,
    },
}

#[derive(Debug)]
struct Room {
    cursor: Option<Cursor>,
    /// The server has confirmed on this connection where it goes on.
    live: bool,
    gaps: u32,
}

/// The rooms that are heard.
#[derive(Debug, Default)]
pub struct Positions {
    rooms: BTreeMap<String, Room>,
}

impl Positions {
    /// How many rooms are heard.
    pub fn len(&self) -> usize {
        self.rooms.len()
    }

    /// Whether no room is heard.
    pub fn is_empty(&self) -> bool {
        self.rooms.is_empty()
    }

    /// Whether the room is heard.
    pub fn contains(&self, room_id: &str) -> bool {
        self.rooms.contains_key(room_id)
    }

    /// Starts to hear a room, after `cursor` or from a snapshot.
    pub fn subscribe(&mut self, room_id: &str, cursor: Option<Cursor>) {
        self.rooms.insert(
            room_id.to_owned(),
            Room {
                cursor,
                live: false,
                gaps: 0,
            },
        );
    }

    /// Hears a room no longer.
    pub fn unsubscribe(&mut self, room_id: &str) {
        self.rooms.remove(room_id);
    }

    /// What to ask the server for, to go on with one room.
    pub fn subscription(&self, room_id: &str) -> Option<Subscribe> {
        let room = self.rooms.get(room_id)?;
        Some(Subscribe {
            room_id: room_id.to_owned(),
            cursor: room.cursor.clone(),
        })
    }

    /// What to ask the server for, to go on with all rooms.
    pub fn subscriptions(&self) -> Vec<Subscribe> {
        self.rooms
            .keys()
            .filter_map(|room_id| self.subscription(room_id))
            .collect()
    }

    /// The connection is another one: nothing fits until the server has confirmed it.
    pub fn disconnected(&mut self) {
        for room in self.rooms.values_mut() {
            room.live = false;
        }
    }

    /// The server cannot tell of the room at the moment.
    pub fn interrupted(&mut self, room_id: &str) {
        if let Some(room) = self.rooms.get_mut(room_id) {
            room.live = false;
        }
    }

    /// The server goes on after `cursor`. It may lie before the position, never behind it.
    pub fn resumed(&mut self, cursor: &Cursor) -> Verdict {
        let Some(room) = self.rooms.get_mut(&cursor.room_id) else {
            return Verdict::Ignore;
        };
        let fits = |own: &Cursor| own.epoch == cursor.epoch && cursor.seq <= own.seq;
        match &room.cursor {
            Some(own) if fits(own) => {
                room.live = true;
                Verdict::Deliver
            }
            Some(own) => {
                let expected = own.seq + 1;
                room.gap(expected, cursor.seq)
            }
            None => room.gap(1, cursor.seq),
        }
    }

    /// The server starts over with a snapshot at `cursor`.
    pub fn reset(&mut self, cursor: &Cursor) -> Verdict {
        let Some(room) = self.rooms.get_mut(&cursor.room_id) else {
            return Verdict::Ignore;
        };
        *room = Room {
            cursor: Some(cursor.clone()),
            live: true,
            gaps: 0,
        };
        Verdict::Deliver
    }

    /// An event came.
    pub fn event(&mut self, room_id: &str, seq: u64) -> Verdict {
        let Some(room) = self.rooms.get_mut(room_id).filter(|room| room.live) else {
            return Verdict::Ignore;
        };
        let expected = room.cursor.as_ref().map_or(1, |cursor| cursor.seq.saturating_add(1));
        if seq < expected {
            return Verdict::Ignore;
        }
        if seq > expected {
            return room.gap(expected, seq);
        }
        room.advance(seq);
        Verdict::Deliver
    }

    /// The position moved over entries that are not for this client.
    pub fn progress(&mut self, room_id: &str, seq: u64) {
        if let Some(room) = self.rooms.get_mut(room_id).filter(|room| room.live) {
            room.advance(seq);
        }
    }
}

impl Room {
    fn advance(&mut self, seq: u64) {
        self.gaps = 0;
        if let Some(cursor) = &mut self.cursor {
            cursor.seq = cursor.seq.max(seq);
        }
    }

    fn gap(&mut self, expected: u64, received: u64) -> Verdict {
        self.live = false;
        self.gaps += 1;
        if self.gaps >= PATIENCE {
            self.cursor = None;
        }
        Verdict::Gap { expected, received }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROOM: &str = "room";

    fn at(seq: u64) -> Cursor {
        Cursor {
            room_id: ROOM.to_owned(),
            epoch: 1,
            seq,
        }
    }

    fn live_at(seq: u64) -> Positions {
        let mut positions = Positions::default();
        positions.subscribe(ROOM, None);
        assert_eq!(positions.reset(&at(seq)), Verdict::Deliver);
        positions
    }

    fn seq(positions: &Positions) -> Option<u64> {
        positions
            .subscription(ROOM)
            .and_then(|subscribe| subscribe.cursor)
            .map(|cursor| cursor.seq)
    }

    #[test]
    fn only_the_next_number_is_delivered() {
        for (came, verdict, position) in [
            (4, Verdict::Ignore, 5),
            (5, Verdict::Ignore, 5),
            (6, Verdict::Deliver, 6),
            (
                7,
                Verdict::Gap {
                    expected: 6,
                    received: 7,
                },
                5,
            ),
        ] {
            let mut positions = live_at(5);
            assert_eq!(positions.event(ROOM, came), verdict);
            assert_eq!(seq(&positions), Some(position));
        }
    }

    #[test]
    fn progress_moves_the_position_forward_only() {
        for (progress, position) in [(4, 5), (5, 5), (9, 9)] {
            let mut positions = live_at(5);
            positions.progress(ROOM, progress);
            assert_eq!(seq(&positions), Some(position));
        }
    }

    #[test]
    fn after_a_gap_nothing_is_delivered_until_the_server_confirms() {
        let mut positions = live_at(5);
        positions.event(ROOM, 8);
        assert_eq!(positions.event(ROOM, 6), Verdict::Ignore);
        positions.progress(ROOM, 9);
        assert_eq!(seq(&positions), Some(5));
        assert_eq!(positions.resumed(&at(5)), Verdict::Deliver);
        assert_eq!(positions.event(ROOM, 6), Verdict::Deliver);
    }

    #[test]
    fn a_server_that_goes_on_elsewhere_leaves_a_gap() {
        let other_epoch = Cursor { epoch: 2, ..at(5) };
        for (cursor, verdict) in [
            (at(3), Verdict::Deliver),
            (
                at(6),
                Verdict::Gap {
                    expected: 6,
                    received: 6,
                },
            ),
            (
                other_epoch,
                Verdict::Gap {
                    expected: 6,
                    received: 5,
                },
            ),
        ] {
            let mut positions = live_at(5);
            positions.disconnected();
            assert_eq!(positions.resumed(&cursor), verdict);
        }
    }

    #[test]
    fn a_cursor_that_does_not_help_is_given_up_for_a_snapshot() {
        let mut positions = live_at(5);
        for expected in [Some(5), Some(5), None] {
            positions.resumed(&at(5));
            positions.event(ROOM, 9);
            assert_eq!(seq(&positions), expected);
        }
    }

    #[test]
    fn rooms_that_are_not_heard_are_ignored() {
        let mut positions = live_at(5);
        positions.unsubscribe(ROOM);
        assert_eq!(positions.event(ROOM, 6), Verdict::Ignore);
        assert_eq!(positions.reset(&at(9)), Verdict::Ignore);
        assert!(positions.is_empty());
    }

    #[derive(Clone, Debug)]
    enum Step {
        Event(u64),
        Progress(u64),
        Cut,
        Resume(u64),
        Reset(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            6 => (1_u64..20).prop_map(Step::Event),
            2 => (1_u64..20).prop_map(Step::Progress),
            1 => Just(Step::Cut),
            2 => (0_u64..20).prop_map(Step::Resume),
            1 => (0_u64..20).prop_map(Step::Reset),
        ];
        proptest::collection::vec(step, 0..300)
    }

    proptest! {
        /// Whatever a server sends, each event is delivered right behind the position, hence never twice without a
        /// reset.
        #[test]
        fn what_is_delivered_is_dense(steps in steps()) {
            let mut positions = live_at(0);
            for step in steps {
                let before = seq(&positions);
                match step {
                    Step::Event(n) => {
                        if positions.event(ROOM, n) == Verdict::Deliver {
                            prop_assert_eq!(before, Some(n - 1));
                            prop_assert_eq!(seq(&positions), Some(n));
                        }
                    }
                    Step::Progress(n) => positions.progress(ROOM, n),
                    Step::Cut => positions.disconnected(),
                    Step::Resume(n) => {
                        positions.resumed(&at(n));
                    }
                    Step::Reset(n) => {
                        positions.reset(&at(n));
                        continue;
                    }
                }
                let after = seq(&positions);
                prop_assert!(after >= before || after.is_none(), "the position moved back");
            }
        }
    }
}
