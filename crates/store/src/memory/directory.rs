//! The directory of the memory backend: what projections leave, and looking through all of it.
//!
//! Neighbours: [`catalogue`](super::catalogue) has the rooms.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use trivium_engine::{RoomId, Seq, Timestamp, UserId};

use super::{
    MemoryStore, State,
    catalogue::{following, page},
};
use crate::{
    Directory, Face, Idle, Membership, MessageHit, MessageSearch, Projection, RoomCard, RoomSearch, StoreError, Text,
    directory::{Scope, UNLISTED_KINDS},
    words,
};

#[derive(Debug, Default)]
pub(super) struct Index {
    faces: BTreeMap<RoomId, Face>,
    members: BTreeMap<RoomId, BTreeMap<UserId, Membership>>,
    /// By place.
    texts: BTreeMap<u64, Found>,
    places: BTreeMap<(RoomId, Seq), u64>,
    last_place: u64,
}

#[derive(Debug)]
struct Found {
    room: RoomId,
    seq: Seq,
    author: UserId,
    words: Vec<String>,
}

impl Index {
    pub(super) fn forget(&mut self, room: &RoomId) {
        self.faces.remove(room);
        self.members.remove(room);
        self.forget_texts(room, Seq::MAX);
    }

    fn forget_texts(&mut self, room: &RoomId, through: Seq) {
        self.texts.retain(|_, text| text.room != *room || text.seq > through);
        self.places.retain(|(of, seq), _| of != room || *seq > through);
    }

    fn member(&self, room: &RoomId, user: &UserId) -> Option<&Membership> {
        self.members.get(room)?.get(user)
    }

    fn count(&self, room: &RoomId) -> u32 {
        let count = self.members.get(room).map_or(0, BTreeMap::len);
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn put(&mut self, room: &RoomId, text: &Text) {
        let last = &mut self.last_place;
        let place = *self.places.entry((room.clone(), text.seq)).or_insert_with(|| {
            *last += 1;
            *last
        });
        let found = Found {
            room: room.clone(),
            seq: text.seq,
            author: text.author.clone(),
            words: words(&text.text),
        };
        self.texts.insert(place, found);
    }

    fn take(&mut self, room: &RoomId, projection: &Projection) {
        match projection {
            Projection::Face(face) => drop(self.faces.insert(room.clone(), face.clone())),
            Projection::MemberIn(member) => {
                let members = self.members.entry(room.clone()).or_default();
                members.insert(member.user.clone(), member.clone());
            }
            Projection::MemberOut { user } => {
                if let Some(members) = self.members.get_mut(room) {
                    members.remove(user);
                }
            }
            Projection::Text(text) => self.put(room, text),
            Projection::TextEdited { seq, text } => {
                let place = self.places.get(&(room.clone(), *seq));
                if let Some(found) = place.and_then(|place| self.texts.get_mut(place)) {
                    found.words = words(text);
                }
            }
            Projection::TextGone { seq } => {
                if let Some(place) = self.places.remove(&(room.clone(), *seq)) {
                    self.texts.remove(&place);
                }
            }
            Projection::TextsGone { through } => self.forget_texts(room, *through),
            // The catalogue's, and those of the files.
            Projection::Closed { .. }
            | Projection::InvitationRevoked { .. }
            | Projection::FilesGone { .. }
            | Projection::FilesExpired { .. } => {}
        }
    }

    fn sees(&self, scope: &Scope, text: &Found) -> bool {
        let (user, room) = match scope {
            Scope::WholeRoom(room) => return text.room == *room,
            Scope::Joined(user) => (user, None),
            Scope::JoinedRoom(user, room) => (user, Some(room)),
        };
        let since_join = self.faces.get(&text.room).is_some_and(|face| face.since_join);
        let member = self.member(&text.room, user);
        room.is_none_or(|room| text.room == *room)
            && member.is_some_and(|member| !since_join || member.role.is_host() || text.seq > member.since)
    }
}

impl State {
    pub(super) fn project(&mut self, room: &RoomId, projection: &Projection) {
        match projection {
            Projection::Face(face) => {
                self.lists.rename(room, &face.title);
            }
            Projection::Closed { at } => {
                self.lists.close(room, *at);
            }
            Projection::InvitationRevoked { code } => {
                self.lists.revoke(code);
            }
            Projection::FilesGone { files } => self.detach(room, |info| files.contains(&info.id)),
            Projection::FilesExpired { before } => self.detach(room, |info| info.created_at < *before),
            Projection::MemberIn(_)
            | Projection::MemberOut { .. }
            | Projection::Text(_)
            | Projection::TextEdited { .. }
            | Projection::TextGone { .. }
            | Projection::TextsGone { .. } => {}
        }
        self.index.take(room, projection);
    }

    fn cards(
        &self,
        viewer: &UserId,
        after: Option<&RoomId>,
        limit: u32,
        wanted: impl Fn(&RoomCard) -> bool,
    ) -> Vec<RoomCard> {
        let rooms = following(self.lists.rooms(), after);
        let listable = rooms.filter(|room| !UNLISTED_KINDS.contains(&room.kind.as_str()));
        let cards = listable.map(|record| {
            let face = self.index.faces.get(&record.id);
            RoomCard {
                record: record.clone(),
                description: face.map(|face| face.description.clone()).unwrap_or_default(),
                listed: face.is_some_and(|face| face.listed),
                archived_at: face.and_then(|face| face.archived_at),
                members: self.index.count(&record.id),
                joined: self.index.member(&record.id, viewer).is_some(),
            }
        });
        cards.filter(|card| wanted(card)).take(page(limit)).collect()
    }

    fn last_at(&self, room: &RoomId) -> Option<Timestamp> {
        Some(self.logs.get(room)?.last()?.at)
    }
}

#[async_trait]
impl Directory for MemoryStore {
    async fn made_rooms(
        &self,
        by: &UserId,
        all: bool,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomCard>, StoreError> {
        let wanted = |card: &RoomCard| card.record.created_by == *by && (all || card.archived_at.is_none());
        Ok(self.lock().cards(by, after, limit, wanted))
    }

    async fn joined_rooms(
        &self,
        user: &UserId,
        all: bool,
        after: Option<&RoomId>,
        limit: u32,
    ) -> Result<Vec<RoomCard>, StoreError> {
        let live = |card: &RoomCard| card.archived_at.is_none() && card.record.closed_at.is_none();
        Ok(self
            .lock()
            .cards(user, after, limit, |card| card.joined && (all || live(card))))
    }

    async fn search_rooms(&self, search: &RoomSearch) -> Result<Vec<RoomCard>, StoreError> {
        let wanted = |card: &RoomCard| {
            let live = card.archived_at.is_none() && card.record.closed_at.is_none();
            let text = || words(&format!("{} {}", card.record.title, card.description));
            live && (card.listed || card.joined) && search.query.as_ref().is_none_or(|query| query.finds(&text()))
        };
        let state = self.lock();
        Ok(state.cards(&search.viewer, search.after.as_ref(), search.limit, wanted))
    }

    async fn search_messages(&self, search: &MessageSearch) -> Result<Vec<MessageHit>, StoreError> {
        let state = self.lock();
        let places = state.index.texts.range(..search.before.unwrap_or(u64::MAX)).rev();
        let found = places.filter(|(_, text)| {
            search.query.finds(&text.words)
                && search.author.as_ref().is_none_or(|author| text.author == *author)
                && state.index.sees(&search.scope, text)
        });
        let hits = found.filter_map(|(place, text)| {
            Some(MessageHit {
                room: text.room.clone(),
                title: state.lists.rooms().get(&text.room)?.title.clone(),
                seq: text.seq,
                place: *place,
            })
        });
        Ok(hits.take(page(search.limit)).collect())
    }

    async fn nicknames(&self, viewer: &UserId, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError> {
        let state = self.lock();
        let shared: Vec<_> = state
            .index
            .members
            .values()
            .filter(|room| room.contains_key(viewer))
            .collect();
        let known = |user: &UserId| {
            let member = shared.iter().find_map(|room| room.get(user))?;
            Some((user.clone(), member.nickname.clone()))
        };
        let users: BTreeSet<_> = users.iter().collect();
        Ok(users.into_iter().filter_map(known).collect())
    }

    async fn idle_rooms(&self, idle: &Idle<'_>) -> Result<Vec<RoomId>, StoreError> {
        let state = self.lock();
        let rooms = state.lists.rooms().values().filter(|room| {
            let members = state.index.members.get(&room.id);
            let accounts = members.is_some_and(|members| members.values().any(|member| !member.guest));
            let last = state.last_at(&room.id).unwrap_or(room.created_at);
            idle.kinds.contains(&room.kind.as_str())
                && room.closed_at.is_some() == idle.closed
                && last < idle.since
                && !accounts
        });
        Ok(rooms.take(page(idle.limit)).map(|room| room.id.clone()).collect())
    }

    async fn forgetting_rooms(&self, after: Option<&RoomId>, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        let state = self.lock();
        let rooms = following(state.lists.rooms(), after);
        let forgets = |room: &RoomId| state.index.faces.get(room).is_some_and(|face| face.forgets);
        let rooms = rooms.map(|room| &room.id).filter(|room| forgets(room));
        Ok(rooms.take(page(limit)).cloned().collect())
    }

    async fn unprojected_rooms(&self, _limit: u32) -> Result<Vec<RoomId>, StoreError> {
        // It was made when there was a directory, and never saw anything older.
        Ok(Vec::new())
    }

    async fn reproject(&self, room: &RoomId, head: Seq, projections: &[Projection]) -> Result<bool, StoreError> {
        projections.iter().try_for_each(Projection::check)?;
        let mut state = self.lock();
        if state.head(room) != head {
            return Ok(false);
        }
        state.index.forget(room);
        for projection in projections {
            state.project(room, projection);
        }
        Ok(true)
    }
}
