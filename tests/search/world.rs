//! Some rooms and users on one runtime, and what they may do to each other.

use std::{collections::BTreeMap, sync::Arc};

use rand::{RngExt as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use trivium_api::WireEncode;
use trivium_engine::{
    Actor, ChatCommand, ChatEvent, Command, Entry, Event, HistoryPolicy, ModerationCommand, ModerationEvent,
    PolicyChange, Role, RoomCommand, RoomEvent, RoomId, RoomKind, Seq, Timestamp, UserId,
    chat::Draft,
    moderation::{
        MessageState, Rule, Rules, Settings,
        filter::{Action, Syntax},
    },
};
use trivium_runtime::{Caller, Clock, Runtime, RuntimeConfig};
use trivium_store::{MessageSearch, Query, RoomRecord, Scope, Store};

use crate::oracle::{Truth, has};

const ROOMS: [&str; 3] = ["r1", "r2", "R1"];
/// The last one is a guest of the first room.
const USERS: [&str; 5] = ["ana", "ben", "cleo", "dan", GUEST];
const GUEST: &str = "guest";
const DAY_MICROS: u64 = 24 * 60 * 60 * 1_000_000;
const WORDS: [&str; 6] = ["apple", "apply", "pear", "Äpfel", "plum", "p"];

pub(crate) struct World {
    store: Arc<dyn Store>,
    runtime: Runtime,
    /// Every message that could ever be found, in the order in which they could last be found first.
    sent: Vec<(RoomId, Seq)>,
    /// Messages that ever waited.
    held: Vec<(RoomId, Seq)>,
    /// How often things happened that a story has to have.
    pub(crate) happened: BTreeMap<&'static str, u32>,
    /// How many hits there were, and how many messages that fitted were somebody else's to see.
    pub(crate) found: usize,
    pub(crate) hidden: usize,
}

fn id<T: std::str::FromStr<Err = trivium_engine::InvalidId>>(text: &str) -> T {
    text.parse().expect("an id")
}

fn caller(room: &str, user: &str) -> Caller {
    Caller {
        actor: Actor {
            user: id(user),
            name: user.to_owned(),
            guest: user == GUEST,
            global_host: user == "root",
            grant: (user == GUEST && room == ROOMS[0]).then_some(Role::Member),
        },
        request: None,
        received_at: Timestamp::default(),
        round_trip: None,
    }
}

fn words(rng: &mut ChaCha8Rng, most: usize) -> String {
    let count = rng.random_range(1..=most);
    let words: Vec<&str> = (0..count).map(|_| *WORDS.choose(rng).expect("some")).collect();
    words.join(" ")
}

fn runtime(store: &Arc<dyn Store>, clock: Clock, rng: &mut ChaCha8Rng) -> Runtime {
    let config = RuntimeConfig {
        snapshot_every: 20,
        ..RuntimeConfig::default()
    };
    Runtime::start(Arc::clone(store), Arc::new(WireEncode), clock, config, rng.random())
}

/// Rules, perhaps, and an approval queue, perhaps.
fn moderation(rng: &mut ChaCha8Rng) -> Settings {
    let rule = |pattern: &str, action| Rule {
        pattern: pattern.to_owned(),
        syntax: Syntax::Word,
        action,
        nicknames: false,
    };
    let rules = vec![rule("plum", Action::Hold), rule("pear", Action::Mask)];
    Settings {
        approval: rng.random_bool(0.3),
        rules: Rules::new(if rng.random() { rules } else { Vec::new() }).expect("rules"),
        ..Settings::default()
    }
}

impl World {
    pub(crate) async fn new(store: Arc<dyn Store>, rng: &mut ChaCha8Rng) -> Self {
        let world = Self {
            runtime: runtime(&store, Clock::start(), rng),
            store,
            sent: Vec::new(),
            held: Vec::new(),
            happened: BTreeMap::new(),
            found: 0,
            hidden: 0,
        };
        for (room, host) in ROOMS.into_iter().zip(USERS) {
            let record = RoomRecord {
                id: id(room),
                epoch: 1,
                code: None,
                kind: "channel".to_owned(),
                title: room.to_owned(),
                created_by: id(host),
                created_at: Timestamp(1),
                closed_at: None,
            };
            world.store.create_room(&record).await.expect("made");
            let create = RoomCommand::Create {
                kind: RoomKind::Channel,
                title: room.to_owned(),
                code: None,
                join_policy: None,
                capacity: None,
                teams: Vec::new(),
                nickname: String::new(),
                policy: PolicyChange {
                    history: Some(if rng.random() {
                        HistoryPolicy::All
                    } else {
                        HistoryPolicy::SinceJoin
                    }),
                    ..PolicyChange::default()
                },
            };
            let made = world.execute(room, host, create.into()).await;
            assert!(!made.is_empty(), "{room} is made");
        }
        world
    }

    async fn execute(&self, room: &str, user: &str, command: Command) -> Vec<Arc<Entry>> {
        let done = self.runtime.execute(&id(room), caller(room, user), command).await;
        done.map(|done| done.entries).unwrap_or_default()
    }

    /// Takes note of which messages can be found now.
    fn note(&mut self, room: &RoomId, entry: &Entry) {
        let message = match &entry.event {
            Event::Chat(ChatEvent::Sent(sent)) => {
                self.count("by a guest", sent.author.as_str() == GUEST);
                entry.seq
            }
            Event::Moderation(ModerationEvent::Held { .. }) => {
                self.count("held", true);
                self.held.push((room.clone(), entry.seq));
                return;
            }
            Event::Moderation(ModerationEvent::Resolved { message, state, .. }) => {
                let before = self.sent.contains(&(room.clone(), *message));
                self.count("put aside", *state == MessageState::Archived);
                if *state != MessageState::Published {
                    return;
                }
                self.count(if before { "back" } else { "published" }, true);
                *message
            }
            _ => return,
        };
        let this = (room.clone(), message);
        self.sent.retain(|sent| *sent != this);
        self.sent.push(this);
    }

    fn count(&mut self, what: &'static str, so: bool) {
        *self.happened.entry(what).or_default() += u32::from(so);
    }

    /// The server stands still for some days, and then looks at every room.
    async fn days_pass(&mut self, rng: &mut ChaCha8Rng) -> String {
        let days = rng.random_range(1..=2);
        self.runtime.shutdown().await;
        let now = self.runtime.clock().now_micros() + days * DAY_MICROS;
        self.runtime = runtime(&self.store, Clock::starting_at(now), rng);
        for room in ROOMS.map(id::<RoomId>) {
            let before = self.log(&room).await.len();
            self.runtime.query(&room, |_, _| ()).await.expect("it is there");
            let expired = |entry: &Entry| matches!(entry.event, Event::Room(RoomEvent::MessagesExpired { .. }));
            let goes = self.log(&room).await[before..].iter().any(expired);
            self.count("expired", goes);
        }
        format!("{days} days pass")
    }

    /// Somebody does something, which may be refused. Says what.
    #[expect(clippy::too_many_lines, reason = "an arm for each thing that may be done")]
    pub(crate) async fn step(&mut self, rng: &mut ChaCha8Rng) -> String {
        if rng.random_bool(0.03) {
            return self.days_pass(rng).await;
        }
        let room = *ROOMS.choose(rng).expect("some");
        let user = *USERS.choose(rng).expect("some");
        let other: UserId = id(USERS.choose(rng).expect("some"));
        // Hosts leave too, and then only root can still do what takes a host.
        let user = if rng.random_bool(0.15) { "root" } else { user };
        let of_room = |all: &[(RoomId, Seq)]| -> Vec<Seq> {
            let here = all.iter().filter(|(of, _)| of.as_str() == room);
            here.map(|(_, seq)| *seq).collect()
        };
        let (sent, held) = (of_room(&self.sent), of_room(&self.held));
        let message = sent.choose(rng).copied().unwrap_or(1);
        let pool = if rng.random() && !held.is_empty() { held } else { sent };
        let either = pool.choose(rng).copied().unwrap_or(1);
        let says = rng.random_range(0..120);
        // What only hosts may is mostly done by one.
        let user = if says >= 100 && rng.random_bool(0.7) {
            "root"
        } else {
            user
        };
        let command: Command = match says {
            0..35 => ChatCommand::Send(Box::new(Draft::text(words(rng, 3)))).into(),
            35..45 => ChatCommand::Edit {
                message,
                text: words(rng, 3),
            }
            .into(),
            45..52 => ChatCommand::Delete { message: either }.into(),
            100..116 => ModerationCommand::Resolve {
                message: either,
                state: *[
                    MessageState::Published,
                    MessageState::Published,
                    MessageState::Archived,
                    MessageState::Rejected,
                ]
                .choose(rng)
                .expect("some"),
            }
            .into(),
            116..120 => ModerationCommand::Update {
                settings: moderation(rng),
            }
            .into(),
            52..72 => RoomCommand::Join {
                nickname: String::new(),
                avatar: String::new(),
                team: String::new(),
                observe: rng.random_bool(0.2),
                code_shown: false,
                invitation: None,
            }
            .into(),
            72..78 => RoomCommand::Leave.into(),
            78..82 => RoomCommand::Remove {
                user: other,
                message: String::new(),
            }
            .into(),
            82..85 => RoomCommand::Ban {
                user: other,
                message: String::new(),
                duration: None,
            }
            .into(),
            85..88 => RoomCommand::Unban { user: other }.into(),
            88..94 => RoomCommand::UpdateMember {
                user: other,
                nickname: None,
                avatar: None,
                team: None,
                role: Some(*[Role::Observer, Role::Member, Role::CoHost].choose(rng).expect("some")),
                accommodations: None,
            }
            .into(),
            _ => RoomCommand::Update {
                title: None,
                locked: None,
                capacity: None,
                late_join: None,
                chat_enabled: None,
                policy: PolicyChange {
                    history: Some(
                        *[HistoryPolicy::All, HistoryPolicy::SinceJoin]
                            .choose(rng)
                            .expect("some"),
                    ),
                    retention_days: rng.random_bool(0.4).then(|| rng.random_range(0..3)),
                    ..PolicyChange::default()
                },
            }
            .into(),
        };
        let what = format!("{user} in {room}: {command:?}");
        for entry in self.execute(room, user, command).await {
            self.note(&id(room), &entry);
        }
        what
    }

    /// Everybody searches.
    pub(crate) async fn compare(&mut self, rng: &mut ChaCha8Rng, when: &str) {
        let truths = self.truths().await;
        for user in USERS.map(id::<UserId>) {
            let query = match rng.random_range(0..4) {
                0 => words(rng, 2),
                1 => "p".to_owned(),
                2 => "APP".to_owned(),
                _ => "apf".to_owned(),
            };
            let room = rng
                .random_bool(0.3)
                .then(|| id::<RoomId>(ROOMS.choose(rng).expect("some")));
            let author = rng
                .random_bool(0.2)
                .then(|| id::<UserId>(USERS.choose(rng).expect("some")));
            let whole = room.is_some() && rng.random_bool(0.3);
            let plain = |text: &str| text.replace('Ä', "A").replace('ä', "a");
            let fits = |(at, seq): &&(RoomId, Seq)| {
                room.as_ref().is_none_or(|room| room == at)
                    && truths[at].messages.get(seq).is_some_and(|(by, text)| {
                        author.as_ref().is_none_or(|author| author == by) && has(&plain(text), &plain(&query))
                    })
            };
            let fitting: Vec<_> = self.sent.iter().rev().filter(fits).collect();
            let sees = |(at, seq): &&&(RoomId, Seq)| whole || truths[at].sees(&user, *seq);
            let expected: Vec<_> = fitting.iter().filter(sees).map(|hit| (*hit).clone()).collect();
            self.hidden += fitting.len() - expected.len();
            self.found += expected.len();
            let scope = match room {
                Some(room) if whole => Scope::WholeRoom(room),
                Some(room) => Scope::JoinedRoom(user.clone(), room),
                None => Scope::Joined(user.clone()),
            };
            let limit = rng.random_range(1..30);
            let got = self.search(&query, scope, author, limit).await;
            assert_eq!(got, expected, "{when}; {user} looks for {query:?} by {limit}");
        }
    }

    async fn search(&self, query: &str, scope: Scope, author: Option<UserId>, limit: u32) -> Vec<(RoomId, Seq)> {
        let mut all = Vec::new();
        let mut before = None;
        loop {
            let search = MessageSearch {
                query: Query::new(query).expect("words"),
                scope: scope.clone(),
                author: author.clone(),
                before,
                limit,
            };
            let page = self.store.search_messages(&search).await.expect("searched");
            let Some(last) = page.last() else { return all };
            before = Some(last.place);
            all.extend(page.into_iter().map(|hit| (hit.room, hit.seq)));
        }
    }

    async fn truths(&self) -> BTreeMap<RoomId, Truth> {
        let mut truths = BTreeMap::new();
        for room in ROOMS.map(id::<RoomId>) {
            let log = self.log(&room).await;
            truths.insert(room, Truth::read(&log, self.runtime.clock().now()));
        }
        truths
    }

    async fn log(&self, room: &RoomId) -> Vec<Entry> {
        let mut log: Vec<Entry> = Vec::new();
        loop {
            let after = log.last().map_or(0, |last| last.seq);
            let more = self.runtime.read_log(room, after, 1_000).await.expect("read");
            if more.is_empty() {
                return log;
            }
            log.extend(more);
        }
    }

    /// An index that is made again from the logs finds the same messages.
    pub(crate) async fn compare_anew(&self) {
        for room in ROOMS.map(id::<RoomId>) {
            let find = async || {
                let mut hits = self.search("p", Scope::WholeRoom(room.clone()), None, 50).await;
                hits.sort();
                hits
            };
            let before = find().await;
            assert!(
                self.runtime.reproject(&room).await.expect("read"),
                "nothing happens meanwhile"
            );
            assert_eq!(find().await, before);
        }
    }

    pub(crate) async fn stop(self) {
        self.runtime.shutdown().await;
    }
}
