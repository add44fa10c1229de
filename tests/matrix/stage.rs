//! A server with a room, somebody in each role in it, and others who have nothing to do with it.

use std::collections::BTreeMap;

use prost::Message;
use tonic::Status;
use trivium_engine::{Entry, RoomId};
use trivium_proto::v1::{
    CreateQuizRequest, CreateQuizResponse, CreateRoomRequest, CreateRoomResponse, GetRoomRequest, GetRoomResponse,
    JoinRoomRequest, JoinRoomResponse, LoadQuizRequest, LoadQuizResponse, Quiz, QuizPhase, QuizSettings,
    ReportMessageRequest, ReportMessageResponse, ReportReason, Role, Room, RoomKind, SendMessageRequest,
    SendMessageResponse, UpdateMemberRequest, UpdateMemberResponse,
};
use trivium_tests::{Raw, Server, Way, eventually, game::id, quizzes};

use crate::{
    callers::{CALLERS, Caller},
    requests::About,
};

/// Where calls are made.
pub(crate) struct Stage {
    pub(crate) server: Server,
    backstage: Raw,
    /// What the calls are about.
    room: Room,
    quiz: String,
    tokens: BTreeMap<Caller, String>,
    /// Whom the room knows the callers as.
    users: BTreeMap<Caller, String>,
    own_quizzes: BTreeMap<Caller, String>,
    messages: BTreeMap<Caller, u64>,
    /// A report of a member's message by a guest.
    report: u64,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let server = Server::start().await;
        let backstage = Raw::open(&server, Way::Memory).await;
        let mut stage = Self {
            server,
            backstage,
            room: Room::default(),
            quiz: String::new(),
            tokens: BTreeMap::new(),
            users: BTreeMap::new(),
            own_quizzes: BTreeMap::new(),
            messages: BTreeMap::new(),
            report: 0,
        };
        for caller in CALLERS {
            if let Some(token) = stage.token_of(caller) {
                stage.tokens.insert(caller, token);
            }
        }
        stage.set().await;
        stage
    }

    /// A new room with everybody in place.
    pub(crate) async fn set(&mut self) {
        self.users.clear();
        for caller in CALLERS {
            if caller.account().is_some() {
                let quiz = self.create_quiz(caller).await;
                self.own_quizzes.insert(caller, quiz);
            }
        }
        self.quiz.clone_from(&self.own_quizzes[&Caller::Host]);
        self.room = self.create_room(Caller::Host).await;
        let code = self.room.join_code.clone();
        for caller in [Caller::CoHost, Caller::Member, Caller::Observer, Caller::Guest] {
            self.join(caller, &code).await;
        }
        self.users.insert(Caller::Host, "host".to_owned());
        let promote = UpdateMemberRequest {
            request_id: id(),
            room_id: self.room.id.clone(),
            user_id: "co-host".into(),
            role: Some(Role::CoHost.into()),
            ..UpdateMemberRequest::default()
        };
        self.ask::<_, UpdateMemberResponse>("RoomService/UpdateMember", Caller::Host, promote)
            .await;
        let extra = JoinRoomRequest {
            request_id: id(),
            join_code: code,
            nickname: "Extra".into(),
            ..JoinRoomRequest::default()
        };
        let token = self.server.token("extra");
        self.call::<_, JoinRoomResponse>("RoomService/JoinRoom", Some(&token), extra)
            .await
            .expect("joined");

        let other = self.create_room(Caller::OtherHost).await;
        for caller in [Caller::OtherMember, Caller::OtherGuest] {
            self.join(caller, &other.join_code).await;
        }
        for caller in [Caller::Host, Caller::CoHost, Caller::Member, Caller::Guest] {
            let message = SendMessageRequest {
                request_id: id(),
                room_id: self.room.id.clone(),
                text: format!("{caller:?}"),
                reply_to: 0,
                ..SendMessageRequest::default()
            };
            let sent: SendMessageResponse = self.ask("ChatService/SendMessage", caller, message).await;
            self.messages.insert(caller, sent.message.expect("there is one").seq);
        }
        let report = ReportMessageRequest {
            request_id: id(),
            room_id: self.room.id.clone(),
            message_seq: self.messages[&Caller::Member],
            reason: ReportReason::Other.into(),
            text: String::new(),
        };
        let reported: ReportMessageResponse = self.ask("ModerationService/ReportMessage", Caller::Guest, report).await;
        self.report = reported.seq;
        let load = LoadQuizRequest {
            request_id: id(),
            room_id: self.room.id.clone(),
            quiz_id: self.quiz.clone(),
            revision: 1,
        };
        self.ask::<_, LoadQuizResponse>("QuizService/LoadQuiz", Caller::Host, load)
            .await;
    }

    /// The token that a caller has.
    pub(crate) fn token(&self, caller: Caller) -> Option<&str> {
        self.tokens.get(&caller).map(String::as_str)
    }

    /// The room.
    pub(crate) fn room(&self) -> &str {
        &self.room.id
    }

    /// What a caller's request is about.
    pub(crate) fn about(&self, caller: Caller) -> About {
        let message = self.messages.get(&caller).or_else(|| self.messages.get(&Caller::Host));
        About {
            room: self.room.id.clone(),
            code: self.room.join_code.clone(),
            quiz: self.quiz.clone(),
            own_quiz: self.own_quizzes.get(&caller).unwrap_or(&self.quiz).clone(),
            member: self.users.get(&caller).map_or("member", String::as_str).to_owned(),
            extra: "extra".into(),
            user: caller.account().unwrap_or_default().to_owned(),
            message: *message.expect("the host has said something"),
            foreign: self.messages[&if caller == Caller::Host {
                Caller::CoHost
            } else {
                Caller::Host
            }],
            report: self.report,
        }
    }

    /// Where the room's log ends.
    pub(crate) async fn head(&self) -> u64 {
        let room = self.room_id();
        let head = self.server.api.runtime.query(&room, |room, _| room.seq());
        head.await.expect("the room is there")
    }

    /// What somebody, and not time, has brought about since.
    pub(crate) async fn doings_since(&self, head: u64) -> Vec<Entry> {
        let room = self.room_id();
        let entries = self.server.api.runtime.read_log(&room, head, 100);
        let mut entries = entries.await.expect("the room is there");
        entries.retain(|entry| entry.actor.is_some());
        entries
    }

    /// The newest revision of the room's quiz.
    pub(crate) async fn quiz_revision(&self) -> Option<u32> {
        let quiz = self.quiz.parse().expect("an id");
        let newest = self.server.api.runtime.store().quiz(&quiz, None).await;
        newest.expect("the store answers").map(|quiz| quiz.revision)
    }

    /// Waits until the first question takes answers.
    pub(crate) async fn opened(&self) {
        let open = async {
            loop {
                let get = GetRoomRequest {
                    room_id: self.room.id.clone(),
                };
                let got: GetRoomResponse = self.ask("RoomService/GetRoom", Caller::Host, get).await;
                let quiz = got.snapshot.and_then(|snapshot| snapshot.quiz).expect("it is loaded");
                let now = self.server.api.runtime.clock().now();
                let opens = u64::try_from(quiz.open_time_ms).expect("times are positive");
                if quiz.phase() == QuizPhase::Open && !quiz.paused && opens <= now.0 {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        };
        eventually("an open question", open).await;
    }

    fn token_of(&self, caller: Caller) -> Option<String> {
        match caller {
            Caller::Nobody | Caller::Guest | Caller::OtherGuest => None,
            Caller::Expired => Some(self.server.expired_token("host")),
            Caller::Garbage => Some("garbage".to_owned()),
            Caller::Service => Some(self.server.service_token("service")),
            Caller::Admin => Some(self.server.admin_token("admin")),
            Caller::Member
            | Caller::Observer
            | Caller::CoHost
            | Caller::Host
            | Caller::OtherMember
            | Caller::OtherHost => caller.account().map(|user| self.server.token(user)),
        }
    }

    fn room_id(&self) -> RoomId {
        self.room.id.parse().expect("an id")
    }

    async fn create_quiz(&self, caller: Caller) -> String {
        let create = CreateQuizRequest {
            request_id: id(),
            quiz: Some(patient(quizzes::short(3))),
        };
        let created: CreateQuizResponse = self.ask("QuizService/CreateQuiz", caller, create).await;
        created.quiz.expect("there is one").id
    }

    async fn create_room(&self, caller: Caller) -> Room {
        let create = CreateRoomRequest {
            request_id: id(),
            kind: RoomKind::Quiz.into(),
            title: "A room".into(),
            nickname: format!("{caller:?}"),
            ..CreateRoomRequest::default()
        };
        let created: CreateRoomResponse = self.ask("RoomService/CreateRoom", caller, create).await;
        created.room.expect("there is one")
    }

    async fn join(&mut self, caller: Caller, code: &str) {
        let join = JoinRoomRequest {
            request_id: id(),
            join_code: code.to_owned(),
            nickname: format!("{caller:?}"),
            observe: caller == Caller::Observer,
            ..JoinRoomRequest::default()
        };
        if caller.is_guest() {
            self.tokens.remove(&caller);
        }
        let joined: JoinRoomResponse = self.ask("RoomService/JoinRoom", caller, join).await;
        if caller.is_guest() {
            self.tokens.insert(caller, joined.seat_token);
        }
        if caller.seat().is_some() {
            let member = joined.member.expect("there is one");
            self.users.insert(caller, member.user_id);
        }
    }

    async fn ask<Req: Message, Res: Message + Default>(&self, method: &str, caller: Caller, request: Req) -> Res {
        let answer = self.call(method, self.token(caller), request).await;
        answer.unwrap_or_else(|status| panic!("{caller:?} is refused {method}: {status}"))
    }

    async fn call<Req: Message, Res: Message + Default>(
        &self,
        method: &str,
        token: Option<&str>,
        request: Req,
    ) -> Result<Res, Status> {
        let method = format!("trivium.v1.{method}");
        let bytes = self
            .backstage
            .unary(&method, token, request.encode_to_vec().into())
            .await?;
        Ok(Res::decode(bytes).expect("the server's own message"))
    }
}

/// A quiz that nothing but calls moves on.
fn patient(quiz: Quiz) -> Quiz {
    let settings = QuizSettings {
        time_limit_ms: 600_000,
        ..quiz.settings.unwrap_or_default()
    };
    Quiz {
        settings: Some(settings),
        ..quiz
    }
}
