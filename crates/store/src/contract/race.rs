//! Cases with several callers at once, some of which do not wait for the end.
//!
//! Neighbours: `log.rs`, `room.rs`, `quiz.rs` and `media.rs` have those with one caller.

use std::sync::Arc;

use tokio::task::{JoinSet, yield_now};

use super::{ALL, append, assert_log, file, id, media, quiz, read_all, record, room};
use crate::{Appended, CreateRoom, FileQuota, PutFile, PutMedia, PutQuiz, Store};

const CALLERS: u64 = 24;

/// Runs one call per caller at once and returns what they got.
async fn all_at_once<T: Send + 'static, F>(call: impl Fn(u64) -> F) -> Vec<(u64, T)>
where
    F: Future<Output = T> + Send + 'static,
{
    let mut calls = JoinSet::new();
    for caller in 0..CALLERS {
        let call = call(caller);
        calls.spawn(async move { (caller, call.await) });
    }
    calls.join_all().await
}

pub(super) async fn one_of_many_writers_wins(store: Arc<dyn Store>) {
    let mut records = Vec::new();
    for after in [0, 3, 6, 9] {
        let answers = all_at_once(|caller| {
            let store = Arc::clone(&store);
            async move {
                let batch = [append("r", after, 3, &caller.to_string())];
                store.append(&batch).await.expect("append")[0]
            }
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers
            .await
            .into_iter()
            .partition(|(_, answer)| *answer == Appended::Written);
        assert_eq!(won.len(), 1, "{won:?}");
        let conflict = Appended::Conflict { head: after + 3 };
        assert!(lost.iter().all(|(_, answer)| *answer == conflict), "{lost:?}");
        records.extend(append("r", after, 3, &won[0].0.to_string()).records);
        assert_log(&store, "r", &records).await;
    }
}

pub(super) async fn rooms_do_not_disturb_each_other(store: Arc<dyn Store>) {
    let name = |caller: u64| format!("r{caller}");
    all_at_once(|caller| {
        let store = Arc::clone(&store);
        async move {
            for after in 0..20 {
                let batch = [append(&name(caller), after, 1, &name(caller))];
                let answers = store.append(&batch).await.expect("append");
                assert_eq!(answers, [Appended::Written]);
            }
        }
    })
    .await;
    for caller in 0..CALLERS {
        let want = append(&name(caller), 0, 20, &name(caller)).records;
        assert_log(&store, &name(caller), &want).await;
    }
}

pub(super) async fn readers_see_a_prefix(store: Arc<dyn Store>) {
    const BATCHES: u64 = 40;
    const WHOLE: usize = 200;
    let writer = Arc::clone(&store);
    let writing = tokio::spawn(async move {
        for n in 0..BATCHES {
            writer.append(&[append("r", n * 5, 5, "1")]).await.expect("append");
        }
    });
    let mut seen = 0;
    while seen < WHOLE {
        let head = store.head(&id("r")).await.expect("head");
        let log = store.read(&id("r"), 0, ALL).await.expect("read");
        assert!(log.len() as u64 >= head && log.len() >= seen, "a reader went back");
        assert_eq!(log.len() % 5, 0, "a reader saw half a batch");
        assert!(log.iter().zip(1..).all(|(got, seq)| *got == record(seq, "1")));
        seen = log.len();
        assert!(seen > 0 || !writing.is_finished(), "the writer gave up");
        yield_now().await;
    }
    writing.await.expect("the writer wrote");
}

pub(super) async fn a_dropped_caller_leaves_no_half(store: Arc<dyn Store>) {
    for patience in 0..150 {
        let after = store.head(&id("r")).await.expect("head");
        let caller = Arc::clone(&store);
        let call = tokio::spawn(async move {
            let batch = [append("r", after, 2, "1"), append("r", after + 2, 3, "1")];
            caller.append(&batch).await.expect("append")
        });
        for _ in 0..patience {
            yield_now().await;
        }
        call.abort();
        let answered = call.await.is_ok();
        // Whoever comes next waits for what the dropped caller left running, and finds all of it or nothing.
        let probe = store.append(&[append("probe", 0, 0, "")]).await;
        assert_eq!(probe.expect("append"), [Appended::Written]);
        let head = store.head(&id("r")).await.expect("head");
        assert!(head == after + 5 || (head == after && !answered), "{after} to {head}");
    }
    let log = read_all(&store, &id("r")).await;
    assert!(log.iter().zip(1..).all(|(got, seq)| *got == record(seq, "1")));
}

pub(super) async fn one_of_two_rooms_gets_the_code(store: Arc<dyn Store>) {
    let answers = all_at_once(|caller| {
        let store = Arc::clone(&store);
        let room = room::sample(&format!("r{caller}"), Some("CODE"));
        async move { store.create_room(&room).await.expect("create") }
    })
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|(_, answer)| *answer == CreateRoom::Created);
    assert_eq!(won.len(), 1, "{won:?}");
    assert!(
        lost.iter().all(|(_, answer)| *answer == CreateRoom::CodeTaken),
        "{lost:?}"
    );
    let found = store.room_by_code("CODE").await.expect("by code");
    assert_eq!(found.expect("it is open").id, id(&format!("r{}", won[0].0)));
}

pub(super) async fn one_room_is_created_once(store: Arc<dyn Store>) {
    let titled = |caller: u64| {
        let mut room = room::sample("r", Some("CODE"));
        room.title = caller.to_string();
        room
    };
    let answers = all_at_once(|caller| {
        let store = Arc::clone(&store);
        let room = titled(caller);
        async move { store.create_room(&room).await.expect("create") }
    })
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|(_, answer)| *answer == CreateRoom::Created);
    assert_eq!(won.len(), 1, "{won:?}");
    let exists = CreateRoom::Exists(titled(won[0].0));
    assert!(lost.iter().all(|(_, answer)| *answer == exists), "{lost:?}");
}

pub(super) async fn one_of_two_revisions_wins(store: Arc<dyn Store>) {
    let answers = all_at_once(|caller| {
        let store = Arc::clone(&store);
        let quiz = quiz::sample("q", 1, &caller.to_string());
        async move { store.put_quiz(&quiz).await.expect("put") }
    })
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(_, answer)| *answer == PutQuiz::Stored);
    assert_eq!(won.len(), 1, "{won:?}");
    let conflict = PutQuiz::Conflict { latest: 1 };
    assert!(lost.iter().all(|(_, answer)| *answer == conflict), "{lost:?}");
    let stored = store.quiz(&id("q"), None).await.expect("quiz");
    assert_eq!(stored, Some(quiz::sample("q", 1, &won[0].0.to_string())));
}

pub(super) async fn a_quota_is_shared_by_all_at_once(store: Arc<dyn Store>) {
    let sample = |caller| media::sample(&format!("{caller:04}"), "teacher");
    let quota = 5 * sample(0).body.len() as u64;
    let answers = all_at_once(|caller| {
        let store = Arc::clone(&store);
        async move { store.put_media(&sample(caller), quota).await.expect("put") }
    });
    let stored = answers
        .await
        .into_iter()
        .filter(|(_, answer)| *answer == PutMedia::Stored);
    assert_eq!(stored.count(), 5);
    assert_eq!(store.media_bytes(&id("teacher")).await.expect("bytes"), quota);
}

pub(super) async fn files_share_a_quota_at_once(store: Arc<dyn Store>) {
    let sample = |caller| file::sample(caller, "r", "pupil", b"12345");
    let quota = FileQuota {
        per_user: 25,
        per_room: u64::MAX,
    };
    let answers = all_at_once(|caller| {
        let store = Arc::clone(&store);
        async move { store.put_file(&sample(caller), quota).await.expect("put") }
    });
    let stored = answers
        .await
        .into_iter()
        .filter(|(_, answer)| *answer == PutFile::Stored);
    assert_eq!(stored.count(), 5);
    assert_eq!(store.file_bytes(&id("pupil"), &id("r")).await.expect("bytes"), (25, 25));
}
