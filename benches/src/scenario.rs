//! What is done to the server. Each scenario makes its own room and returns a report per shape.

pub(crate) mod answers;
pub(crate) mod fan_out;
pub(crate) mod idle;
