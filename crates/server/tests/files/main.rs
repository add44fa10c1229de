//! Files of rooms over plain HTTP: who may bring and read them, what is taken, and that a refusal leaves nothing.
//!
//! [`stage`] has the people. Neighbours: `web.rs` has the app and pictures of quizzes; the cases of single types and names stand beside their code in
//! `src/web/files`.

mod stage;

use std::io::Cursor;

use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use trivium_client::{
    Road,
    proto::v1::{
        JoinRoomRequest, MuteMemberRequest, RemoveMemberRequest, Role, RoomKind, UpdateMemberRequest, UpdateRoomRequest,
    },
};

use stage::{Body, Stage, full, session, token};

/// Parts that come one by one, without a length that is announced.
fn parts(parts: Vec<std::io::Result<Bytes>>) -> Body {
    let frames = parts.into_iter().map(|part| part.map(Frame::data));
    StreamBody::new(stream::iter(frames)).boxed()
}

fn picture(format: ImageFormat) -> Vec<u8> {
    let pixels = RgbImage::from_fn(64, 48, |x, y| {
        let shade = |at: u32| u8::try_from(at).expect("the picture is small");
        Rgb([shade(x * 3), shade(y * 5), 128])
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(pixels)
        .write_to(&mut bytes, format)
        .expect("encoded");
    bytes.into_inner()
}

/// A PNG of as many pixels as it says, all of them black, in a few bytes: a header, and the shortest stream that begins well.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = picture(ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    let step =
        |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)));
    !bytes.iter().fold(!0, step)
}

/// A GIF of many frames, each as large as the screen and of almost no bytes.
fn many_frames(frames: usize, side: u16) -> Vec<u8> {
    let mut encoder = gif::Encoder::new(Vec::new(), side, side, &[0, 0, 0, 255, 255, 255]).expect("begun");
    let frame = gif::Frame {
        width: side,
        height: side,
        buffer: vec![0; usize::from(side) * usize::from(side)].into(),
        ..gif::Frame::default()
    };
    for _ in 0..frames {
        encoder.write_frame(&frame).expect("written");
    }
    encoder.into_inner().expect("whole")
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn members_bring_files_and_read_them() {
    let stage = Stage::set(|_| {}).await;
    let (_ana, ana) = stage.pupil("ana").await;
    let secret = b"<script>alert('48.1 N 11.5 E')</script>";
    for (name, body, kept, content_type, size) in [
        (
            "notes.txt",
            b"just notes".to_vec(),
            "notes.txt",
            "text/plain; charset=utf-8",
            None,
        ),
        (
            "page.html",
            b"no page at all".to_vec(),
            "page.html.txt",
            "text/plain; charset=utf-8",
            None,
        ),
        (
            "U%CC%88bung.pdf",
            b"%PDF-1.7\n".to_vec(),
            "\u{dc}bung.pdf",
            "application/pdf",
            None,
        ),
        (
            "a%20b.png",
            [&picture(ImageFormat::Png)[..], secret].concat(),
            "a b.png",
            "image/png",
            Some((64, 48)),
        ),
        (
            "x.php",
            [&picture(ImageFormat::Jpeg)[..], secret].concat(),
            "x.php.jpg",
            "image/jpeg",
            Some((64, 48)),
        ),
        (
            "x.webp",
            picture(ImageFormat::WebP),
            "x.webp.jpg",
            "image/jpeg",
            Some((64, 48)),
        ),
        (
            "x.gif",
            [&many_frames(3, 16)[..], secret].concat(),
            "x.gif",
            "image/gif",
            Some((16, 16)),
        ),
    ] {
        let stored = stage.bring(&ana, name, body.clone()).await;
        assert_eq!(stored.status, StatusCode::CREATED, "{name}: {:?}", stored.body);
        let told = stored.json();
        let url = told["url"].as_str().expect("a URL").to_owned();
        assert_eq!(stored.header("location"), url);
        assert_eq!(
            (told["name"].as_str(), told["content_type"].as_str()),
            (Some(kept), Some(content_type))
        );
        let (width, height) = size.unwrap_or_default();
        assert_eq!(
            (&told["width"], &told["height"]),
            (&width.into(), &height.into()),
            "{name}"
        );
        let read = stage.get(&ana, &url).await;
        assert_eq!(read.status, StatusCode::OK, "{name}");
        assert_eq!(told["size_bytes"], read.body.len(), "{name}");
        assert!(!contains(&read.body, b"script"), "{name}");
        assert_eq!(read.body == body, size.is_none(), "pictures are made anew");
        for (header, value) in [
            ("content-type", content_type),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("cache-control", "private, no-cache"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(read.header(header), value, "{name}");
        }
        let how = if size.is_some() { "inline; " } else { "attachment; " };
        assert!(read.header("content-disposition").starts_with(how), "{name}");
        let tag = read.header("etag").to_owned();
        let again = stage.request("GET", &ana, &url).header("if-none-match", &tag);
        let again = stage.send(again.body(full("")).expect("a request")).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    }
    stage.running.shutdown().await.expect("down");
}

#[tokio::test]
async fn what_must_not_come_in_leaves_nothing() {
    let stage = Stage::set(|config| {
        config.limits.file_bytes = 200_000;
        config.limits.file_bytes_per_user = 210_000;
    })
    .await;
    let (_ana, ana) = stage.pupil("ana").await;
    let polyglot = [b"GIF89a/*", &[b' '; 400][..], b"*/=1;alert(1)"].concat();
    let macros = b"PK\x03\x04 nothing that can be read".to_vec();
    let long = "x".repeat(201);
    for (name, body, status, reason) in [
        (
            "a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
            415,
            "FILE_ACTIVE_CONTENT",
        ),
        (
            "a.png",
            b"<!doctype html><script>alert(1)</script>".to_vec(),
            415,
            "FILE_ACTIVE_CONTENT",
        ),
        ("a.txt", b"#!/bin/sh\nrm -rf ~".to_vec(), 415, "FILE_ACTIVE_CONTENT"),
        ("a.exe", b"MZ\x90\0\x03\0\0\0".to_vec(), 415, "FILE_TYPE_UNSUPPORTED"),
        ("a.gif", polyglot, 422, "IMAGE_DIMENSIONS"),
        ("a.jpg", b"\xff\xd8\xff/* script */".to_vec(), 422, "FILE_MALFORMED"),
        ("a.docx", macros, 422, "FILE_MALFORMED"),
        (
            "a.png",
            picture(ImageFormat::Png)[..200].to_vec(),
            422,
            "FILE_MALFORMED",
        ),
        ("a.txt", Vec::new(), 422, "FILE_MALFORMED"),
        ("a.png", claims(60_000, 60_000), 422, "IMAGE_DIMENSIONS"),
        ("a.png", claims(8_000, 8_000), 422, "IMAGE_DIMENSIONS"),
        ("a.gif", many_frames(40, 1_000), 422, "IMAGE_DIMENSIONS"),
        ("a.gif", many_frames(1_001, 2), 422, "FILE_BOMB"),
        ("a.txt", vec![b'x'; 200_001], 413, "FILE_TOO_LARGE"),
        ("", b"x".to_vec(), 400, "FILE_NAME_INVALID"),
        ("..", b"x".to_vec(), 400, "FILE_NAME_INVALID"),
        ("..%2F..%2Fetc%2Fpasswd", b"x".to_vec(), 400, "FILE_NAME_INVALID"),
        ("C:%5Cx.txt", b"x".to_vec(), 400, "FILE_NAME_INVALID"),
        ("a%00.txt", b"x".to_vec(), 400, "FILE_NAME_INVALID"),
        ("a%0d%0aset-cookie:x", b"x".to_vec(), 400, "FILE_NAME_INVALID"),
        ("photo%E2%80%AEgpj.exe", b"x".to_vec(), 400, "FILE_NAME_INVALID"),
        (&long, b"x".to_vec(), 400, "FILE_NAME_INVALID"),
    ] {
        let refused = stage.bring(&ana, name, body).await;
        assert_eq!(
            (refused.status.as_u16(), refused.reason()),
            (status, reason.to_owned()),
            "{name}"
        );
        assert!(refused.json()["message"].is_string());
        assert_eq!(stage.stored("ana").await, (0, 0), "{name} {reason}");
    }
    stage.running.shutdown().await.expect("down");
}

#[tokio::test]
async fn uploads_are_bounded_as_they_come() {
    let stage = Stage::set(|config| {
        config.limits.file_bytes = 1_000;
        config.limits.file_bytes_per_user = 1_500;
        config.limits.file_bytes_per_room = 2_000;
    })
    .await;
    let ((_ana, ana), (_ben, ben)) = (stage.pupil("ana").await, stage.pupil("ben").await);
    let chunk = || Ok(Bytes::from(vec![b'x'; 600]));
    let post = async |token: &str, body| stage.post(token, &stage.path("a.txt"), body).await;

    let refused = post(&ana, parts(vec![chunk(), chunk()])).await;
    assert_eq!(
        (refused.status.as_u16(), refused.reason()),
        (413, "FILE_TOO_LARGE".to_owned()),
        "not announced"
    );
    let broken = parts(vec![chunk(), Err(std::io::Error::other("the line is dead"))]);
    let request = stage
        .request("POST", &ana, &stage.path("a.txt"))
        .body(broken)
        .expect("a request");
    assert!(stage.http.request(request).await.is_err(), "it never came whole");
    assert_eq!(stage.stored("ana").await, (0, 0));

    assert_eq!(post(&ana, parts(vec![chunk()])).await.status, StatusCode::CREATED);
    assert_eq!(post(&ana, full(vec![b'y'; 900])).await.status, StatusCode::CREATED);
    let full_user = post(&ana, full("y")).await;
    assert_eq!(
        (full_user.status.as_u16(), full_user.reason()),
        (403, "FILE_QUOTA_EXCEEDED".to_owned())
    );
    let full_room = post(&ben, full(vec![b'z'; 501])).await;
    assert_eq!(
        (full_room.status.as_u16(), full_room.reason()),
        (403, "FILE_QUOTA_EXCEEDED".to_owned())
    );
    assert_eq!(stage.stored("ana").await, (1_500, 1_500));
    assert_eq!(stage.stored("ben").await, (0, 1_500));

    let mut last = None;
    for _ in 0..40 {
        last = Some(post(&ben, full("\0")).await);
    }
    let limited = last.expect("an answer");
    assert_eq!(
        (limited.status.as_u16(), limited.reason()),
        (429, "RATE_LIMITED".to_owned())
    );
    assert!(
        limited
            .header("retry-after")
            .parse::<u32>()
            .is_ok_and(|seconds| seconds >= 1)
    );
    assert_eq!(stage.stored("ben").await, (0, 1_500));
    stage.running.shutdown().await.expect("down");
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one cast, seen through one change of the room after another"
)]
async fn only_who_may_write_brings_and_only_who_may_look_reads() {
    let stage = Stage::set(|_| {}).await;
    let ((ana_session, ana), (_ben, ben)) = (stage.pupil("ana").await, stage.pupil("ben").await);
    let eve = stage.token("eve");
    let (watcher_session, watcher) = (
        session(&stage.running, &stage.token("watcher")).await,
        stage.token("watcher"),
    );
    let observe = JoinRoomRequest {
        join_code: stage.room.join_code.clone(),
        nickname: "watcher".into(),
        observe: true,
        ..JoinRoomRequest::default()
    };
    watcher_session.execute(observe).await.expect("in");
    let guest_client = trivium_client::Client::builder(stage.running.url())
        .road(Road::Grpc)
        .build();
    let guest_client = guest_client.expect("a client");
    guest_client.join(&stage.room.join_code, "Gina").await.expect("a seat");
    let guest = guest_client.token().expect("a token").as_str().to_owned();
    let other = stage
        .teacher
        .create_room(RoomKind::Quiz, "Other")
        .await
        .expect("a room");
    let elsewhere = format!("/rooms/{}/files", other.id);

    let (_mia_session, mia) = stage.pupil("mia").await;
    let mute = MuteMemberRequest {
        request_id: trivium_client::new_request_id(),
        room_id: stage.room.id.clone(),
        user_id: "mia".into(),
        duration_ms: 0,
        reason: "Be kind".into(),
    };
    stage.teacher.execute(mute).await.expect("a host may");

    // Who brings, whereto, and the answer.
    let here = stage.path("a.txt");
    let away = format!("{elsewhere}?name=a.txt");
    for (token, path, status, reason) in [
        ("", &here, 401, "TOKEN_MISSING"),
        ("nonsense", &here, 401, "TOKEN_MALFORMED"),
        (&eve, &here, 404, "ROOM_NOT_FOUND"),
        (&watcher, &here, 403, "NOT_PERMITTED"),
        (&mia, &here, 403, "MUTED"),
        (&ana, &away, 404, "ROOM_NOT_FOUND"),
        (&guest, &away, 404, "ROOM_NOT_FOUND"),
        (
            &ana,
            &"/rooms/no%20room/files?name=a.txt".to_owned(),
            404,
            "ROOM_NOT_FOUND",
        ),
        (&ana, &"/rooms/none/files?name=a.txt".to_owned(), 404, "ROOM_NOT_FOUND"),
    ] {
        let refused = stage.post(token, path, full("text")).await;
        assert_eq!(
            (refused.status.as_u16(), refused.reason()),
            (status, reason.to_owned()),
            "{path}"
        );
    }
    assert_eq!(stage.stored("ana").await, (0, 0));
    assert_eq!(
        stage.bring(&guest, "a.txt", "of a guest").await.status,
        StatusCode::CREATED
    );

    let url = stage.bring(&ana, "a.txt", "of ana").await.json()["url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    let id = url.rsplit('/').next().expect("an id").to_owned();
    let host = token(&stage.running, "teacher", false);
    let admin = token(&stage.running, "root", true);
    let read = async |token: &str, url: &str| stage.get(token, url).await.status.as_u16();
    let table = async |rows: &[(&str, u16)], what: &str| {
        for (index, (token, status)) in rows.iter().enumerate() {
            assert_eq!(read(token, &url).await, *status, "{what} {index}");
        }
    };
    table(
        &[
            ("", 401),
            (&ana, 200),
            (&host, 200),
            (&admin, 200),
            (&ben, 404),
            (&guest, 404),
            (&eve, 404),
        ],
        "in no message",
    )
    .await;
    let attached = {
        let (room, owner) = (stage.room.id.parse().expect("an id"), "ana".parse().expect("an id"));
        let store = stage.running.api.runtime.store();
        store.attach_files(&room, &owner, &[id.parse().expect("an id")]).await
    };
    assert!(attached.expect("attached").is_some());
    let everybody: [(&str, u16); 7] = [
        (&ana, 200),
        (&host, 200),
        (&admin, 200),
        (&ben, 200),
        (&guest, 200),
        (&watcher, 200),
        (&eve, 404),
    ];
    table(&everybody, "in a message").await;
    for path in [
        format!("{elsewhere}/{id}"),
        format!("/rooms/{}/files/{}", stage.room.id, "0".repeat(26)),
        format!("/rooms/{}/files/..%2f..%2fsecret.key", stage.room.id),
    ] {
        let unknown = stage.get(&host, &path).await;
        assert_eq!(
            (unknown.status.as_u16(), unknown.reason()),
            (404, "FILE_NOT_FOUND".to_owned()),
            "{path}"
        );
    }

    // Chat is shut: reading goes on, bringing does not.
    let shut = UpdateRoomRequest {
        room_id: stage.room.id.clone(),
        chat_enabled: Some(false),
        ..UpdateRoomRequest::default()
    };
    stage.teacher.execute(shut).await.expect("shut");
    assert_eq!(stage.bring(&ben, "a.txt", "x").await.reason(), "CHAT_CLOSED");
    assert_eq!(read(&ben, &url).await, 200);

    // Removed, even the one who brought it is a stranger.
    let demote = UpdateMemberRequest {
        room_id: stage.room.id.clone(),
        user_id: "ben".into(),
        role: Some(Role::Observer.into()),
        ..UpdateMemberRequest::default()
    };
    stage.teacher.execute(demote).await.expect("demoted");
    let remove = RemoveMemberRequest {
        room_id: stage.room.id.clone(),
        user_id: "ana".into(),
        ..RemoveMemberRequest::default()
    };
    stage.teacher.execute(remove).await.expect("removed");
    drop(ana_session);
    assert_eq!(read(&ana, &url).await, 404);
    assert_eq!(stage.bring(&ana, "a.txt", "x").await.reason(), "ROOM_NOT_FOUND");
    assert_eq!(read(&ben, &url).await, 200);
    stage.running.shutdown().await.expect("down");
}
