//! Cases of [`Files`](crate::Files).
//!
//! Neighbours: `race.rs` has many uploads for one quota at once.

use std::sync::Arc;

use trivium_engine::Timestamp;

use super::{append, id};
use crate::{
    Append, Appended, ErrorKind, FileId, FileInfo, FileQuota, FileRecord, Projection, PutFile, Store,
    file::{MAX_BATCH, MAX_FILE},
};

const ALL: FileQuota = FileQuota {
    per_user: u64::MAX,
    per_room: u64::MAX,
};

pub(super) fn name(number: u64) -> FileId {
    format!("{number:026}").parse().expect("a name")
}

pub(super) fn sample(number: u64, room: &str, owner: &str, body: &'static [u8]) -> FileRecord {
    FileRecord {
        info: FileInfo {
            id: name(number),
            room: id(room),
            owner: id(owner),
            name: format!("Übung »{number}«.txt"),
            content_type: "text/plain; charset=utf-8".to_owned(),
            bytes: body.len() as u64,
            size: number.is_multiple_of(2).then_some((640, 480)),
            created_at: Timestamp(1_700_000_000_000 + number),
            attached: false,
        },
        body: body.into(),
    }
}

async fn put(store: &Arc<dyn Store>, file: &FileRecord, quota: FileQuota) -> PutFile {
    store.put_file(file, quota).await.expect("put")
}

async fn get(store: &Arc<dyn Store>, room: &str, number: u64) -> Option<FileRecord> {
    store.file(&id(room), &name(number)).await.expect("file")
}

pub(super) async fn a_file_belongs_to_its_room(store: Arc<dyn Store>) {
    let (one, two) = (sample(1, "r", "ana", b"one"), sample(2, "r", "ben", b"\0two"));
    assert_eq!(get(&store, "r", 1).await, None);
    for file in [&one, &two] {
        assert_eq!(put(&store, file, ALL).await, PutFile::Stored);
    }
    for (number, file) in [(1, &one), (2, &two)] {
        assert_eq!(get(&store, "r", number).await.as_ref(), Some(file));
        assert_eq!(get(&store, "r2", number).await, None, "not in another room");
    }
    for again in [sample(1, "r", "ana", b"one"), sample(1, "r2", "eve", b"else")] {
        assert_eq!(put(&store, &again, ALL).await, PutFile::Taken);
    }
    assert_eq!(get(&store, "r", 1).await, Some(one), "as it was");
    assert_eq!(get(&store, "r2", 1).await, None);
}

pub(super) async fn quotas_of_users_and_rooms_hold(store: Arc<dyn Store>) {
    let quota = FileQuota {
        per_user: 10,
        per_room: 12,
    };
    for (number, room, owner, body, answer) in [
        (1, "r", "ana", &b"01234567890"[..], PutFile::UserFull { used: 0 }),
        (2, "r", "ana", b"01234", PutFile::Stored),
        (3, "r2", "ana", b"012345", PutFile::UserFull { used: 5 }),
        (4, "r2", "ana", b"01234", PutFile::Stored),
        (5, "r", "ben", b"01234567", PutFile::RoomFull { used: 5 }),
        (6, "r", "ben", b"0123456", PutFile::Stored),
        (7, "r", "eve", b"0", PutFile::RoomFull { used: 12 }),
    ] {
        let file = sample(number, room, owner, body);
        assert_eq!(put(&store, &file, quota).await, answer, "{number}");
        let there = get(&store, room, number).await.is_some();
        assert_eq!(there, answer == PutFile::Stored, "{number}");
    }
    let used = store.file_bytes(&id("ana"), &id("r")).await.expect("bytes");
    assert_eq!(used, (10, 12));
    let none = store.file_bytes(&id("nobody"), &id("nowhere")).await.expect("bytes");
    assert_eq!(none, (0, 0));
}

pub(super) async fn files_are_attached_together(store: Arc<dyn Store>) {
    for (number, room, owner) in [(1, "r", "ana"), (2, "r", "ana"), (3, "r", "ben"), (4, "r2", "ana")] {
        assert_eq!(
            put(&store, &sample(number, room, owner, b"x"), ALL).await,
            PutFile::Stored
        );
    }
    let attach = async |numbers: &[u64]| {
        let ids: Vec<FileId> = numbers.iter().map(|number| name(*number)).collect();
        let done = store.attach_files(&id("r"), &id("ana"), &ids).await;
        done.expect("attach")
            .map(|infos| infos.into_iter().map(|info| info.id).collect::<Vec<_>>())
    };
    // Somebody else's, another room's, and one that is not there.
    for other in [3, 4, 5] {
        assert_eq!(attach(&[1, other]).await, None, "{other}");
        assert!(!get(&store, "r", 1).await.expect("there").info.attached, "{other}");
    }
    assert_eq!(attach(&[]).await, Some(vec![]));
    assert_eq!(
        attach(&[2, 1]).await,
        Some(vec![name(2), name(1)]),
        "in the order asked"
    );
    assert_eq!(attach(&[1]).await, Some(vec![name(1)]), "a retry");
    let file = get(&store, "r", 1).await.expect("there");
    assert!(file.info.attached);
    assert_eq!(file.body, &b"x"[..]);
    let many: Vec<FileId> = (0..=MAX_BATCH as u64).map(name).collect();
    let error = store.attach_files(&id("r"), &id("ana"), &many).await;
    assert_eq!(error.expect_err("too many").kind(), ErrorKind::Invalid);
}

pub(super) async fn what_is_in_no_message_is_swept(store: Arc<dyn Store>) {
    for number in 0..MAX_BATCH as u64 + 10 {
        assert_eq!(
            put(&store, &sample(number, "r", "ana", b"x"), ALL).await,
            PutFile::Stored
        );
    }
    let attached = store.attach_files(&id("r"), &id("ana"), &[name(3)]).await;
    assert!(attached.expect("attach").is_some());
    let sweep = async |before: u64| {
        let swept = store.sweep_files(Timestamp(1_700_000_000_000 + before)).await;
        swept.expect("sweep")
    };
    assert_eq!(sweep(0).await, 0);
    assert_eq!(sweep(5).await, 4, "all but the one in a message");
    assert_eq!(sweep(1_000).await, MAX_BATCH);
    assert_eq!(sweep(1_000).await, 5, "the rest");
    assert_eq!(sweep(1_000).await, 0);
    assert!(get(&store, "r", 3).await.is_some());
    assert_eq!(store.file_bytes(&id("ana"), &id("r")).await.expect("bytes"), (1, 1));
}

pub(super) async fn files_of_messages_that_went_are_swept(store: Arc<dyn Store>) {
    for (number, room) in [(1, "r"), (2, "r"), (3, "r"), (4, "r"), (5, "r2")] {
        let file = sample(number, room, "ana", b"x");
        assert_eq!(put(&store, &file, ALL).await, PutFile::Stored);
        let attached = store.attach_files(&id(room), &id("ana"), &[name(number)]).await;
        assert!(attached.expect("attach").is_some());
    }
    let project = async |after, projection| {
        let append = Append {
            projections: vec![projection],
            ..append("r", after, 1, "p")
        };
        assert_eq!(store.append(&[append]).await.expect("append"), [Appended::Written]);
    };
    let loose = async || {
        let mut loose = Vec::new();
        for (number, room) in [(1, "r"), (2, "r"), (3, "r"), (4, "r"), (5, "r2")] {
            let file = get(&store, room, number).await;
            loose.extend(file.filter(|file| !file.info.attached).map(|_| number));
        }
        loose
    };
    let files = vec![name(3), name(5), name(9)];
    project(0, Projection::FilesGone { files }).await;
    assert_eq!(loose().await, [3], "those of another room stay");
    let before = Timestamp(1_700_000_000_000 + 2);
    project(1, Projection::FilesExpired { before }).await;
    assert_eq!(loose().await, [1, 3]);
    let swept = store.sweep_files(Timestamp(1_700_000_001_000)).await;
    assert_eq!(swept.expect("sweep"), 2);
}

pub(super) async fn a_room_takes_its_files_along(store: Arc<dyn Store>) {
    for (number, room) in [(1, "r"), (2, "r2")] {
        let record = super::room::sample(room, None);
        store.create_room(&record).await.expect("create");
        assert_eq!(
            put(&store, &sample(number, room, "ana", b"x"), ALL).await,
            PutFile::Stored
        );
    }
    assert!(store.delete_room(&id("r")).await.expect("delete"));
    assert_eq!(get(&store, "r", 1).await, None);
    assert!(get(&store, "r2", 2).await.is_some());
}

pub(super) async fn impossible_files_are_refused(store: Arc<dyn Store>) {
    type Spoil = fn(&mut FileRecord);
    let spoils: [(&str, Spoil); 7] = [
        ("NUL in the name", |file| file.info.name.push('\0')),
        ("NUL in the type", |file| file.info.content_type.push('\0')),
        ("no time", |file| file.info.created_at = Timestamp(u64::MAX)),
        ("empty", |file| {
            file.body = bytes::Bytes::new();
            file.info.bytes = 0;
        }),
        ("giant", |file| {
            file.body = vec![0; MAX_FILE + 1].into();
            file.info.bytes = file.body.len() as u64;
        }),
        ("another length", |file| file.info.bytes += 1),
        ("attached", |file| file.info.attached = true),
    ];
    for (what, spoil) in spoils {
        let mut file = sample(1, "r", "ana", b"x");
        spoil(&mut file);
        let error = store.put_file(&file, ALL).await.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Invalid, "{what}");
        assert_eq!(get(&store, "r", 1).await, None, "{what}");
    }
    for text in ["", "../../etc/passwd", &"A".repeat(26), &"0".repeat(27)] {
        assert!(text.parse::<FileId>().is_err(), "{text}");
    }
}
