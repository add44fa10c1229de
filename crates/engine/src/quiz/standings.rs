//! A ranking that is asked for one player's row as often as it has players.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::event::Standing;
use crate::UserId;

/// The rows of a ranking, best first. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Standings(Arc<Rows>);

#[derive(Debug, Default)]
struct Rows {
    rows: Vec<Standing>,
    /// Where each player stands; worked out when first asked for.
    places: OnceLock<BTreeMap<UserId, usize>>,
}

impl Standings {
    /// A player's place, from 0.
    pub fn place(&self, user: &UserId) -> Option<usize> {
        self.0.places.get_or_init(|| places(&self.0.rows)).get(user).copied()
    }

    /// A player's row.
    pub fn of(&self, user: &UserId) -> Option<&Standing> {
        self.0.rows.get(self.place(user)?)
    }
}

fn places(rows: &[Standing]) -> BTreeMap<UserId, usize> {
    let place = |(place, row): (usize, &Standing)| Some((row.user.clone()?, place));
    rows.iter().enumerate().filter_map(place).collect()
}

impl Deref for Standings {
    type Target = [Standing];

    fn deref(&self) -> &[Standing] {
        &self.0.rows
    }
}

impl From<Vec<Standing>> for Standings {
    fn from(rows: Vec<Standing>) -> Self {
        Self(Arc::new(Rows {
            rows,
            places: OnceLock::new(),
        }))
    }
}

impl FromIterator<Standing> for Standings {
    fn from_iter<I: IntoIterator<Item = Standing>>(rows: I) -> Self {
        rows.into_iter().collect::<Vec<_>>().into()
    }
}

impl PartialEq for Standings {
    fn eq(&self, other: &Self) -> bool {
        self.0.rows == other.0.rows
    }
}

impl Eq for Standings {}

impl Serialize for Standings {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.rows.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Standings {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from).map(Self::from)
    }
}
