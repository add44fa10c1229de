//! The disk as one node sees it: slow, stuck, failing before it writes, or failing to say that it has written.
//!
//! Neighbours: the data are in a `MemoryStore` that outlives all nodes; [`truth`](crate::truth) hears of every commit, and
//! of every race that a node lost; [`faults`](crate::faults) makes the weather.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use async_trait::async_trait;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use tokio::time::sleep;
use trivium_engine::{QuizId, RoomId, Seq, Timestamp, UserId};
use trivium_store::{
    Append, Appended, Catalogue, CreateRoom, Directory, FileId, FileInfo, FileQuota, FileRecord, Files, Idle,
    InvitationRecord, Media, MediaId, MediaRecord, MemoryStore, MessageHit, MessageSearch, Page, Projection, PutFile,
    PutInvitation, PutMedia, PutQuiz, QuizRecord, QuizSummary, Record, RoomCard, RoomLog, RoomRecord, RoomSearch,
    Snapshot, Snapshots, Store, StoreError,
};

use crate::world::{World, lock};

/// How often a stuck disk is looked at again.
const STUCK: Duration = Duration::from_millis(25);

/// What the disk is like right now.
#[derive(Debug)]
pub(crate) struct Weather {
    rng: ChaCha8Rng,
    /// Share of appends that fail and write nothing.
    pub(crate) fail: f64,
    /// Share of appends that are written and yet fail.
    pub(crate) forget: f64,
    /// Share of reads that fail.
    pub(crate) blind: f64,
    /// Longest time that anything takes beyond the usual, in milliseconds.
    pub(crate) slow_ms: u64,
    /// The incarnation whose appends do not come back until further notice.
    pub(crate) stuck: Option<u64>,
}

impl Weather {
    pub(crate) fn new(rng: ChaCha8Rng) -> Self {
        Self {
            rng,
            fail: 0.0,
            forget: 0.0,
            blind: 0.0,
            slow_ms: 0,
            stuck: None,
        }
    }

    /// Nothing is wrong any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.rng.clone());
    }

    pub(crate) fn is_clear(&self) -> bool {
        self.fail == 0.0 && self.forget == 0.0 && self.blind == 0.0 && self.slow_ms == 0 && self.stuck.is_none()
    }
}

/// The disk of one incarnation of a node.
pub(crate) struct Disk {
    pub(crate) world: Weak<World>,
    pub(crate) data: Arc<MemoryStore>,
    pub(crate) incarnation: u64,
}

impl Disk {
    fn world(&self) -> Result<Arc<World>, StoreError> {
        self.world
            .upgrade()
            .ok_or_else(|| StoreError::unavailable("the world is over"))
    }

    /// Takes its time.
    async fn seek(&self, world: &World) {
        let span = {
            let mut weather = lock(&world.weather);
            let longest = world.plan.disk_ms + weather.slow_ms;
            weather.rng.random_range(0..=longest)
        };
        if span > 0 {
            sleep(Duration::from_millis(span)).await;
        }
    }

    fn fails(&self, world: &World, share: fn(&Weather) -> f64, what: &'static str) -> Result<(), StoreError> {
        let mut weather = lock(&world.weather);
        let share = share(&weather);
        // Drawn in fair weather too, so that the weather changes nothing but what fails.
        if !weather.rng.random_bool(share) {
            return Ok(());
        }
        drop(weather);
        world.disturbed();
        world.note(|| format!("disk {}: {what}", self.incarnation));
        Err(StoreError::unavailable(what))
    }

    async fn look(&self) -> Result<Arc<World>, StoreError> {
        let world = self.world()?;
        self.seek(&world).await;
        self.fails(&world, |weather| weather.blind, "a read fails")?;
        Ok(world)
    }
}

#[async_trait]
impl RoomLog for Disk {
    async fn append(&self, batch: &[Append]) -> Result<Vec<Appended>, StoreError> {
        let world = self.world()?;
        while lock(&world.weather).stuck == Some(self.incarnation) {
            world.disturbed();
            sleep(STUCK).await;
        }
        self.seek(&world).await;
        self.fails(&world, |weather| weather.fail, "an append fails")?;
        let appended = self.data.append(batch).await?;
        lock(&world.truth).written(&world, self.incarnation, batch, &appended);
        self.seek(&world).await;
        self.fails(&world, |weather| weather.forget, "an append is written and not told")?;
        lock(&world.truth).told(&world, self.incarnation, batch, &appended);
        Ok(appended)
    }

    async fn read(&self, room: &RoomId, after: Seq, max: Page) -> Result<Vec<Record>, StoreError> {
        self.look().await?;
        self.data.read(room, after, max).await
    }

    async fn head(&self, room: &RoomId) -> Result<Seq, StoreError> {
        self.look().await?;
        self.data.head(room).await
    }
}

#[async_trait]
impl Snapshots for Disk {
    async fn save(&self, room: &RoomId, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.look().await?;
        self.data.save(room, snapshot).await
    }

    async fn latest(&self, room: &RoomId) -> Result<Option<Snapshot>, StoreError> {
        self.look().await?;
        self.data.latest(room).await
    }
}

#[async_trait]
impl Catalogue for Disk {
    async fn create_room(&self, room: &RoomRecord) -> Result<CreateRoom, StoreError> {
        self.data.create_room(room).await
    }

    async fn room(&self, id: &RoomId) -> Result<Option<RoomRecord>, StoreError> {
        let world = self.look().await?;
        // This is how a runtime begins to load a room.
        lock(&world.truth).fence.loads(self.incarnation, id);
        world.note(|| format!("node {} loads {id}", self.incarnation));
        self.data.room(id).await
    }

    async fn room_by_code(&self, code: &str) -> Result<Option<RoomRecord>, StoreError> {
        self.data.room_by_code(code).await
    }

    async fn put_invitation(&self, invitation: &InvitationRecord, now: Timestamp) -> Result<PutInvitation, StoreError> {
        self.data.put_invitation(invitation, now).await
    }

    async fn delete_invitation(&self, code: &str) -> Result<bool, StoreError> {
        self.look().await?;
        self.data.delete_invitation(code).await
    }

    async fn close_room(&self, id: &RoomId, at: Timestamp) -> Result<bool, StoreError> {
        self.look().await?;
        self.data.close_room(id, at).await
    }

    async fn open_rooms(&self, after: Option<&RoomId>, limit: u32) -> Result<Vec<RoomRecord>, StoreError> {
        self.look().await?;
        self.data.open_rooms(after, limit).await
    }

    async fn delete_room(&self, id: &RoomId) -> Result<bool, StoreError> {
        self.data.delete_room(id).await
    }

    async fn put_quiz(&self, quiz: &QuizRecord) -> Result<PutQuiz, StoreError> {
        self.data.put_quiz(quiz).await
    }

    async fn quiz(&self, id: &QuizId, revision: Option<u32>) -> Result<Option<QuizRecord>, StoreError> {
        self.data.quiz(id, revision).await
    }

    async fn list_quizzes(
        &self,
        owner: Option<&UserId>,
        after: Option<&QuizId>,
        limit: u32,
    ) -> Result<Vec<QuizSummary>, StoreError> {
        self.data.list_quizzes(owner, after, limit).await
    }

    async fn archive_quiz(&self, id: &QuizId, at: Timestamp) -> Result<bool, StoreError> {
        self.data.archive_quiz(id, at).await
    }
}

#[async_trait]
impl Directory for Disk {
    async fn made_rooms(
        &self,
        by: &UserId,
        all: bool,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomCard>, StoreError> {
        self.data.made_rooms(by, all, after, limit).await
    }

    async fn joined_rooms(
        &self,
        user: &UserId,
        all: bool,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomCard>, StoreError> {
        self.data.joined_rooms(user, all, after, limit).await
    }

    async fn search_rooms(&self, search: &RoomSearch) -> Result<Vec<RoomCard>, StoreError> {
        self.data.search_rooms(search).await
    }

    async fn search_messages(&self, search: &MessageSearch) -> Result<Vec<MessageHit>, StoreError> {
        self.data.search_messages(search).await
    }

    async fn nicknames(&self, viewer: &UserId, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError> {
        self.data.nicknames(viewer, users).await
    }

    async fn idle_rooms(&self, idle: &Idle<'_>) -> Result<Vec<RoomId>, StoreError> {
        self.data.idle_rooms(idle).await
    }

    async fn forgetting_rooms(&self, after: Option<&RoomId>, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        self.data.forgetting_rooms(after, limit).await
    }

    async fn unprojected_rooms(&self, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        self.data.unprojected_rooms(limit).await
    }

    async fn reproject(&self, room: &RoomId, head: Seq, projections: &[Projection]) -> Result<bool, StoreError> {
        self.data.reproject(room, head, projections).await
    }
}

#[async_trait]
impl Media for Disk {
    async fn put_media(&self, media: &MediaRecord, quota: u64) -> Result<PutMedia, StoreError> {
        self.data.put_media(media, quota).await
    }

    async fn media(&self, id: &MediaId) -> Result<Option<MediaRecord>, StoreError> {
        self.data.media(id).await
    }

    async fn media_bytes(&self, owner: &UserId) -> Result<u64, StoreError> {
        self.data.media_bytes(owner).await
    }
}

#[async_trait]
impl Files for Disk {
    async fn put_file(&self, file: &FileRecord, quota: FileQuota) -> Result<PutFile, StoreError> {
        self.data.put_file(file, quota).await
    }

    async fn file(&self, room: &RoomId, id: &FileId) -> Result<Option<FileRecord>, StoreError> {
        self.data.file(room, id).await
    }

    async fn attach_files(
        &self,
        room: &RoomId,
        owner: &UserId,
        ids: &[FileId],
    ) -> Result<Option<Vec<FileInfo>>, StoreError> {
        self.data.attach_files(room, owner, ids).await
    }

    async fn sweep_files(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.data.sweep_files(before).await
    }

    async fn file_bytes(&self, owner: &UserId, room: &RoomId) -> Result<(u64, u64), StoreError> {
        self.data.file_bytes(owner, room).await
    }
}

impl Store for Disk {}
