//! The join codes of the rooms in memory, so that a crowd at the door of one does not ask the store each for itself.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use trivium_engine::RoomId;

/// Where a code leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// An open room.
    pub room: RoomId,
    /// Whether the code is the room's own, and not that of an invitation, which may be good no longer.
    pub own_code: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Codes(Arc<Mutex<HashMap<String, Arc<RoomId>>>>);

/// A code that is known as long as this is there.
pub(crate) struct Known {
    codes: Codes,
    code: String,
    room: Arc<RoomId>,
}

impl Codes {
    /// The room in memory with this code.
    pub(crate) fn room(&self, code: &str) -> Option<RoomId> {
        self.lock().get(code).map(|room| RoomId::clone(room))
    }

    /// Makes the code of a room known.
    pub(crate) fn add(&self, code: String, room: &RoomId) -> Known {
        let room = Arc::new(room.clone());
        self.lock().insert(code.clone(), Arc::clone(&room));
        Known {
            codes: self.clone(),
            code,
            room,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<RoomId>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        let mut codes = self.codes.lock();
        // The room may have been loaded again meanwhile, or the code may be another room's.
        if codes.get(&self.code).is_some_and(|room| Arc::ptr_eq(room, &self.room)) {
            codes.remove(&self.code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_as_long_as_its_newest_room() {
        let codes = Codes::default();
        let room: RoomId = "room".parse().expect("an id");
        let before = codes.add("CODE".into(), &room);
        let after = codes.add("CODE".into(), &room);
        drop(before);
        assert_eq!(codes.room("CODE"), Some(room));
        drop(after);
        assert_eq!(codes.room("CODE"), None);
    }
}
