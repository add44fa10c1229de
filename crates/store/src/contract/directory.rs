//! Cases of the [`Directory`](crate::Directory) and of the projections that fill it.

use std::sync::Arc;

use trivium_engine::{Role, RoomId, Seq, Timestamp};

use super::{append, id, room::sample};
use crate::{
    Append, Appended, CreateRoom, ErrorKind, Face, Idle, InvitationRecord, Membership, MessageSearch, Projection,
    Query, RoomCard, RoomSearch, Scope, Store, Text, projection::MAX_PROJECTED,
};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn face(title: &str) -> Face {
    Face {
        title: title.to_owned(),
        description: String::new(),
        listed: false,
        archived_at: None,
        since_join: false,
        forgets: false,
    }
}

fn member(user: &str, role: Role, since: Seq) -> Projection {
    Projection::MemberIn(Membership {
        user: id(user),
        role,
        since,
        guest: user.starts_with("g_"),
        nickname: user.to_uppercase(),
    })
}

fn gone(user: &str) -> Projection {
    Projection::MemberOut { user: id(user) }
}

fn said(seq: Seq, author: &str, text: &str) -> Projection {
    Projection::Text(Text {
        seq,
        author: id(author),
        at: NOW,
        text: text.to_owned(),
    })
}

async fn make(store: &Arc<dyn Store>, room: &str) {
    let made = store.create_room(&sample(room, None)).await.expect("create");
    assert_eq!(made, CreateRoom::Created);
}

/// One more entry that brings these about.
async fn project(store: &Arc<dyn Store>, room: &str, projections: impl IntoIterator<Item = Projection>) {
    let head = store.head(&id(room)).await.expect("head");
    let append = Append {
        projections: projections.into_iter().collect(),
        ..append(room, head, 1, "p")
    };
    assert_eq!(store.append(&[append]).await.expect("append"), [Appended::Written]);
}

async fn find(store: &Arc<dyn Store>, scope: Scope, query: &str) -> Vec<(String, Seq)> {
    let Some(query) = Query::new(query) else {
        return Vec::new();
    };
    let search = MessageSearch {
        query,
        scope,
        author: None,
        before: None,
        limit: 100,
    };
    let hits = store.search_messages(&search).await.expect("search");
    hits.into_iter().map(|hit| (hit.room.to_string(), hit.seq)).collect()
}

async fn seen_by(store: &Arc<dyn Store>, user: &str, query: &str) -> Vec<(String, Seq)> {
    find(store, Scope::Joined(id(user)), query).await
}

fn hits<const N: usize>(hits: [(&str, Seq); N]) -> Vec<(String, Seq)> {
    hits.map(|(room, seq)| (room.to_owned(), seq)).into()
}

async fn joined(store: &Arc<dyn Store>, user: &str, all: bool) -> Vec<RoomCard> {
    store.joined_rooms(&id(user), all, None, 100).await.expect("list")
}

fn names(cards: &[RoomCard]) -> Vec<&str> {
    cards.iter().map(|card| card.record.id.as_str()).collect()
}

pub(super) async fn projections_come_with_their_entries(store: Arc<dyn Store>) {
    make(&store, "r").await;
    let invitation = InvitationRecord {
        code: "INVITE".to_owned(),
        room: id("r"),
        expires_at: Timestamp(NOW.0 + 1_000),
    };
    store.put_invitation(&invitation, NOW).await.expect("put");
    let first = Append {
        projections: vec![
            Projection::Face(face("One")),
            member("ana", Role::Host, 1),
            said(1, "ana", "hello"),
        ],
        ..append("r", 0, 1, "1")
    };
    // Whoever loses the race leaves nothing, neither entries nor what they change.
    let late = Append {
        projections: vec![Projection::Face(face("Two")), gone("ana"), said(1, "ben", "hello too")],
        ..append("r", 0, 1, "2")
    };
    let second = Append {
        projections: vec![
            Projection::InvitationRevoked {
                code: "INVITE".to_owned(),
            },
            said(2, "ana", "hello again"),
        ],
        ..append("r", 1, 1, "1")
    };
    let answers = store.append(&[first, late, second]).await.expect("append");
    assert_eq!(
        answers,
        [Appended::Written, Appended::Conflict { head: 1 }, Appended::Written]
    );
    assert_eq!(store.room(&id("r")).await.expect("room").expect("there").title, "One");
    assert_eq!(store.room_by_code("INVITE").await.expect("by code"), None);
    assert_eq!(seen_by(&store, "ana", "hello").await, hits([("r", 2), ("r", 1)]));
    project(&store, "r", [Projection::Closed { at: Timestamp(7) }]).await;
    let room = store.room(&id("r")).await.expect("room").expect("there");
    assert_eq!(room.closed_at, Some(Timestamp(7)));
    // A log without a room in the catalogue has no face, which is no error.
    project(
        &store,
        "nobody",
        [Projection::Face(face("X")), Projection::Closed { at: NOW }],
    )
    .await;
    assert!(store.delete_room(&id("r")).await.expect("delete"));
    assert_eq!(seen_by(&store, "ana", "hello").await, []);
    assert_eq!(joined(&store, "ana", true).await, []);
}

pub(super) async fn memberships_are_those_of_now(store: Arc<dyn Store>) {
    for room in ["a", "b", "c", "d"] {
        make(&store, room).await;
        project(
            &store,
            room,
            [member("ana", Role::Member, 1), member("ben", Role::Host, 1)],
        )
        .await;
    }
    let inbox = crate::RoomRecord {
        kind: "inbox".to_owned(),
        ..sample("i", None)
    };
    store.create_room(&inbox).await.expect("create");
    project(&store, "i", [member("ana", Role::Member, 1)]).await;
    assert_eq!(names(&joined(&store, "ana", false).await), ["a", "b", "c", "d"]);
    project(&store, "b", [gone("ana")]).await;
    project(&store, "c", [Projection::Closed { at: NOW }]).await;
    let archived = Face {
        archived_at: Some(NOW),
        description: "old things".to_owned(),
        ..face("D")
    };
    project(&store, "d", [Projection::Face(archived)]).await;
    assert_eq!(names(&joined(&store, "ana", false).await), ["a"]);
    let all = joined(&store, "ana", true).await;
    assert_eq!(names(&all), ["a", "c", "d"]);
    assert_eq!(
        (all[2].archived_at, all[2].description.as_str()),
        (Some(NOW), "old things")
    );
    assert_eq!(all.iter().map(|card| card.members).collect::<Vec<_>>(), [2, 2, 2]);
    assert_eq!(names(&joined(&store, "ben", true).await), ["a", "b", "c", "d"]);
    let page = store
        .joined_rooms(&id("ben"), true, Some(&id("a")), 2)
        .await
        .expect("list");
    assert_eq!(names(&page), ["b", "c"]);
    let teacher = id("teacher");
    let made = |all| store.made_rooms(&teacher, all, None, 100);
    assert_eq!(names(&made(false).await.expect("list")), ["a", "b", "c"]);
    assert_eq!(names(&made(true).await.expect("list")), ["a", "b", "c", "d"]);
    // Names are told by those who share a room.
    project(&store, "a", [member("cleo", Role::Member, 9)]).await;
    let named = |viewer: &'static str| {
        let store = Arc::clone(&store);
        async move {
            let users = [id("cleo"), id("nobody"), id("ana")];
            let names = store.nicknames(&id(viewer), &users).await.expect("names");
            names
                .into_iter()
                .map(|(user, name)| format!("{user}={name}"))
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(named("ben").await, ["ana=ANA", "cleo=CLEO"]);
    assert_eq!(named("dan").await, Vec::<String>::new());
}

pub(super) async fn what_is_found_is_visible(store: Arc<dyn Store>) {
    for (room, since_join) in [("all", false), ("later", true)] {
        make(&store, room).await;
        let face = Face {
            since_join,
            ..face(room)
        };
        let people = [
            member("host", Role::Host, 2),
            member("co", Role::CoHost, 50),
            member("ana", Role::Member, 50),
        ];
        project(&store, room, [Projection::Face(face)].into_iter().chain(people)).await;
        project(
            &store,
            room,
            [said(49, "host", "word before"), said(51, "ana", "word after")],
        )
        .await;
    }
    let newer = hits([("later", 51), ("all", 51), ("all", 49)]);
    let all = hits([("later", 51), ("later", 49), ("all", 51), ("all", 49)]);
    assert_eq!(seen_by(&store, "ana", "word").await, newer);
    assert_eq!(seen_by(&store, "host", "word").await, all);
    assert_eq!(
        seen_by(&store, "co", "word").await,
        all,
        "those who run a room see all of it"
    );
    assert_eq!(seen_by(&store, "stranger", "word").await, []);
    let within = |user: &str, room: &str| Scope::JoinedRoom(id(user), id(room));
    assert_eq!(
        find(&store, within("ana", "later"), "word").await,
        hits([("later", 51)])
    );
    assert_eq!(find(&store, within("stranger", "all"), "word").await, []);
    let whole = Scope::WholeRoom(id("later"));
    assert_eq!(find(&store, whole, "word").await, hits([("later", 51), ("later", 49)]));
    // As soon as the room or the member is another, so is what can be found.
    project(&store, "later", [Projection::Face(face("later"))]).await;
    assert_eq!(
        seen_by(&store, "ana", "before").await,
        hits([("later", 49), ("all", 49)])
    );
    project(&store, "all", [gone("ana")]).await;
    assert_eq!(seen_by(&store, "ana", "before").await, hits([("later", 49)]));
}

pub(super) async fn texts_follow_their_messages(store: Arc<dyn Store>) {
    for room in ["r", "R"] {
        make(&store, room).await;
        project(&store, room, [member("ana", Role::Member, 1)]).await;
    }
    let texts = (2..=6).map(|seq| said(seq, if seq == 4 { "Ana" } else { "ana" }, &format!("same number {seq}")));
    project(&store, "r", texts).await;
    let edited = |seq, text: &str| Projection::TextEdited {
        seq,
        text: text.to_owned(),
    };
    project(&store, "r", [edited(3, "other things"), edited(9, "same nothing")]).await;
    assert_eq!(
        seen_by(&store, "ana", "same").await,
        hits([("r", 6), ("r", 5), ("r", 4), ("r", 2)])
    );
    assert_eq!(
        seen_by(&store, "ana", "things").await,
        hits([("r", 3)]),
        "an edit keeps its place"
    );
    project(
        &store,
        "r",
        [Projection::TextGone { seq: 5 }, Projection::TextGone { seq: 99 }],
    )
    .await;
    // The same number again replaces what was there, in its place.
    project(&store, "r", [said(2, "ana", "same but new")]).await;
    assert_eq!(
        seen_by(&store, "ana", "same").await,
        hits([("r", 6), ("r", 4), ("r", 2)])
    );
    assert_eq!(seen_by(&store, "ana", "number").await, hits([("r", 6), ("r", 4)]));
    // Identifiers that differ in case only are different.
    project(&store, "R", [said(3, "ana", "same")]).await;
    assert_eq!(find(&store, Scope::WholeRoom(id("r")), "same").await.len(), 3);
    let by = MessageSearch {
        query: Query::new("same").expect("a word"),
        scope: Scope::Joined(id("ana")),
        author: Some(id("Ana")),
        before: None,
        limit: 10,
    };
    let found = store.search_messages(&by).await.expect("search");
    assert_eq!(found.iter().map(|hit| hit.seq).collect::<Vec<_>>(), [4]);
    project(&store, "r", [Projection::TextsGone { through: 4 }]).await;
    assert_eq!(seen_by(&store, "ana", "same").await, hits([("R", 3), ("r", 6)]));
}

pub(super) async fn queries_are_words_and_nothing_else(store: Arc<dyn Store>) {
    make(&store, "r").await;
    let texts = [
        "near text or not",
        "Ελλάδα and Ünïcödé",
        "日本語のテキスト",
        "quote\" AND (brackets)",
        "c++ *star* ^up -minus {x} text:y",
        "🎉",
        "'; DROP TABLE words; --",
    ];
    let said = (2..).zip(texts).map(|(seq, text)| said(seq, "ana", text));
    project(&store, "r", [member("ana", Role::Member, 1)].into_iter().chain(said)).await;
    for (query, found) in [
        ("NEAR(text", &[2][..]),
        ("or", &[2]),
        ("NOT", &[2]),
        ("text OR quote", &[]),
        ("text y", &[6]),
        ("ελλαδα", &[3]),
        ("ελλ", &[3]),
        ("unicode", &[3]),
        ("日語", &[4]),
        ("\"quote\"", &[5]),
        ("quote and b", &[5]),
        ("room:r", &[]),
        ("text : x", &[6]),
        ("^up", &[6]),
        ("c*", &[6]),
        ("-minus", &[6]),
        ("'drop table words'", &[8]),
        ("😀", &[]),
        ("*", &[]),
        ("m", &[6]),
    ] {
        let seqs: Vec<Seq> = seen_by(&store, "ana", query)
            .await
            .into_iter()
            .map(|(_, seq)| seq)
            .collect();
        assert_eq!(seqs, found, "{query:?}");
    }
}

pub(super) async fn hits_are_paged(store: Arc<dyn Store>) {
    make(&store, "r").await;
    let texts = (2..160).map(|seq| said(seq, "ana", if seq % 3 == 0 { "rare common" } else { "common" }));
    project(&store, "r", [member("ana", Role::Member, 1)].into_iter().chain(texts)).await;
    for (word, step, limit) in [("common", 1, 7), ("rare", 3, 1), ("rare", 3, 100), ("common", 1, 158)] {
        let mut seqs = Vec::new();
        let mut before = None;
        loop {
            let search = MessageSearch {
                query: Query::new(word).expect("a word"),
                scope: Scope::Joined(id("ana")),
                author: None,
                before,
                limit,
            };
            let page = store.search_messages(&search).await.expect("search");
            assert!(page.len() <= limit as usize);
            let Some(last) = page.last() else { break };
            before = Some(last.place);
            seqs.extend(page.iter().map(|hit| hit.seq));
        }
        let all: Vec<Seq> = (2..160).rev().filter(|seq| seq % step == 0).collect();
        assert_eq!(seqs, all, "{word} by {limit}");
    }
}

pub(super) async fn rooms_are_found_by_their_words(store: Arc<dyn Store>) {
    let rooms = [
        ("a", "Biology 10b", "Cells and more", true),
        ("b", "Chemistry", "for biology too", true),
        ("c", "Biology, hidden", "", false),
        ("d", "Biology, closed", "", true),
        ("e", "Biology, archived", "", true),
    ];
    for (room, title, description, listed) in rooms {
        make(&store, room).await;
        let face = Face {
            description: description.to_owned(),
            listed,
            archived_at: (room == "e").then_some(NOW),
            ..face(title)
        };
        project(&store, room, [Projection::Face(face), member("ana", Role::Member, 1)]).await;
    }
    project(&store, "d", [Projection::Closed { at: NOW }]).await;
    project(&store, "a", [gone("ana")]).await;
    let found = |viewer: &'static str, query: &'static str, after: Option<&'static str>, limit| {
        let store = Arc::clone(&store);
        async move {
            let search = RoomSearch {
                query: Query::new(query),
                viewer: id(viewer),
                after: after.map(id),
                limit,
            };
            let cards = store.search_rooms(&search).await.expect("search");
            cards
                .iter()
                .map(|card| format!("{}{}", card.record.id, if card.joined { "+" } else { "" }))
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(found("zoe", "biology", None, 10).await, ["a", "b"]);
    assert_eq!(found("ana", "biology", None, 10).await, ["a", "b+", "c+"]);
    assert_eq!(found("ana", "", None, 10).await, ["a", "b+", "c+"]);
    assert_eq!(found("ana", "BIOLOGY c", None, 10).await, ["a", "b+"]);
    assert_eq!(found("ana", "cells biology 10", None, 10).await, ["a"]);
    assert_eq!(found("ana", "biolog ch", None, 10).await, Vec::<String>::new());
    assert_eq!(found("ana", "biology", Some("a"), 1).await, ["b+"]);
}

pub(super) async fn idle_rooms_have_no_accounts(store: Arc<dyn Store>) {
    let people: [(&str, &[&str]); 4] = [
        ("empty", &[]),
        ("guests", &["g_1", "g_2"]),
        ("kept", &["g_1", "ana"]),
        ("other", &[]),
    ];
    for (room, people) in people {
        let record = crate::RoomRecord {
            kind: if room == "other" { "channel" } else { "quiz" }.to_owned(),
            ..sample(room, None)
        };
        store.create_room(&record).await.expect("create");
        project(&store, room, people.iter().map(|user| member(user, Role::Member, 1))).await;
    }
    let idle = |since: u64, closed: bool| {
        let store = Arc::clone(&store);
        async move {
            let idle = Idle {
                kinds: &["quiz"],
                since: Timestamp(since),
                closed,
                limit: 10,
            };
            store.idle_rooms(&idle).await.expect("list")
        }
    };
    // Entries are stamped one millisecond after the moment of which they count.
    let after = NOW.0 + 10;
    assert_eq!(idle(after, false).await, ["empty", "guests"].map(id));
    assert_eq!(idle(NOW.0 + 1, false).await, Vec::<RoomId>::new());
    project(&store, "guests", [Projection::Closed { at: NOW }]).await;
    assert_eq!(
        (idle(after, false).await, idle(after, true).await),
        (vec![id("empty")], vec![id("guests")])
    );
    project(&store, "kept", [gone("ana")]).await;
    assert_eq!(idle(after, false).await, ["empty", "kept"].map(id));
    let forgets = Face {
        forgets: true,
        ..face("x")
    };
    project(&store, "kept", [Projection::Face(forgets)]).await;
    assert_eq!(
        store.forgetting_rooms(None, 10).await.expect("list"),
        [id::<RoomId>("kept")]
    );
    assert_eq!(store.forgetting_rooms(Some(&id("kept")), 10).await.expect("list"), []);
    assert_eq!(store.unprojected_rooms(10).await.expect("list"), []);
}

pub(super) async fn a_room_can_be_projected_anew(store: Arc<dyn Store>) {
    make(&store, "r").await;
    project(&store, "r", [member("ana", Role::Member, 1), said(1, "ana", "old")]).await;
    let anew = [
        Projection::Face(face("New")),
        member("ben", Role::Member, 1),
        said(1, "ben", "new"),
    ];
    assert!(
        !store.reproject(&id("r"), 2, &anew).await.expect("reproject"),
        "the log does not end there"
    );
    assert_eq!(seen_by(&store, "ana", "old").await, hits([("r", 1)]));
    assert!(store.reproject(&id("r"), 1, &anew).await.expect("reproject"));
    assert_eq!(
        (seen_by(&store, "ana", "old").await, seen_by(&store, "ben", "old").await),
        (Vec::new(), Vec::new())
    );
    assert_eq!(seen_by(&store, "ben", "new").await, hits([("r", 1)]));
    assert_eq!(joined(&store, "ben", false).await[0].record.title, "New");
}

pub(super) async fn impossible_projections_are_refused(store: Arc<dyn Store>) {
    make(&store, "r").await;
    let long = "x".repeat(MAX_PROJECTED + 1);
    for bad in [
        Projection::Face(face("a\0b")),
        Projection::Closed {
            at: Timestamp(u64::MAX),
        },
        member("ana", Role::Member, u64::MAX),
        said(1, "ana", &long),
        said(u64::MAX, "ana", "x"),
        Projection::TextEdited {
            seq: 1,
            text: "\0".to_owned(),
        },
        Projection::TextsGone { through: u64::MAX },
    ] {
        let append = Append {
            projections: vec![bad.clone()],
            ..append("r", 0, 1, "1")
        };
        let error = store.append(&[append]).await.expect_err("impossible");
        assert_eq!(error.kind(), ErrorKind::Invalid, "{bad:?}");
        let error = store.reproject(&id("r"), 0, &[bad]).await.expect_err("impossible");
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }
    assert_eq!(store.head(&id("r")).await.expect("head"), 0);
}
