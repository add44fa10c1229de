//! Keys of devices: requests in; events out.

use trivium_engine::KeysEvent;
use trivium_proto::v1::room_event::Event;

/// An event on the wire.
pub fn event(event: &KeysEvent) -> Event {
    match *event {}
}
