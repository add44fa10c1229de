//! Cases of [`Media`](crate::Media).
//!
//! Neighbours: `race.rs` has many owners' hands on one quota at once.

use std::sync::Arc;

use trivium_engine::Timestamp;

use super::id;
use crate::{
    ErrorKind, MediaId, MediaRecord,
    PutMedia::{QuotaExceeded, Stored},
    Store,
    catalogue::MAX_TEXT,
    media::MAX_MEDIA,
};

pub(super) fn sample(content: &str, owner: &str) -> MediaRecord {
    let body = bytes::Bytes::from(format!("\0\u{ff}{content}"));
    MediaRecord {
        id: MediaId::of(&body),
        content_type: "image/png".to_owned(),
        owner: id(owner),
        created_at: Timestamp(1_700_000_000_000),
        body,
    }
}

async fn put(store: &Arc<dyn Store>, media: &MediaRecord, quota: u64) -> crate::PutMedia {
    store.put_media(media, quota).await.expect("put")
}

async fn get(store: &Arc<dyn Store>, id: &MediaId) -> Option<MediaRecord> {
    store.media(id).await.expect("media")
}

async fn used(store: &Arc<dyn Store>, owner: &str) -> u64 {
    store.media_bytes(&id(owner)).await.expect("bytes")
}

pub(super) async fn content_names_it(store: Arc<dyn Store>) {
    let (one, two) = (sample("one", "teacher"), sample("two", "teacher"));
    assert_eq!(get(&store, &one.id).await, None);
    for media in [&one, &two] {
        assert_eq!(put(&store, media, u64::MAX).await, Stored);
    }
    for media in [one, two] {
        assert_eq!(get(&store, &media.id.clone()).await, Some(media));
    }
    assert_eq!(used(&store, "teacher").await, 12);
    // Known to everybody who knows how to hash: the first 16 bytes of the SHA-256 of nothing.
    assert_eq!(MediaId::of(b"").as_str(), "e3b0c44298fc1c149afbf4c8996fb924");
    let big: bytes::Bytes = (0..=u8::MAX).cycle().take(MAX_MEDIA).collect::<Vec<_>>().into();
    let big = MediaRecord {
        id: MediaId::of(&big),
        body: big,
        ..sample("", "artist")
    };
    assert_eq!(put(&store, &big, u64::MAX).await, Stored);
    assert!(get(&store, &big.id).await == Some(big), "what is big comes back whole");
}

pub(super) async fn the_first_owner_keeps_it(store: Arc<dyn Store>) {
    let first = sample("one", "teacher");
    let again = MediaRecord {
        created_at: Timestamp(5),
        content_type: "image/gif".to_owned(),
        ..sample("one", "somebody")
    };
    assert_eq!(put(&store, &first, 6).await, Stored);
    for media in [&first, &again] {
        assert_eq!(
            put(&store, media, 0).await,
            Stored,
            "it costs nothing where it is there"
        );
    }
    assert_eq!(get(&store, &first.id).await, Some(first));
    assert_eq!((used(&store, "teacher").await, used(&store, "somebody").await), (6, 0));
}

pub(super) async fn a_quota_is_not_passed(store: Arc<dyn Store>) {
    // what is brought by whom, under which quota, and the answer
    for (content, owner, quota, answer) in [
        ("1234", "teacher", 6, QuotaExceeded { used: 0 }),
        ("1234", "teacher", 7, Stored),
        ("5678", "teacher", 13, QuotaExceeded { used: 7 }),
        ("5678", "somebody", 13, Stored),
        ("9012", "teacher", 14, Stored),
        ("", "teacher", 14, QuotaExceeded { used: 14 }),
        ("", "teacher", 17, Stored),
    ] {
        let media = sample(content, owner);
        assert_eq!(put(&store, &media, quota).await, answer, "{content} {owner}");
        assert_eq!(
            get(&store, &media.id).await.is_some(),
            answer == Stored,
            "{content} {owner}"
        );
    }
}

pub(super) async fn impossible_media_is_refused(store: Arc<dyn Store>) {
    type Spoil = fn(&mut MediaRecord);
    let spoils: [(&str, Spoil); 6] = [
        ("long type", |media| media.content_type = "x".repeat(MAX_TEXT + 1)),
        ("NUL", |media| media.content_type.push('\0')),
        ("no time", |media| media.created_at = Timestamp(u64::MAX)),
        ("empty", |media| {
            media.body = bytes::Bytes::new();
            media.id = MediaId::of(b"");
        }),
        ("giant", |media| {
            media.body = vec![0; MAX_MEDIA + 1].into();
            media.id = MediaId::of(&media.body);
        }),
        ("misnamed", |media| media.id = MediaId::of(b"else")),
    ];
    for (what, spoil) in spoils {
        let mut media = sample("one", "teacher");
        spoil(&mut media);
        let error = store.put_media(&media, u64::MAX).await.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Invalid, "{what}");
        assert_eq!(get(&store, &media.id).await, None, "{what}");
    }
    for text in [
        "",
        "E3B0C44298FC1C149AFBF4C8996FB924",
        "e3b0c44298fc1c149afbf4c8996fb92",
        "../secret",
    ] {
        assert!(text.parse::<MediaId>().is_err(), "{text}");
    }
}
