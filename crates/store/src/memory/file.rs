//! The files of the memory backend.
//!
//! Neighbours: [`memory`](super) holds them behind the same lock as everything else.

use async_trait::async_trait;
use trivium_engine::{RoomId, Timestamp, UserId};

use super::{MemoryStore, State};
use crate::{
    FileId, FileInfo, FileQuota, FileRecord, Files, PutFile, StoreError,
    file::{MAX_BATCH, check_batch},
};

impl State {
    /// Files of a room are in no message any more.
    pub(super) fn detach(&mut self, room: &RoomId, which: impl Fn(&FileInfo) -> bool) {
        let of_room = self.files.values_mut().filter(|file| file.info.room == *room);
        for file in of_room.filter(|file| which(&file.info)) {
            file.info.attached = false;
        }
    }

    fn file_bytes(&self, wanted: impl Fn(&FileInfo) -> bool) -> u64 {
        let wanted = self.files.values().filter(|file| wanted(&file.info));
        wanted.map(|file| file.info.bytes).sum()
    }
}

#[async_trait]
impl Files for MemoryStore {
    async fn put_file(&self, file: &FileRecord, quota: FileQuota) -> Result<PutFile, StoreError> {
        file.check()?;
        let mut state = self.lock();
        if state.files.contains_key(&file.info.id) {
            return Ok(PutFile::Taken);
        }
        let of_user = state.file_bytes(|info| info.owner == file.info.owner);
        if of_user.saturating_add(file.info.bytes) > quota.per_user {
            return Ok(PutFile::UserFull { used: of_user });
        }
        let of_room = state.file_bytes(|info| info.room == file.info.room);
        if of_room.saturating_add(file.info.bytes) > quota.per_room {
            return Ok(PutFile::RoomFull { used: of_room });
        }
        state.files.insert(file.info.id.clone(), file.clone());
        Ok(PutFile::Stored)
    }

    async fn file(&self, room: &RoomId, id: &FileId) -> Result<Option<FileRecord>, StoreError> {
        let state = self.lock();
        Ok(state.files.get(id).filter(|file| file.info.room == *room).cloned())
    }

    async fn attach_files(
        &self,
        room: &RoomId,
        owner: &UserId,
        ids: &[FileId],
    ) -> Result<Option<Vec<FileInfo>>, StoreError> {
        check_batch(ids)?;
        let mut state = self.lock();
        let is_theirs = |id: &&FileId| {
            let file = state.files.get(*id);
            file.is_some_and(|file| file.info.room == *room && file.info.owner == *owner)
        };
        if !ids.iter().all(|id| is_theirs(&id)) {
            return Ok(None);
        }
        let attach = ids.iter().filter_map(|id| {
            let file = state.files.get_mut(id)?;
            file.info.attached = true;
            Some(file.info.clone())
        });
        Ok(Some(attach.collect()))
    }

    async fn sweep_files(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut state = self.lock();
        let loose = state.files.values().map(|file| &file.info);
        let loose = loose.filter(|info| !info.attached && info.created_at < before);
        let mut old: Vec<(Timestamp, FileId)> = loose.map(|info| (info.created_at, info.id.clone())).collect();
        old.sort();
        old.truncate(MAX_BATCH);
        for (_, id) in &old {
            state.files.remove(id);
        }
        Ok(old.len())
    }

    async fn file_bytes(&self, owner: &UserId, room: &RoomId) -> Result<(u64, u64), StoreError> {
        let state = self.lock();
        let of_user = state.file_bytes(|info| info.owner == *owner);
        Ok((of_user, state.file_bytes(|info| info.room == *room)))
    }
}
