//! The pictures of the memory backend.
//!
//! Neighbours: [`memory`](super) holds them behind the same lock as everything else.

use async_trait::async_trait;
use trivium_engine::UserId;

use super::{MemoryStore, State};
use crate::{Media, MediaId, MediaRecord, PutMedia, StoreError};

impl State {
    fn media_bytes(&self, owner: &UserId) -> u64 {
        let theirs = self.media.values().filter(|media| media.owner == *owner);
        theirs.map(|media| media.body.len() as u64).sum()
    }
}

#[async_trait]
impl Media for MemoryStore {
    async fn put_media(&self, media: &MediaRecord, quota: u64) -> Result<PutMedia, StoreError> {
        media.check()?;
        let mut state = self.lock();
        if state.media.contains_key(&media.id) {
            return Ok(PutMedia::Stored);
        }
        let used = state.media_bytes(&media.owner);
        if used.saturating_add(media.body.len() as u64) > quota {
            return Ok(PutMedia::QuotaExceeded { used });
        }
        state.media.insert(media.id.clone(), media.clone());
        Ok(PutMedia::Stored)
    }

    async fn media(&self, id: &MediaId) -> Result<Option<MediaRecord>, StoreError> {
        Ok(self.lock().media.get(id).cloned())
    }

    async fn media_bytes(&self, owner: &UserId) -> Result<u64, StoreError> {
        Ok(self.lock().media_bytes(owner))
    }
}
