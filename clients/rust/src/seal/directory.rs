//! Who has which devices, as far as this client has seen: trust on first use, and every change after it is told.
//!
//! Neighbours: [`log`](super::log) checks entries; [`sealer`](super::sealer) asks the server and acts on what is found.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde::{Deserialize, Serialize};
use trivium_proto::v1::{KeyChange, KeyEvent, UserDevices};

use super::{KeyLog, Rewritten, SealError, envelope::Recipient, file, safety_number};

/// Most news that wait for the application; the oldest go first.
const MAX_NEWS: usize = 256;

/// What is known of everybody's keys.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Directory {
    users: BTreeMap<String, Contact>,
    #[serde(skip)]
    news: Vec<News>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Contact {
    log: KeyLog,
    /// The devices that were there when the person compared the safety number, and those accepted since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified: Option<BTreeSet<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rewritten: Option<Rewritten>,
}

/// What a person should be told about keys that were seen before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Somebody has another device. The safety number is another.
    DeviceAdded {
        /// Whose.
        user_id: String,
        /// The device.
        device_id: String,
        /// What the server says that it is called.
        name: String,
    },
    /// A device has another agreement key, which its signing key vouches for.
    KeyRotated {
        /// Whose.
        user_id: String,
        /// The device.
        device_id: String,
    },
    /// A device is no longer used. The safety number is another.
    DeviceRevoked {
        /// Whose.
        user_id: String,
        /// The device.
        device_id: String,
    },
    /// The log is not the one that was seen before: somebody put other keys in its place.
    Rewritten {
        /// Whose.
        user_id: String,
        /// What does not fit.
        why: Rewritten,
    },
}

impl Directory {
    /// What a file holds; nothing if there is none.
    ///
    /// # Errors
    /// [`SealError::File`].
    pub fn load(path: &Path) -> Result<Self, SealError> {
        Ok(file::load(path)?.unwrap_or_default())
    }

    /// Writes it to a file that only its owner can read: it says whom the person talks to.
    ///
    /// # Errors
    /// [`SealError::File`].
    pub fn save(&self, path: &Path) -> Result<(), SealError> {
        file::save(path, self)
    }

    /// The key log of a user, as far as it was seen.
    pub fn log(&self, user: &str) -> Option<&KeyLog> {
        self.users.get(user).map(|contact| &contact.log)
    }

    /// After which entry the log has to be read on, if the server's answer says that there is more of it.
    pub fn unread(&self, listed: &UserDevices) -> Option<u64> {
        let seen = self.log(&listed.user_id).map_or(0, KeyLog::head_seq);
        (listed.head_seq > seen).then_some(seen)
    }

    /// Compares what the server says of a user with what was seen before. `events` are those that were
    /// [unread](Self::unread), in order; more of them do no harm.
    ///
    /// # Errors
    /// [`SealError::Rewritten`], now and until the person decides; what was known stays as it was.
    pub fn take(&mut self, listed: &UserDevices, events: &[KeyEvent]) -> Result<(), SealError> {
        let user = &listed.user_id;
        let contact = self.users.entry(user.clone()).or_default();
        // Who had no device had nothing that could have been swapped.
        let is_first = contact.log.head_seq() == 0;
        let result = match contact.rewritten {
            Some(why) => Err(why),
            None => contact.follow(listed, events),
        };
        match result {
            Ok(changes) if !is_first => self.tell(changes),
            Ok(_) => {}
            Err(why) => {
                let user_id = user.clone();
                if contact.rewritten.replace(why).is_none() {
                    self.tell([News::Rewritten { user_id, why }]);
                }
                return Err(SealError::Rewritten {
                    user: user.clone(),
                    why,
                });
            }
        }
        Ok(())
    }

    /// The devices to seal for.
    ///
    /// # Errors
    /// [`SealError::Rewritten`], [`SealError::NotAccepted`].
    pub fn recipients(&self, user: &str) -> Result<Vec<Recipient>, SealError> {
        let Some(contact) = self.users.get(user) else {
            return Ok(Vec::new());
        };
        if let Some(why) = contact.rewritten {
            let user = user.to_owned();
            return Err(SealError::Rewritten { user, why });
        }
        let mut recipients = Vec::new();
        for (device_id, device) in contact.log.present() {
            if contact
                .verified
                .as_ref()
                .is_some_and(|accepted| !accepted.contains(device_id))
            {
                return Err(SealError::NotAccepted { user: user.to_owned() });
            }
            recipients.push(Recipient {
                user_id: user.to_owned(),
                device_id: device_id.to_owned(),
                key_seq: device.key_seq,
                agreement_key: *device.agreement_key(),
            });
        }
        Ok(recipients)
    }

    /// The person has compared the safety number: from now on, new devices have to be accepted.
    pub fn verify(&mut self, user: &str) {
        if let Some(contact) = self.users.get_mut(user) {
            contact.verified = Some(contact.log.present().map(|(id, _)| id.to_owned()).collect());
        }
    }

    /// Whether the person has compared the safety number with this user, and accepted all devices since.
    pub fn is_verified(&self, user: &str) -> bool {
        self.users.get(user).is_some_and(|contact| {
            contact.rewritten.is_none()
                && contact
                    .verified
                    .as_ref()
                    .is_some_and(|accepted| contact.log.present().all(|(id, _)| accepted.contains(id)))
        })
    }

    /// The person accepts a user's new devices, without having compared the number again.
    pub fn accept(&mut self, user: &str) {
        if self.users.get(user).is_some_and(|contact| contact.verified.is_some()) {
            self.verify(user);
        }
    }

    /// The person gives up what was known of a user: what comes next is trusted as if it were the first.
    pub fn forget(&mut self, user: &str) {
        self.users.remove(user);
    }

    /// The safety number of two users.
    ///
    /// # Errors
    /// [`SealError::NoDevices`].
    pub fn safety_number(&self, one: &str, other: &str) -> Result<String, SealError> {
        let keys = |user: &str| {
            let present = self.log(user).into_iter().flat_map(KeyLog::present);
            let keys: Vec<[u8; 32]> = present.map(|(_, device)| *device.signing_key()).collect();
            if keys.is_empty() {
                Err(SealError::NoDevices { user: user.to_owned() })
            } else {
                Ok(keys)
            }
        };
        Ok(safety_number((one, &keys(one)?), (other, &keys(other)?)))
    }

    /// What has changed since this was last asked, oldest first.
    pub fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// Leaves out what a device has done itself.
    pub(super) fn hush(&mut self, own_user: &str, own_device: &str) {
        self.news.retain(|news| match news {
            News::DeviceAdded { user_id, device_id, .. } | News::KeyRotated { user_id, device_id } => {
                user_id != own_user || device_id != own_device
            }
            News::DeviceRevoked { .. } | News::Rewritten { .. } => true,
        });
    }

    fn tell(&mut self, news: impl IntoIterator<Item = News>) {
        self.news.extend(news);
        let surplus = self.news.len().saturating_sub(MAX_NEWS);
        self.news.drain(..surplus);
    }
}

impl Contact {
    fn follow(&mut self, listed: &UserDevices, events: &[KeyEvent]) -> Result<Vec<News>, Rewritten> {
        let mut log = self.log.clone();
        let mut news = Vec::new();
        for event in events {
            if log.head_seq() >= listed.head_seq {
                break;
            }
            let change = log.take(&listed.user_id, event)?;
            let device = event.device.clone().unwrap_or_default();
            let (user_id, device_id) = (listed.user_id.clone(), device.device_id);
            news.extend(match change {
                KeyChange::Unspecified => None,
                KeyChange::Registered => Some(News::DeviceAdded {
                    user_id,
                    device_id,
                    name: device.name,
                }),
                KeyChange::Rotated => Some(News::KeyRotated { user_id, device_id }),
                KeyChange::Revoked => Some(News::DeviceRevoked { user_id, device_id }),
            });
        }
        let is_empty = listed.head_seq == 0 && listed.head_hash.is_empty();
        if listed.head_seq != log.head_seq() || !(is_empty || listed.head_hash.as_ref() == log.head_hash()) {
            return Err(Rewritten::Past);
        }
        if !log.agrees(&listed.devices) {
            return Err(Rewritten::Devices);
        }
        self.log = log;
        Ok(news)
    }
}
