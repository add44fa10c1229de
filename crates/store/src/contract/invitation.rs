//! Cases of the invitations in the [`Catalogue`](crate::Catalogue).

use std::sync::Arc;

use trivium_engine::Timestamp;

use super::{id, room::sample};
use crate::{CreateRoom, ErrorKind, InvitationRecord, PutInvitation, Store, catalogue::MAX_TEXT};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn invitation(code: &str, room: &str) -> InvitationRecord {
    InvitationRecord {
        code: code.to_owned(),
        room: id(room),
        expires_at: Timestamp(NOW.0 + 1_000),
    }
}

async fn put(store: &Arc<dyn Store>, code: &str, room: &str, now: Timestamp) -> PutInvitation {
    store.put_invitation(&invitation(code, room), now).await.expect("put")
}

async fn room_of(store: &Arc<dyn Store>, code: &str) -> Option<String> {
    let found = store.room_by_code(code).await.expect("by code");
    found.map(|room| room.id.to_string())
}

pub(super) async fn invitations_find_their_room(store: Arc<dyn Store>) {
    assert_eq!(put(&store, "FIRST", "r", NOW).await, PutInvitation::NoRoom);
    for (name, code) in [("r", Some("CODE")), ("s", None)] {
        let made = store.create_room(&sample(name, code)).await;
        assert_eq!(made.expect("create"), CreateRoom::Created);
    }
    for _retry in 0..2 {
        assert_eq!(put(&store, "FIRST", "r", NOW).await, PutInvitation::Stored);
    }
    assert_eq!(put(&store, "OTHER", "s", NOW).await, PutInvitation::Stored);
    let found = store.room_by_code("FIRST").await.expect("by code");
    assert_eq!(found, Some(sample("r", Some("CODE"))));
    assert_eq!(room_of(&store, "OTHER").await.as_deref(), Some("s"));
    assert_eq!(room_of(&store, "first").await, None);
    for gone in [true, false] {
        assert_eq!(store.delete_invitation("FIRST").await.expect("delete"), gone);
        assert_eq!(room_of(&store, "FIRST").await, None);
    }
    assert_eq!(room_of(&store, "CODE").await.as_deref(), Some("r"));
}

pub(super) async fn no_two_codes_are_the_same(store: Arc<dyn Store>) {
    for (name, code) in [("r", Some("CODE")), ("s", None)] {
        store.create_room(&sample(name, code)).await.expect("create");
    }
    put(&store, "FIRST", "r", NOW).await;
    for taken in ["FIRST", "CODE"] {
        assert_eq!(put(&store, taken, "s", NOW).await, PutInvitation::Taken, "{taken}");
    }
    let made = store.create_room(&sample("t", Some("FIRST"))).await;
    assert_eq!(made.expect("create"), CreateRoom::CodeTaken);
    assert_eq!(room_of(&store, "FIRST").await.as_deref(), Some("r"));
}

pub(super) async fn invitations_end(store: Arc<dyn Store>) {
    for name in ["r", "s", "t"] {
        store.create_room(&sample(name, None)).await.expect("create");
        put(&store, name, name, NOW).await;
    }
    store.close_room(&id("r"), NOW).await.expect("close");
    store.delete_room(&id("s")).await.expect("delete");
    assert_eq!((room_of(&store, "r").await, room_of(&store, "s").await), (None, None));
    assert_eq!(put(&store, "r", "r", NOW).await, PutInvitation::NoRoom);

    put(&store, "soon", "t", Timestamp(NOW.0 + 999)).await;
    assert_eq!(room_of(&store, "t").await.as_deref(), Some("t"));
    put(&store, "late", "t", Timestamp(NOW.0 + 1_000)).await;
    assert_eq!(
        (room_of(&store, "t").await, room_of(&store, "soon").await),
        (None, None)
    );
}

pub(super) async fn impossible_invitations_are_refused(store: Arc<dyn Store>) {
    store.create_room(&sample("r", None)).await.expect("create");
    let good = invitation("CODE", "r");
    for bad in [
        InvitationRecord {
            code: "x".repeat(MAX_TEXT + 1),
            ..good.clone()
        },
        InvitationRecord {
            code: "\0".to_owned(),
            ..good.clone()
        },
        InvitationRecord {
            expires_at: Timestamp(u64::MAX),
            ..good
        },
    ] {
        let error = store.put_invitation(&bad, NOW).await.expect_err("impossible");
        assert_eq!(error.kind(), ErrorKind::Invalid, "{bad:?}");
    }
}
