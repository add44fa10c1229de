//! Private messages over a session: registers the device, keeps the directory, seals and opens.
//!
//! Neighbours: [`envelope`](super::envelope) and [`directory`](super::directory) do the work without a server.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::{Path, PathBuf},
};

use trivium_proto::v1::{
    ListDevicesRequest, ListKeyEventsRequest, ListMembersRequest, Message, RequestResendRequest, RevokeDeviceRequest,
    SealedContent, SendSealedMessageRequest, UserDevices,
};

use super::{
    Context, DeviceKeys, Directory, News, Opened, SealError, Unreadable,
    envelope::{self, Recipient},
};
use crate::{command::new_request_id, error::Error, session::Session};

/// Users that one question to the directory names.
const USERS: usize = 32;
/// Messages that are remembered, so that one that comes again is noticed; the oldest are forgotten first.
const SHOWN: usize = 4_096;

/// This device among others.
#[derive(Debug)]
pub struct Sealer {
    session: Session,
    keys: DeviceKeys,
    directory: Directory,
    /// Where keys and directory are kept; nowhere if none.
    folder: Option<PathBuf>,
    /// Whose keys were compared in this session.
    fresh: BTreeSet<String>,
    members: BTreeMap<String, Vec<String>>,
    shown: Shown,
}

/// A message that was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// As the room has it.
    pub message: Message,
    /// Members who have no device, and will never read it.
    pub without_device: Vec<String>,
}

impl Sealer {
    /// The device whose keys are in `folder`, or a new one with this name, registered either way.
    ///
    /// # Errors
    /// [`SealError::NotRegistered`] if it was revoked: remove `device.json` to go on as a new device.
    pub async fn open(
        session: Session,
        folder: &Path,
        user_id: impl Into<String>,
        name: impl Into<String>,
    ) -> Result<Self, SealError> {
        let user_id = user_id.into();
        let keys = match DeviceKeys::load(&folder.join(DEVICE))? {
            Some(keys) if keys.user_id() == user_id => keys,
            Some(_) => return Err(SealError::File("these are the keys of another user".to_owned())),
            None => DeviceKeys::generate(user_id, name),
        };
        let directory = Directory::load(&folder.join(KNOWN))?;
        let mut sealer = Self::new(session, keys, directory);
        sealer.folder = Some(folder.to_owned());
        sealer.register().await?;
        Ok(sealer)
    }

    /// A device that is kept nowhere.
    pub fn new(session: Session, keys: DeviceKeys, directory: Directory) -> Self {
        Self {
            session,
            keys,
            directory,
            folder: None,
            fresh: BTreeSet::new(),
            members: BTreeMap::new(),
            shown: Shown::default(),
        }
    }

    /// The session over which it asks.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The keys of this device.
    pub fn keys(&self) -> &DeviceKeys {
        &self.keys
    }

    /// What is known of everybody's keys.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// For what the person decides: [`verify`](Directory::verify), [`accept`](Directory::accept),
    /// [`forget`](Directory::forget). Call [`save`](Self::save) afterwards.
    pub fn directory_mut(&mut self) -> &mut Directory {
        &mut self.directory
    }

    /// What has changed about keys that were seen before, oldest first.
    pub fn take_news(&mut self) -> Vec<News> {
        self.directory.take_news()
    }

    /// Registers the device unless it is, and repeats a rotation that the server has not seen.
    ///
    /// # Errors
    /// [`SealError::NotRegistered`] if it was revoked.
    pub async fn register(&mut self) -> Result<(), SealError> {
        self.save()?;
        let user = self.keys.user_id().to_owned();
        self.refresh([user.clone()]).await?;
        if self.own_device().is_none() {
            self.session.execute(self.keys.register()).await?;
            self.refresh([user.clone()]).await?;
        }
        let own = self.own_device().ok_or(SealError::NotRegistered)?;
        if !own.is_present() || own.signing_key() != &self.keys.signing_key() {
            return Err(SealError::NotRegistered);
        }
        if own.agreement_key() != &self.keys.agreement_key() {
            self.session.execute(self.keys.rotation()).await?;
            self.refresh([user]).await?;
        }
        Ok(())
    }

    /// Gives this device a new agreement key. What was sealed for the two before can still be opened.
    ///
    /// # Errors
    /// [`SealError::Server`]; the rotation is repeated by the next [`register`](Self::register).
    pub async fn rotate(&mut self) -> Result<(), SealError> {
        self.keys.renew();
        self.register().await
    }

    /// Ends a device of the same user, such as one that was lost.
    ///
    /// # Errors
    /// [`SealError::Server`].
    pub async fn revoke(&mut self, device_id: impl Into<String>) -> Result<(), SealError> {
        let request = RevokeDeviceRequest {
            device_id: device_id.into(),
            ..RevokeDeviceRequest::default()
        };
        self.session.execute(request).await?;
        self.refresh([self.keys.user_id().to_owned()]).await
    }

    /// Says something in a conversation. If devices have changed meanwhile, it is sealed once more for those that there
    /// are now.
    ///
    /// # Errors
    /// [`SealError::Rewritten`], [`SealError::NotAccepted`], [`SealError::NotRegistered`] and [`SealError::TooLong`], before
    /// anything was sent.
    pub async fn send(&mut self, room_id: &str, text: &str, reply_to: u64) -> Result<Sent, SealError> {
        self.send_content(room_id, text, reply_to, 0).await
    }

    /// Says something again, for a device that could not open it. Ask the person first: a device that asks for old
    /// messages may be anybody's.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn resend(
        &mut self,
        room_id: &str,
        text: &str,
        reply_to: u64,
        resend_of: u64,
    ) -> Result<Sent, SealError> {
        self.send_content(room_id, text, reply_to, resend_of).await
    }

    async fn send_content(
        &mut self,
        room_id: &str,
        text: &str,
        reply_to: u64,
        resend_of: u64,
    ) -> Result<Sent, SealError> {
        let said = SealedContent {
            text: text.to_owned(),
            send_time_ms: self.session.clock().now_ms(),
            resend_of,
        };
        // The same for every attempt: should the first have been taken after all, the answer is that one.
        let request_id = new_request_id();
        let mut is_first = true;
        loop {
            let (recipients, without_device) = self.recipients(room_id).await?;
            if !self.own_device().is_some_and(super::log::Known::is_present) {
                return Err(SealError::NotRegistered);
            }
            let context = Context {
                room_id,
                author_id: self.keys.user_id(),
                reply_to,
            };
            let sealed = envelope::seal(&self.keys, context, &request_id, &said, &recipients, &mut rand::rng())?;
            let request = SendSealedMessageRequest {
                request_id: request_id.clone(),
                room_id: room_id.to_owned(),
                sealed: Some(sealed),
                reply_to,
            };
            match self.session.execute(request).await {
                Ok(response) => {
                    let message = response.message.ok_or(Error::Protocol("the answer is empty"))?;
                    return Ok(Sent {
                        message,
                        without_device,
                    });
                }
                // This device may be the one that is no longer there.
                Err(error) if is_first && matches!(error.reason(), "STALE_DEVICES" | "DEVICE_UNKNOWN") => {
                    is_first = false;
                    self.members.remove(room_id);
                    self.fresh.clear();
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What a message says; one of this session's own user too.
    ///
    /// # Errors
    /// [`SealError::Unreadable`], and what the server refuses if its author's keys had to be looked up.
    pub async fn read(&mut self, room_id: &str, message: &Message) -> Result<Opened, SealError> {
        let sealed = message.sealed.as_ref().ok_or(Unreadable::NotSealed)?;
        let author = message.author_id.as_str();
        let sender = sealed.sender_device_id.as_str();
        let is_known = self
            .directory
            .log(author)
            .is_some_and(|log| log.device(sender).is_some());
        if !is_known || !self.fresh.contains(author) {
            self.refresh([author.to_owned()]).await?;
        }
        let device = self.directory.log(author).and_then(|log| log.device(sender));
        // Within one millisecond the order is not known, and what the server took was good then.
        let good = |time: i64| time == 0 || message.send_time_ms <= time;
        let device = device
            .filter(|device| good(device.revoke_time_ms))
            .ok_or(Unreadable::UnknownDevice)?;
        let context = Context {
            room_id,
            author_id: author,
            reply_to: message.reply_to,
        };
        let opened = envelope::open(&self.keys, context, device.signing_key(), sealed);
        let signed = !matches!(opened, Err(Unreadable::SignatureWrong));
        let name = (room_id.to_owned(), sender.to_owned(), sealed.request_id.clone());
        if signed && !self.shown.is_new(name, message.seq) {
            return Err(Unreadable::Replayed.into());
        }
        let own = self.keys.user_id().to_owned();
        let is_known = |id: &str| self.directory.log(&own).is_some_and(|log| log.device(id).is_some());
        let mut mine = sealed.envelopes.iter().filter(|envelope| envelope.user_id == own);
        if signed && mine.any(|envelope| !is_known(&envelope.device_id)) {
            // A device of one's own that one does not know of: whether it is so comes as news, and bars no reading.
            let _news = self.refresh([own]).await;
        }
        Ok(opened?)
    }

    /// Asks the author of a message that could not be opened to send it again.
    ///
    /// # Errors
    /// [`SealError::Unreadable`] with what asking cannot help, [`SealError::Server`].
    pub async fn ask_again(&self, room_id: &str, message_seq: u64, why: Unreadable) -> Result<(), SealError> {
        let reason = why.resend_reason().ok_or(why)?;
        let request = RequestResendRequest {
            request_id: String::new(),
            room_id: room_id.to_owned(),
            message_seq,
            device_id: self.keys.device_id().to_owned(),
            reason: reason.into(),
        };
        self.session.execute(request).await?;
        Ok(())
    }

    /// The safety number of this user and another, by their keys as the server gives them now.
    ///
    /// # Errors
    /// [`SealError::NoDevices`], [`SealError::Rewritten`].
    pub async fn safety_number(&mut self, user: &str) -> Result<String, SealError> {
        let own = self.keys.user_id().to_owned();
        self.refresh([own.clone(), user.to_owned()]).await?;
        self.directory.safety_number(&own, user)
    }

    /// Compares the keys of these users with what was seen before, and reads what is new.
    ///
    /// # Errors
    /// [`SealError::Rewritten`] for the first of whom that is so; the others are compared nevertheless.
    pub async fn refresh(&mut self, users: impl IntoIterator<Item = String>) -> Result<(), SealError> {
        let users: Vec<String> = users.into_iter().collect();
        let mut result = Ok(());
        for users in users.chunks(USERS) {
            let request = ListDevicesRequest {
                user_ids: users.to_vec(),
            };
            let response = self.session.execute(request).await?;
            if !response.users.iter().map(|listed| &listed.user_id).eq(users) {
                return Err(Error::Protocol("the answer is about other users").into());
            }
            for listed in response.users {
                let taken = self.compare(&listed).await;
                self.fresh.insert(listed.user_id);
                if result.is_ok() {
                    result = taken;
                }
            }
        }
        self.confirm();
        self.save()?;
        result
    }

    /// Writes keys and directory to their folder, if there is one.
    ///
    /// # Errors
    /// [`SealError::File`].
    pub fn save(&self) -> Result<(), SealError> {
        if let Some(folder) = &self.folder {
            self.keys.save(&folder.join(DEVICE))?;
            self.directory.save(&folder.join(KNOWN))?;
        }
        Ok(())
    }

    async fn compare(&mut self, listed: &UserDevices) -> Result<(), SealError> {
        let mut events = Vec::new();
        if let Some(mut after_seq) = self.directory.unread(listed) {
            loop {
                let request = ListKeyEventsRequest {
                    user_id: listed.user_id.clone(),
                    after_seq,
                };
                let page = self.session.execute(request).await?;
                let last = page.events.last().map(|event| event.seq);
                events.extend(page.events);
                match last {
                    Some(last) if page.more && last > after_seq && last < listed.head_seq => after_seq = last,
                    Some(_) | None => break,
                }
            }
        }
        self.directory.take(listed, &events)
    }

    /// All present devices of all members, and who has none.
    async fn recipients(&mut self, room_id: &str) -> Result<(Vec<Recipient>, Vec<String>), SealError> {
        let members = if let Some(members) = self.members.get(room_id) {
            members.clone()
        } else {
            let request = ListMembersRequest {
                room_id: room_id.to_owned(),
                page_size: 500,
                ..ListMembersRequest::default()
            };
            let listed = self.session.execute(request).await?.members;
            let members: Vec<String> = listed.into_iter().map(|member| member.user_id).collect();
            self.members.insert(room_id.to_owned(), members.clone());
            members
        };
        let stale: Vec<String> = members
            .iter()
            .filter(|user| !self.fresh.contains(*user))
            .cloned()
            .collect();
        if !stale.is_empty() {
            self.refresh(stale).await?;
        }
        let (mut recipients, mut without_device) = (Vec::new(), Vec::new());
        for user in members {
            let devices = self.directory.recipients(&user)?;
            if devices.is_empty() {
                without_device.push(user);
            }
            recipients.extend(devices);
        }
        Ok((recipients, without_device))
    }

    fn own_device(&self) -> Option<&super::log::Known> {
        self.directory.log(self.keys.user_id())?.device(self.keys.device_id())
    }

    /// Learns which of the own keys came by which entry.
    fn confirm(&mut self) {
        let own = self.own_device().map(|own| (*own.agreement_key(), own.key_seq));
        if let Some((key, key_seq)) = own {
            self.keys.confirm(&key, key_seq);
        }
        self.directory.hush(self.keys.user_id(), self.keys.device_id());
    }
}

const DEVICE: &str = "device.json";
const KNOWN: &str = "known.json";

/// Which messages were read, by room, sending device and request: the same under two numbers is shown once.
#[derive(Debug, Default)]
struct Shown {
    seqs: BTreeMap<(String, String, String), u64>,
    order: VecDeque<(String, String, String)>,
}

impl Shown {
    fn is_new(&mut self, name: (String, String, String), seq: u64) -> bool {
        if let Some(first) = self.seqs.get(&name) {
            return *first == seq;
        }
        self.seqs.insert(name.clone(), seq);
        self.order.push_back(name);
        if self.order.len() > SHOWN
            && let Some(oldest) = self.order.pop_front()
        {
            self.seqs.remove(&oldest);
        }
        true
    }
}
