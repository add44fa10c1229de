//! Marks and counts of what is unread, under cuts and changes of the road: in the end they are what the log says, for
//! everybody who looks, and nothing that somebody has read is forgotten.
//!
//! Like [`cuts`](crate::cuts), in virtual time over [`network`](crate::network). An acknowledgement may be lost with its
//! answer; each client repeats its newest marks whenever it is connected again, as all clients should.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use rand::{RngExt as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use trivium_client::{
    Choice, Client, DisconnectReason, Events, Road, Session, SessionEvent,
    proto::v1::{
        AcknowledgeRequest, Cursor, DeleteMessageRequest, SendMessageRequest, SetReceiptPrivacyRequest,
        room_event::Event,
    },
};
use trivium_tests::{Person, Server, Way, game, people};

mod oracle;

use crate::network::Weather;
use oracle::{Oracle, Table, moved, whole_log};

/// Links that have to be cut before it is enough.
const CUTS: usize = 200;
/// No storm begins after this.
const ENOUGH: Duration = Duration::from_secs(30);
/// How long the weather of one storm lasts, in virtual time.
const STORM: Duration = Duration::from_mins(3);
/// Readers. The last one reads privately.
const READERS: usize = 4;
/// After this nobody says anything.
const LAST: &str = "the very last word";

#[test]
fn marks_and_counts_are_those_of_the_log_after_two_hundred_cuts() {
    let began = Instant::now();
    let mut sum = Outcome::default();
    for seed in 0.. {
        if sum.cuts >= CUTS || began.elapsed() > ENOUGH {
            break;
        }
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().start_paused(true).build().expect("a runtime");
        let outcome = runtime.block_on(async { timeout(Duration::from_mins(50), storm(seed)).await });
        let outcome = outcome.unwrap_or_else(|_| panic!("seed {seed} hangs"));
        sum.cuts += outcome.cuts;
        sum.hops += outcome.hops;
        sum.entries += outcome.entries;
        sum.acknowledged += outcome.acknowledged;
        sum.unread += outcome.unread;
    }
    eprintln!("{sum:?}");
    // A storm in which nothing broke, or in which all was read, would prove nothing.
    assert!(sum.cuts >= CUTS && sum.hops > CUTS / 5, "{sum:?}");
    assert!(
        sum.entries > 0 && sum.acknowledged > 2 * sum.entries && sum.unread > 0,
        "{sum:?}"
    );
}

/// What storms did.
#[derive(Debug, Default, Clone, Copy)]
struct Outcome {
    cuts: usize,
    /// Sessions begun anew on another road.
    hops: usize,
    /// Entries with marks.
    entries: usize,
    /// Acknowledgements that were answered.
    acknowledged: usize,
    /// Messages left unread.
    unread: u32,
}

async fn storm(seed: u64) -> Outcome {
    let server = Server::without_sockets(trivium_tests::Options::default()).await;
    let host = Person::account(&server, Way::Memory, "host").await;
    let room = game::create_room(&host).await;
    let mut readers = JoinSet::new();
    let mut weathers = Vec::new();
    // One place for each: nobody waits to tell.
    let (finished, mut all_finished) = mpsc::channel(READERS);
    let (enough, until) = watch::channel(false);
    let mut calm = vec![("host".to_owned(), host.client.clone())];
    for (n, choice) in CHOICES.into_iter().enumerate() {
        let name = format!("p{n}");
        let client = people::client(&server, Way::Memory, Some(server.token(&name)));
        client.join(&room.join_code, &name).await.expect("joined");
        if n + 1 == READERS {
            let set = SetReceiptPrivacyRequest {
                request_id: game::id(),
                room_id: room.id.clone(),
                private: true,
            };
            client.receipts().set_receipt_privacy(set).await.expect("a member");
        }
        calm.push((name.clone(), client));
        let weather = Weather::new(&server, seed * 100 + n as u64);
        weathers.push(weather.clone());
        let reader = Reader {
            name: name.clone(),
            token: server.token(&name),
            room: room.id.clone(),
            weather,
            choice,
            dice: ChaCha8Rng::seed_from_u64(seed * 100 + 50 + n as u64),
            seen: Seen::default(),
            finished: finished.clone(),
            enough: until.clone(),
        };
        readers.spawn(async move { (name, reader.live().await) });
    }
    sleep(STORM).await;
    weathers.iter().for_each(Weather::calm_down);
    say(&host.client, &room.id, LAST).await;
    for _ in 0..READERS {
        all_finished.recv().await.expect("nobody panics");
    }
    sleep(Duration::from_secs(5)).await;
    enough.send(true).expect("they listen");
    let mut outcome = Outcome {
        cuts: weathers.iter().map(|weather| weather.cuts().0).sum(),
        ..Outcome::default()
    };
    let mut readings = BTreeMap::new();
    while let Some(lived) = readers.join_next().await {
        let (name, lived) = lived.expect("nobody panics");
        outcome.hops += lived.hops;
        outcome.acknowledged += lived.acknowledged;
        readings.insert(name, lived);
    }

    let told = Oracle::of(&whole_log(&server, &room.id).await);
    outcome.entries = told.entries;
    for (name, client) in &calm {
        let who = format!("seed {seed}, {name}");
        outcome.unread += told.compare(&who, name, client, &room.id).await;
        if let Some(lived) = readings.get(name) {
            assert_eq!(
                told.own(name),
                lived.wanted,
                "{who}: what was acknowledged is in the log"
            );
            assert_eq!(
                moved(&lived.marks),
                moved(&told.seen_by(name)),
                "{who}: heard from events"
            );
        }
    }
    server.stop().await;
    outcome
}

async fn say(client: &Client, room: &str, text: &str) {
    let message = SendMessageRequest {
        request_id: game::id(),
        room_id: room.to_owned(),
        text: text.to_owned(),
        ..SendMessageRequest::default()
    };
    client.chat().send_message(message).await.expect("said");
}

const CHOICES: [Choice; READERS] = [
    Choice::Only(Road::Grpc),
    Choice::Only(Road::GrpcWeb),
    Choice::Only(Road::WebTransport),
    Choice::Auto,
];

/// Somebody who reads, and says something now and then.
struct Reader {
    name: String,
    token: String,
    room: String,
    weather: Weather,
    choice: Choice,
    dice: ChaCha8Rng,
    seen: Seen,
    /// Told when all is read and said.
    finished: mpsc::Sender<()>,
    enough: watch::Receiver<bool>,
}

/// What a reader went through.
#[derive(Default)]
struct Seen {
    epoch: u64,
    seq: u64,
    /// The newest message seen.
    newest: u64,
    own: Vec<u64>,
    /// As events and snapshots tell.
    marks: Table,
    /// The newest marks that this client has sent.
    wanted: (u64, u64),
    hops: usize,
    acknowledged: usize,
    heard_last: bool,
}

impl Reader {
    async fn live(mut self) -> Seen {
        let mut doing: JoinSet<bool> = JoinSet::new();
        let (mut session, mut events) = self.begin(None);
        while !self.seen.heard_last {
            let pause = Duration::from_millis(self.dice.random_range(0..4_000));
            tokio::select! {
                event = events.next() => {
                    let event = event.expect("the session goes on");
                    self.take(&event);
                    match &event {
                        SessionEvent::Connected { .. } => drop(doing.spawn(self.acknowledge(&session))),
                        SessionEvent::Disconnected {
                            reason: DisconnectReason::Lost(_) | DisconnectReason::Silent,
                            ..
                        } if self.dice.random() => {
                            self.seen.hops += 1;
                            session.close().await;
                            let others = CHOICES.into_iter().filter(|other| *other != self.choice);
                            let others: Vec<Choice> = others.collect();
                            self.choice = *others.choose(&mut self.dice).expect("there are three");
                            let cursor = self.seen.cursor(&self.room);
                            (session, events) = self.begin(cursor);
                        }
                        _ => {}
                    }
                }
                done = doing.join_next(), if !doing.is_empty() => {
                    let answered = done.expect("there is one").expect("nobody panics");
                    self.seen.acknowledged += usize::from(answered);
                }
                () = sleep(pause) => self.act(&session, &mut doing),
            }
        }
        // Whatever was lost with its connection is said once more.
        while !self.acknowledge(&session).await {}
        while doing.join_next().await.is_some() {}
        self.hear_out(&mut events).await;
        drop(session);
        self.seen
    }

    /// Hears what follows until all have done the same, and their marks are in the log.
    async fn hear_out(&mut self, events: &mut Events) {
        self.finished.send(()).await.expect("the storm goes on");
        let mut enough = self.enough.clone();
        loop {
            tokio::select! {
                biased;
                event = events.next() => self.take(&event.expect("the session goes on")),
                _ = enough.wait_for(|enough| *enough) => return,
            }
        }
    }

    fn act(&mut self, session: &Session, doing: &mut JoinSet<bool>) {
        match self.dice.random_range(0..10) {
            0..2 => {
                let whom = ["@p0", "@p1 and @p3", "@room", "nobody", "everybody"];
                let text = format!("{} {}", whom.choose(&mut self.dice).expect("some"), self.seen.seq);
                let (session, room) = (session.clone(), self.room.clone());
                doing.spawn(async move {
                    let _lost = session.send_message(room, text).await;
                    false
                });
            }
            2 if !self.seen.own.is_empty() => {
                let message_seq = *self.seen.own.choose(&mut self.dice).expect("some");
                let delete = DeleteMessageRequest {
                    request_id: game::id(),
                    room_id: self.room.clone(),
                    message_seq,
                };
                let session = session.clone();
                doing.spawn(async move {
                    let _lost = session.execute(delete).await;
                    false
                });
            }
            _ => {
                let (delivered, read) = self.seen.wanted;
                let delivered = delivered.max(self.seen.newest);
                // Some leave the newest unread.
                let read = if self.dice.random() { delivered } else { read };
                self.seen.wanted = (delivered, read);
                doing.spawn(self.acknowledge(session));
            }
        }
    }

    /// Gives the newest marks; says whether there was an answer.
    fn acknowledge(&self, session: &Session) -> impl Future<Output = bool> + Send + use<> {
        let (session, (delivered_seq, read_seq)) = (session.clone(), self.seen.wanted);
        let request = AcknowledgeRequest {
            room_id: self.room.clone(),
            delivered_seq,
            read_seq,
        };
        async move {
            match session.execute(request).await {
                Ok(answer) => {
                    let receipt = answer.receipt.expect("there is always one");
                    assert!(
                        receipt.delivered_seq >= delivered_seq && receipt.read_seq >= read_seq,
                        "{receipt:?}"
                    );
                    true
                }
                Err(_lost) => false,
            }
        }
    }

    fn begin(&self, cursor: Option<Cursor>) -> (Session, Events) {
        let client = Client::builder("http://in.memory")
            .road(self.choice)
            .token(self.token.clone())
            .connector(self.weather.clone())
            .build();
        let (session, events) = client.expect("a client").session();
        let (hearing, room) = (session.clone(), self.room.clone());
        tokio::spawn(async move { hearing.subscribe(room, cursor).await });
        (session, events)
    }

    fn take(&mut self, event: &SessionEvent) {
        let seen = &mut self.seen;
        match event {
            SessionEvent::Reset { snapshot, .. } => {
                let cursor = snapshot.cursor.clone().unwrap_or_default();
                (seen.epoch, seen.seq) = (cursor.epoch, cursor.seq);
                let marks = snapshot.receipts.iter();
                seen.marks = marks
                    .map(|one| (one.user_id.clone(), (one.delivered_seq, one.read_seq)))
                    .collect();
                seen.newest = snapshot.messages.last().map_or(seen.newest, |message| message.seq);
                seen.heard_last |= snapshot.messages.iter().any(|message| message.text == LAST);
            }
            SessionEvent::Event(event) => {
                seen.seq = event.seq;
                match &event.event {
                    Some(Event::MessageSent(sent)) => {
                        let message = sent.message.clone().unwrap_or_default();
                        seen.newest = event.seq;
                        seen.heard_last |= message.text == LAST;
                        if message.author_id == self.name {
                            seen.own.push(message.seq);
                        }
                    }
                    Some(Event::MessageDeleted(deleted)) => seen.own.retain(|own| *own != deleted.message_seq),
                    Some(Event::ReceiptsMoved(moved)) => {
                        for one in &moved.receipts {
                            let marks = (one.delivered_seq, one.read_seq);
                            seen.marks.insert(one.user_id.clone(), marks);
                        }
                    }
                    _ => {}
                }
            }
            SessionEvent::Gap { .. } | SessionEvent::SubscriptionEnded { .. } | SessionEvent::Stopped { .. } => {
                panic!("{event:?}");
            }
            _ => {}
        }
    }
}

impl Seen {
    fn cursor(&self, room: &str) -> Option<Cursor> {
        (self.seq > 0).then(|| Cursor {
            room_id: room.to_owned(),
            epoch: self.epoch,
            seq: self.seq,
        })
    }
}
