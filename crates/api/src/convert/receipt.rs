//! Receipts: requests in; events out.

use trivium_engine::ReceiptEvent;
use trivium_proto::v1::room_event::Event;

/// An event on the wire.
pub fn event(event: &ReceiptEvent) -> Event {
    match *event {}
}
