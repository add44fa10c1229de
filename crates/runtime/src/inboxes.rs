//! Inboxes of users and the room of announcements: rooms that nobody makes, and that are there when they are needed.
//!
//! Neighbours: [`courier`](crate::courier) and the service write into them; `trivium_engine::inbox` says what they hold.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use trivium_engine::{Actor, Command, PolicyChange, Reject, RoomCommand, RoomId, RoomKind, UserId};
use trivium_store::{CreateRoom, RoomRecord};

use crate::{Caller, Done, ExecuteError, Runtime, courier};

/// The room of announcements. No other room is called so, as names of rooms are as long as a hash.
pub const SYSTEM_ROOM: &str = "system";
/// Whom it belongs to.
const SYSTEM_USER: &str = "system";
/// What nobody sees of an inbox.
const INBOX_TITLE: &str = "inbox";
/// What is seen of the room of announcements.
const SYSTEM_TITLE: &str = "Announcements";

type Named = Arc<dyn Fn(&UserId) -> RoomId + Send + Sync>;

/// How inboxes are called, which depends on the secret of the server.
#[derive(Clone, Default)]
pub(crate) struct Names(Arc<OnceLock<Named>>);

impl Names {
    pub(crate) fn set(&self, named: Named) -> bool {
        self.0.set(named).is_ok()
    }

    pub(crate) fn are_set(&self) -> bool {
        self.0.get().is_some()
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Names").field(&self.are_set()).finish()
    }
}

impl Runtime {
    /// Has notifications delivered from now on; `named` says which room is a user's inbox. Before, there are no inboxes. To be
    /// called once, before any room is loaded.
    pub fn deliver_notifications(&self, named: impl Fn(&UserId) -> RoomId + Send + Sync + 'static) {
        if self.names().set(Arc::new(named)) {
            self.spawn(courier::run(self.clone(), self.owed().clone()));
        }
    }

    /// The inbox of a user, which need not have been made; none where notifications are not delivered.
    pub fn inbox(&self, user: &UserId) -> Option<RoomId> {
        self.names().0.get().map(|named| named(user))
    }

    /// The room of announcements, which need not have been made.
    pub fn system_room() -> RoomId {
        SYSTEM_ROOM.parse().expect("letters")
    }

    /// Carries a command out in the inbox of a user, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub async fn tell(&self, user: &UserId, caller: Caller, command: impl Into<Command>) -> Result<Done, ExecuteError> {
        let room = self.inbox(user).ok_or(ExecuteError::NoSuchRoom)?;
        let command = command.into();
        match self.execute(&room, caller.clone(), command.clone()).await {
            Err(ExecuteError::NoSuchRoom | ExecuteError::Reject(Reject::NoSuchRoom)) => {
                self.open_inbox(user).await?;
                self.execute(&room, caller, command).await
            }
            done => done,
        }
    }

    /// Carries a command out in the room of announcements, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub async fn tell_everybody(&self, caller: Caller, command: impl Into<Command>) -> Result<Done, ExecuteError> {
        let room = Self::system_room();
        let command = command.into();
        match self.execute(&room, caller.clone(), command.clone()).await {
            Err(ExecuteError::NoSuchRoom | ExecuteError::Reject(Reject::NoSuchRoom)) => {
                self.open_system_room().await?;
                self.execute(&room, caller, command).await
            }
            done => done,
        }
    }

    /// Makes the inbox of a user, unless it is there; its room.
    ///
    /// # Errors
    ///
    /// The store or the room does not answer.
    pub async fn open_inbox(&self, user: &UserId) -> Result<RoomId, ExecuteError> {
        let room = self.inbox(user).ok_or(ExecuteError::NoSuchRoom)?;
        self.begin(&room, RoomKind::Inbox, "inbox", INBOX_TITLE, user).await?;
        Ok(room)
    }

    /// Makes the room of announcements, unless it is there; its name.
    ///
    /// # Errors
    ///
    /// The store or the room does not answer.
    pub async fn open_system_room(&self) -> Result<RoomId, ExecuteError> {
        let room = Self::system_room();
        let owner = SYSTEM_USER.parse().expect("letters");
        self.begin(&room, RoomKind::System, "system", SYSTEM_TITLE, &owner)
            .await?;
        Ok(room)
    }

    /// Two may do so at once, and one of them finds it made.
    async fn begin(
        &self,
        room: &RoomId,
        kind: RoomKind,
        kind_name: &str,
        title: &str,
        owner: &UserId,
    ) -> Result<(), ExecuteError> {
        let now = self.clock().now();
        let record = RoomRecord {
            id: room.clone(),
            epoch: now.0,
            code: None,
            kind: kind_name.to_owned(),
            title: title.to_owned(),
            // In nobody's list: it is not a room that anybody enters.
            created_by: room.as_str().parse().map_err(|_| ExecuteError::NoSuchRoom)?,
            created_at: now,
            closed_at: None,
        };
        let store = Arc::clone(self.store());
        let stored = tokio::spawn(async move { store.create_room(&record).await });
        match stored.await.map_err(|_stopped| ExecuteError::Unavailable)?? {
            CreateRoom::Created | CreateRoom::Exists(_) => {}
            CreateRoom::CodeTaken => return Err(ExecuteError::Corrupt("an inbox has no code".to_owned())),
        }
        let create = RoomCommand::Create {
            kind,
            title: title.to_owned(),
            code: None,
            join_policy: None,
            capacity: Some(1),
            teams: Vec::new(),
            nickname: String::new(),
            policy: PolicyChange::default(),
        };
        let caller = Caller {
            actor: Actor {
                user: owner.clone(),
                name: String::new(),
                guest: false,
                global_host: false,
                grant: None,
            },
            request: None,
            received_at: now,
            round_trip: None,
        };
        match self.execute(room, caller, create.into()).await {
            Ok(_) | Err(ExecuteError::Reject(Reject::RoomExists)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
