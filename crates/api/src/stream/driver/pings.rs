//! Pings of a stream, which measure its round trips.

use std::time::Duration;

use tokio::time::Instant;
use trivium_engine::Timestamp;

use super::{super::outbound::Item, Driver};
use crate::encode;

/// Pings from the first room heard on, close together, so that the first question finds a measured connection.
const PING_BURST: u32 = 3;
const PING_BURST_EVERY: Duration = Duration::from_millis(300);
pub(super) const PING_EVERY: Duration = Duration::from_secs(15);

impl Driver {
    /// The first ping goes with what is on its way already.
    pub(super) async fn begin_burst(&mut self) {
        self.burst = PING_BURST;
        self.ping().await;
    }

    pub(super) async fn ping(&mut self) {
        let Some(session) = &self.session else { return };
        let micros = self.call.api.runtime.clock().now_micros();
        let id = session.ping(micros);
        self.frame(encode::ping(id, Timestamp(micros / 1_000))).await;
        self.burst = self.burst.saturating_sub(1);
        let every = if self.burst > 0 { PING_BURST_EVERY } else { PING_EVERY };
        self.next_ping = Instant::now() + every;
    }

    pub(super) async fn pong(&mut self, id: u64) {
        let now = self.call.api.runtime.clock().now_micros();
        if id > 0
            && let Some(round_trip) = self.session.as_ref().and_then(|session| session.pong(id, now))
        {
            self.item(Item::RoundTrip(round_trip)).await;
        }
    }
}
