//! Malformed messages inside well-formed calls, and protocols broken on streams, over every road: each has its ending, the
//! server goes on, and no session stays behind.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use prost::Message;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Streaming};
use trivium_api::authz::RULES;
use trivium_client::proto::v1::{
    ConnectRequest, ConnectResponse, GoAwayReason, Hello, Pong, SendMessageRequest, Subscribe, SyncClockRequest,
    connect_request::Request, connect_response::Response, reply,
};
use trivium_tests::{Person, ROADS, Raw, Server, Way, eventually, game};

const CONNECT: &str = "trivium.v1.SessionService/Connect";

/// What no decoder takes.
const UNDECODABLE: [(&str, &[u8]); 7] = [
    ("garbage", &[0xff; 16]),
    ("a field with the number zero", &[0x02, 0x00]),
    ("a string that is longer than the message", &[0x0a, 0x10, b'a']),
    ("a string that is not UTF-8", &[0x0a, 0x02, 0xff, 0xfe]),
    ("half a tag", &[0x80]),
    ("half a number", &[0x78, 0x80]),
    ("a group that ends what did not begin", &[0x0c]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undecodable_requests_end_their_call_and_nothing_else() {
    let server = Server::start().await;
    let mut host = Person::account(&server, Way::Grpc, "host").await;
    let room = game::create_room(&host).await;
    host.hear(&room.id).await;
    let token = server.token("ana");
    for way in ROADS {
        let raw = Raw::open(&server, way).await;
        for (method, _) in RULES {
            for (what, bytes) in UNDECODABLE {
                // What is a string in most messages is a number in some, where any bytes are unknown fields.
                let bytes = Bytes::from_static(bytes);
                let ending = eventually((way, method, what), last_status(&raw, method, &token, bytes)).await;
                let refused = matches!(ending, Code::Internal | Code::InvalidArgument);
                let harmless = ending == Code::Ok && what.starts_with("a string");
                assert!(refused || harmless, "{what} to {method} over {way:?}: {ending:?}");
            }
        }
    }
    still_serves(&server, &mut host, &room.id).await;
}

/// The status with which a call ends that sends one message.
async fn last_status(raw: &Raw, method: &str, token: &str, message: Bytes) -> Code {
    match raw.stream(method, Some(token), stream::iter([message])).await {
        Ok(mut answers) => loop {
            match answers.message().await {
                Ok(Some(_)) => {}
                Ok(None) => return Code::Ok,
                Err(status) => return status.code(),
            }
        },
        Err(status) => status.code(),
    }
}

/// What comes of a message on a `Connect` stream behind the hello.
#[derive(Debug, PartialEq, Eq)]
enum Ending {
    /// The stream ends with this.
    Status(Code),
    /// The request is refused with this reason, and the stream goes on.
    Refused(&'static str),
    /// Nothing, and the stream goes on.
    Ignored,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_protocols_on_streams_have_typed_endings() {
    let server = Server::start().await;
    let mut host = Person::account(&server, Way::Memory, "host").await;
    let room = game::create_room(&host).await;
    host.hear(&room.id).await;
    let others = server.api.sessions.len();
    let token = server.token("host");
    let request = |id, request| Bytes::from(ConnectRequest { id, request }.encode_to_vec());
    let send = |bytes: usize| {
        request(
            7,
            Some(Request::SendMessage(SendMessageRequest {
                request_id: game::id(),
                room_id: room.id.clone(),
                text: "x".repeat(bytes),
                reply_to: 0,
                ..SendMessageRequest::default()
            })),
        )
    };
    let hello = || request(0, Some(Request::Hello(Hello::default())));
    let rows: Vec<(&str, Bytes, Ending)> = vec![
        (
            "a request without a request",
            request(7, None),
            Ending::Refused("INVALID_REQUEST"),
        ),
        (
            "a request of another time",
            Bytes::from_static(&[0x08, 7, 0xba, 0x3e, 0]),
            Ending::Refused("INVALID_REQUEST"),
        ),
        (
            "a request of 5,000 characters",
            send(5_000),
            Ending::Refused("INVALID_REQUEST"),
        ),
        (
            "a request of 65 KiB",
            send(65 * 1024),
            Ending::Refused("MESSAGE_TOO_LARGE"),
        ),
        (
            "a request of 2 MiB",
            send(2 * 1024 * 1024),
            Ending::Status(Code::OutOfRange),
        ),
        ("a second hello", hello(), Ending::Status(Code::InvalidArgument)),
        (
            "a pong that nobody asked for",
            request(0, Some(Request::Pong(Pong { ping_id: 99 }))),
            Ending::Ignored,
        ),
        (
            "no request of a room",
            request(7, Some(Request::Subscribe(Subscribe::default()))),
            Ending::Refused("INVALID_REQUEST"),
        ),
        (
            "garbage",
            Bytes::from_static(&[0xff; 9]),
            Ending::Status(Code::Internal),
        ),
        (
            "half a request",
            Bytes::from_static(&[0x12, 0x20, 1]),
            Ending::Status(Code::Internal),
        ),
        (
            "a request of the wrong type",
            Bytes::from_static(&[0x10, 1]),
            Ending::Status(Code::Internal),
        ),
    ];
    for way in [Way::Grpc, Way::WebTransport, Way::Memory] {
        let raw = Raw::open(&server, way).await;
        for (what, bytes, expected) in &rows {
            let (requests, requested) = mpsc::channel(4);
            requests.send(hello()).await.expect("there is room");
            requests.send(bytes.clone()).await.expect("there is room");
            // Whatever comes of it, a clock sample shows whether the stream goes on.
            let sample = request(8, Some(Request::SyncClock(SyncClockRequest::default())));
            requests.send(sample).await.expect("there is room");
            let answers = raw.stream(CONNECT, Some(&token), ReceiverStream::new(requested)).await;
            let ending = eventually((way, what), ending(answers.expect("greeted"))).await;
            assert_eq!(&ending, expected, "{what} over {way:?}");
            drop(requests);
        }
        for (what, first) in [
            ("subscribe", Request::Subscribe(Subscribe::default())),
            ("pong", Request::Pong(Pong::default())),
        ] {
            let code = eventually((way, what), last_status(&raw, CONNECT, &token, request(1, Some(first)))).await;
            assert_eq!(code, Code::InvalidArgument, "{what} before hello over {way:?}");
        }
    }
    still_serves(&server, &mut host, &room.id).await;
    sessions_come_back_to(&server, others).await;
    server.stop().await;
}

async fn ending(mut answers: Streaming<Bytes>) -> Ending {
    let mut refused = None;
    let mut protocol_error = false;
    loop {
        let message = match answers.message().await {
            Ok(Some(message)) => message,
            Ok(None) => return Ending::Status(Code::Ok),
            Err(status) => {
                assert_eq!(protocol_error, status.code() == Code::InvalidArgument, "{status}");
                return Ending::Status(status.code());
            }
        };
        match ConnectResponse::decode(message)
            .expect("the server's own message")
            .response
        {
            Some(Response::Reply(reply)) if reply.id == 8 => return refused.map_or(Ending::Ignored, Ending::Refused),
            Some(Response::Reply(reply)) => {
                let Some(reply::Result::Error(error)) = reply.result else {
                    panic!("a reply to nonsense: {reply:?}");
                };
                let known = ["INVALID_REQUEST", "MESSAGE_TOO_LARGE"];
                refused = known.into_iter().find(|reason| *reason == error.reason);
                assert!(refused.is_some(), "{error:?}");
            }
            Some(Response::GoAway(go_away)) => protocol_error = go_away.reason() == GoAwayReason::ProtocolError,
            _ => {}
        }
    }
}

/// Most of what a client sends without reading stays with the client.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_requests_without_reading_are_all_answered_or_forgotten() {
    const REQUESTS: u64 = 10_000;
    let server = Server::start().await;
    let mut host = Person::account(&server, Way::Grpc, "host").await;
    let room = game::create_room(&host).await;
    host.hear(&room.id).await;
    let others = server.api.sessions.len();
    let token = server.token("ana");
    for way in [Way::Grpc, Way::WebTransport, Way::Memory] {
        let raw = Raw::open(&server, way).await;
        for reads in [true, false] {
            let hello = Request::Hello(Hello::default());
            let samples = (1..=REQUESTS).map(|id| (id, Request::SyncClock(SyncClockRequest::default())));
            let requests = std::iter::once((0, hello)).chain(samples).map(|(id, request)| {
                let request = Some(request);
                Bytes::from(ConnectRequest { id, request }.encode_to_vec())
            });
            let requests: Vec<Bytes> = requests.collect();
            let answers = raw.stream(CONNECT, Some(&token), stream::iter(requests)).await;
            let answers = answers.expect("greeted");
            still_serves(&server, &mut host, &room.id).await;
            if reads {
                assert_eq!(eventually(way, replies(answers)).await, REQUESTS, "over {way:?}");
            } else {
                drop(answers);
            }
            sessions_come_back_to(&server, others).await;
        }
    }
    server.stop().await;
}

/// How many requests were answered or refused.
async fn replies(mut answers: Streaming<Bytes>) -> u64 {
    let mut replies = 0;
    while let Some(message) = answers.message().await.expect("the stream ends well") {
        let response = ConnectResponse::decode(message).expect("the server's own message");
        replies += u64::from(matches!(response.response, Some(Response::Reply(_))));
    }
    replies
}

/// Somebody who has nothing to do with it says something and hears it.
pub(crate) async fn still_serves(server: &Server, person: &mut Person, room: &str) {
    let said = eventually("an answer", person.session.send_message(room, "still here")).await;
    person.reach(said.expect("said").seq).await;
    assert!(!server.api.sessions.is_empty(), "the person's own");
}

/// Sessions are forgotten when their streams have ended.
pub(crate) async fn sessions_come_back_to(server: &Server, count: usize) {
    eventually("sessions to end", async {
        while server.api.sessions.len() > count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    assert_eq!(server.api.sessions.len(), count);
}
