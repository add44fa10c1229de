//! Private messages in a chat: sealed before they leave, opened before they are told, and whatever changes about keys said
//! aloud. What the server alone says is never told as if an author had.
//!
//! Neighbours: [`chat`](super) hears and tells as ever, with texts that this fills in; [`ask`](super::ask) sends by it;
//! [`shelf`](super::shelf) finds the folder of keys.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use anyhow::{Context as _, Result, anyhow};
use tokio::sync::Mutex;
use trivium_client::{
    Session, SessionEvent,
    proto::v1::{Message, ResendRequested, RoomSnapshot, room_event::Event},
    seal::{News, SealError, Sealer, Sent, Unreadable},
};

use super::{ask::Answer, shelf};
use crate::ui::text::clean;

/// Messages of which is remembered what they said, or why they cannot be read; the oldest are forgotten first.
const REMEMBERED: usize = 1_000;

/// The keys of this device, shared with what is under way.
#[derive(Clone)]
pub(super) struct Private {
    device: Arc<Mutex<Device>>,
    room: String,
}

struct Device {
    sealer: Sealer,
    /// The own messages, as one may be asked for them again: text, and what it answers.
    said: BTreeMap<u64, (String, u64)>,
    unread: BTreeMap<u64, Unreadable>,
    /// Who wrote what could be read.
    opened: BTreeMap<u64, String>,
    /// The safety numbers that the person could have compared, by user.
    shown: BTreeMap<String, String>,
}

impl Private {
    /// Registers this device, whose keys are in `folder`.
    pub(super) async fn open(session: &Session, folder: &Path, room: &str, me: &str) -> Result<Self> {
        shelf::make(folder).with_context(|| folder.display().to_string())?;
        let sealer = Sealer::open(session.clone(), folder, me, "terminal").await;
        let device = Device {
            sealer: sealer.map_err(|error| barred(error, folder))?,
            said: BTreeMap::new(),
            unread: BTreeMap::new(),
            opened: BTreeMap::new(),
            shown: BTreeMap::new(),
        };
        Ok(Self {
            device: Arc::new(Mutex::new(device)),
            room: room.to_owned(),
        })
    }

    /// Fills in what an event of the session says in private, and returns what the person should be told besides.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "in nothing else there is anything private"
    )]
    pub(super) async fn open_event(&self, event: &mut SessionEvent) -> Vec<String> {
        let mut device = self.device.lock().await;
        let mut lines = Vec::new();
        match event {
            SessionEvent::Event(event) => match &mut event.event {
                Some(Event::MessageSent(sent)) => {
                    if let Some(message) = &mut sent.message
                        && !device.read(&self.room, message).await
                    {
                        event.event = None;
                    }
                }
                Some(Event::MessageEdited(edited)) => edited.text = not_sealed(&edited.text),
                Some(Event::ResendRequested(asked)) => lines.extend(device.asked(asked)),
                _ => {}
            },
            SessionEvent::Reset { snapshot, .. } => {
                lines = device.safety(&peers(snapshot)).await;
                device.read_all(&self.room, &mut snapshot.messages).await;
                device.read_all(&self.room, &mut snapshot.pins).await;
            }
            _ => {}
        }
        // Where somebody may be listening, that comes first.
        device.news().chain(lines).collect()
    }

    /// Fills in what messages say.
    pub(super) async fn open_messages(&self, messages: &mut Vec<Message>) {
        self.device.lock().await.read_all(&self.room, messages).await;
    }

    /// What has changed about keys, in words.
    pub(super) async fn news(&self) -> Vec<String> {
        self.device.lock().await.news().collect()
    }

    /// The safety numbers with these users.
    pub(super) async fn safety(&self, peers: &[String]) -> Answer {
        Answer::Lines(self.device.lock().await.safety(peers).await)
    }

    /// The person has compared the number with a peer, or accepts its new devices.
    pub(super) async fn verify(&self, peer: &str) -> Result<Answer, SealError> {
        let mut device = self.device.lock().await;
        let number = device.sealer.safety_number(peer).await?;
        // Whoever looks at one number must not vouch for another.
        if device.shown.get(peer) != Some(&number) {
            let mut lines = vec!["Not verified, for the number has changed. Compare this one:".to_owned()];
            lines.extend(device.safety(&[peer.to_owned()]).await);
            return Ok(Answer::Lines(lines));
        }
        device.sealer.directory_mut().verify(peer);
        device.sealer.save()?;
        Ok(Answer::Lines(device.safety(&[peer.to_owned()]).await))
    }

    /// The person gives up what was known of a user's keys.
    pub(super) async fn forget(&self, peer: &str) -> Result<Answer, SealError> {
        let mut device = self.device.lock().await;
        device.sealer.directory_mut().forget(peer);
        device.sealer.save()?;
        let mut lines = vec![format!("What was known of {} is given up.", clean(peer))];
        lines.extend(device.safety(&[peer.to_owned()]).await);
        Ok(Answer::Lines(lines))
    }

    /// Says something.
    pub(super) async fn say(&self, text: &str, reply_to: u64) -> Result<Answer, SealError> {
        let sent = self.device.lock().await.sealer.send(&self.room, text, reply_to).await?;
        Ok(without(&sent))
    }

    /// Asks for a message again that could not be read.
    pub(super) async fn ask_again(&self, seq: u64) -> Result<Answer, SealError> {
        let device = self.device.lock().await;
        let Some(why) = device.unread.get(&seq) else {
            return Ok(Answer::Refused("there is nothing to ask for".to_owned()));
        };
        device.sealer.ask_again(&self.room, seq, *why).await?;
        Ok(Answer::Lines(vec![format!("#{seq} was asked for again")]))
    }

    /// Says something again that somebody has asked for.
    pub(super) async fn resend(&self, seq: u64) -> Result<Answer, SealError> {
        let mut device = self.device.lock().await;
        let Some((text, reply_to)) = device.said.get(&seq).cloned() else {
            return Ok(Answer::Refused("that is no message of yours, or too old".to_owned()));
        };
        device.sealer.resend(&self.room, &text, reply_to, seq).await?;
        Ok(Answer::Lines(vec![format!("#{seq} was sent again")]))
    }
}

impl Device {
    async fn read_all(&mut self, room: &str, messages: &mut Vec<Message>) {
        for mut message in std::mem::take(messages) {
            if self.read(room, &mut message).await {
                messages.push(message);
            }
        }
    }

    /// Fills in what a message says, or why it cannot be read. False if it says again what was read the first time.
    async fn read(&mut self, room: &str, message: &mut Message) -> bool {
        if message.delete_time_ms > 0 {
            return true;
        }
        if message.sealed.is_none() {
            message.text = not_sealed(&message.text);
            return true;
        }
        // Names of users stand in what is signed, nicknames and the rest do not.
        if message.author_nickname != message.author_id {
            message.author_nickname = format!("{} ({})", message.author_nickname, message.author_id);
        }
        (message.link, message.question) = (None, None);
        message.attachments.clear();
        message.mention_user_ids.clear();
        message.mentions_room = false;
        message.text = match self.sealer.read(room, message).await {
            Ok(opened) => {
                if self.opened.get(&opened.resend_of) == Some(&message.author_id) {
                    return false;
                }
                remember(&mut self.opened, message.seq, message.author_id.clone());
                if message.author_id == self.sealer.keys().user_id() {
                    remember(&mut self.said, message.seq, (opened.text.clone(), message.reply_to));
                }
                match opened.resend_of {
                    0 => opened.text,
                    first => format!("(#{first} again) {}", opened.text),
                }
            }
            Err(SealError::Unreadable(why)) => {
                remember(&mut self.unread, message.seq, why);
                match why.resend_reason() {
                    Some(_) => format!("[{why}; /again {} asks for it]", message.seq),
                    None => format!("[{why}]"),
                }
            }
            Err(error) => format!("[{error}]"),
        };
        true
    }

    /// What to say if a device asks for a message of this person's.
    fn asked(&self, asked: &ResendRequested) -> Option<String> {
        let seq = asked.message_seq;
        self.said.get(&seq)?;
        let known = self.sealer.directory().log(&asked.user_id);
        let name = known
            .and_then(|log| log.device(&asked.device_id))
            .map(|device| &device.name);
        let device = name.map_or_else(|| clean(&asked.device_id), |name| format!("\"{}\"", clean(name)));
        Some(format!(
            "! {} asks for #{seq} again, on the device {device}. If that device is {}'s, /resend {seq} sends it.",
            clean(&asked.user_id),
            clean(&asked.user_id)
        ))
    }

    async fn safety(&mut self, peers: &[String]) -> Vec<String> {
        let mut lines = Vec::new();
        for peer in peers {
            let shown = clean(peer);
            match self.sealer.safety_number(peer).await {
                Ok(number) => {
                    let verified = self.sealer.directory().is_verified(peer);
                    let how = if verified { "compared" } else { "not compared yet" };
                    lines.push(format!("Safety number with {shown} ({how}):"));
                    let groups: Vec<&str> = number.split(' ').collect();
                    lines.extend(groups.chunks(6).map(|row| format!("    {}", row.join(" "))));
                    self.shown.insert(peer.clone(), number);
                }
                Err(error) => lines.push(format!("No safety number with {shown}: {}", clean(&error.to_string()))),
            }
        }
        lines
    }

    fn news(&mut self) -> impl Iterator<Item = String> + use<> {
        self.sealer.take_news().into_iter().map(|news| told(&news))
    }
}

/// Why something was not done, and what the person can do about it.
pub(super) fn refusal(error: &SealError) -> String {
    match error {
        SealError::NotAccepted { user } => {
            format!("not sent: {user} has a new device. Compare the numbers (/safety), then /verify {user} accepts it")
        }
        SealError::Rewritten { user, why } => format!(
            "not done: the keys of {user} are not those that were seen before ({why}). /forget {user} trusts the new ones"
        ),
        SealError::NotRegistered => "not sent: this device was revoked".to_owned(),
        SealError::Server(_)
        | SealError::Unreadable(_)
        | SealError::TooLong
        | SealError::BadKey { .. }
        | SealError::NoDevices { .. }
        | SealError::File(_)
        | _ => format!("not done: {error}"),
    }
}

/// Why this device cannot take part, and what the person can do about it.
fn barred(error: SealError, folder: &Path) -> anyhow::Error {
    let folder = folder.display();
    match error {
        SealError::Server(refused) => anyhow!(refused).context("this device cannot be registered"),
        SealError::NotRegistered => {
            anyhow!("this device was revoked; remove {folder}/device.json to go on as a new one")
        }
        SealError::Rewritten { .. } => anyhow!(error).context(format!(
            "somebody may be listening; if you know better, remove {folder}/known.json to trust the server anew"
        )),
        SealError::NotAccepted { .. }
        | SealError::Unreadable(_)
        | SealError::TooLong
        | SealError::BadKey { .. }
        | SealError::NoDevices { .. }
        | SealError::File(_)
        | _ => error.into(),
    }
}

fn without(sent: &Sent) -> Answer {
    let users = sent.without_device.iter();
    Answer::Lines(
        users
            .map(|user| format!("{} has no device, and cannot read it", clean(user)))
            .collect(),
    )
}

/// A text that anybody could have read, and the server could have written.
fn not_sealed(text: &str) -> String {
    format!("[not sealed] {text}")
}

/// The others of a conversation.
fn peers(snapshot: &RoomSnapshot) -> Vec<String> {
    let me = snapshot.me.as_ref().map(|me| &me.user_id);
    let users = snapshot.members.iter().map(|member| &member.user_id);
    users.filter(|user| Some(*user) != me).cloned().collect()
}

fn remember<T>(book: &mut BTreeMap<u64, T>, seq: u64, what: T) {
    book.insert(seq, what);
    while book.len() > REMEMBERED {
        book.pop_first();
    }
}

fn told(news: &News) -> String {
    match news {
        News::DeviceAdded { user_id, name, .. } => format!(
            "! {} has a new device, \"{}\". The safety number is another: compare it.",
            clean(user_id),
            clean(name)
        ),
        News::DeviceRevoked { user_id, .. } => {
            format!(
                "! {} has one device fewer. The safety number is another.",
                clean(user_id)
            )
        }
        News::KeyRotated { user_id, .. } => format!("  {} has renewed a key.", clean(user_id)),
        News::Rewritten { user_id, why } => format!(
            "!!! The keys of {} are not those that were seen before ({why}). Somebody may be listening. Nothing is sent.",
            clean(user_id)
        ),
    }
}
