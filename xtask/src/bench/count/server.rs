//! What a delivery costs the whole process of a server: the difference of two runs that differ in nothing but how much is
//! delivered, so that start, joins and end cancel out.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::shell::{program, root, run, target};

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
/// Under callgrind everything takes 50 times as long.
const PATIENCE: Duration = Duration::from_mins(3);

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
    let data = home.join("data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    fs::create_dir_all(&data)?;
    let mut server = Server::start(programs, &home, &data, &format!("{road}-{burst}-{orders}"))?;
    let shape = format!(
        "fan-out --sessions {SESSIONS} --burst {burst} --orders {orders} --every-ms {PACE_MS} --protocol {road}"
    );
    let url = format!("http://{}", server.addr);
    let mut load = program(programs.join("trivium-load"));
    load.args(shape.split(' '))
        .args(["--url", &url])
        .arg("--data")
        .arg(&data);
    run(load.stdout(Stdio::null()))?;
    server.end()?;
    total(&server.profile)
}

/// A server under callgrind; it is killed when dropped.
struct Server {
    addr: SocketAddr,
    child: Child,
    profile: PathBuf,
}

impl Server {
    /// Starts one on a free port. One worker, so that nothing depends on who steals from whom.
    fn start(programs: &Path, home: &Path, data: &Path, name: &str) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let profile = home.join(format!("{name}.callgrind"));
        let mut command = program("valgrind");
        command.args(["--quiet", "--tool=callgrind", "--fair-sched=try"]);
        command.arg(format!("--callgrind-out-file={}", profile.display()));
        command.arg(programs.join("trivium")).args(["serve", "--log", "warn"]);
        command.arg("--config").arg(root().join("benches/limits.toml"));
        command.arg("--http").arg(addr.to_string()).arg("--data").arg(data);
        let child = command.env("TOKIO_WORKER_THREADS", "1").stdout(Stdio::null()).spawn()?;
        let mut server = Self { addr, child, profile };
        let token = data.join("operator.token");
        server.wait("it does not listen", |server| {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server: {status}");
            }
            Ok(token.exists() && TcpStream::connect(addr).is_ok())
        })?;
        Ok(server)
    }

    /// Ends it in good order: callgrind writes its profile then.
    fn end(&mut self) -> Result<()> {
        run(program("kill").args(["-s", "TERM", &self.child.id().to_string()]))?;
        self.wait("it does not end", |server| Ok(server.child.try_wait()?.is_some()))
    }

    #[expect(clippy::disallowed_methods, reason = "there is nothing else on this thread")]
    fn wait(&mut self, otherwise: &str, mut done: impl FnMut(&mut Self) -> Result<bool>) -> Result<()> {
        let begun = Instant::now();
        while !done(self)? {
            if begun.elapsed() > PATIENCE {
                bail!("the server under callgrind: {otherwise}");
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, unless a run has failed.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Instructions in a profile, over all threads.
fn total(profile: &Path) -> Result<u64> {
    let text = fs::read_to_string(profile).with_context(|| profile.display().to_string())?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals:"));
    let total = total.with_context(|| format!("no totals in {}", profile.display()))?;
    Ok(total.trim().parse()?)
}
