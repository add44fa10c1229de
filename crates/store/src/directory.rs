//! The directory: who is in which room, and what can be found there.
//!
//! Neighbours: it holds what [`projection`](crate::projection)s leave, beside the rooms of the
//! [`catalogue`](crate::catalogue). What is visible to whom is decided in each search, from what holds at that moment.

use async_trait::async_trait;
use trivium_engine::{RoomId, Seq, Timestamp, UserId};

use crate::{Projection, Query, RoomRecord, StoreError};

/// Kinds of rooms that are in nobody's list.
pub const UNLISTED_KINDS: [&str; 3] = ["inbox", "keys", "system"];

/// A room as lists and searches show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomCard {
    /// What the catalogue knows.
    pub record: RoomRecord,
    /// What it is about.
    pub description: String,
    /// Whether those who are not in it find it.
    pub listed: bool,
    /// When it was put into the archive.
    pub archived_at: Option<Timestamp>,
    /// How many members it has.
    pub members: u32,
    /// Whether whoever asked is one.
    pub joined: bool,
}

/// A search for rooms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomSearch {
    /// In the title or the description; none for all rooms.
    pub query: Option<Query>,
    /// Who searches.
    pub viewer: UserId,
    /// The last room of the page before.
    pub after: Option<RoomId>,
    /// Most rooms, and at most [`MAX_LIST`](crate::catalogue::MAX_LIST).
    pub limit: u32,
}

/// A search for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSearch {
    /// What has to be in them.
    pub query: Query,
    /// Where.
    pub scope: Scope,
    /// Only by this author.
    pub author: Option<UserId>,
    /// Only those before this place, which is that of the last hit of the page before.
    pub before: Option<u64>,
    /// Most messages, and at most [`MAX_LIST`](crate::catalogue::MAX_LIST).
    pub limit: u32,
}

/// Where messages are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// In the rooms that this user is a member of.
    Joined(UserId),
    /// In this room, as far as this user may see it.
    JoinedRoom(UserId, RoomId),
    /// In all of this room.
    WholeRoom(RoomId),
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageHit {
    /// Where.
    pub room: RoomId,
    /// What people call the room.
    pub title: String,
    /// The message.
    pub seq: Seq,
    /// Its place among all messages, in the order in which they could be found first.
    pub place: u64,
}

/// Rooms in which nobody is who has an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idle<'a> {
    /// Of these kinds.
    pub kinds: &'a [&'a str],
    /// In which nothing happened since.
    pub since: Timestamp,
    /// Closed ones, or open ones.
    pub closed: bool,
    /// At most so many.
    pub limit: u32,
}

/// Memberships, and searches. Lists are in the order of the id; the next page begins after the last id of this one.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// Rooms that somebody made. Those in the archive only with `all`.
    async fn made_rooms(
        &self,
        by: &UserId,
        all: bool,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomCard>, StoreError>;

    /// Rooms that somebody is a member of. Those closed or in the archive only with `all`.
    async fn joined_rooms(
        &self,
        user: &UserId,
        all: bool,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomCard>, StoreError>;

    /// Open rooms that are listed, and those that the viewer is a member of, but for the archive.
    async fn search_rooms(&self, search: &RoomSearch) -> Result<Vec<RoomCard>, StoreError>;

    /// Messages, newest first: those that are there now, of rooms that the user is a member of now; where a room says so,
    /// and the user does not run it, only those sent after the user came in.
    async fn search_messages(&self, search: &MessageSearch) -> Result<Vec<MessageHit>, StoreError>;

    /// By what names the viewer knows these users, from a room that both are in. Those who share none are left out.
    async fn nicknames(&self, viewer: &UserId, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError>;

    /// Rooms without any member who has an account, and without any entry since some time.
    async fn idle_rooms(&self, idle: &Idle<'_>) -> Result<Vec<RoomId>, StoreError>;

    /// Rooms that keep messages for a time only.
    async fn forgetting_rooms(&self, after: Option<&RoomId>, limit: u32) -> Result<Vec<RoomId>, StoreError>;

    /// Rooms that were made before there was a directory, and are not in it.
    async fn unprojected_rooms(&self, limit: u32) -> Result<Vec<RoomId>, StoreError>;

    /// Replaces all that the directory knows of a room. False, and nothing changes, if its log does not end at `head`.
    async fn reproject(&self, room: &RoomId, head: Seq, projections: &[Projection]) -> Result<bool, StoreError>;
}
