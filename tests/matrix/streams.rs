//! The streaming methods: who is greeted, and who hears the room.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::stream;
use prost::Message;
use trivium_proto::v1::{
    ConnectRequest, ConnectResponse, Hello, Subscribe, WatchRequest, connect_request::Request,
    connect_response::Response, reply,
};
use trivium_tests::{Raw, Way, eventually};

use crate::{
    callers::{CALLERS, Caller},
    expect::{Refusal, hearing, refused_token},
    lane::{refusal, refusal_of},
    methods::{CALLS_ONLY, STREAMING, UNARY, descriptors},
    requests::request,
    stage::Stage,
};

/// Greets with every token, in the metadata and in the greeting, and asks to hear the room.
pub(crate) async fn run(way: Way) {
    let stage = Stage::new().await;
    let raw = Raw::open(&stage.server, way).await;
    let head = stage.head().await;
    let mut objections = Vec::new();
    for method in STREAMING {
        for caller in CALLERS {
            for token_in_hello in [false, true] {
                let attempt = attempt(&raw, &stage, method, caller, token_in_hello);
                let outcome = eventually((way, method, caller), attempt).await;
                let expected = refused_token(caller).unwrap_or_else(|| hearing(caller));
                objections.extend(
                    expected.objection(&outcome).map(|objection| {
                        format!("{method} by {caller:?}, token in hello: {token_in_hello}: {objection}")
                    }),
                );
            }
        }
    }
    assert!(objections.is_empty(), "{way:?}:\n{}", objections.join("\n"));
    assert_eq!(stage.head().await, head, "hearing leaves nothing in the log");
    stage.server.stop().await;
}

async fn attempt(raw: &Raw, stage: &Stage, method: &str, caller: Caller, token_in_hello: bool) -> Result<(), Refusal> {
    let token = stage.token(caller);
    let hello = Hello {
        subscriptions: vec![Subscribe {
            room_id: stage.room().to_owned(),
            cursor: None,
        }],
        token: token.filter(|_| token_in_hello).unwrap_or_default().to_owned(),
        ..Hello::default()
    };
    let first: Bytes = if method == "SessionService/Watch" {
        WatchRequest { hello: Some(hello) }.encode_to_vec().into()
    } else {
        let request = Some(Request::Hello(hello));
        ConnectRequest { id: 0, request }.encode_to_vec().into()
    };
    let header = token.filter(|_| !token_in_hello);
    let path = format!("trivium.v1.{method}");
    let answers = raw.stream(&path, header, stream::iter([first])).await;
    let mut answers = answers.map_err(|status| refusal(&status))?;
    let mut welcomed = false;
    loop {
        let message = answers.message().await.map_err(|status| refusal(&status))?;
        let message = message.expect("the room is heard, or it is said why not");
        match ConnectResponse::decode(message)
            .expect("the server's own message")
            .response
        {
            Some(Response::Welcome(_)) => welcomed = true,
            Some(Response::Reset(reset)) => {
                assert!(welcomed, "the welcome comes first");
                let snapshot = reset.snapshot.expect("a reset has one");
                assert_eq!(snapshot.room.expect("of a room").id, stage.room());
                return Ok(());
            }
            Some(Response::SubscriptionEnded(ended)) => {
                assert!(welcomed, "the welcome comes first");
                return Err(refusal_of(&ended.error.expect("it says why")));
            }
            _ => {}
        }
    }
}

/// A facet takes exactly the requests that its own message has fields for.
pub(crate) async fn facets() {
    let mut stage = Stage::new().await;
    let raw = Raw::open(&stage.server, Way::Memory).await;
    for (method, message) in [
        ("QuizService/Play", "PlayRequest"),
        ("ChatService/Converse", "ConverseRequest"),
        ("PresenceService/Track", "TrackRequest"),
    ] {
        let taken = fields(message);
        for unary in UNARY.into_iter().filter(|method| !CALLS_ONLY.contains(method)) {
            let request = request(unary, &stage.about(Caller::Member)).expect("there is one for every method");
            let field = snake(unary.split_once('/').expect("service and method").1);
            let outside = !taken.contains(&field) && !matches!(field.as_str(), "sync_clock" | "join_room");
            let head = stage.head().await;
            let reason = eventually(
                (method, unary),
                asked(&raw, method, stage.token(Caller::Member), request),
            )
            .await;
            let refused = reason.as_deref() == Some("PROTOCOL_ERROR");
            assert_eq!(refused, outside, "{unary} on {method}: {reason:?}");
            if outside {
                assert!(stage.doings_since(head).await.is_empty(), "{unary} on {method}");
            }
        }
        stage.set().await;
    }
    stage.server.stop().await;
}

/// The reason of the refusal, if there is one.
async fn asked(raw: &Raw, method: &str, token: Option<&str>, request: Request) -> Option<String> {
    let messages = [Request::Hello(Hello::default()), request];
    let messages = (0..).zip(messages).map(|(id, request)| {
        let request = Some(request);
        ConnectRequest { id, request }.encode_to_vec().into()
    });
    let messages: Vec<Bytes> = messages.collect();
    let path = format!("trivium.v1.{method}");
    let mut answers = raw.stream(&path, token, stream::iter(messages)).await.expect("greeted");
    loop {
        let message = answers.message().await.expect("answered").expect("answered");
        let response = ConnectResponse::decode(message).expect("the server's own message");
        if let Some(Response::Reply(reply)) = response.response {
            return match reply.result {
                Some(reply::Result::Error(error)) => Some(error.reason),
                _ => None,
            };
        }
    }
}

fn fields(message: &str) -> BTreeSet<String> {
    let set = descriptors();
    let mut messages = set.file.iter().flat_map(|file| &file.message_type);
    let message = messages.find(|found| found.name() == message).expect("it is described");
    message.field.iter().map(|field| field.name().to_owned()).collect()
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
