//! Who is measured, and how each is started: the server on the first core, the generator on the second.

use std::{
    env, fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

const SERVER_CORE: &str = "0";
const CLIENT_CORE: &str = "1";
/// How long a server may take to listen, and a scenario to end.
const START: Duration = Duration::from_secs(20);
const SCENARIO: Duration = Duration::from_mins(5);
/// Bytes of the raw peer's event: about those of the others' without prefix.
const RAW_BYTES: &str = "116";

/// In the server's directory.
const CERTIFICATE: &str = "certificate.pem";

/// No limit of a server that faces the world would let one address send this much.
const CONFIGURATION: &str = include_str!("../../limits.toml");

/// A server, and how to speak to it.
#[derive(Clone, Copy)]
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) protocol: &'static str,
    server: Server,
    /// Whether quizzes are played on it.
    pub(super) plays: bool,
    /// Whether it is spoken to in TLS.
    pub(super) tls: bool,
    /// Whether it has a store and that is in memory.
    pub(super) in_memory: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Server {
    Trivium,
    /// A program beside this one, with these arguments behind the port.
    Program(&'static str, &'static [&'static str]),
    /// A program that is measured where it is on the path, told by its environment what to do.
    OnPath(&'static str),
    /// A script for Node.js.
    Script(&'static str),
}

/// In the order of their turns.
pub(super) const CONTENDERS: [Contender; 13] = [
    ours("trivium gRPC", "grpc", true),
    peer("raw TCP", "raw", Server::Program("peer-raw", &[RAW_BYTES])),
    peer("Socket.IO", "socket-io", Server::Script("socketio.mjs")),
    peer("ws", "ws", Server::Script("ws.mjs")),
    peer("socketioxide", "socket-io", Server::Program("peer-socketioxide", &[])),
    peer("Centrifugo", "centrifugo", Server::OnPath("centrifugo")),
    peer("bare tonic", "grpc", Server::Program("peer-tonic", &[])),
    peer("bare stream", "grpc", Server::Program("peer-bare", &[])),
    ours("trivium gRPC-Web", "grpc-web", false),
    ours("trivium WebTransport", "webtransport", false),
    in_tls(ours("trivium gRPC in TLS", "grpc", false)),
    in_tls(ours("trivium gRPC-Web in TLS", "grpc-web", false)),
    in_memory(ours("trivium gRPC in memory", "grpc", false)),
];

const fn ours(name: &'static str, protocol: &'static str, plays: bool) -> Contender {
    Contender {
        name,
        protocol,
        server: Server::Trivium,
        plays,
        tls: false,
        in_memory: false,
    }
}

const fn in_tls(contender: Contender) -> Contender {
    Contender { tls: true, ..contender }
}

const fn in_memory(contender: Contender) -> Contender {
    Contender {
        in_memory: true,
        ..contender
    }
}

const fn peer(name: &'static str, protocol: &'static str, server: Server) -> Contender {
    Contender {
        name,
        protocol,
        server,
        plays: false,
        tls: false,
        in_memory: false,
    }
}

impl Contender {
    /// Whether there is a program to measure.
    pub(super) fn is_there(&self) -> bool {
        match self.server {
            Server::OnPath(name) => {
                let path = env::var_os("PATH").unwrap_or_default();
                env::split_paths(&path).any(|directory| directory.join(name).is_file())
            }
            Server::Trivium | Server::Program(..) | Server::Script(_) => true,
        }
    }
}

/// Where the programs are.
pub(super) struct Programs {
    binaries: PathBuf,
    scripts: PathBuf,
    data: PathBuf,
}

/// A server that listens; it is killed when dropped.
pub(super) struct Running {
    addr: SocketAddr,
    child: Child,
    /// What is there once it takes calls: it listens a little before it has written its token.
    token: Option<PathBuf>,
}

impl Programs {
    /// # Errors
    ///
    /// Nobody knows where this program is.
    pub(super) fn beside_this(scripts: &Path) -> Result<Self> {
        let this = env::current_exe()?;
        let binaries = this.parent().context("a program in no directory")?;
        Ok(Self {
            binaries: binaries.to_owned(),
            scripts: scripts.to_owned(),
            data: scripts.join("data"),
        })
    }

    /// Starts a server on a free port, with nothing in its store.
    ///
    /// # Errors
    ///
    /// It does not listen in time.
    pub(super) async fn start(&self, contender: &Contender) -> Result<Running> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", SERVER_CORE]);
        match contender.server {
            Server::Trivium => {
                if self.data.exists() {
                    fs::remove_dir_all(&self.data)?;
                }
                fs::create_dir_all(&self.data)?;
                let configuration = self.scripts.join("trivium.toml");
                let tls = if contender.tls {
                    self.certificate()?
                } else {
                    String::new()
                };
                let store = if contender.in_memory { "memory" } else { "sqlite" };
                fs::write(&configuration, format!("store = \"{store}\"\n{CONFIGURATION}{tls}"))?;
                command
                    .arg(self.binaries.join("trivium"))
                    .args(["serve", "--log", "warn"]);
                command.arg("--http").arg(addr.to_string());
                command.arg("--config").arg(configuration).arg("--data").arg(&self.data);
            }
            Server::Program(name, arguments) => {
                command
                    .arg(self.binaries.join(name))
                    .arg(port.to_string())
                    .args(arguments);
            }
            Server::OnPath(name) => {
                command
                    .arg(name)
                    .env("CENTRIFUGO_HTTP_SERVER_ADDRESS", addr.ip().to_string())
                    .env("CENTRIFUGO_HTTP_SERVER_PORT", port.to_string())
                    .envs([
                        ("CENTRIFUGO_CLIENT_INSECURE", "true"),
                        ("CENTRIFUGO_LOG_LEVEL", "none"),
                        ("CENTRIFUGO_USAGE_STATS_DISABLED", "true"),
                    ]);
            }
            Server::Script(name) => {
                command.arg("node").arg(self.scripts.join(name)).arg(port.to_string());
            }
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let token = (contender.server == Server::Trivium).then(|| self.data.join("operator.token"));
        let mut running = Running { addr, child, token };
        timeout(START, running.listens())
            .await
            .context("it does not listen")??;
        Ok(running)
    }

    /// Loads a server; returns what the generator prints.
    ///
    /// # Errors
    ///
    /// The scenario failed, or takes too long.
    pub(super) async fn load(&self, contender: &Contender, server: &Running, scenario: &[String]) -> Result<String> {
        let pid = server.child.id().context("the server ended")?;
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", CLIENT_CORE]);
        command
            .arg(self.binaries.join("trivium-load"))
            .arg("--json")
            .args(scenario)
            // What went wrong is a sentence, whatever the shell has set.
            .env("RUST_BACKTRACE", "0");
        command.args(["--pid", &pid.to_string(), "--protocol", contender.protocol]);
        let scheme = if contender.tls { "https" } else { "http" };
        command.arg("--url").arg(format!("{scheme}://{}", server.addr));
        if contender.tls {
            command.arg("--ca").arg(self.data.join(CERTIFICATE));
        }
        if contender.server == Server::Trivium {
            command.arg("--data").arg(&self.data);
        }
        let output = command.stdin(Stdio::null()).kill_on_drop(true).output();
        let output = timeout(SCENARIO, output).await.context("it takes too long")??;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Makes one that is trusted as it is, and returns what names it in the server's configuration.
    fn certificate(&self) -> Result<String> {
        let made = rcgen::generate_simple_self_signed([Ipv4Addr::LOCALHOST.to_string()])?;
        let (certificate, key) = (self.data.join(CERTIFICATE), self.data.join("key.pem"));
        fs::write(&certificate, made.cert.pem())?;
        fs::write(&key, made.signing_key.serialize_pem())?;
        Ok(format!(
            "\n[http]\ntls = {{ certificate = '{}', key = '{}' }}\n",
            certificate.display(),
            key.display()
        ))
    }
}

impl Running {
    async fn listens(&mut self) -> Result<()> {
        while self.token.as_ref().is_some_and(|token| !token.exists()) || TcpStream::connect(self.addr).await.is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("{status}");
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}
