//! Moderation: requests in; events out.

use trivium_engine::ModerationEvent;
use trivium_proto::v1::room_event::Event;

/// An event on the wire.
pub fn event(event: &ModerationEvent) -> Event {
    match *event {}
}
