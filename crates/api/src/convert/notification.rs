//! Notifications and announcements: requests in; events out.

use trivium_engine::InboxEvent;
use trivium_proto::v1::room_event::Event;

/// An event on the wire.
pub fn event(event: &InboxEvent) -> Event {
    match *event {}
}
