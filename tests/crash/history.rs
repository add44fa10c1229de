//! What is noted: by each client of what it did and heard, and by the server in its log.
//!
//! The log is read in two ways that share no code above the engine's words: from a copy of the database, and over the wire.

use std::path::Path;

use tempfile::TempDir;
use trivium_client::{
    Client,
    proto::v1::{CloseReason, Cursor, ListEventsRequest, RoomEvent, room_event},
};
use trivium_engine::{ChatEvent, Entry, Event, quiz};
use trivium_store::{Page, RoomLog as _, Store as _};
use trivium_store_sqlite::SqliteStore;

/// Everything that one client knows.
#[derive(Debug, Default, Clone)]
pub(crate) struct History {
    pub(crate) user: String,
    /// In the order of their beginning.
    pub(crate) deeds: Vec<Deed>,
    /// Cut at every reset.
    pub(crate) heard: Vec<Heard>,
    /// What must not happen, in words.
    pub(crate) oddities: Vec<String>,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deed {
    pub(crate) request: String,
    pub(crate) what: What,
    pub(crate) fate: Fate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Said(String),
    Answered(u32),
}

/// What the client was told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing, or that nobody knows.
    Unknown,
    /// It is in the log under this number.
    Acknowledged(u64),
    /// It had no effect.
    Refused(String),
}

/// What was heard since a snapshot.
#[derive(Debug, Default, Clone)]
pub(crate) struct Heard {
    /// Where the snapshot stood.
    pub(crate) after: u64,
    pub(crate) lines: Vec<Line>,
}

/// One entry of the log, as whoever tells of it tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) seq: u64,
    pub(crate) at: i64,
    /// Known from the database only.
    pub(crate) request: Option<(String, String)>,
    pub(crate) fact: Fact,
}

/// What an entry says, as far as it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact {
    Said { user: String, text: String },
    Answered { user: String, index: u32 },
    Opened { index: u32, opens_at: i64, closes_at: i64 },
    Closed { index: u32, by_deadline: bool },
    Other,
}

impl Fact {
    /// Whether every member sees it.
    pub(crate) const fn is_public(&self) -> bool {
        match self {
            Self::Said { .. } | Self::Opened { .. } | Self::Closed { .. } => true,
            Self::Answered { .. } | Self::Other => false,
        }
    }
}

impl From<&RoomEvent> for Line {
    fn from(event: &RoomEvent) -> Self {
        let fact = match &event.event {
            Some(room_event::Event::MessageSent(sent)) => {
                let message = sent.message.clone().unwrap_or_default();
                Fact::Said {
                    user: message.author_id,
                    text: message.text,
                }
            }
            Some(room_event::Event::AnswerAccepted(accepted)) => Fact::Answered {
                user: accepted.user_id.clone(),
                index: accepted.index,
            },
            Some(room_event::Event::QuestionOpened(opened)) => Fact::Opened {
                index: opened.index,
                opens_at: opened.open_time_ms,
                closes_at: opened.close_time_ms,
            },
            Some(room_event::Event::QuestionClosed(closed)) => Fact::Closed {
                index: closed.index,
                by_deadline: closed.reason() == CloseReason::Deadline,
            },
            _ => Fact::Other,
        };
        Self {
            seq: event.seq,
            at: event.time_ms,
            request: None,
            fact,
        }
    }
}

impl From<&Entry> for Line {
    fn from(entry: &Entry) -> Self {
        let fact = match &entry.event {
            Event::Chat(ChatEvent::Sent(sent)) => Fact::Said {
                user: sent.author.to_string(),
                text: sent.text.clone(),
            },
            Event::Quiz(quiz::Event::AnswerAccepted { user, index, .. }) => Fact::Answered {
                user: user.to_string(),
                index: *index,
            },
            Event::Quiz(quiz::Event::QuestionOpened {
                index,
                opens_at,
                closes_at,
                ..
            }) => Fact::Opened {
                index: *index,
                opens_at: opens_at.0.cast_signed(),
                closes_at: closes_at.0.cast_signed(),
            },
            Event::Quiz(quiz::Event::QuestionClosed { index, reason, .. }) => Fact::Closed {
                index: *index,
                by_deadline: *reason == quiz::event::CloseReason::Deadline,
            },
            _ => Fact::Other,
        };
        let request = entry.actor.as_ref().zip(entry.request.as_ref());
        Self {
            seq: entry.seq,
            at: entry.at.0.cast_signed(),
            request: request.map(|(user, request)| (user.to_string(), request.to_string())),
            fact,
        }
    }
}

/// The log as the database holds it.
pub(crate) async fn stored(database: &Path, room: &str) -> Vec<Line> {
    let (store, _folder) = copy(database).await;
    let room = room.parse().expect("an id");
    let page = Page {
        records: 10_000,
        bytes: 64 * 1024 * 1024,
    };
    let mut lines: Vec<Line> = Vec::new();
    loop {
        let after = lines.last().map_or(0, |line| line.seq);
        let records = store.read(&room, after, page).await.expect("it can be read");
        if records.is_empty() {
            store.close().await.expect("closed");
            return lines;
        }
        for record in records {
            let entry: Entry = serde_json::from_slice(&record.body).expect("an entry");
            assert_eq!((record.seq, record.at), (entry.seq, entry.at));
            lines.push(Line::from(&entry));
        }
    }
}

/// Where the logs of rooms end in the database.
pub(crate) async fn heads(database: &Path, rooms: impl Iterator<Item = &str>) -> Vec<u64> {
    let (store, _folder) = copy(database).await;
    let mut heads = Vec::new();
    for room in rooms {
        heads.push(store.head(&room.parse().expect("an id")).await.expect("it can be read"));
    }
    store.close().await.expect("closed");
    heads
}

/// A copy of the files, as they were left: so that it is the server that has to recover the original, and not this reader.
async fn copy(database: &Path) -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().expect("a directory");
    let copy = folder.path().join("copy.db");
    let beside = |path: &Path| path.with_extension("db-wal");
    std::fs::copy(database, &copy).expect("there is a database");
    if beside(database).exists() {
        std::fs::copy(beside(database), beside(&copy)).expect("copied");
    }
    let store = SqliteStore::open(&copy).await.expect("it can be opened");
    (store, folder)
}

/// The log as the server tells it to `client`.
pub(crate) async fn told(client: &Client, room: &str) -> Vec<Line> {
    let mut after = Cursor {
        room_id: room.to_owned(),
        epoch: 0,
        seq: 0,
    };
    let mut lines = Vec::new();
    loop {
        let after_seq = after.seq;
        let request = ListEventsRequest {
            after: Some(after),
            page_size: 1_000,
        };
        let page = client.rooms().list_events(request).await.expect("a page").into_inner();
        lines.extend(page.events.iter().map(Line::from));
        if page.at_head {
            return lines;
        }
        let through = page.through.expect("there is always one");
        assert!(through.seq > after_seq, "the log is told no further than {after_seq}");
        after = through;
    }
}
