//! The bounds of the runtime, in one table.

use std::time::Duration;

/// Bounds and spans. Every queue has its bound here and its overflow in the comment.
#[derive(Debug, Clone)]
pub struct RuntimeConfig {
    /// Rooms in memory. Further ones are refused as overloaded.
    pub max_rooms: usize,
    /// Inputs waiting for one room. Further commands are refused as overloaded, with a retry delay.
    pub inbox: usize,
    /// Inputs that share one append.
    pub batch: usize,
    /// Newest entries that a room keeps encoded. Cursors that miss something before them read the store.
    pub ring_entries: usize,
    /// Bytes of the stored form of those entries: a few rankings of thousands of players.
    pub ring_bytes: usize,
    /// Most bytes that one read of a cursor hands out.
    pub read_bytes: usize,
    /// Entries that one read from the store takes.
    pub store_page: usize,
    /// Bytes of the stored form of those entries; one that is larger comes alone.
    pub store_page_bytes: usize,
    /// Entries that a cursor which has to read the store may lag before the subscription ends as too slow. It may resume.
    pub max_lag: u64,
    /// Entries that a resume may miss before it gets a snapshot instead.
    pub max_catch_up: u64,
    /// Hidden entries that a quiet cursor passes before the receiver is told. As it may have to resume from there, fewer than
    /// a room keeps encoded.
    pub progress_every: u64,
    /// Members above which others than hosts are told how many are present and not who, as everybody to everybody would
    /// cost N squared.
    pub presence_broadcast_members: usize,
    /// Members above which subscribers are woken at most once per tick.
    pub large_room: usize,
    /// How often signals leave a room, at most.
    pub tick: Duration,
    /// Messages of signals that a room sends per second, all sessions together: a large room has a longer tick, as each wakes
    /// everybody.
    pub signals_per_second: u32,
    /// The longest tick of a large room.
    pub longest_tick: Duration,
    /// How often a large room wakes its subscribers, at most.
    pub large_room_tick: Duration,
    /// Subscribers woken before the waker yields to other tasks.
    pub wake_chunk: usize,
    /// Entries between two snapshots of a room, at least; more while they are smaller than the last snapshot.
    pub snapshot_every: u64,
    /// How long an unused room stays in memory.
    pub idle_unload: Duration,
    /// After how long without any entry a room is closed that people come into by a code, or that is a conversation, and in
    /// which nobody is who has an account.
    pub deserted_close: Duration,
    /// After how long without any entry such a room, once closed, is deleted with all that was in it.
    pub deserted_delete: Duration,
    /// Incarnation of this node, written into every row for audit.
    pub owner: u64,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self {
            max_rooms: 20_000,
            inbox: 4_096,
            batch: 512,
            ring_entries: 4_096,
            ring_bytes: 4 * 1024 * 1024,
            read_bytes: 16 * 1024,
            store_page: 256,
            store_page_bytes: 1024 * 1024,
            max_lag: 20_000,
            max_catch_up: 5_000,
            progress_every: 2_048,
            presence_broadcast_members: 200,
            large_room: 1_000,
            tick: Duration::from_millis(100),
            signals_per_second: 2_000,
            longest_tick: Duration::from_secs(1),
            large_room_tick: Duration::from_millis(15),
            wake_chunk: 64,
            snapshot_every: 1_000,
            idle_unload: Duration::from_mins(1),
            deserted_close: Duration::from_hours(24),
            deserted_delete: Duration::from_hours(30 * 24),
            owner: 1,
        }
    }
}
