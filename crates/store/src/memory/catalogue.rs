//! The lists of the memory backend.
//!
//! Neighbours: [`memory`](super) holds them behind the same lock as the logs, so that deleting a room is one step.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use async_trait::async_trait;
use trivium_engine::{QuizId, RoomId, Timestamp, UserId};

use super::MemoryStore;
use crate::{
    Catalogue, CreateRoom, InvitationRecord, PutInvitation, PutQuiz, QuizRecord, QuizSummary, RoomRecord, StoreError,
    catalogue::{MAX_LIST, check_time},
};

#[derive(Debug, Default)]
pub(super) struct Lists {
    rooms: BTreeMap<RoomId, RoomRecord>,
    /// Those of open rooms.
    codes: BTreeMap<String, RoomId>,
    /// By code; none of these is in `codes`.
    invitations: BTreeMap<String, InvitationRecord>,
    histories: BTreeMap<QuizId, History>,
}

/// All revisions of one quiz: number 1 first.
#[derive(Debug, Default)]
struct History {
    revisions: Vec<QuizRecord>,
    archived_at: Option<Timestamp>,
}

impl Lists {
    pub(super) fn rooms(&self) -> &BTreeMap<RoomId, RoomRecord> {
        &self.rooms
    }

    pub(super) fn rename(&mut self, id: &RoomId, title: &str) {
        if let Some(room) = self.rooms.get_mut(id) {
            title.clone_into(&mut room.title);
        }
    }

    pub(super) fn revoke(&mut self, code: &str) -> bool {
        self.invitations.remove(code).is_some()
    }

    pub(super) fn close(&mut self, id: &RoomId, at: Timestamp) -> bool {
        let Some(room) = self.rooms.get_mut(id) else {
            return false;
        };
        room.closed_at.get_or_insert(at);
        if let Some(code) = room.code.take() {
            self.codes.remove(&code);
        }
        self.invitations.retain(|_, there| there.room != *id);
        true
    }

    fn rooms_where(&self, after: Option<&RoomId>, limit: u32, wanted: impl Fn(&RoomRecord) -> bool) -> Vec<RoomRecord> {
        let rooms = following(&self.rooms, after);
        let rooms = rooms.filter(|room| wanted(room));
        rooms.take(page(limit)).cloned().collect()
    }
}

#[async_trait]
impl Catalogue for MemoryStore {
    async fn create_room(&self, room: &RoomRecord) -> Result<CreateRoom, StoreError> {
        room.check()?;
        let lists = &mut self.lock().lists;
        if let Some(there) = lists.rooms.get(&room.id) {
            return Ok(CreateRoom::Exists(there.clone()));
        }
        if let Some(code) = &room.code {
            if lists.codes.contains_key(code) || lists.invitations.contains_key(code) {
                return Ok(CreateRoom::CodeTaken);
            }
            lists.codes.insert(code.clone(), room.id.clone());
        }
        lists.rooms.insert(room.id.clone(), room.clone());
        Ok(CreateRoom::Created)
    }

    async fn room(&self, id: &RoomId) -> Result<Option<RoomRecord>, StoreError> {
        Ok(self.lock().lists.rooms.get(id).cloned())
    }

    async fn room_by_code(&self, code: &str) -> Result<Option<RoomRecord>, StoreError> {
        let lists = &self.lock().lists;
        let invited = || lists.invitations.get(code).map(|invitation| &invitation.room);
        let room = lists.codes.get(code).or_else(invited);
        Ok(room.and_then(|id| lists.rooms.get(id)).cloned())
    }

    async fn put_invitation(&self, invitation: &InvitationRecord, now: Timestamp) -> Result<PutInvitation, StoreError> {
        invitation.check()?;
        let lists = &mut self.lock().lists;
        lists.invitations.retain(|_, there| there.expires_at > now);
        let room = lists.rooms.get(&invitation.room);
        if room.is_none_or(|room| room.closed_at.is_some()) {
            return Ok(PutInvitation::NoRoom);
        }
        let there = lists.invitations.get(&invitation.code);
        let elsewhere = there.is_some_and(|there| there.room != invitation.room);
        if elsewhere || lists.codes.contains_key(&invitation.code) {
            return Ok(PutInvitation::Taken);
        }
        let code = invitation.code.clone();
        lists.invitations.entry(code).or_insert_with(|| invitation.clone());
        Ok(PutInvitation::Stored)
    }

    async fn delete_invitation(&self, code: &str) -> Result<bool, StoreError> {
        Ok(self.lock().lists.revoke(code))
    }

    async fn close_room(&self, id: &RoomId, at: Timestamp) -> Result<bool, StoreError> {
        check_time(at)?;
        Ok(self.lock().lists.close(id, at))
    }

    async fn open_rooms(&self, after: Option<&RoomId>, limit: u32) -> Result<Vec<RoomRecord>, StoreError> {
        let open = |room: &RoomRecord| room.closed_at.is_none();
        Ok(self.lock().lists.rooms_where(after, limit, open))
    }

    async fn delete_room(&self, id: &RoomId) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let room = state.lists.rooms.remove(id);
        if let Some(code) = room.as_ref().and_then(|room| room.code.as_ref()) {
            state.lists.codes.remove(code);
        }
        state.lists.invitations.retain(|_, there| there.room != *id);
        state.files.retain(|_, file| file.info.room != *id);
        state.index.forget(id);
        let log = state.logs.remove(id);
        let snapshot = state.snapshots.remove(id);
        Ok(room.is_some() || log.is_some() || snapshot.is_some())
    }

    async fn put_quiz(&self, quiz: &QuizRecord) -> Result<PutQuiz, StoreError> {
        quiz.check()?;
        let histories = &mut self.lock().lists.histories;
        let newest = histories.get(&quiz.id).and_then(|history| history.revisions.last());
        if newest.is_some_and(|newest| quiz.repeats(newest)) {
            return Ok(PutQuiz::Stored);
        }
        let latest = newest.map_or(0, |newest| newest.revision);
        if Some(quiz.revision) != latest.checked_add(1) {
            return Ok(PutQuiz::Conflict { latest });
        }
        let history = histories.entry(quiz.id.clone()).or_default();
        history.revisions.push(quiz.clone());
        history.archived_at = None;
        Ok(PutQuiz::Stored)
    }

    async fn quiz(&self, id: &QuizId, revision: Option<u32>) -> Result<Option<QuizRecord>, StoreError> {
        let histories = &self.lock().lists.histories;
        let mut revisions = histories.get(id).map_or(&[][..], |history| &history.revisions).iter();
        let quiz = match revision {
            Some(revision) => revisions.find(|quiz| quiz.revision == revision),
            None => revisions.next_back(),
        };
        Ok(quiz.cloned())
    }

    async fn list_quizzes(
        &self,
        owner: Option<&UserId>,
        after: Option<&QuizId>,
        limit: u32,
    ) -> Result<Vec<QuizSummary>, StoreError> {
        let histories = &self.lock().lists.histories;
        let histories = following(histories, after).filter(|history| history.archived_at.is_none());
        let newest = histories.filter_map(|history| history.revisions.last());
        let wanted = newest.filter(|quiz| owner.is_none_or(|owner| quiz.owner == *owner));
        Ok(wanted.take(page(limit)).map(QuizRecord::summary).collect())
    }

    async fn archive_quiz(&self, id: &QuizId, at: Timestamp) -> Result<bool, StoreError> {
        check_time(at)?;
        let histories = &mut self.lock().lists.histories;
        let Some(history) = histories.get_mut(id) else {
            return Ok(false);
        };
        history.archived_at.get_or_insert(at);
        Ok(true)
    }
}

pub(super) fn following<'a, K: Ord, V>(map: &'a BTreeMap<K, V>, after: Option<&K>) -> impl Iterator<Item = &'a V> {
    let start = after.map_or(Unbounded, Excluded);
    map.range::<K, _>((start, Unbounded)).map(|(_, value)| value)
}

pub(super) fn page(limit: u32) -> usize {
    usize::try_from(limit.min(MAX_LIST)).unwrap_or(usize::MAX)
}
