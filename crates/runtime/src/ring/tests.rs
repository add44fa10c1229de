//! Readers that share a ring, its encodings and its buffers see what each of them would see alone.

use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use trivium_engine::{
    Accommodations, ChatEvent, Event, Feature, HistoryPolicy, Member, Role, RoomEvent, Timestamp, UserId,
    chat::{Mentions, Sent},
    event::LeaveReason,
    quiz,
};

use super::*;

const USERS: [&str; 3] = ["ana", "ben", "zoe"];

/// Writes what is seen, so that nothing of it can differ unnoticed.
struct Plain;

impl Encode for Plain {
    fn entry(&self, _: &RoomId, _: u64, _: &Audience, entry: &Entry, event: &Event) -> Bytes {
        format!("{} {event:?}\n", entry.seq).into()
    }

    fn progress(&self, _: &RoomId, _: Seq) -> Bytes {
        Bytes::new()
    }

    fn signals(&self, _: &RoomId, _: &[(u64, trivium_engine::Signal)]) -> Bytes {
        Bytes::new()
    }
}

fn user(rng: &mut impl Rng) -> UserId {
    USERS[rng.random_range(0..USERS.len())].parse().expect("an id")
}

fn event(rng: &mut impl Rng) -> Event {
    let who = user(rng);
    let member = Member {
        user: who.clone(),
        nickname: "n".to_owned(),
        role: Role::Member,
        avatar: String::new(),
        team: String::new(),
        joined_at: Timestamp(1),
        mute: None,
        guest: false,
        accommodations: Accommodations {
            time_percent: [100, 150][rng.random_range(0..2)],
            ..Accommodations::default()
        },
        hand_at: None,
    };
    let invitation = [None, Some("CODE".to_owned())][rng.random_range(0..2)].clone();
    match rng.random_range(0..40) {
        0..8 => Event::Room(RoomEvent::MemberJoined {
            member,
            member_count: 3,
            invitation,
        }),
        8 => Event::Room(RoomEvent::MemberUpdated {
            member: Member {
                role: [Role::Member, Role::CoHost][rng.random_range(0..2)],
                ..member
            },
            invitation,
        }),
        9 => Event::Room(RoomEvent::MemberLeft {
            until: None,
            user: who,
            reason: LeaveReason::Removed,
            message: "secret".repeat(rng.random_range(0..2)),
            member_count: 2,
        }),
        10..16 => Event::Room(RoomEvent::Unbanned { user: who }),
        16..22 => Event::Room(RoomEvent::Closed),
        _ => Event::Quiz(quiz::Event::OptionsReduced {
            user: who,
            index: 0,
            hidden: vec![rng.random_range(0..4)],
        }),
    }
}

fn ring(config: RuntimeConfig) -> Ring {
    let room = "r".parse().expect("an id");
    Ring::new(room, 1, 0, Gone::default(), Arc::new(config), Arc::new(Plain))
}

/// What a reader sees of entries that follow each other, up to the one that turns it elsewhere.
fn alone(entries: &[Arc<Item>], reader: &Reader) -> String {
    let mut seen = String::new();
    for item in entries {
        let heard = reader.features.contains(item.entry.event.feature());
        if let Some(event) = item.entry.event.seen_by(&reader.who).filter(|_| heard) {
            seen.extend([item.entry.seq.to_string(), format!(" {event:?}\n")]);
        }
        if item.change(reader).is_some() {
            break;
        }
    }
    seen
}

#[test]
fn readers_that_share_see_what_each_would_see_alone() {
    let mut chance = ChaCha8Rng::seed_from_u64(11);
    let config = RuntimeConfig {
        ring_entries: 600,
        read_bytes: 2_000,
        progress_every: 20,
        ..RuntimeConfig::default()
    };
    let ring = ring(config);
    let mut readers = Vec::new();
    for name in USERS {
        let user: UserId = name.parse().expect("an id");
        for who in [Audience::Hosts, Audience::Observers, Audience::Member(user.clone())] {
            for features in [Features::ALL, Features::only(Feature::Chat)] {
                let reader = Reader {
                    user: user.clone(),
                    who: who.clone(),
                    features,
                    history: HistoryPolicy::All,
                    floor: 0,
                };
                readers.push((reader, Position { scanned: 0, told: 0 }));
            }
        }
    }
    let mut log: Vec<Arc<Item>> = Vec::new();
    let mut shared = 0;
    for round in 0..600 {
        let most = if round % 50 == 0 { 700 } else { 4 };
        let batch: Vec<_> = (0..chance.random_range(1..=most))
            .map(|n| {
                let entry = Entry {
                    seq: log.len() as Seq + 1 + n,
                    at: Timestamp(1),
                    actor: None,
                    request: None,
                    event: event(&mut chance),
                };
                Arc::new(Item::new(Arc::new(entry), 1))
            })
            .collect();
        log.extend(batch.iter().cloned());
        ring.publish(&batch, &mut Vec::new());
        for (reader, position) in &mut readers {
            if chance.random_range(0..8) == 0 {
                continue;
            }
            let begin = usize::try_from(position.scanned).expect("small");
            let expected = alone(&log[begin..], reader);
            let mut seen = String::new();
            loop {
                let found = ring.read(position, reader);
                let (bytes, ended) = match found {
                    Found::Bytes(bytes) => (Some(bytes), false),
                    Found::Turn(bytes, _) => (bytes, true),
                    Found::Nothing => (None, position.scanned >= ring.head()),
                    Found::Behind => {
                        assert!(begin + 600 < log.len() && seen.is_empty());
                        *position = Position {
                            scanned: ring.head(),
                            told: ring.head(),
                        };
                        seen.clone_from(&expected);
                        (None, true)
                    }
                };
                seen += std::str::from_utf8(bytes.as_deref().unwrap_or_default()).expect("text");
                if ended {
                    break;
                }
            }
            assert_eq!(seen, expected, "{reader:?} after {begin}");
        }
        shared += ring.lock().cache.len();
    }
    assert!(shared > 300, "buffers were shared {shared} times");
}

#[test]
fn what_was_taken_away_is_in_nobodys_frames() {
    let said = |text: &str| ChatEvent::from(Sent::text("ana".parse().expect("an id"), "Ana", text));
    let edited = ChatEvent::Edited {
        message: 1,
        text: "secret again".to_owned(),
        mentions: Mentions::default(),
    };
    let deleted = ChatEvent::Deleted {
        message: 1,
        by_host: true,
        waited: None,
        files: Vec::new(),
    };
    let log: Vec<_> = (1..)
        .zip([said("secret"), said("harmless"), edited, deleted])
        .map(|(seq, event)| {
            let entry = Entry {
                seq,
                at: Timestamp(1),
                actor: None,
                request: None,
                event: event.into(),
            };
            Arc::new(Item::new(Arc::new(entry), 1))
        })
        .collect();
    let ring = ring(RuntimeConfig::default());
    let reader = |who| Reader {
        user: "ben".parse().expect("an id"),
        who,
        features: Features::ALL,
        history: HistoryPolicy::All,
        floor: 0,
    };
    let read = |who| {
        let mut live = Position { scanned: 0, told: 0 };
        let found = ring.read(&mut live, &reader(who));
        let Found::Bytes(bytes) = found else { panic!("bytes") };
        String::from_utf8(bytes.to_vec()).expect("text")
    };
    // Encoded for one reader, so that there is something to be thrown away.
    ring.publish(&log[..3], &mut Vec::new());
    assert!(read(Audience::Hosts).contains("secret again"));
    ring.publish(&log[3..], &mut Vec::new());
    for who in [
        Audience::Hosts,
        Audience::Observers,
        Audience::Member("ben".parse().expect("an id")),
    ] {
        let mut stored = Position { scanned: 0, told: 0 };
        let Found::Bytes(bytes) = ring.assemble(&log, &mut stored, &reader(who.clone())) else {
            panic!("bytes")
        };
        for seen in [read(who), String::from_utf8(bytes.to_vec()).expect("text")] {
            assert!(!seen.contains("secret"), "{seen}");
            assert!(seen.contains("harmless") && seen.contains("Deleted"), "{seen}");
        }
    }
}
