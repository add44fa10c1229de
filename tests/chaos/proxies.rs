//! Cuts over real sockets: what lies between client and server passes a random number of bytes and then nothing more. TCP is
//! closed, UDP falls silent. Each session goes on over another road, with nothing but a cursor.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UdpSocket, tcp},
    task::JoinSet,
    time::sleep,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use trivium_client::{
    Client, DisconnectReason, Events, Road, Session, SessionEvent, Timing,
    proto::v1::{SendMessageRequest, room_event::Event},
};
use trivium_tests::{Person, Server, Way, eventually, game, people};

use crate::ledger::{Ledger, View, What, log};

const ROADS: [Road; 3] = [Road::Grpc, Road::GrpcWeb, Road::WebTransport];
/// Cuts for each reader, of whom there is one for each road to begin with.
const CUTS: usize = 7;
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const LAST: &str = "the very last word";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_cut_on_real_sockets_go_on_over_other_roads() {
    let server = Arc::new(Server::start().await);
    let host = Person::account(&server, Way::Memory, "host").await;
    let room = game::create_room(&host).await;
    let ledger = Arc::new(Ledger::default());
    let talking = CancellationToken::new();
    let talk = tokio::spawn(
        talking
            .clone()
            .run_until_cancelled_owned(talk(host.client.clone(), room.id.clone())),
    );

    let mut readers = JoinSet::new();
    for (n, _) in ROADS.iter().enumerate() {
        let name = format!("p{n}");
        let calm = people::client(&server, Way::Memory, Some(server.token(&name)));
        calm.join(&room.join_code, &name).await.expect("joined");
        let reader = Reader {
            server: Arc::clone(&server),
            name,
            room: room.id.clone(),
            first_road: n,
            dice: ChaCha8Rng::seed_from_u64(n as u64),
            ledger: Arc::clone(&ledger),
        };
        readers.spawn(async move { (calm, reader.live().await) });
    }
    let mut views = Vec::new();
    let mut waiting = Vec::new();
    while let Some(cut) = readers.join_next().await {
        let (calm, (view, rest)) = cut.expect("nobody panics");
        views.push((calm, view));
        waiting.push(rest);
    }
    talking.cancel();
    assert!(talk.await.expect("no panic").is_none(), "it never ends by itself");
    say(&host.client, &room.id, LAST).await;
    for ((calm, mut view), rest) in views.into_iter().zip(waiting) {
        eventually(LAST, rest.read_to_the_end(&mut view)).await;
        view.check("a reader", &log(&calm, &room.id).await);
    }
    let tally = ledger.check(&log(&host.client, &room.id).await);
    assert!(tally.acknowledged > 0, "{tally:?}");
    Arc::into_inner(server).expect("nobody else has it").stop().await;
}

async fn talk(client: Client, room: String) {
    for n in 0_u64.. {
        say(
            &client,
            &room,
            &format!("host says {n}, and some more so that there are bytes to cut"),
        )
        .await;
        sleep(Duration::from_millis(5)).await;
    }
}

async fn say(client: &Client, room: &str, text: &str) {
    let message = SendMessageRequest {
        request_id: game::id(),
        room_id: room.to_owned(),
        text: text.to_owned(),
        reply_to: 0,
        ..SendMessageRequest::default()
    };
    client.chat().send_message(message).await.expect("said");
}

struct Reader {
    server: Arc<Server>,
    name: String,
    room: String,
    first_road: usize,
    dice: ChaCha8Rng,
    ledger: Arc<Ledger>,
}

/// A session that is cut no more.
struct Rest {
    _session: Session,
    events: Events,
    _proxies: Proxies,
}

impl Reader {
    /// Goes from road to road, each of which is cut, and ends on one that is not.
    async fn live(mut self) -> (View, Rest) {
        let mut view = View::default();
        for cut in 0..=CUTS {
            let road = ROADS[(self.first_road + cut) % ROADS.len()];
            // Enough for a QUIC handshake: without it, all there is to see is five seconds of patience.
            let least = if road == Road::WebTransport { 14_000 } else { 500 };
            let bytes = if cut == CUTS {
                usize::MAX
            } else {
                least + self.dice.random_range(0..20_000)
            };
            let proxies = Proxies::start(&self.server, bytes).await;
            let client = proxies.client(&self.server, road, self.server.token(&self.name));
            let (session, mut events) = client.session();
            let (hearing, room, cursor) = (session.clone(), self.room.clone(), view.cursor(&self.room));
            tokio::spawn(async move { hearing.subscribe(room, cursor).await });
            if cut == CUTS {
                return (
                    view,
                    Rest {
                        _session: session,
                        events,
                        _proxies: proxies,
                    },
                );
            }
            let speaking = AbortOnDropHandle::new(tokio::spawn(speak(
                session.clone(),
                self.room.clone(),
                format!("{} on {road:?}, cut {cut}", self.name),
                Arc::clone(&self.ledger),
            )));
            eventually((&self.name, road, cut, bytes), async {
                loop {
                    let event = events.next().await.expect("the session goes on");
                    view.take(&event);
                    if let SessionEvent::Disconnected { reason, .. } = &event {
                        assert!(!matches!(reason, DisconnectReason::GoAway(_)), "{reason:?}");
                        return;
                    }
                }
            })
            .await;
            session.close().await;
            drop(speaking);
        }
        unreachable!("the last road is not cut")
    }
}

/// Says one thing after the other, until the session is closed.
async fn speak(session: Session, room: String, who: String, ledger: Arc<Ledger>) {
    for n in 0_u32.. {
        let text = format!("{who}, {n}");
        let said = session.send_message(room.as_str(), text.as_str()).await;
        let is_over = said.is_err();
        ledger.note(What::Said(text), said.map(|message| message.seq));
        if is_over {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

impl Rest {
    async fn read_to_the_end(mut self, view: &mut View) {
        loop {
            let event = self.events.next().await.expect("the session goes on");
            view.take(&event);
            let texts = match &event {
                SessionEvent::Event(event) => match &event.event {
                    Some(Event::MessageSent(sent)) => sent.message.clone().into_iter().collect(),
                    _ => Vec::new(),
                },
                SessionEvent::Reset { snapshot, .. } => snapshot.messages.clone(),
                _ => Vec::new(),
            };
            if texts.iter().any(|message| message.text == LAST) {
                return;
            }
        }
    }
}

/// What lies between a client and the server.
struct Proxies {
    tcp: SocketAddr,
    udp: SocketAddr,
    _tasks: [AbortOnDropHandle<()>; 2],
}

impl Proxies {
    async fn start(server: &Server, bytes: usize) -> Self {
        let left = Left(Arc::new(AtomicUsize::new(bytes)));
        let listener = TcpListener::bind(ANYWHERE).await.expect("a free TCP port");
        let socket = UdpSocket::bind(ANYWHERE).await.expect("a free UDP port");
        Self {
            tcp: listener.local_addr().expect("bound"),
            udp: socket.local_addr().expect("bound"),
            _tasks: [
                AbortOnDropHandle::new(tokio::spawn(accept(listener, server.http, left.clone()))),
                AbortOnDropHandle::new(tokio::spawn(relay(Arc::new(socket), server.udp, left))),
            ],
        }
    }

    fn client(&self, server: &Server, road: Road, token: String) -> Client {
        let timing = Timing {
            quiet_webtransport: Duration::from_millis(500),
            quiet_tcp: Duration::from_millis(500),
            answer: Duration::from_secs(1),
            ..Timing::default()
        };
        let client = Client::builder(format!("http://{}", self.tcp))
            .webtransport_url(format!("https://{}/wt/v1", self.udp))
            .certificate_hashes(server.hashes.iter().copied())
            .road(road)
            .timing(timing)
            .token(token)
            .build();
        client.expect("a client")
    }
}

/// Bytes that still pass, both ways and on all connections together; clones are the same.
#[derive(Clone)]
struct Left(Arc<AtomicUsize>);

impl Left {
    /// How many of these bytes pass.
    fn pass(&self, bytes: usize) -> usize {
        let take = |left: usize| {
            Some(if left == usize::MAX {
                left
            } else {
                left.saturating_sub(bytes)
            })
        };
        let before = self.0.fetch_update(SeqCst, SeqCst, take).expect("it always takes");
        bytes.min(before)
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, left: Left) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let left = left.clone();
        connections.spawn(async move {
            let Ok(server) = TcpStream::connect(server).await else {
                return;
            };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            // When one way has ended, both do.
            tokio::select! {
                () = copy(from_client, to_server, left.clone()) => {}
                () = copy(from_server, to_client, left) => {}
            }
        });
    }
}

async fn copy(mut from: tcp::OwnedReadHalf, mut to: tcp::OwnedWriteHalf, left: Left) {
    let mut buffer = vec![0; 4_096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let passed = left.pass(read);
        if to.write_all(&buffer[..passed]).await.is_err() || passed < read {
            return;
        }
    }
}

/// Each client gets a socket of its own towards the server. A packet passes whole or not at all.
async fn relay(socket: Arc<UdpSocket>, server: SocketAddr, left: Left) {
    let mut clients: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
    let mut answers = JoinSet::new();
    let mut buffer = vec![0; 2_048];
    while let Ok((read, client)) = socket.recv_from(&mut buffer).await {
        if let Entry::Vacant(place) = clients.entry(client) {
            let towards = UdpSocket::bind(ANYWHERE).await.expect("a free UDP port");
            towards.connect(server).await.expect("on loopback");
            let towards = Arc::new(towards);
            place.insert(Arc::clone(&towards));
            let (back, left) = (Arc::clone(&socket), left.clone());
            answers.spawn(async move {
                let mut buffer = vec![0; 2_048];
                while let Ok(read) = towards.recv(&mut buffer).await {
                    if left.pass(read) == read {
                        // Packets may be lost.
                        let _lost = back.send_to(&buffer[..read], client).await;
                    }
                }
            });
        }
        if left.pass(read) == read {
            let _lost = clients[&client].send(&buffer[..read]).await;
        }
    }
}
