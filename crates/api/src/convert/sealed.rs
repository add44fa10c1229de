//! Sealed messages: requests in; messages and events out. Nothing here looks into them.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use trivium_engine::{
    ChatCommand, DeviceId, Entry, Seq, UserId,
    chat::sealed::{Envelope, ResendReason, Sealed},
    octets::Blob,
};
use trivium_proto::v1;

use super::{
    common::{Addressed, Invalid, addressed, enumerated, id},
    key::{octets, octets_out},
    reply,
};

/// The ciphertexts of a request with this request id.
pub fn sealed(request_id: &str, message: v1::SealedMessage) -> Result<Sealed, Invalid> {
    if message.request_id != request_id {
        let why = "must be the request_id of the request";
        return Err(Invalid::new("sealed.request_id", why));
    }
    let envelopes = message.envelopes.into_iter().enumerate();
    let envelopes = envelopes.map(|(index, envelope)| {
        self::envelope(envelope).map_err(|invalid| invalid.within(&format!("sealed.envelopes[{index}]")))
    });
    let envelopes = envelopes.collect::<Result<_, _>>()?;
    Sealed::new(
        id("sealed.sender_device_id", message.sender_device_id)?,
        id("sealed.request_id", message.request_id)?,
        envelopes,
        octets("sealed.signature", &message.signature)?,
    )
    .ok_or_else(|| {
        Invalid::new(
            "sealed.envelopes",
            "must be 1 to 128 in the order of user and device, none twice",
        )
    })
}

fn envelope(envelope: v1::Envelope) -> Result<Envelope, Invalid> {
    Ok(Envelope {
        user: id("user_id", envelope.user_id)?,
        device: id("device_id", envelope.device_id)?,
        key_number: envelope.key_seq,
        encapsulated: octets("encapsulated_key", &envelope.encapsulated_key)?,
        ciphertext: Blob(envelope.ciphertext.as_ref().into()),
    })
}

/// Say something sealed, for the devices of these members.
pub fn send(
    room_id: String,
    request_id: String,
    sealed: Arc<Sealed>,
    reply_to: Option<Seq>,
    readers: BTreeSet<UserId>,
) -> Result<Addressed, Invalid> {
    let command = ChatCommand::SendSealed {
        sealed,
        reply_to,
        readers,
    };
    addressed(room_id, request_id, command)
}

/// Ask for a sealed message again; and from which device.
pub fn ask(request: v1::RequestResendRequest) -> Result<(Addressed, DeviceId), Invalid> {
    let reason = match enumerated("reason", request.reason)? {
        v1::ResendReason::Unspecified => return Err(Invalid::new("reason", "value is required")),
        v1::ResendReason::NoEnvelope => ResendReason::NoEnvelope,
        v1::ResendReason::KeyChanged => ResendReason::KeyChanged,
        v1::ResendReason::Damaged => ResendReason::Damaged,
    };
    let device: DeviceId = id("device_id", request.device_id)?;
    let command = ChatCommand::RequestResend {
        message: request.message_seq,
        device: device.clone(),
        reason,
    };
    Ok((addressed(request.room_id, request.request_id, command)?, device))
}

/// To SendSealedMessage; none if the entries are not those of a message.
pub fn sent(room: &trivium_engine::RoomId, entries: &[Arc<Entry>]) -> Option<v1::SendSealedMessageResponse> {
    let message = reply::send_message(room, entries)?.message;
    Some(v1::SendSealedMessageResponse { message })
}

/// The ciphertexts on the wire.
pub fn sealed_out(sealed: &Sealed) -> v1::SealedMessage {
    let envelope = |envelope: &Envelope| v1::Envelope {
        user_id: envelope.user.to_string(),
        device_id: envelope.device.to_string(),
        key_seq: envelope.key_number,
        encapsulated_key: octets_out(&envelope.encapsulated),
        ciphertext: Bytes::copy_from_slice(&envelope.ciphertext.0),
    };
    v1::SealedMessage {
        sender_device_id: sealed.sender.to_string(),
        envelopes: sealed.envelopes().iter().map(envelope).collect(),
        signature: octets_out(&sealed.signature),
        request_id: sealed.request.to_string(),
    }
}

/// Why a device asks.
pub fn reason_out(reason: ResendReason) -> v1::ResendReason {
    match reason {
        ResendReason::NoEnvelope => v1::ResendReason::NoEnvelope,
        ResendReason::KeyChanged => v1::ResendReason::KeyChanged,
        ResendReason::Damaged => v1::ResendReason::Damaged,
    }
}
