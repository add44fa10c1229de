//! The soak: a server in moderate use for a long time, over all roads at once. When it has warmed up, it must not grow any more.
//!
//! `benches/src/scenario/soak.rs` is the load and the judge; this starts the server and a load for each road.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Result, bail};

use crate::{
    server::Server,
    shell::{Running, program, target},
};

const ROADS: [&str; 3] = ["grpc", "grpc-web", "webtransport"];
/// Per road: so many messages per second that a room's ring of 4,096 is full before the warm-up, a third of ten minutes, is over.
const LOAD: &str = "soak --sessions 20 --rate 25 --cuts 1";

/// A soak under way; it is given up when dropped.
pub(crate) struct Soak {
    server: Server,
    loads: Vec<Load>,
}

struct Load {
    child: Running,
    told: PathBuf,
}

/// Begins one of so many minutes. `programs` is where `trivium` and `trivium-load` are, `most` what memory may grow by, in percent per
/// hour.
///
/// # Errors
///
/// The server does not start.
pub(crate) fn begin(programs: &Path, minutes: u32, most: u32) -> Result<Soak> {
    let home = target().join("xtask/soak");
    fs::create_dir_all(&home)?;
    let server = Server::start(program(programs.join("trivium")), home.join("data"))?;
    let mut soak = Soak {
        server,
        loads: Vec::new(),
    };
    for road in ROADS {
        let told = home.join(format!("{road}.txt"));
        let mut load = program(programs.join("trivium-load"));
        load.args(LOAD.split(' ')).args(["--protocol", road]);
        load.args(["--minutes", &minutes.to_string(), "--most", &most.to_string()]);
        load.args(["--url", &format!("http://{}", soak.server.addr)]);
        load.arg("--data").arg(&soak.server.data);
        let output = fs::File::create(&told)?;
        load.stderr(output.try_clone()?).stdout(output).stdin(Stdio::null());
        soak.loads.push(Load {
            child: Running(load.spawn()?),
            told,
        });
    }
    Ok(soak)
}

impl Soak {
    /// Waits for its end, and prints what each road tells.
    ///
    /// # Errors
    ///
    /// Something was lost, or the server has grown.
    pub(crate) fn end(mut self) -> Result<()> {
        let mut failed = Vec::new();
        for (road, load) in ROADS.into_iter().zip(&mut self.loads) {
            let ended = load.child.0.wait()?;
            println!("soak over {road}:\n{}", fs::read_to_string(&load.told)?);
            if !ended.success() {
                failed.push(road);
            }
        }
        if !failed.is_empty() {
            bail!("the soak failed over {}", failed.join(", "));
        }
        self.server.end()
    }
}
