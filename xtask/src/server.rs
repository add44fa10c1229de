//! A server in a process of its own, on a free port and with nothing in its store, for what is looked at from outside.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use crate::shell::{Running, program, root, run};

/// Under callgrind everything takes 50 times as long.
const PATIENCE: Duration = Duration::from_mins(3);

/// It is killed when dropped.
pub(crate) struct Server {
    /// Where it listens, over TCP and UDP.
    pub(crate) addr: SocketAddr,
    /// Its directory.
    pub(crate) data: PathBuf,
    child: Running,
}

impl Server {
    /// Starts one by a command that ends with the program, with the limits that benchmarks need.
    ///
    /// # Errors
    ///
    /// It does not listen in time.
    pub(crate) fn start(mut command: Command, data: PathBuf) -> Result<Self> {
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        fs::create_dir_all(&data)?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        command.args(["serve", "--log", "warn"]);
        command.arg("--config").arg(root().join("benches/limits.toml"));
        command.arg("--http").arg(addr.to_string()).arg("--data").arg(&data);
        let child = Running(command.stdout(Stdio::null()).spawn()?);
        let mut server = Self { addr, data, child };
        server.wait("it does not listen", |server| {
            if let Some(status) = server.child.0.try_wait()? {
                bail!("the server: {status}");
            }
            Ok(server.data.join("operator.token").exists() && TcpStream::connect(addr).is_ok())
        })?;
        Ok(server)
    }

    /// Ends it in good order.
    ///
    /// # Errors
    ///
    /// It does not end in time.
    pub(crate) fn end(&mut self) -> Result<()> {
        run(program("kill").args(["-s", "TERM", &self.child.0.id().to_string()]))?;
        self.wait("it does not end", |server| Ok(server.child.0.try_wait()?.is_some()))
    }

    #[expect(clippy::disallowed_methods, reason = "there is nothing else on this thread")]
    fn wait(&mut self, otherwise: &str, mut done: impl FnMut(&mut Self) -> Result<bool>) -> Result<()> {
        let begun = Instant::now();
        while !done(self)? {
            if begun.elapsed() > PATIENCE {
                bail!("the server: {otherwise}");
            }
            sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}
