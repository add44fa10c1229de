//! Somebody with a device, and what the server can do behind everybody's back.
//!
//! Neighbours: [`sealed`](crate::sealed) and [`devices`](crate::devices) are told with it.

use trivium_client::{
    proto::v1::{Message, room_event::Event},
    seal::{DeviceKeys, Directory, SealError, Sealer, Unreadable},
};
use trivium_engine::{Actor, Command, RoomCommand, RoomId, UserId};
use trivium_runtime::Caller;
use trivium_store::RoomRecord;
use trivium_tests::{Person, Server, Way, game::id};

/// Somebody with a device, who hears the conversation.
pub(crate) struct Talker {
    pub(crate) person: Person,
    pub(crate) sealer: Sealer,
    room: String,
}

impl Talker {
    pub(crate) async fn new(server: &Server, way: Way, user: &str, room: &str) -> Self {
        let keys = DeviceKeys::generate(user, format!("{user}'s device"));
        Self::with(server, way, keys, Directory::default(), room).await
    }

    pub(crate) async fn with(server: &Server, way: Way, keys: DeviceKeys, directory: Directory, room: &str) -> Self {
        let mut person = Person::account(server, way, keys.user_id()).await;
        person.hear(room).await;
        let sealer = Sealer::new(person.session.clone(), keys, directory);
        Self {
            person,
            sealer,
            room: room.to_owned(),
        }
    }

    /// The same with its device registered.
    pub(crate) async fn registered(server: &Server, way: Way, user: &str, room: &str) -> Self {
        let mut talker = Self::new(server, way, user, room).await;
        talker.sealer.register().await.expect("registered");
        talker
    }

    /// With a device, and in no room.
    pub(crate) async fn registered_elsewhere(server: &Server, way: Way, user: &str) -> Self {
        let person = Person::account(server, way, user).await;
        let keys = DeviceKeys::generate(user, "x");
        let mut sealer = Sealer::new(person.session.clone(), keys, Directory::default());
        sealer.register().await.expect("registered");
        Self {
            person,
            sealer,
            room: String::new(),
        }
    }

    pub(crate) async fn says(&mut self, text: &str) -> Message {
        let sent = self.sealer.send(&self.room, text, 0).await;
        sent.unwrap_or_else(|error| panic!("{text} was not sent: {error}"))
            .message
    }

    /// The next message that comes.
    pub(crate) async fn hears(&mut self) -> Message {
        self.person
            .event("a message", |event| match event {
                Event::MessageSent(sent) => sent.message.clone(),
                _ => None,
            })
            .await
    }

    pub(crate) async fn reads(&mut self, message: &Message) -> Result<String, SealError> {
        self.sealer.read(&self.room, message).await.map(|opened| opened.text)
    }

    pub(crate) async fn unreadable(&mut self, message: &Message) -> Unreadable {
        match self.reads(message).await {
            Err(SealError::Unreadable(why)) => why,
            other => panic!("not unreadable: {other:?}"),
        }
    }
}

/// A conversation of these users.
pub(crate) async fn conversation(server: &Server, users: &[&str], end_to_end: bool) -> String {
    let room: RoomId = id().parse().expect("an id");
    let opener: UserId = users[0].parse().expect("an id");
    let runtime = &server.api.runtime;
    let now = runtime.clock().now();
    let record = RoomRecord {
        id: room.clone(),
        epoch: now.0,
        code: None,
        kind: "conversation".to_owned(),
        title: String::new(),
        created_by: opener.clone(),
        created_at: now,
        closed_at: None,
    };
    runtime.store().create_room(&record).await.expect("the store takes it");
    let others = users[1..]
        .iter()
        .map(|user| (user.parse().expect("an id"), (*user).to_owned()));
    let open = RoomCommand::Open {
        title: String::new(),
        people: others.collect(),
        end_to_end,
    };
    force(server, &room, users[0], open).await;
    room.to_string()
}

/// What the server itself can do, in the name of anybody.
pub(crate) async fn force(server: &Server, room: &RoomId, user: &str, command: impl Into<Command>) {
    let caller = Caller {
        actor: Actor {
            user: user.parse().expect("an id"),
            name: user.to_owned(),
            guest: false,
            global_host: false,
            grant: None,
        },
        request: None,
        received_at: server.api.runtime.clock().now(),
        round_trip: None,
    };
    let done = server.api.runtime.execute(room, caller, command.into()).await;
    done.expect("the server does as it likes");
}
