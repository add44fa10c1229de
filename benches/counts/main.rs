//! How many instructions the hot paths take: the same paths as in `micro`, and the framing of the WebTransport road.
//!
//! Each is run once under callgrind, so that the figure does not depend on how busy the machine is; it does depend on the compiler.
//! Appending to SQLite is not here: it happens on a thread of its own and mostly in the kernel, and neither is counted. The counts of
//! a whole server, by `cargo xtask bench count server`, include the thread.

#![expect(unused_qualifications, reason = "gungraun's macros write them")]

mod call;
#[path = "../micro/crowd.rs"]
mod crowd;
mod room;
#[path = "../micro/world.rs"]
mod world;

use call::bridge;
use room::rooms;

gungraun::main!(library_benchmark_groups = rooms, bridge);
