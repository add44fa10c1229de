//! A server in a process of its own, two people who play in front of it, and what the process holds.

use std::{fs, future::Future, time::Duration};

use tempfile::TempDir;
use trivium_client::{Client, Road, proto::v1::Room};
use trivium_tests::{Person, Process, Way, eventually, game};

/// More descriptors than before that may be left: the database opens some when it is busy.
const MORE_DESCRIPTORS: usize = 16;
/// More memory than before that may be left, and at the worst moment, in KiB. What an allocator keeps is in it.
const MORE_AFTERWARDS: u64 = 64 * 1024;
const MORE_AT_WORST: u64 = 128 * 1024;
/// Between two rounds of what honest people say.
const PACE: Duration = Duration::from_millis(20);

/// The server, and people who have nothing to do with what is done to it.
pub(crate) struct Stage {
    pub(crate) process: Process,
    pub(crate) room: Room,
    host: Person,
    friend: Person,
    before: Held,
    _data: TempDir,
}

/// What a process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    descriptors: usize,
    /// KiB, now and at most since the process began.
    resident: u64,
    resident_at_most: u64,
}

impl Held {
    /// None on systems without `/proc`.
    fn by(process: &Process) -> Option<Self> {
        let home = format!("/proc/{}", process.id());
        let status = fs::read_to_string(format!("{home}/status")).ok()?;
        let of = |key: &str| {
            let line = status.lines().find(|line| line.starts_with(key))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        Some(Self {
            descriptors: fs::read_dir(format!("{home}/fd")).ok()?.count(),
            resident: of("VmRSS:")?,
            resident_at_most: of("VmHWM:")?,
        })
    }
}

impl Stage {
    /// Starts a server, with a host over gRPC and a friend over WebTransport in one room.
    pub(crate) async fn set(configuration: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let process = Process::start(env!("CARGO_BIN_EXE_trivium-under-test"), data.path(), configuration).await;
        let client = client(&process, Road::Grpc, Some(process.token("host")));
        let mut host = Person::connected(client, Way::Grpc, "host").await;
        let room = game::create_room(&host).await;
        host.hear(&room.id).await;
        let friend = newcomer(&process, Road::WebTransport, &room, "friend").await;
        let before = Held::by(&process).unwrap_or(Held {
            descriptors: usize::MAX / 2,
            resident: u64::MAX / 2,
            resident_at_most: u64::MAX / 2,
        });
        let mut stage = Self {
            process,
            room,
            host,
            friend,
            before,
            _data: data,
        };
        stage.plays().await;
        stage
    }

    /// Both hear each other.
    pub(crate) async fn plays(&mut self) {
        let said = self.host.session.send_message(&self.room.id, "ping");
        let said = eventually("what the host says", said).await.expect("said");
        self.friend.reach(said.seq).await;
        let said = self.friend.session.send_message(&self.room.id, "pong");
        let said = eventually("what the friend says", said).await.expect("said");
        self.host.reach(said.seq).await;
    }

    /// The host says something, and both hear it.
    pub(crate) async fn says(&mut self, text: &str) {
        let said = self.host.session.send_message(&self.room.id, text);
        let said = eventually("what the host says", said).await.expect("said");
        self.host.reach(said.seq).await;
        self.friend.reach(said.seq).await;
    }

    /// Lets people play for as long as something is done to the server, and once more when it has ended.
    pub(crate) async fn play_through<T: Send + 'static>(
        &mut self,
        attack: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let attack = tokio::spawn(attack);
        let mut rounds = 0;
        while !attack.is_finished() {
            self.plays().await;
            rounds += 1;
            tokio::time::sleep(PACE).await;
        }
        self.plays().await;
        eprintln!("{rounds} rounds meanwhile; {:?}", Held::by(&self.process));
        attack.await.expect("attackers do not panic")
    }

    /// Somebody else comes into the room, and is heard.
    pub(crate) async fn is_open_to_newcomers(&mut self, name: &str) {
        for road in [Road::Grpc, Road::WebTransport] {
            let name = format!("{name} {road:?}");
            let newcomer = newcomer(&self.process, road, &self.room, &name).await;
            let said = newcomer.session.send_message(&self.room.id, "hello");
            let said = eventually("what a newcomer says", said).await.expect("said");
            self.host.reach(said.seq).await;
        }
    }

    /// Waits until the server holds what it held before, and ends it.
    pub(crate) async fn recovers(mut self) {
        self.plays().await;
        let Some(mut held) = Held::by(&self.process) else {
            return;
        };
        let bound = Held {
            descriptors: self.before.descriptors + MORE_DESCRIPTORS,
            resident: self.before.resident + MORE_AFTERWARDS,
            resident_at_most: self.before.resident_at_most + MORE_AT_WORST,
        };
        let comes_back = async {
            while held.descriptors > bound.descriptors || held.resident > bound.resident {
                tokio::time::sleep(PACE).await;
                held = Held::by(&self.process).expect("it was there a moment ago");
            }
        };
        let in_time = tokio::time::timeout(Duration::from_mins(1), comes_back).await;
        assert!(in_time.is_ok(), "{held:?} after {:?}", self.before);
        assert!(
            held.resident_at_most <= bound.resident_at_most,
            "{held:?} after {:?}",
            self.before
        );
        eprintln!("{:?}, then {held:?}", self.before);
        assert!(self.process.terminate().await.success(), "it ends well");
    }
}

async fn newcomer(process: &Process, road: Road, room: &Room, name: &str) -> Person {
    let client = client(process, road, None);
    let seat = eventually("a seat", client.join(&room.join_code, name))
        .await
        .expect("joined");
    let way = if road == Road::Grpc {
        Way::Grpc
    } else {
        Way::WebTransport
    };
    let mut person = Person::connected(client, way, name).await;
    person.hear(&seat.room_id).await;
    person
}

fn client(process: &Process, road: Road, token: Option<String>) -> Client {
    let mut builder = Client::builder(process.url()).road(road);
    if let Some(token) = token {
        builder = builder.token(token);
    }
    builder.build().expect("a client")
}
