//! What a client says on its session's stream.

use prost::Message;
use trivium_proto::v1::{
    ConnectRequest, Hello, JoinRoomRequest, MuteMemberRequest, Pong, SendMessageRequest, SubmitAnswerRequest,
    Subscribe, connect_request::Request,
};

/// Whatever is understood reads as the same after it was written again, in bytes and as JSON.
pub(super) fn request(input: &[u8]) {
    let Ok(request) = ConnectRequest::decode(input) else {
        return;
    };
    let again = ConnectRequest::decode(request.encode_to_vec().as_slice()).expect("what was written is in order");
    assert_eq!(again, request);
    // JSON knows enumerations by name, and so cannot hold numbers that have none.
    if let Ok(json) = serde_json::to_string(&request) {
        let again: ConnectRequest = serde_json::from_str(&json).expect("what was written is in order");
        assert_eq!(again.id, request.id);
    }
}

/// Requests in order.
pub(super) fn requests() -> Vec<Vec<u8>> {
    let ids = || ("q1".to_owned(), "r1".to_owned());
    let ((request_id, room_id), text) = (ids(), "hello".to_owned());
    let said = SendMessageRequest {
        request_id,
        room_id,
        text,
        ..SendMessageRequest::default()
    };
    let ((request_id, room_id), user_id) = (ids(), "ben".to_owned());
    let muted = MuteMemberRequest {
        request_id,
        room_id,
        user_id,
        duration_ms: 60_000,
        reason: "enough".into(),
    };
    let ((request_id, room_id), answer) = (ids(), trivium_proto::v1::answer::Value::Choice(2));
    let answered = SubmitAnswerRequest {
        request_id,
        room_id,
        question_index: 3,
        answer: Some(trivium_proto::v1::Answer { value: Some(answer) }),
    };
    let joined = JoinRoomRequest {
        request_id: "q2".into(),
        join_code: "K7QM-2RXD".into(),
        nickname: "Ana".into(),
        ..JoinRoomRequest::default()
    };
    let requests = [
        Request::Hello(Hello::default()),
        Request::Subscribe(Subscribe::default()),
        Request::Pong(Pong { ping_id: 4 }),
        Request::JoinRoom(joined),
        Request::SendMessage(said),
        Request::MuteMember(muted),
        Request::SubmitAnswer(answered),
    ];
    let numbered = (1..).zip(requests);
    numbered
        .map(|(id, request)| {
            let request = Some(request);
            ConnectRequest { id, request }.encode_to_vec()
        })
        .collect()
}
