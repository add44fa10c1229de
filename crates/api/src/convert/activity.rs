//! Hands and visits: requests in; events out.

use trivium_engine::ActivityEvent;
use trivium_proto::v1::room_event::Event;

/// An event on the wire.
pub fn event(event: &ActivityEvent) -> Event {
    match *event {}
}
