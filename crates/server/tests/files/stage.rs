//! A server with a room in it, and people who bring files to it over plain HTTP.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use trivium_client::{
    Road, Session,
    proto::v1::{Room, RoomKind},
};
use trivium_engine::{RoomId, UserId};
use trivium_server::{Config, Running, start, tokens};

pub(crate) type Body = BoxBody<Bytes, std::io::Error>;

/// A server, the room `Class` of `teacher`, and a browser.
pub(crate) struct Stage {
    pub(crate) running: Running,
    pub(crate) teacher: Session,
    pub(crate) room: Room,
    pub(crate) http: Client<HttpConnector, Body>,
    _data: tempfile::TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn reason(&self) -> String {
        self.json()["reason"].as_str().expect("a reason").to_owned()
    }
}

impl Stage {
    pub(crate) async fn set(change: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let mut config = Config {
            data: data.path().join("data"),
            ..Config::default()
        };
        config.http.bind = ([127, 0, 0, 1], 0).into();
        change(&mut config);
        let running = start(config).await.expect("it starts");
        let teacher = session(&running, &token(&running, "teacher", false)).await;
        let room = teacher.create_room(RoomKind::Quiz, "Class").await.expect("a room");
        Self {
            running,
            teacher,
            room,
            http: Client::builder(TokioExecutor::new()).build_http(),
            _data: data,
        }
    }

    /// Somebody with an account who comes in by the code.
    pub(crate) async fn pupil(&self, name: &str) -> (Session, String) {
        let token = token(&self.running, name, false);
        let session = session(&self.running, &token).await;
        session.join(&self.room.join_code, name).await.expect("joined");
        (session, token)
    }

    pub(crate) fn token(&self, user: &str) -> String {
        token(&self.running, user, false)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        format!("/rooms/{}/files?name={name}", self.room.id)
    }

    pub(crate) async fn bring(&self, token: &str, name: &str, body: impl Into<Bytes>) -> Answer {
        self.post(token, &self.path(name), full(body)).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Body) -> Answer {
        let request = self.request("POST", token, path).body(body).expect("a request");
        self.send(request).await
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        let request = self.request("GET", token, path).body(full("")).expect("a request");
        self.send(request).await
    }

    pub(crate) fn request(&self, method: &str, token: &str, path: &str) -> http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.running.url()));
        if token.is_empty() {
            request
        } else {
            request.header("authorization", format!("Bearer {token}"))
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (head, body) = self.http.request(request).await.expect("an answer").into_parts();
        Answer {
            status: head.status,
            headers: head.headers,
            body: body.collect().await.expect("a body").to_bytes(),
        }
    }

    /// Bytes that the store has of a user and of the room.
    pub(crate) async fn stored(&self, user: &str) -> (u64, u64) {
        let (user, room): (UserId, RoomId) = (user.parse().expect("an id"), self.room.id.parse().expect("an id"));
        let store = self.running.api.runtime.store();
        store.file_bytes(&user, &room).await.expect("bytes")
    }
}

pub(crate) fn token(running: &Running, user: &str, admin: bool) -> String {
    let roles = trivium_api::auth::Roles { service: false, admin };
    let principal = tokens::principal(user.parse().expect("an id"), user, roles, BTreeMap::new());
    let now = running.api.runtime.clock().now();
    let authenticator = &running.api.authenticator;
    authenticator
        .mint(&principal, Duration::from_hours(1), now, &mut rand::rng())
        .0
}

pub(crate) async fn session(running: &Running, token: &str) -> Session {
    let client = trivium_client::Client::builder(running.url())
        .token(token.to_owned())
        .road(Road::Grpc)
        .build();
    client.expect("a client").connect().await.expect("connected").0
}

pub(crate) fn full(body: impl Into<Bytes>) -> Body {
    Full::new(body.into()).map_err(|never| match never {}).boxed()
}
