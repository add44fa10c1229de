//! The server as a process of its own: started, killed, told to go, and started again on the same data and the same ports.
//!
//! The other end is `under_test.rs`, which only a suite knows the path of: `env!("CARGO_BIN_EXE_trivium-under-test")`.

use std::{
    ffi::OsString,
    net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    net::TcpStream,
    process::{Child, ChildStdin, ChildStdout, Command},
};
use trivium_api::auth::Roles;
use trivium_runtime::Clock;
use trivium_server::{secrets, tokens};

use crate::eventually;

/// Where ports are looked for: below those that systems give to outgoing connections. A client that calls a dead server's
/// port from that very port would connect to itself.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
/// What it says on standard error, beside its data.
const LOG: &str = "server.log";
/// How often `/readyz` is asked.
const ASK_AGAIN: Duration = Duration::from_millis(5);

/// A server process; killed when it is dropped.
#[expect(missing_debug_implementations, reason = "nobody prints a server")]
pub struct Process {
    /// The program and the words before `serve`.
    command: Vec<OsString>,
    data: PathBuf,
    /// TCP and UDP.
    port: u16,
    /// Configuration as environment variables.
    env: Vec<(String, String)>,
    life: Option<Life>,
}

struct Life {
    child: Child,
    orders: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts one on free ports with its data in `data`, and waits until it is ready. Configuration is by keys such as
    /// `drain.grace`; rate limits are far away unless it says otherwise.
    pub async fn start(binary: &str, data: &Path, configuration: &[(&str, &str)]) -> Self {
        Self::start_under(&[], binary, data, configuration).await
    }

    /// The same under a program that watches it, which is named by an absolute path and its arguments. It must leave the
    /// server its process and its standard streams.
    pub async fn start_under(watcher: &[OsString], binary: &str, data: &Path, configuration: &[(&str, &str)]) -> Self {
        let plenty = [
            ("limits.joins_per_minute", "1000000"),
            ("limits.chat_per_second", "100000"),
            ("limits.room_chat_per_second", "100000"),
            ("limits.commands_per_second", "100000"),
            ("log.filter", "info"),
        ];
        let env = plenty
            .iter()
            .chain(configuration)
            .map(|(key, value)| (variable(key), (*value).to_owned()));
        let mut process = Self {
            command: watcher.iter().cloned().chain([binary.into()]).collect(),
            data: data.to_owned(),
            port: free_port(),
            env: env.collect(),
            life: None,
        };
        process.start_again().await;
        process
    }

    /// Starts it on the data and ports that it had. Says how long it took from the call to the first answer of `/readyz`.
    pub async fn start_again(&mut self) -> Duration {
        assert!(self.life.is_none(), "it runs");
        let log = self.data.join(LOG);
        std::fs::create_dir_all(&self.data).expect("a directory");
        let begun = Instant::now();
        let (program, before) = self.command.split_first().expect("there is a binary");
        let mut child = Command::new(program)
            .args(before)
            .arg("serve")
            .args(["--http", &self.address().to_string()])
            .args([Path::new("--data"), &self.data])
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            // Nobody's trivium.toml.
            .current_dir(&self.data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(
                std::fs::OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(&log)
                    .expect("a log"),
            )
            .kill_on_drop(true)
            .spawn()
            .expect("the server was built with this suite");
        let orders = child.stdin.take().expect("it is piped");
        let said = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let life = self.life.insert(Life { child, orders, said });
        eventually("a server that is ready", async {
            while !is_ready(SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))).await {
                let ended = life.child.try_wait().expect("it is our child");
                if let Some(status) = ended {
                    panic!("{status}\n{}", std::fs::read_to_string(&log).unwrap_or_default());
                }
                tokio::time::sleep(ASK_AGAIN).await;
            }
        })
        .await;
        begun.elapsed()
    }

    /// Kills it with SIGKILL, and waits until it is gone.
    pub async fn kill(&mut self) {
        let mut life = self.life.take().expect("it runs");
        life.child.kill().await.expect("it is our child");
    }

    /// Asks it to go with SIGTERM, and waits until it is gone.
    pub async fn terminate(&mut self) -> ExitStatus {
        let mut life = self.life.take().expect("it runs");
        let id = life.child.id().expect("nobody waited for it").to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(sent.expect("kill is there").success());
        eventually("the end of the process", life.child.wait())
            .await
            .expect("it is our child")
    }

    /// By which the system knows it.
    pub fn id(&self) -> u32 {
        let life = self.life.as_ref().expect("it runs");
        life.child.id().expect("nobody waited for it")
    }

    /// Arms a fail point: the next time that `site` is reached, its thread stops; with `first` only once that was reached.
    pub async fn stall(&mut self, site: &str, first: Option<&str>) {
        let after = first.map(|first| format!(" after {first}")).unwrap_or_default();
        let order = format!("stall {site}{after}\n");
        let life = self.life.as_mut().expect("it runs");
        life.orders.write_all(order.as_bytes()).await.expect("it listens");
        self.says("armed").await;
    }

    /// Waits until the armed fail point was reached.
    pub async fn stalled(&mut self) {
        self.says("stalled").await;
    }

    async fn says(&mut self, word: &str) {
        let life = self.life.as_mut().expect("it runs");
        let said = eventually(word, life.said.next_line()).await.expect("lines are text");
        assert_eq!(said.as_deref(), Some(word));
    }

    /// What this server and others on the same data have logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.join(LOG)).expect("it is text")
    }

    /// Numbers under the names that `/metrics` has for them; 0 for what it does not tell.
    pub async fn metrics<const N: usize>(&self, names: [&str; N]) -> [u64; N] {
        let told = eventually("metrics", get(self.address(), "/metrics")).await;
        let told = told.expect("it listens");
        names.map(|name| {
            let value = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok();
            told.lines().find_map(value).unwrap_or_default()
        })
    }

    /// Where HTTP clients go.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// TCP and UDP.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.data.join("trivium.db")
    }

    /// A token for an account.
    pub fn token(&self, user: &str) -> String {
        let secret = secrets::read_secret(&secrets::secret_file(&self.data)).expect("the server made one");
        let user_id = user.parse().expect("an id");
        let principal = tokens::principal(user_id, user, Roles::default(), [].into());
        let authenticator = tokens::local(secret).expect("a local key");
        let hour = Duration::from_hours(1);
        authenticator
            .mint(&principal, hour, Clock::start().now(), &mut rand::rng())
            .0
    }
}

/// A configuration key as the server finds it in its environment.
fn variable(key: &str) -> String {
    format!("TRIVIUM_{}", key.to_uppercase().replace('.', "__"))
}

/// A port that is free for TCP and UDP. Tests start at different ones, for nothing keeps a port while its server is dead.
fn free_port() -> u16 {
    let free = |port: &u16| {
        let address = (Ipv4Addr::LOCALHOST, *port);
        TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok()
    };
    let start = rand::random_range(PORTS);
    let mut ports = (start..PORTS.end).chain(PORTS.start..start);
    ports.find(free).expect("a free port")
}

async fn is_ready(address: SocketAddr) -> bool {
    let answer = get(address, "/readyz").await;
    answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

/// The whole answer, with its head.
async fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
