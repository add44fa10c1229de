//! The log of the keys of one user's devices: who has seen its last hash can tell whether anything before was changed.
//!
//! A room of the kind [`RoomKind::Keys`](crate::RoomKind::Keys) is such a log and nothing else. Its creator writes; what
//! others may read, `api` reads for them. Signatures were verified before a command comes here, as the engine has no
//! cryptography beside the hash of the chain. The bytes stand in `docs/end-to-end.md`.
//!
//! Neighbours: [`room`](crate::room) dispatches here; [`chain`] has the hash.

mod chain;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Command, Cx, DeviceId, Entry, Reject, Role, Room, RoomCommand, RoomKind, Seq, Timestamp, UserId, Visibility,
    event::Event, octets::Octets, permission::Need, text,
};

/// Most devices of a user that are not revoked.
pub const MAX_DEVICES: usize = 16;
/// Most entries; beyond, devices can only be revoked, of which there are no more than [`MAX_DEVICES`].
pub const MAX_ENTRIES: u64 = 1_000;
/// Longest name of a device, in characters.
pub const MAX_NAME: usize = 80;

/// A device with its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Whose.
    pub user: UserId,
    /// Named by itself, for ever.
    pub id: DeviceId,
    /// For people.
    pub name: String,
    /// X25519, for which messages are sealed.
    pub agreement: Octets<32>,
    /// Ed25519, by which it signs.
    pub signing: Octets<32>,
    /// Number of the entry that brought `agreement`.
    pub key_number: u64,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// By `signing`, over user, device and both keys.
    pub signature: Octets<64>,
}

/// What happened to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyChange {
    /// It is new.
    Registered,
    /// It has another agreement key.
    Rotated,
    /// It is no longer used.
    Revoked,
}

/// One entry of the key log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEntry {
    /// Position in the key log, dense from 1. It is not that of the room's log, which has other entries too.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub change: KeyChange,
    /// The device after it.
    pub device: Device,
    /// SHA-256 over the hash before and this entry.
    pub hash: Octets<32>,
}

/// What one may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysCommand {
    /// A new device.
    Register {
        /// Its name for itself.
        device: DeviceId,
        /// For people.
        name: String,
        /// X25519.
        agreement: Octets<32>,
        /// Ed25519.
        signing: Octets<32>,
        /// By `signing`; verified.
        signature: Octets<64>,
    },
    /// A new agreement key.
    Rotate {
        /// The device.
        device: DeviceId,
        /// X25519.
        agreement: Octets<32>,
        /// By the device's signing key; verified.
        signature: Octets<64>,
    },
    /// The end of a device.
    Revoke {
        /// The device.
        device: DeviceId,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeysEvent {
    /// A change of a device.
    Changed {
        /// The entry of the key log.
        entry: KeyEntry,
    },
}

/// What remains of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Revoked ones too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    devices: BTreeMap<DeviceId, Device>,
    /// Every agreement key that there ever was.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    used: BTreeSet<Octets<32>>,
    /// Where in the room's log each entry stands, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    places: Vec<Seq>,
    #[serde(default, skip_serializing_if = "is_start")]
    hash: Octets<32>,
}

/// Where a user's keys stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeysView {
    /// Devices that are not revoked, in the order of their identifiers.
    pub devices: Vec<Device>,
    /// Number of the last entry; 0 before the first.
    pub number: u64,
    /// Its hash; zeros before the first.
    pub hash: Octets<32>,
}

fn is_start(hash: &Octets<32>) -> bool {
    *hash == Octets::default()
}

impl KeysCommand {
    /// What it takes to ask this.
    pub(crate) fn need(&self) -> Need {
        match self {
            Self::Register { .. } | Self::Rotate { .. } | Self::Revoke { .. } => Need::Seat(Role::Host),
        }
    }

    /// Whether the first event that this command makes can be `event`.
    pub(crate) fn can_make(&self, event: &Event) -> bool {
        let Event::Keys(KeysEvent::Changed { entry }) = event else {
            return false;
        };
        let (asked, change) = match self {
            Self::Register { device, .. } => (device, KeyChange::Registered),
            Self::Rotate { device, .. } => (device, KeyChange::Rotated),
            Self::Revoke { device } => (device, KeyChange::Revoked),
        };
        entry.device.id == *asked && entry.change == change
    }
}

impl KeysEvent {
    /// A short name, for people and queries.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "keys.changed",
        }
    }

    /// For whom it looks how. Only the owner is in the room.
    pub(crate) fn visibility(&self) -> Visibility {
        match self {
            Self::Changed { .. } => Visibility::Everyone,
        }
    }
}

/// Refuses in a key log whatever is not about keys. Nobody is ever asked in, so who tries learns as much as from a room
/// that is by invitation.
pub(crate) fn guard(room: &Room, command: &Command) -> Result<(), Reject> {
    let is_log = room.settings().is_some_and(|settings| settings.kind == RoomKind::Keys);
    match command {
        Command::Keys(_) if is_log => Ok(()),
        Command::Room(RoomCommand::Join { .. }) if is_log => Err(Reject::NotInvited),
        Command::Keys(_) => Err(Reject::NotPermitted),
        Command::Room(_)
        | Command::Quiz(_)
        | Command::Chat(_)
        | Command::Receipt(_)
        | Command::Moderation(_)
        | Command::Activity(_)
        | Command::Inbox(_) => {
            if is_log {
                Err(Reject::NotPermitted)
            } else {
                Ok(())
            }
        }
    }
}

/// What the command brings about, or why it is refused.
pub(crate) fn decide(room: &Room, command: &KeysCommand, cx: &mut Cx<'_>) -> Result<Vec<Event>, Reject> {
    let log = &room.keys;
    let number = log.number() + 1;
    let (change, device) = match command {
        KeysCommand::Register {
            device,
            name,
            agreement,
            signing,
            signature,
        } => {
            log.check_space()?;
            let known = |other: &Device| other.id == *device || other.signing == *signing;
            if log.devices.values().any(known) {
                return Err(Reject::DeviceExists);
            }
            log.check_unused(agreement)?;
            if log.present().count() >= MAX_DEVICES {
                return Err(Reject::TooManyDevices);
            }
            let name = text::line(name, MAX_NAME, "name")?;
            if name.is_empty() {
                return Err(Reject::TextInvalid("name"));
            }
            let device = Device {
                user: cx.actor.user.clone(),
                id: device.clone(),
                name,
                agreement: *agreement,
                signing: *signing,
                key_number: number,
                registered_at: cx.now,
                revoked_at: None,
                signature: *signature,
            };
            (KeyChange::Registered, device)
        }
        KeysCommand::Rotate {
            device,
            agreement,
            signature,
        } => {
            let device = log.device(device)?.clone();
            log.check_space()?;
            log.check_unused(agreement)?;
            let device = Device {
                agreement: *agreement,
                key_number: number,
                signature: *signature,
                ..device
            };
            (KeyChange::Rotated, device)
        }
        KeysCommand::Revoke { device } => {
            let device = Device {
                revoked_at: Some(cx.now),
                ..log.device(device)?.clone()
            };
            (KeyChange::Revoked, device)
        }
    };
    let hash = chain::next(&log.hash, number, cx.now, change, &device);
    let entry = KeyEntry {
        number,
        at: cx.now,
        change,
        device,
        hash,
    };
    Ok(vec![Event::Keys(KeysEvent::Changed { entry })])
}

/// What time alone brings about.
pub(crate) fn settle(_room: &Room, _now: Timestamp) -> Vec<KeysEvent> {
    Vec::new()
}

/// When [`settle`] has something to do next.
pub(crate) fn next_deadline(_room: &Room) -> Option<Timestamp> {
    None
}

impl Room {
    /// Where the keys stand.
    pub fn keys(&self) -> KeysView {
        KeysView {
            devices: self.keys.present().cloned().collect(),
            number: self.keys.number(),
            hash: self.keys.hash,
        }
    }

    /// A device, revoked or not.
    pub fn key_device(&self, id: &DeviceId) -> Option<&Device> {
        self.keys.devices.get(id)
    }

    /// Where in this room's log the entries of the key log after number `after` begin and end; none if there are none.
    pub fn key_places(&self, after: u64) -> Option<(Seq, Seq)> {
        let after = usize::try_from(after).ok()?;
        Some((*self.keys.places.get(after)?, *self.keys.places.last()?))
    }
}

impl State {
    /// Takes an event into the state.
    pub(crate) fn apply(&mut self, place: &Entry, event: &KeysEvent) {
        match event {
            KeysEvent::Changed { entry } => {
                self.devices.insert(entry.device.id.clone(), entry.device.clone());
                self.used.insert(entry.device.agreement);
                self.places.push(place.seq);
                self.hash = entry.hash;
            }
        }
    }

    fn number(&self) -> u64 {
        self.places.len() as u64
    }

    fn present(&self) -> impl Iterator<Item = &Device> {
        self.devices.values().filter(|device| device.revoked_at.is_none())
    }

    fn device(&self, id: &DeviceId) -> Result<&Device, Reject> {
        let device = self.devices.get(id).filter(|device| device.revoked_at.is_none());
        device.ok_or(Reject::NoSuchDevice)
    }

    fn check_space(&self) -> Result<(), Reject> {
        if self.number() < MAX_ENTRIES {
            Ok(())
        } else {
            Err(Reject::KeyLogFull)
        }
    }

    /// An agreement key never comes back, so that an old statement about it is good for nothing.
    fn check_unused(&self, agreement: &Octets<32>) -> Result<(), Reject> {
        if self.used.contains(agreement) {
            Err(Reject::DeviceExists)
        } else {
            Ok(())
        }
    }
}
