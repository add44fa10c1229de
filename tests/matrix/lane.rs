//! All unary methods by all callers, over one road and in one shape.

use std::collections::BTreeSet;

use futures_util::stream;
use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use trivium_proto::v1::{
    ConnectRequest, ConnectResponse, Hello, connect_request::Request, connect_response::Response, reply,
};
use trivium_tests::{Raw, Way, eventually};

use crate::{
    callers::CALLERS,
    expect::{Expected, Refusal, expected},
    methods::{CALLS_ONLY, CHANGES_CALLERS, NEVER_SUCCEED, UNARY},
    requests::{About, call, request},
    stage::Stage,
};

/// How a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As a call.
    Unary,
    /// On a `Connect` stream.
    Connect,
}

/// One road in one shape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lane {
    shape: Shape,
    way: Way,
}

impl Lane {
    pub(crate) fn new(shape: Shape, way: Way) -> Self {
        Self { shape, way }
    }
}

/// Makes every call and compares what comes of it with the table.
pub(crate) async fn run(lane: Lane) {
    let mut stage = Stage::new().await;
    let raw = Raw::open(&stage.server, lane.way).await;
    let mut objections = Vec::new();
    let mut succeeded = BTreeSet::new();
    for method in lane.methods() {
        for caller in CALLERS {
            let expected = expected(&format!("trivium.v1.{method}"), caller);
            let (head, revision) = (stage.head().await, stage.quiz_revision().await);
            let outcome = lane.call(&raw, method, stage.token(caller), &stage.about(caller)).await;
            objections.extend(
                expected
                    .objection(&outcome)
                    .map(|objection| format!("{method} by {caller:?}: {objection}")),
            );
            if outcome.is_ok() {
                succeeded.insert(method);
            }
            if expected == Expected::Allowed {
                if outcome.is_ok() && matches!(method, "QuizService/StartQuiz" | "QuizService/ResumeQuiz") {
                    stage.opened().await;
                }
                if CHANGES_CALLERS.contains(&method) && outcome.is_ok() {
                    stage.set().await;
                }
                continue;
            }
            let doings = stage.doings_since(head).await;
            if !doings.is_empty() || stage.quiz_revision().await != revision {
                objections.push(format!("{method} by {caller:?}: was denied and left {doings:?}"));
            }
        }
    }
    for method in lane.methods() {
        if !succeeded.contains(method) && !NEVER_SUCCEED.contains(&method) {
            objections.push(format!("{method}: nobody succeeded, so the allowed calls prove little"));
        }
    }
    assert!(objections.is_empty(), "{lane:?}:\n{}", objections.join("\n"));
    stage.server.stop().await;
}

impl Lane {
    /// The methods that can be called like this.
    fn methods(self) -> impl Iterator<Item = &'static str> {
        let on_streams = self.shape == Shape::Connect;
        UNARY
            .into_iter()
            .filter(move |method| !(on_streams && CALLS_ONLY.contains(method)))
    }

    async fn call(self, raw: &Raw, method: &str, token: Option<&str>, about: &About) -> Result<(), Refusal> {
        let what = (self, method);
        let path = format!("trivium.v1.{method}");
        let known = "there is one for every method";
        match self.shape {
            Shape::Unary => {
                let answer = raw.unary(&path, token, call(method, about).expect(known));
                eventually(what, answer)
                    .await
                    .map(drop)
                    .map_err(|status| refusal(&status))
            }
            Shape::Connect => eventually(what, on_stream(raw, token, request(method, about).expect(known))).await,
        }
    }
}

/// Code and reason of a failed call.
pub(crate) fn refusal(status: &Status) -> Refusal {
    let reason = status.get_details_error_info().map(|info| info.reason);
    (status.code(), reason.unwrap_or_else(|| status.message().to_owned()))
}

/// Code and reason of an error on a stream.
pub(crate) fn refusal_of(error: &trivium_proto::v1::Error) -> Refusal {
    let code = i32::try_from(error.code).map_or(Code::Unknown, Code::from);
    (code, error.reason.clone())
}

/// Greets, asks, says that nothing more will come, and reads to the end.
async fn on_stream(raw: &Raw, token: Option<&str>, request: Request) -> Result<(), Refusal> {
    let messages = [Request::Hello(Hello::default()), request];
    let messages = (0..).zip(messages).map(|(id, request)| {
        let request = Some(request);
        ConnectRequest { id, request }.encode_to_vec().into()
    });
    let messages: Vec<_> = messages.collect();
    let answers = raw.stream("trivium.v1.SessionService/Connect", token, stream::iter(messages));
    let mut answers = answers.await.map_err(|status| refusal(&status))?;
    let mut answer = None;
    while let Some(bytes) = answers.message().await.map_err(|status| refusal(&status))? {
        let response = ConnectResponse::decode(bytes).expect("the server's own message");
        if let Some(Response::Reply(reply)) = response.response {
            assert_eq!(reply.id, 1);
            answer = reply.result;
        }
    }
    if let reply::Result::Error(error) = answer.expect("every request has a reply") {
        return Err(refusal_of(&error));
    }
    Ok(())
}
