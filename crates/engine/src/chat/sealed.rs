//! Messages that only the devices of their readers can open. The room keeps and orders what it cannot read.
//!
//! Whoever asks has checked the signature, and that the envelopes are for exactly the present devices of `readers`; here is
//! seen to it that those are the members still.
//!
//! Neighbours: `decide` dispatches here; [`keys`](crate::keys) has the devices; the bytes stand in
//! `docs/end-to-end.md`.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    decide::{is_conversation, may_write},
    event::{ChatEvent, Sent},
};
use crate::{
    Cx, DeviceId, Reject, RequestId, Room, Seq, UserId,
    octets::{Blob, Octets},
};

/// Most envelopes of a message.
pub const MAX_ENVELOPES: usize = 128;
/// Most members of a room that takes sealed messages.
pub const MAX_READERS: u32 = 32;
/// Most bytes of ciphertext that a room holds; beyond, the oldest messages are let go, as those in the log only.
pub const KEPT_BYTES: usize = 2 * 1024 * 1024;
/// Most devices that have asked for one message again.
const MAX_ASKED: usize = MAX_ENVELOPES;

/// The ciphertexts of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The device that wrote it.
    pub sender: DeviceId,
    /// The request by which it was sent, which is signed.
    pub request: RequestId,
    /// One per device, in the order of user and device.
    envelopes: Vec<Envelope>,
    /// Ed25519, over all of it.
    pub signature: Octets<64>,
}

/// One ciphertext.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// For whose device.
    pub user: UserId,
    /// The device.
    pub device: DeviceId,
    /// Number of the entry of the key log that brought the key.
    pub key_number: u64,
    /// HPKE encapsulated key.
    pub encapsulated: Octets<32>,
    /// HPKE ciphertext with its tag.
    pub ciphertext: Blob,
}

/// Why a device could not open a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResendReason {
    /// No envelope for it.
    NoEnvelope,
    /// An envelope for a key that it no longer has.
    KeyChanged,
    /// Envelope or signature are damaged.
    Damaged,
}

impl Sealed {
    /// None unless there is an envelope, there are no more than [`MAX_ENVELOPES`], and they are in order, none twice.
    pub fn new(sender: DeviceId, request: RequestId, envelopes: Vec<Envelope>, signature: Octets<64>) -> Option<Self> {
        let whose = |envelope: &Envelope| (envelope.user.clone(), envelope.device.clone());
        let ordered = envelopes.is_sorted_by(|a, b| whose(a) < whose(b));
        let counts = (1..=MAX_ENVELOPES).contains(&envelopes.len());
        (ordered && counts).then_some(Self {
            sender,
            request,
            envelopes,
            signature,
        })
    }

    /// One per device, in the order of user and device.
    pub fn envelopes(&self) -> &[Envelope] {
        &self.envelopes
    }

    /// Bytes that it takes, without names.
    pub fn size(&self) -> usize {
        let envelope = |envelope: &Envelope| envelope.ciphertext.0.len() + 32;
        self.envelopes.iter().map(envelope).sum::<usize>() + 64
    }
}

/// The message, if it may be sent.
pub(super) fn send(
    room: &Room,
    sealed: &Arc<Sealed>,
    reply_to: Option<Seq>,
    readers: &BTreeSet<UserId>,
    cx: &Cx<'_>,
) -> Result<ChatEvent, Reject> {
    may_write(room, cx)?;
    if !is_conversation(room) || room.member_count() > MAX_READERS {
        return Err(Reject::SealedNotAllowed);
    }
    let author = room.member(&cx.actor.user).ok_or(Reject::NotMember)?;
    if let Some(answered) = reply_to {
        room.chat.standing(answered)?;
    }
    // Somebody came or went since the devices were looked up.
    if !room.seats.members.iter().map(|member| &member.user).eq(readers) {
        return Err(Reject::StaleDevices);
    }
    Ok(Sent {
        reply_to,
        sealed: Some(Arc::clone(sealed)),
        ..Sent::text(author.user.clone(), author.nickname.clone(), String::new())
    }
    .into())
}

/// The request of a device that could not open a message, unless it has asked before.
pub(super) fn ask(
    room: &Room,
    seq: Seq,
    device: &DeviceId,
    reason: ResendReason,
    cx: &Cx<'_>,
) -> Result<Option<ChatEvent>, Reject> {
    let message = room.chat.standing(seq)?;
    if message.sealed.is_none() {
        return Err(Reject::NoSuchMessage);
    }
    let asker = (cx.actor.user.clone(), device.clone());
    if message.asked.contains(&asker) {
        return Ok(None);
    }
    if message.asked.len() >= MAX_ASKED {
        return Err(Reject::LimitReached("devices that ask again"));
    }
    Ok(Some(ChatEvent::ResendRequested {
        message: seq,
        author: message.author.clone(),
        user: asker.0,
        device: asker.1,
        reason,
    }))
}

/// Refuses what is not sealed where nothing else is taken, whoever asks.
pub(crate) fn check_plain(room: &Room) -> Result<(), Reject> {
    if room.is_sealed_only() {
        Err(Reject::SealedOnly)
    } else {
        Ok(())
    }
}

impl Room {
    /// Whether the room takes sealed messages only.
    pub fn is_sealed_only(&self) -> bool {
        self.settings().is_some_and(|settings| settings.policy.end_to_end)
    }
}
