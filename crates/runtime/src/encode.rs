//! How the runtime gets bytes without knowing the wire.

use bytes::Bytes;
use trivium_engine::{Audience, Entry, Event, RoomId, Seq, Signal};

/// Turns what leaves a room into framed messages of the wire. Given by the layer above.
pub trait Encode: Send + Sync + 'static {
    /// An entry as `who` sees it. `event` is its event with what they may see of it; of `entry` only number, time and
    /// actor may be used. `epoch` is that of the log.
    fn entry(&self, room: &RoomId, epoch: u64, who: &Audience, entry: &Entry, event: &Event) -> Bytes;
    /// The position moved to `seq` over entries that the receiver does not get.
    fn progress(&self, room: &RoomId, seq: Seq) -> Bytes;
    /// Signals with their ticks, the newest last.
    fn signals(&self, room: &RoomId, signals: &[(u64, Signal)]) -> Bytes;
}
