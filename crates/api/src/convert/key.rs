//! Keys of devices: requests in; devices and entries of the key log out.

use std::sync::Arc;

use bytes::Bytes;
use trivium_engine::{
    DeviceId, Entry, KeysCommand, KeysEvent, RequestId, RoomId,
    keys::{Device, KeyChange, KeyEntry, KeysView},
    octets::Octets,
};
use trivium_proto::v1::{self, room_event::Event};

use super::common::{Addressed, Invalid, id, time_or_zero, time_out};

/// Add a device. Signatures are for [`statement`](crate::statement) to check.
pub fn register(room: RoomId, request: v1::RegisterDeviceRequest) -> Result<Addressed, Invalid> {
    let command = KeysCommand::Register {
        device: id("device_id", request.device_id)?,
        name: request.name,
        agreement: octets("agreement_key", &request.agreement_key)?,
        signing: octets("signing_key", &request.signing_key)?,
        signature: octets("signature", &request.signature)?,
    };
    addressed(room, request.request_id, command)
}

/// Give a device another key.
pub fn rotate(room: RoomId, request: v1::RotateDeviceRequest) -> Result<Addressed, Invalid> {
    let command = KeysCommand::Rotate {
        device: id("device_id", request.device_id)?,
        agreement: octets("agreement_key", &request.agreement_key)?,
        signature: octets("signature", &request.signature)?,
    };
    addressed(room, request.request_id, command)
}

/// End a device.
pub fn revoke(room: RoomId, request: v1::RevokeDeviceRequest) -> Result<Addressed, Invalid> {
    let device: DeviceId = id("device_id", request.device_id)?;
    addressed(room, request.request_id, KeysCommand::Revoke { device })
}

fn addressed(room: RoomId, request_id: String, command: KeysCommand) -> Result<Addressed, Invalid> {
    let request: RequestId = id("request_id", request_id)?;
    Ok(Addressed {
        room,
        request,
        command: command.into(),
    })
}

/// So many bytes.
pub fn octets<const N: usize>(field: &str, bytes: &[u8]) -> Result<Octets<N>, Invalid> {
    let array = bytes.try_into().map(Octets);
    array.map_err(|_| Invalid::new(field, format!("must be {N} bytes")))
}

/// Bytes, on the way out.
pub fn octets_out<const N: usize>(octets: &Octets<N>) -> Bytes {
    Bytes::copy_from_slice(&octets.0)
}

/// An event on the wire.
pub fn event(event: &KeysEvent) -> Event {
    match event {
        KeysEvent::Changed { entry } => Event::KeyEvent(self::entry(entry)),
    }
}

/// The entry of the key log that a command made; none if it made another.
pub fn made(entries: &[Arc<Entry>]) -> Option<v1::KeyEvent> {
    entries.first().and_then(|entry| logged(entry)).map(entry)
}

/// The entry of the key log that an entry of the room's log is; none for others.
pub fn logged(entry: &Entry) -> Option<&KeyEntry> {
    let trivium_engine::Event::Keys(KeysEvent::Changed { entry }) = &entry.event else {
        return None;
    };
    Some(entry)
}

/// An entry of a key log.
pub fn entry(entry: &KeyEntry) -> v1::KeyEvent {
    let change = match entry.change {
        KeyChange::Registered => v1::KeyChange::Registered,
        KeyChange::Rotated => v1::KeyChange::Rotated,
        KeyChange::Revoked => v1::KeyChange::Revoked,
    };
    v1::KeyEvent {
        seq: entry.number,
        time_ms: time_out(entry.at),
        change: change.into(),
        device: Some(device(&entry.device)),
        hash: octets_out(&entry.hash),
    }
}

/// A device.
pub fn device(device: &Device) -> v1::Device {
    v1::Device {
        user_id: device.user.to_string(),
        device_id: device.id.to_string(),
        name: device.name.clone(),
        agreement_key: octets_out(&device.agreement),
        signing_key: octets_out(&device.signing),
        key_seq: device.key_number,
        register_time_ms: time_out(device.registered_at),
        revoke_time_ms: time_or_zero(device.revoked_at),
        signature: octets_out(&device.signature),
    }
}

/// The devices of one user.
pub fn user_devices(user_id: String, keys: &KeysView) -> v1::UserDevices {
    v1::UserDevices {
        user_id,
        devices: keys.devices.iter().map(device).collect(),
        head_seq: keys.number,
        head_hash: if keys.number > 0 {
            octets_out(&keys.hash)
        } else {
            Bytes::new()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_length() {
        assert_eq!(octets::<3>("key", &[1, 2, 3]), Ok(Octets([1, 2, 3])));
        let refused = octets::<3>("key", &[1, 2]).expect_err("too short");
        assert_eq!(refused.0.field, "key");
    }

    #[test]
    fn who_has_no_log_has_no_hash() {
        let none = user_devices("ana".into(), &KeysView::default());
        assert_eq!((none.head_seq, none.head_hash.len()), (0, 0));
    }
}
