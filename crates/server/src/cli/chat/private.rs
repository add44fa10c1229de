//! Private messages in a chat: sealed before they leave, opened before they are told, and whatever changes about keys said
//! aloud.
//!
//! Neighbours: [`chat`](super) hears and tells as ever, with texts that this fills in; [`ask`](super::ask) sends by it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result};
use tokio::sync::Mutex;
use trivium_client::{
    Session,
    proto::v1::{Message, RoomEvent, RoomSnapshot, room_event::Event},
    seal::{News, SealError, Sealer},
};

use super::ask::Answer;
use crate::ui::text::clean;

/// The keys of this device, shared with what is under way.
#[derive(Clone)]
pub(super) struct Private {
    sealer: Arc<Mutex<Sealer>>,
    room: String,
    /// The others in the conversation.
    peers: Vec<String>,
}

impl Private {
    /// Registers this device, whose keys are kept for each user in `folder`.
    pub(super) async fn open(
        session: &Session,
        folder: &Path,
        room: &str,
        me: &str,
        peers: Vec<String>,
    ) -> Result<Self> {
        // Identifiers have a colon at worst, which no file system here minds.
        let folder = folder.join(me);
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let sealer = Sealer::open(session.clone(), &folder, me, "terminal").await?;
        Ok(Self {
            sealer: Arc::new(Mutex::new(sealer)),
            room: room.to_owned(),
            peers,
        })
    }

    /// What to say at the beginning, and to whoever asks: the safety numbers.
    pub(super) async fn safety(&self) -> Vec<String> {
        let mut sealer = self.sealer.lock().await;
        let mut lines = Vec::new();
        for peer in &self.peers {
            let shown = clean(peer);
            match sealer.safety_number(peer).await {
                Ok(number) => {
                    let verified = sealer.directory().is_verified(peer);
                    let how = if verified { "compared" } else { "not compared yet" };
                    lines.push(format!("Safety number with {shown} ({how}):"));
                    let groups: Vec<&str> = number.split(' ').collect();
                    lines.extend(groups.chunks(6).map(|row| format!("    {}", row.join(" "))));
                }
                Err(error) => lines.push(format!("No safety number with {shown}: {error}")),
            }
        }
        lines
    }

    /// What has changed about keys, in words.
    pub(super) async fn news(&self) -> Vec<String> {
        self.sealer.lock().await.take_news().iter().map(told).collect()
    }

    /// The person has compared the number with a peer, or accepts its new devices.
    pub(super) async fn verify(&self, peer: &str) -> Result<Answer, SealError> {
        let mut sealer = self.sealer.lock().await;
        if !self.peers.iter().any(|known| known == peer) {
            return Ok(Answer::Refused("nobody of that name is in the conversation".to_owned()));
        }
        sealer.directory_mut().verify(peer);
        sealer.save()?;
        let line = format!(
            "{} is verified: a new device has to be accepted by /verify again",
            clean(peer)
        );
        Ok(Answer::Lines(vec![line]))
    }

    /// Says something.
    pub(super) async fn say(&self, text: &str, reply_to: u64) -> Result<Answer, SealError> {
        let sent = self.sealer.lock().await.send(&self.room, text, reply_to).await?;
        let without = sent
            .without_device
            .iter()
            .map(|user| format!("{} has no device, and cannot read it", clean(user)));
        Ok(Answer::Lines(without.collect()))
    }

    /// Fills in what an event says.
    pub(super) async fn open_event(&self, event: &mut RoomEvent) {
        if let Some(Event::MessageSent(sent)) = &mut event.event
            && let Some(message) = &mut sent.message
        {
            self.open_message(message).await;
        }
    }

    /// Fills in what the messages of a snapshot say.
    pub(super) async fn open_snapshot(&self, snapshot: &mut RoomSnapshot) {
        for message in &mut snapshot.messages {
            self.open_message(message).await;
        }
    }

    /// Fills in what a message says, or why it cannot be read.
    pub(super) async fn open_message(&self, message: &mut Message) {
        if message.sealed.is_none() {
            return;
        }
        let read = self.sealer.lock().await.read(&self.room, message).await;
        message.text = match read {
            Ok(opened) if opened.resend_of > 0 => format!("(#{} again) {}", opened.resend_of, opened.text),
            Ok(opened) => opened.text,
            Err(error) => format!("[{error}]"),
        };
    }
}

/// Where keys are kept where nothing else is said.
pub(super) fn folder(given: Option<PathBuf>) -> PathBuf {
    let home = || std::env::home_dir().unwrap_or_default().join(".local/share");
    given.unwrap_or_else(|| {
        let data = std::env::var_os("XDG_DATA_HOME").filter(|data| !data.is_empty());
        data.map_or_else(home, PathBuf::from).join("trivium/keys")
    })
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
