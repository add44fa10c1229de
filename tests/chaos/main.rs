//! What breaks on the way: cuts at any byte, malformed frames and messages, a store that fails.
//!
//! [`cuts`] runs whole rooms in virtual time over [`network`], [`proxies`] cuts real sockets, [`receipts`] compares marks under
//! cuts with the log, [`frames`] and [`messages`] send
//! what no client should, [`faults`] breaks the store under load. [`ledger`] is what is compared in the end.

#![expect(clippy::wildcard_enum_match_arm, reason = "suites look for one event among many")]
#![expect(clippy::print_stderr, reason = "storms tell how much broke")]

mod cuts;
mod faults;
mod frames;
mod ledger;
mod messages;
mod network;
mod proxies;
mod receipts;
