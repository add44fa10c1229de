//! Marks, hands and who was there.

use trivium_proto::v1::{
    AcknowledgeRequest, GetMessageReceiptsRequest, ListActivityRequest, ListReceiptsRequest, ListUnreadRequest,
    RaiseHandRequest, SetReceiptPrivacyRequest, connect_request::Request,
};
use trivium_tests::game::id;

use super::About;

/// The request for a call of `ReceiptService`, or for one of `PresenceService` that is about hands and visits.
pub(super) fn request(call: &str, about: &About) -> Option<Request> {
    let room_id = about.room.clone();
    let request = match call {
        "Acknowledge" => Request::Acknowledge(AcknowledgeRequest {
            room_id,
            delivered_seq: about.message,
            read_seq: 1,
        }),
        "SetReceiptPrivacy" => Request::SetReceiptPrivacy(SetReceiptPrivacyRequest {
            request_id: id(),
            room_id,
            private: true,
        }),
        "ListReceipts" => Request::ListReceipts(ListReceiptsRequest {
            room_id,
            ..ListReceiptsRequest::default()
        }),
        "GetMessageReceipts" => Request::GetMessageReceipts(GetMessageReceiptsRequest {
            room_id,
            message_seq: about.message,
        }),
        "ListUnread" => Request::ListUnread(ListUnreadRequest::default()),
        // Who may raise a hand may lower it; who has none lowers a member's.
        "RaiseHand" => Request::RaiseHand(RaiseHandRequest {
            request_id: id(),
            room_id,
            raised: false,
            user_id: about.member.clone(),
        }),
        "ListActivity" => Request::ListActivity(ListActivityRequest {
            room_id,
            ..ListActivityRequest::default()
        }),
        _ => return None,
    };
    Some(request)
}
