//! 7. A denied action leaves no event.
//!
//! Neighbours: [`acknowledged`](super::acknowledged) keeps the ledger.

use trivium_engine::Entry;

use super::acknowledged::{Key, Ledger};

impl Ledger {
    /// The client is told that its command is refused, and no other copy of it is under way.
    pub(crate) fn refused(&mut self, key: &Key, why: String) -> Result<(), String> {
        let (_, user, request) = key;
        if self.made.contains_key(key) {
            return Err(format!("{user} {request}: refused ({why}), and in the log"));
        }
        self.refused.insert(key.clone(), why);
        Ok(())
    }

    pub(super) fn not_after_refusal(&self, key: &Key, entry: &Entry) -> Result<(), String> {
        self.refused.get(key).map_or(Ok(()), |why| {
            let (_, user, request) = key;
            Err(format!(
                "{user} {request}: refused ({why}), then written as {}",
                entry.seq
            ))
        })
    }
}
