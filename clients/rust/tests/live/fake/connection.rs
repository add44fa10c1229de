//! One connection to the fake server: greets, and says what there is until it is cut.

use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tonic::Status;
use tonic::codegen::BoxStream;
use trivium_client::proto::v1::connect_request::Request as Up;
use trivium_client::proto::v1::connect_response::Response as Down;
use trivium_client::proto::v1::{self, reply};

use super::{ROOM, Server, now_us};

/// Greets, then serves one connection until it ends.
pub(super) async fn serve(
    server: Server,
    mut up: BoxStream<v1::ConnectRequest>,
    down: mpsc::Sender<Result<Down, Status>>,
    road: &str,
) {
    let Some(Ok(v1::ConnectRequest {
        request: Some(Up::Hello(hello)),
        ..
    })) = up.next().await
    else {
        return;
    };
    let mut connection = Connection::new(server.clone(), down, road);
    let mut changed = server.changed.subscribe();
    if connection.greet(hello).await.is_none() {
        return;
    }
    loop {
        let cut = connection.flush().await.is_none();
        if cut {
            return;
        }
        tokio::select! {
            _ = changed.changed() => {}
            () = connection.down.closed() => return,
            request = up.next() => match request {
                Some(Ok(request)) => {
                    if connection.request(request).await.is_none() {
                        return;
                    }
                }
                Some(Err(_)) => return,
                None => {
                    server.state().heard.ended += 1;
                    return;
                }
            },
        }
    }
}

struct Connection {
    server: Server,
    down: mpsc::Sender<Result<Down, Status>>,
    road: String,
    /// Number of the greeting, from 1.
    age: u64,
    cut: u64,
    position: Option<u64>,
    pinged: u64,
    signalled: usize,
}

impl Connection {
    fn new(server: Server, down: mpsc::Sender<Result<Down, Status>>, road: &str) -> Self {
        let (cut, pinged, signalled) = {
            let state = server.state();
            (state.cut, state.ping, state.signals.len())
        };
        Self {
            server,
            down,
            road: road.to_owned(),
            age: 0,
            cut,
            position: None,
            pinged,
            signalled,
        }
    }

    /// `None` when the connection is over.
    async fn send(&self, down: Down) -> Option<()> {
        let mute = self.server.state().mute >= self.age;
        if mute && self.age > 0 {
            return Some(());
        }
        self.down.send(Ok(down)).await.ok()
    }

    async fn greet(&mut self, hello: v1::Hello) -> Option<()> {
        let welcome = {
            let mut state = self.server.state();
            state.heard.hellos.push(hello.clone());
            self.age = state.heard.hellos.len() as u64;
            let known = state.sessions.get(hello.resume_token.as_ref()).cloned();
            let session_id = known.clone().unwrap_or_else(|| format!("s{}", state.sessions.len()));
            let resume_token = format!("resume-{}", state.heard.hellos.len()).into_bytes();
            state.sessions.insert(resume_token.clone(), session_id.clone());
            v1::Welcome {
                session_id,
                resume_token: resume_token.into(),
                resumed: known.is_some(),
                server_time_ms: now_us() / 1_000,
                road: self.road.clone(),
                datagrams: hello.datagrams,
                ..v1::Welcome::default()
            }
        };
        self.send(Down::Welcome(welcome)).await?;
        for subscribe in hello.subscriptions {
            self.subscribe(subscribe).await?;
        }
        Some(())
    }

    async fn subscribe(&mut self, subscribe: v1::Subscribe) -> Option<()> {
        let busy = {
            let mut state = self.server.state();
            let busy = state.busy > 0;
            state.busy = state.busy.saturating_sub(1);
            busy
        };
        if busy {
            let error = v1::Error {
                code: 14,
                ..v1::Error::default()
            };
            let ended = v1::SubscriptionEnded {
                room_id: subscribe.room_id,
                error: Some(error),
            };
            return self.send(Down::SubscriptionEnded(ended)).await;
        }
        if subscribe.room_id != ROOM {
            let error = v1::Error {
                code: 5,
                reason: "ROOM_NOT_FOUND".to_owned(),
                ..v1::Error::default()
            };
            let ended = v1::SubscriptionEnded {
                room_id: subscribe.room_id,
                error: Some(error),
            };
            return self.send(Down::SubscriptionEnded(ended)).await;
        }
        let (epoch, head, rewind) = {
            let state = self.server.state();
            (state.epoch, state.log.len() as u64, state.rewind)
        };
        let own = subscribe
            .cursor
            .filter(|cursor| cursor.epoch == epoch && cursor.seq <= head);
        let down = if let Some(mut cursor) = own {
            cursor.seq = cursor.seq.saturating_sub(rewind);
            self.position = Some(cursor.seq);
            Down::Resumed(v1::Resumed {
                cursor: Some(cursor),
                head_seq: head,
            })
        } else {
            self.position = Some(head);
            let cursor = v1::Cursor {
                room_id: ROOM.to_owned(),
                epoch,
                seq: head,
            };
            let snapshot = v1::RoomSnapshot {
                cursor: Some(cursor),
                ..v1::RoomSnapshot::default()
            };
            Down::Reset(v1::Reset {
                reason: v1::ResetReason::First.into(),
                snapshot: Some(snapshot),
            })
        };
        self.send(down).await
    }

    /// Sends what there is.
    async fn flush(&mut self) -> Option<()> {
        loop {
            let signals = self.server.state().signals.get(self.signalled).cloned();
            if let Some(signals) = signals {
                self.signalled += 1;
                self.send(Down::Signals(signals)).await?;
                continue;
            }
            let (next, ping, over) = {
                let mut state = self.server.state();
                let over = (state.cut != self.cut).then(|| state.go_away.clone());
                (
                    self.position.and_then(|position| state.next(position)),
                    state.ping,
                    over,
                )
            };
            if let Some(go_away) = over {
                if let Some(go_away) = go_away {
                    self.send(Down::GoAway(go_away)).await?;
                }
                return None;
            }
            if ping != self.pinged {
                self.pinged = ping;
                self.send(Down::Ping(v1::Ping {
                    ping_id: ping,
                    server_time_ms: now_us() / 1_000,
                }))
                .await?;
            }
            let Some((seq, down)) = next else {
                return Some(());
            };
            self.position = Some(seq);
            if let Some(down) = down {
                self.send(down).await?;
            }
        }
    }

    async fn request(&mut self, request: v1::ConnectRequest) -> Option<()> {
        let id = request.id;
        let result = match request.request? {
            Up::Subscribe(subscribe) => {
                self.server.state().heard.subscribes += 1;
                self.subscribe(subscribe).await?;
                reply::Result::Done(v1::Done {})
            }
            Up::Unsubscribe(_) => {
                self.position = None;
                reply::Result::Done(v1::Done {})
            }
            Up::Pong(pong) => {
                self.server.state().heard.pongs.push(pong.ping_id);
                return Some(());
            }
            Up::Authenticate(authenticate) => {
                self.server.state().heard.authenticated.push(authenticate.token);
                reply::Result::Done(v1::Done {})
            }
            Up::SyncClock(request) => reply::Result::SyncClock(self.server.sample(&request)),
            Up::SendMessage(request) => match self.server.send(&request) {
                Ok(Some(response)) => reply::Result::SendMessage(response),
                Ok(None) => return None,
                Err(error) => reply::Result::Error(*error),
            },
            Up::SetTyping(_) => return Some(()),
            other => panic!("the fake server does not know {other:?}"),
        };
        self.send(Down::Reply(v1::Reply {
            id,
            result: Some(result),
        }))
        .await
    }
}
