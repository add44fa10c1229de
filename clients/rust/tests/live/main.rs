//! Sessions against a fake server: in memory and virtual time, and over real sockets on loopback.

#![expect(unreachable_pub, reason = "a test binary has no public items, but its modules have")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for one event among many")]

mod chaos;
mod commands;
mod datagrams;
mod fake;
mod hearing;
mod leaving;
mod network;
mod roads;
mod table;
