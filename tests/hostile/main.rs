//! Clients that want the server to fall: each is refused or cut within bounds, honest ones play on meanwhile, and afterwards the
//! process has the memory and the descriptors that it had before.
//!
//! [`stage`] is a server in a process of its own, with people who play in front of it. The others attack it: [`floods`] with
//! frames that [`h2`] puts on the wire, [`slow`] by doing next to nothing, [`quic`] over WebTransport, and [`codes`] by guessing.

#![expect(clippy::wildcard_enum_match_arm, reason = "suites look for one event among many")]
#![expect(clippy::print_stderr, reason = "figures, for who reads the output of the suite")]

mod codes;
mod floods;
mod h2;
mod quic;
mod slow;
mod stage;
