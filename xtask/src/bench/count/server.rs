//! What a delivery costs the whole process of a server: the difference of two runs that differ in nothing but how much is
//! delivered, so that start, joins and end cancel out.

use std::{fs, path::Path, process::Stdio};

use anyhow::{Context as _, Result};

use crate::{
    server::Server,
    shell::{program, run, target},
};

const SESSIONS: u64 = 50;
/// As on the command line of the generator, and as people say it.
const ROADS: [(&str, &str); 3] = [
    ("grpc", "gRPC"),
    ("grpc-web", "gRPC-Web"),
    ("webtransport", "WebTransport"),
];
/// Events at once, as people say it, and orders of the short run and of the long one.
const BURSTS: [(u64, &str, u64, u64); 2] = [(1, "one event at a time", 20, 420), (16, "bursts of 16", 4, 84)];
/// From one order to the next at least, so that what QUIC acknowledges late (after 25 ms) falls to the order that it acknowledges.
const PACE_MS: u64 = 50;

/// Instructions per delivery of each road and burst. `programs` is where `trivium` and `trivium-load` are.
///
/// # Errors
///
/// A server does not start or does not end, or something was lost.
pub(super) fn count(programs: &Path) -> Result<Vec<(String, u64)>> {
    let mut counts = Vec::new();
    for (road, road_name) in ROADS {
        for (burst, burst_name, few, many) in BURSTS {
            println!("{road_name}, {burst_name}");
            let run = |orders| instructions(programs, road, burst, orders);
            let more = run(many)?.saturating_sub(run(few)?);
            let deliveries = (many - few) * burst * SESSIONS;
            counts.push((format!("{road_name}, {burst_name}"), more / deliveries));
        }
    }
    Ok(counts)
}

/// All instructions of a server, from its start to its end.
fn instructions(programs: &Path, road: &str, burst: u64, orders: u64) -> Result<u64> {
    let home = target().join("xtask/count");
    fs::create_dir_all(&home)?;
    let profile = home.join(format!("{road}-{burst}-{orders}.callgrind"));
    let mut command = program("valgrind");
    command.args(["--quiet", "--tool=callgrind", "--fair-sched=try"]);
    command.arg(format!("--callgrind-out-file={}", profile.display()));
    // One worker, so that nothing depends on who steals from whom.
    command.arg(programs.join("trivium")).env("TOKIO_WORKER_THREADS", "1");
    let mut server = Server::start(command, home.join("data"))?;
    let shape = format!(
        "fan-out --sessions {SESSIONS} --burst {burst} --orders {orders} --every-ms {PACE_MS} --protocol {road}"
    );
    let url = format!("http://{}", server.addr);
    let mut load = program(programs.join("trivium-load"));
    load.args(shape.split(' '))
        .args(["--url", &url])
        .arg("--data")
        .arg(&server.data);
    run(load.stdout(Stdio::null()))?;
    // Callgrind writes its profile at the end.
    server.end()?;
    total(&profile)
}

/// Instructions in a profile, over all threads.
fn total(profile: &Path) -> Result<u64> {
    let text = fs::read_to_string(profile).with_context(|| profile.display().to_string())?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals:"));
    let total = total.with_context(|| format!("no totals in {}", profile.display()))?;
    Ok(total.trim().parse()?)
}
