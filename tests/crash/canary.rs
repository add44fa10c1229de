//! What the server knows of a private message: nothing of its text, wherever one looks for it.
//!
//! The server is a process; its database, its log and its memory are searched, while it runs, for a text that was sealed.
//! That a plain text is found in the same way shows that the search would have found it.

use std::{
    fs,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::task::spawn_blocking;
use trivium_client::{
    Client, Events, Road, Session, SessionEvent,
    proto::v1::{ListMessagesRequest, OpenConversationRequest, room_event::Event},
    seal::{DeviceKeys, Directory, Sealer},
};
use trivium_tests::{Process, eventually, game::id};

use crate::BINARY;

/// Bytes that are read of a memory map at once.
const CHUNK: usize = 1 << 20;
/// How often the memory is searched while messages are under way.
const SEARCHES: usize = 3;
/// Messages of either kind, at least and at most. How many it takes until the memory is searched differs.
const MESSAGES: std::ops::Range<usize> = 20..2_000;

/// How often each of two texts was found: one that anybody on the way may read, and one that nobody may.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    plain: usize,
    sealed: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sealed_text_is_nowhere_in_the_server() {
    let data = tempfile::tempdir().expect("a directory");
    let server = Process::start(BINARY, data.path(), &[("log.filter", "trace")]).await;
    let (ana, _events) = session(&server, "ana").await;
    let (ben, heard) = session(&server, "ben").await;
    let room = open(&ana, true).await;
    let plain_room = open(&ana, false).await;
    ben.subscribe(&room, None).await.expect("a member");
    let ana_seals = sealer(&ana, "ana").await;
    let ben_seals = sealer(&ben, "ben").await;

    // Neither in this process' arguments nor in any message before.
    let (sealed, plain) = (format!("sealed-canary-{}", id()), format!("plain-canary-{}", id()));
    let enough = Arc::new(AtomicBool::new(false));
    let speaking = tokio::spawn(speak(
        (ana.clone(), ana_seals),
        (room.clone(), sealed.clone()),
        (plain_room.clone(), plain.clone()),
        Arc::clone(&enough),
    ));
    let process = server.id();
    let texts = (plain.clone(), sealed.clone());
    let underway = spawn_blocking(move || (0..SEARCHES).map(|_| in_memory(process, &texts)).collect::<Vec<_>>());
    let underway = underway.await.expect("it can be searched");
    enough.store(true, Ordering::Relaxed);
    let said = speaking.await.expect("all was sent");
    read(heard, ben_seals, &room, &sealed, said).await;

    // Read back, so that pages of it are in memory too.
    for room_id in [&room, &plain_room] {
        let request = ListMessagesRequest {
            room_id: room_id.clone(),
            ..ListMessagesRequest::default()
        };
        let listed = ana.execute(request).await.expect("a member").messages;
        assert!(listed.len() >= MESSAGES.start);
    }
    let texts = (plain, sealed);
    let mut places = vec![
        ("the database", in_database(&server.database(), &texts)),
        ("all files", in_files(data.path(), &texts)),
        ("the memory", in_memory(server.id(), &texts)),
        ("the log", count(server.log().as_bytes(), &texts)),
    ];
    places.extend(underway.into_iter().map(|found| ("the memory meanwhile", found)));
    for (place, found) in places {
        // A log tells nothing of what anybody says, but that somebody asked for it.
        assert!(
            found.plain > 0 || place == "the log",
            "{place}: the search finds nothing: {found:?}"
        );
        assert_eq!(found.sealed, 0, "{place}: it holds what was sealed");
    }
    let told = server
        .log()
        .lines()
        .filter(|line| line.contains("SendSealedMessageRequest"))
        .count();
    assert!(told >= said, "the log tells of {told} requests, and there were {said}");
}

/// Says the same things in private and openly until it is enough. Says how many of each.
async fn speak(
    (session, mut device): (Session, Sealer),
    (room, sealed): (String, String),
    (plain_room, plain): (String, String),
    enough: Arc<AtomicBool>,
) -> usize {
    let mut said = 0;
    while said < MESSAGES.start || (said < MESSAGES.end && !enough.load(Ordering::Relaxed)) {
        let (open, private) = (format!("{plain} {said}"), format!("{sealed} {said}"));
        session.send_message(&plain_room, open).await.expect("sent");
        device.send(&room, &private, 0).await.expect("sent");
        said += 1;
    }
    said
}

/// Somebody else reads all of it, so that what was sealed is known to have been what is searched for.
async fn read(mut heard: Events, mut device: Sealer, room: &str, sealed: &str, said: usize) {
    let mut read = 0;
    while read < said {
        let event = eventually("a message", heard.next()).await;
        if let Some(SessionEvent::Event(event)) = event
            && let Some(Event::MessageSent(sent)) = &event.event
        {
            let message = sent.message.as_ref().expect("with the message");
            let opened = device.read(room, message).await.expect("for Ben");
            assert_eq!(opened.text, format!("{sealed} {read}"));
            read += 1;
        }
    }
}

async fn session(server: &Process, user: &str) -> (Session, Events) {
    let client = Client::builder(server.url()).road(Road::Grpc).token(server.token(user));
    let client = client.build().expect("a client");
    eventually("a session", client.connect()).await.expect("connected")
}

async fn open(session: &Session, end_to_end: bool) -> String {
    let request = OpenConversationRequest {
        request_id: id(),
        user_ids: vec!["ben".to_owned()],
        title: String::new(),
        end_to_end,
    };
    let opened = session.execute(request).await.expect("opened");
    opened.room.expect("there is one").id
}

async fn sealer(session: &Session, user: &str) -> Sealer {
    let keys = DeviceKeys::generate(user, format!("{user}'s device"));
    let mut sealer = Sealer::new(session.clone(), keys, Directory::default());
    sealer.register().await.expect("registered");
    sealer
}

/// How often the texts are in the files of a folder: the database, what waits beside it, and the log.
fn in_files(folder: &Path, texts: &(String, String)) -> Found {
    let files = fs::read_dir(folder).expect("a folder").flatten();
    let found = files.map(|file| file.path()).map(|path| {
        if path.is_dir() {
            in_files(&path, texts)
        } else {
            count(&fs::read(&path).unwrap_or_default(), texts)
        }
    });
    found.fold(Found::default(), Found::and)
}

/// The same of the database alone, with what is still to be written into it.
fn in_database(database: &Path, texts: &(String, String)) -> Found {
    let mut ahead = database.as_os_str().to_owned();
    ahead.push("-wal");
    let files = [database, Path::new(&ahead)];
    let found = files.map(|file| count(&fs::read(file).unwrap_or_default(), texts));
    found.into_iter().fold(Found::default(), Found::and)
}

/// How often the texts are in the memory of a process, in whatever it may write to.
fn in_memory(process: u32, texts: &(String, String)) -> Found {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("our own child");
    let mut memory = fs::File::open(format!("/proc/{process}/mem")).expect("our own child");
    let mut found = Found::default();
    for map in maps.lines() {
        let mut words = map.split_whitespace();
        let (Some(span), Some(rights)) = (words.next(), words.next()) else {
            continue;
        };
        let ends = span.split_once('-');
        let hex = |text: &str| u64::from_str_radix(text, 16).ok();
        if let Some((from, to)) = ends.and_then(|(from, to)| hex(from).zip(hex(to)))
            && rights.starts_with("rw")
        {
            found = found.and(in_map(&mut memory, from, to, texts));
        }
    }
    found
}

fn in_map(memory: &mut fs::File, from: u64, to: u64, texts: &(String, String)) -> Found {
    let mut found = Found::default();
    let mut at = from;
    // What is across the end of a piece is found at the beginning of the next.
    let overlap = texts.0.len().max(texts.1.len()) - 1;
    let mut buffer = vec![0; CHUNK + overlap];
    while at < to {
        let want = usize::try_from(to - at).unwrap_or(usize::MAX).min(buffer.len());
        let seen = memory
            .seek(SeekFrom::Start(at))
            .and_then(|_| memory.read(&mut buffer[..want]));
        // A map that is gone by now, or that nobody may read.
        let Ok(seen @ 1..) = seen else { break };
        found = found.and(count(&buffer[..seen], texts));
        if seen <= overlap {
            break;
        }
        at += u64::try_from(seen - overlap).expect("it is small");
    }
    found
}

impl Found {
    fn and(self, other: Self) -> Self {
        Self {
            plain: self.plain + other.plain,
            sealed: self.sealed + other.sealed,
        }
    }
}

fn count(bytes: &[u8], (plain, sealed): &(String, String)) -> Found {
    Found {
        plain: occurrences(bytes, plain.as_bytes()),
        sealed: occurrences(bytes, sealed.as_bytes()),
    }
}

/// Steps from hyphen to hyphen, of which there are few; byte by byte, a build without optimisation takes minutes.
fn occurrences(bytes: &[u8], text: &[u8]) -> usize {
    let hyphen = text.iter().position(|byte| *byte == b'-').expect("both texts have one");
    let mut found = 0;
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == b'-') {
        let start = (at + next).checked_sub(hyphen);
        found += usize::from(start.is_some_and(|start| bytes[start..].starts_with(text)));
        at += next + 1;
    }
    found
}

#[test]
fn texts_are_found_wherever_they_stand() {
    let texts = ("a-b".to_owned(), "ccc-".to_owned());
    let found = count(b"a-b-a-ba-bccccc-ccc--ab", &texts);
    assert_eq!((found.plain, found.sealed), (3, 2));
    assert_eq!(count(b"-b a- ccc", &texts).plain, 0);
}
