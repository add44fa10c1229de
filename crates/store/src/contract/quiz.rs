//! Cases of the quizzes in the [`Catalogue`](crate::Catalogue).
//!
//! Neighbours: `race.rs` has two callers who put the same revision.

use std::sync::Arc;

use trivium_engine::{QuizId, Timestamp};

use super::id;
use crate::{
    ErrorKind,
    PutQuiz::{Conflict, Stored},
    QuizRecord, Store,
    catalogue::MAX_TEXT,
};

pub(super) fn sample(name: &str, revision: u32, body: &str) -> QuizRecord {
    QuizRecord {
        id: id(name),
        revision,
        owner: id("teacher"),
        title: format!("Quiz »{name}«"),
        questions: revision ^ 0xff,
        created_at: Timestamp(1_700_000_000_000 + u64::from(revision)),
        body: format!("\0\u{ff}{body}").into(),
    }
}

async fn put(store: &Arc<dyn Store>, quiz: &QuizRecord) -> crate::PutQuiz {
    store.put_quiz(quiz).await.expect("put")
}

async fn get(store: &Arc<dyn Store>, name: &str, revision: Option<u32>) -> Option<QuizRecord> {
    store.quiz(&id(name), revision).await.expect("quiz")
}

pub(super) async fn revisions_follow_each_other(store: Arc<dyn Store>) {
    assert_eq!(get(&store, "q", None).await, None);
    // what is put, and the answer
    let table = [
        (2, Conflict { latest: 0 }),
        (0, Conflict { latest: 0 }),
        (u32::MAX, Conflict { latest: 0 }),
        (1, Stored),
        (3, Conflict { latest: 1 }),
        (2, Stored),
        (3, Stored),
        (1, Conflict { latest: 3 }),
        (5, Conflict { latest: 3 }),
    ];
    for (revision, answer) in table {
        assert_eq!(put(&store, &sample("q", revision, "x")).await, answer, "{revision}");
    }
    for revision in 1..=3 {
        let want = Some(sample("q", revision, "x"));
        assert_eq!(get(&store, "q", Some(revision)).await, want);
    }
    assert_eq!(get(&store, "q", None).await, Some(sample("q", 3, "x")));
    for unknown in [0, 4, 5, u32::MAX] {
        assert_eq!(get(&store, "q", Some(unknown)).await, None);
    }
    assert_eq!(get(&store, "Q", None).await, None);
}

pub(super) async fn a_repeat_is_success(store: Arc<dyn Store>) {
    let first = sample("q", 1, "x");
    for at in [1, 2] {
        let again = QuizRecord {
            created_at: Timestamp(at),
            ..first.clone()
        };
        assert_eq!(put(&store, &again).await, Stored);
        let stored = get(&store, "q", None).await.expect("it is there");
        assert_eq!(stored.created_at, Timestamp(1), "the first counts");
    }
    assert_eq!(get(&store, "q", Some(2)).await, None);
}

pub(super) async fn revisions_do_not_change(store: Arc<dyn Store>) {
    type Spoil = fn(&mut QuizRecord);
    let spoils: [(&str, Spoil); 4] = [
        ("body", |quiz| quiz.body = vec![1].into()),
        ("title", |quiz| quiz.title.push('!')),
        ("owner", |quiz| quiz.owner = id("somebody")),
        ("questions", |quiz| quiz.questions += 1),
    ];
    let first = sample("q", 1, "x");
    assert_eq!(put(&store, &first).await, Stored);
    for (what, spoil) in spoils {
        let mut other = first.clone();
        spoil(&mut other);
        assert_eq!(put(&store, &other).await, Conflict { latest: 1 }, "{what}");
        assert_eq!(get(&store, "q", None).await, Some(first.clone()), "{what}");
    }
}

pub(super) async fn lists_show_the_newest(store: Arc<dyn Store>) {
    let mut newest = Vec::new();
    for n in (0..12_u32).rev() {
        let name = format!("q{n:02}");
        for revision in 1..=n % 3 + 1 {
            let mut quiz = sample(&name, revision, "x");
            if n == 4 && revision == 2 {
                quiz.owner = id("somebody");
            }
            assert_eq!(put(&store, &quiz).await, Stored);
            if revision == n % 3 + 1 {
                newest.insert(0, quiz.summary());
            }
        }
    }
    let owners = |owner: Option<&'static str>, limit: u32| {
        let store = Arc::clone(&store);
        async move {
            let owner = owner.map(id);
            let mut got = Vec::new();
            loop {
                let last: Option<QuizId> = got.last().map(|quiz: &crate::QuizSummary| quiz.id.clone());
                let page = store.list_quizzes(owner.as_ref(), last.as_ref(), limit).await;
                let page = page.expect("list");
                if page.is_empty() {
                    return got;
                }
                assert!(page.len() as u64 <= u64::from(limit));
                got.extend(page);
            }
        }
    };
    let (mine, others): (Vec<_>, Vec<_>) = newest.iter().cloned().partition(|quiz| quiz.owner == id("teacher"));
    assert_eq!(others.len(), 1);
    for limit in [1, 5, 12, u32::MAX] {
        assert_eq!(owners(None, limit).await, newest, "limit {limit}");
        assert_eq!(owners(Some("teacher"), limit).await, mine, "limit {limit}");
        assert_eq!(owners(Some("somebody"), limit).await, others, "limit {limit}");
        assert_eq!(owners(Some("nobody"), limit).await, [], "limit {limit}");
    }
    assert_eq!(store.list_quizzes(None, None, 0).await.expect("list"), []);
}

pub(super) async fn archived_quizzes_can_be_read(store: Arc<dyn Store>) {
    assert!(!store.archive_quiz(&id("q"), Timestamp(1)).await.expect("archive"));
    let (first, second) = (sample("q", 1, "x"), sample("q", 2, "y"));
    let listed = async || store.list_quizzes(None, None, 10).await.expect("list");
    put(&store, &first).await;
    for at in [2, 3] {
        assert!(store.archive_quiz(&id("q"), Timestamp(at)).await.expect("archive"));
        assert_eq!(listed().await, []);
        assert_eq!(get(&store, "q", None).await, Some(first.clone()));
    }
    assert_eq!(put(&store, &first).await, Stored);
    assert_eq!(listed().await, [], "a late retry does not bring it back");
    assert_eq!(put(&store, &second).await, Stored);
    assert_eq!(listed().await, [second.summary()]);
}

pub(super) async fn impossible_quizzes_are_refused(store: Arc<dyn Store>) {
    type Spoil = fn(&mut QuizRecord);
    let spoils: [(&str, Spoil); 4] = [
        ("long title", |quiz| quiz.title = "x".repeat(MAX_TEXT + 1)),
        ("NUL", |quiz| quiz.title.push('\0')),
        ("no time", |quiz| quiz.created_at = Timestamp(u64::MAX)),
        ("giant", |quiz| {
            quiz.body = vec![0; crate::catalogue::MAX_QUIZ + 1].into();
        }),
    ];
    for (what, spoil) in spoils {
        let mut quiz = sample("q", 1, "x");
        spoil(&mut quiz);
        let error = store.put_quiz(&quiz).await.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Invalid, "{what}");
        assert_eq!(get(&store, "q", None).await, None, "{what}");
    }
}
