//! What is done to the server. Each scenario makes its own room and returns a report per distribution of latencies.

pub(crate) mod answers;
pub(crate) mod fan_out;
pub(crate) mod idle;
pub(crate) mod join_wave;
pub(crate) mod mesh;
mod pings;
mod quiz;
pub(crate) mod quiz_day;
pub(crate) mod reconnect;
pub(crate) mod slow;
pub(crate) mod soak;
