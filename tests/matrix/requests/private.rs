//! Keys of devices, and messages that only they can open.

use prost::bytes::Bytes;
use trivium_client::seal::DeviceKeys;
use trivium_proto::v1::{
    Envelope, ListDevicesRequest, ListKeyEventsRequest, RequestResendRequest, ResendReason, RevokeDeviceRequest,
    SealedMessage, SendSealedMessageRequest, connect_request::Request,
};
use trivium_tests::game::id;

use super::About;

const DEVICE: &str = "matrix";

/// The request for a call of `KeyService`, or for one of `ChatService` that is about sealed messages.
pub(super) fn request(call: &str, about: &About) -> Option<Request> {
    let room_id = about.room.clone();
    let request_id = id();
    let user = about.user.as_str();
    let request = match call {
        "RegisterDevice" => {
            let mut request = keys(user).register();
            request.request_id = request_id;
            Request::RegisterDevice(request)
        }
        "RotateDevice" => {
            let mut keys = keys(user);
            keys.renew();
            let mut request = keys.rotation();
            request.request_id = request_id;
            Request::RotateDevice(request)
        }
        "RevokeDevice" => Request::RevokeDevice(RevokeDeviceRequest {
            request_id,
            device_id: DEVICE.into(),
        }),
        "ListDevices" => Request::ListDevices(ListDevicesRequest {
            user_ids: vec!["host".into(), "nobody".into()],
        }),
        "ListKeyEvents" => Request::ListKeyEvents(ListKeyEventsRequest {
            user_id: "host".into(),
            after_seq: 0,
        }),
        "SendSealedMessage" => Request::SendSealedMessage(SendSealedMessageRequest {
            sealed: Some(SealedMessage {
                sender_device_id: DEVICE.into(),
                envelopes: vec![Envelope {
                    user_id: "host".into(),
                    device_id: DEVICE.into(),
                    key_seq: 1,
                    encapsulated_key: Bytes::from_static(&[1; 32]),
                    ciphertext: Bytes::from_static(&[2; 272]),
                }],
                signature: Bytes::from_static(&[3; 64]),
                request_id: request_id.clone(),
            }),
            request_id,
            room_id,
            reply_to: 0,
        }),
        "RequestResend" => Request::RequestResend(RequestResendRequest {
            request_id,
            room_id,
            message_seq: about.message,
            device_id: DEVICE.into(),
            reason: ResendReason::Damaged.into(),
        }),
        _ => return None,
    };
    Some(request)
}

/// The same each time: who registers them twice is told so.
fn keys(user: &str) -> DeviceKeys {
    DeviceKeys::from_secrets(user, DEVICE, "A device", [7; 32], [8; 32])
}
