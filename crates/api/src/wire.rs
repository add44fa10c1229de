//! What rooms send, in the words of the wire.

use bytes::Bytes;
use trivium_engine::{Audience, Entry, Event, RoomId, Seq, Signal};
use trivium_runtime::Encode;

use crate::{convert, encode};

/// Gives the runtime its bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct WireEncode;

impl Encode for WireEncode {
    fn entry(&self, room: &RoomId, epoch: u64, who: &Audience, entry: &Entry, event: &Event) -> Bytes {
        match convert::event::projected(room, epoch, entry, event, who) {
            Some(event) => encode::event(event),
            // Nothing on the wire for it: the receiver still learns that the position has moved.
            None => encode::progress(room, entry.seq),
        }
    }

    fn progress(&self, room: &RoomId, seq: Seq) -> Bytes {
        encode::progress(room, seq)
    }

    fn signals(&self, room: &RoomId, signals: &[(u64, Signal)]) -> Bytes {
        let newest = signals.last().map_or(0, |(tick, _)| *tick);
        let signals = signals
            .iter()
            .map(|(tick, signal)| convert::presence::signal(*tick, signal))
            .collect();
        encode::signals(room, newest, signals)
    }
}
