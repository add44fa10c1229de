//! What the server knows of a private message: nothing of its text, wherever one looks for it.
//!
//! The server is a process; its database, its log and its memory are searched, while it runs, for a text that was sealed.
//! That a plain text is found in the same way shows that the search would have found it.

use std::{
    fs,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use trivium_client::{
    Client, Road, Session, SessionEvent,
    proto::v1::{ListMessagesRequest, OpenConversationRequest, room_event::Event},
    seal::{DeviceKeys, Directory, Sealer},
};
use trivium_tests::{Process, eventually, game::id};

use crate::BINARY;

/// Bytes that are read of a memory map at once.
const CHUNK: usize = 1 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sealed_text_is_nowhere_in_the_server() {
    let data = tempfile::tempdir().expect("a directory");
    let server = Process::start(BINARY, data.path(), &[("log.filter", "debug")]).await;
    let (ana, _) = session(&server, "ana").await;
    let (ben, mut heard) = session(&server, "ben").await;
    let room = open(&ana, true).await;
    let plain_room = open(&ana, false).await;
    ben.subscribe(&room, None).await.expect("a member");
    let mut ana_seals = sealer(&ana, "ana").await;
    let mut ben_seals = sealer(&ben, "ben").await;

    // Not to be found in this process' arguments, nor in any message before.
    let (sealed, plain) = (format!("sealed-canary-{}", id()), format!("plain-canary-{}", id()));
    for n in 0..20 {
        ana_seals.send(&room, &format!("{sealed} {n}"), 0).await.expect("sent");
        ana.send_message(&plain_room, format!("{plain} {n}"))
            .await
            .expect("sent");
    }
    let mut read = 0;
    while read < 20 {
        let event = eventually("a message", heard.next())
            .await
            .expect("the session goes on");
        if let SessionEvent::Event(event) = event
            && let Some(Event::MessageSent(sent)) = &event.event
        {
            let message = sent.message.as_ref().expect("with the message");
            let opened = ben_seals.read(&room, message).await.expect("for Ben");
            assert_eq!(opened.text, format!("{sealed} {read}"));
            read += 1;
        }
    }
    // Read back, so that pages of it are in memory too.
    for room_id in [&room, &plain_room] {
        let request = ListMessagesRequest {
            room_id: room_id.clone(),
            ..ListMessagesRequest::default()
        };
        assert_eq!(ana.execute(request).await.expect("a member").messages.len(), 20);
    }

    let places = [
        (
            "the files",
            in_files(data.path(), &plain),
            in_files(data.path(), &sealed),
        ),
        (
            "the memory",
            in_memory(server.id(), &plain),
            in_memory(server.id(), &sealed),
        ),
    ];
    for (place, of_plain, of_sealed) in places {
        assert!(of_plain > 0, "{place}: the search finds nothing");
        assert_eq!(of_sealed, 0, "{place} hold what was sealed");
    }
    assert!(!server.log().is_empty() && !server.log().contains(&sealed), "the log");
}

async fn session(server: &Process, user: &str) -> (Session, trivium_client::Events) {
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

/// How often a text is in the files of a folder: the database, what waits beside it, and the log.
fn in_files(folder: &Path, text: &str) -> usize {
    let files = fs::read_dir(folder).expect("a folder").flatten();
    files
        .map(|file| file.path())
        .map(|path| {
            if path.is_dir() {
                in_files(&path, text)
            } else {
                count(&fs::read(&path).unwrap_or_default(), text)
            }
        })
        .sum()
}

/// How often a text is in the memory of a process, in whatever it may write to.
fn in_memory(process: u32, text: &str) -> usize {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("our own child");
    let mut memory = fs::File::open(format!("/proc/{process}/mem")).expect("our own child");
    let mut found = 0;
    for map in maps.lines() {
        let mut words = map.split_whitespace();
        let (Some(span), Some(rights)) = (words.next(), words.next()) else {
            continue;
        };
        let ends = span.split_once('-');
        let hex = |text: &str| u64::from_str_radix(text, 16).ok();
        let Some((from, to)) = ends.and_then(|(from, to)| hex(from).zip(hex(to))) else {
            continue;
        };
        if rights.starts_with("rw") {
            found += in_map(&mut memory, from, to, text);
        }
    }
    found
}

fn in_map(memory: &mut fs::File, from: u64, to: u64, text: &str) -> usize {
    let mut found = 0;
    let mut at = from;
    let mut buffer = vec![0; CHUNK + text.len()];
    while at < to {
        // Each piece begins where the text of the one before could not.
        let want = usize::try_from(to - at).unwrap_or(usize::MAX).min(buffer.len());
        let seen = memory
            .seek(SeekFrom::Start(at))
            .and_then(|_| memory.read(&mut buffer[..want]));
        let Ok(seen @ 1..) = seen else { break };
        found += count(&buffer[..seen], text);
        at += u64::try_from(seen.saturating_sub(text.len() - 1).max(1)).expect("it is small");
        if seen < text.len() {
            break;
        }
    }
    found
}

fn count(bytes: &[u8], text: &str) -> usize {
    bytes
        .windows(text.len())
        .filter(|window| *window == text.as_bytes())
        .count()
}
