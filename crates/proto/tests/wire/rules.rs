//! Holds the validator of every request to the rules in the proto files, as protovalidate's reflective validator
//! reads them: for a valid message and for each way to break one field of it, however deep.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use prost::Message;
use prost_protovalidate::{Error, bridge::RuntimeBridge};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};
use trivium_proto::{FILE_DESCRIPTOR_SET, Validate, v1, validate};

use crate::descriptors;

/// The validator of a request, behind its encoding.
type Validator = fn(&[u8]) -> Result<(), Vec<trivium_proto::Violation>>;

fn typed<M: Message + Default + Validate>(bytes: &[u8]) -> Result<(), Vec<trivium_proto::Violation>> {
    validate(&M::decode(bytes).expect("encoded from the same descriptor"))
}

macro_rules! validators {
    ($($request:ident)*) => {
        BTreeMap::from([$((stringify!($request), typed::<v1::$request> as Validator)),*])
    };
}

fn validators() -> BTreeMap<&'static str, Validator> {
    validators! {
        Authenticate Hello Pong Subscribe Unsubscribe SyncClockRequest WatchRequest
        CreateRoomRequest GetRoomRequest ListRoomsRequest JoinRoomRequest LeaveRoomRequest UpdateRoomRequest
        CloseRoomRequest ListMembersRequest UpdateMemberRequest RemoveMemberRequest BanUserRequest UnbanUserRequest
        TakeHostRequest CreateInvitationRequest RevokeInvitationRequest ListEventsRequest
        CreateQuizRequest UpdateQuizRequest GetQuizRequest ListQuizzesRequest DeleteQuizRequest LoadQuizRequest
        StartQuizRequest AdvanceQuizRequest SubmitAnswerRequest ReportLoadedRequest ReportDrawnRequest
        PauseQuizRequest ResumeQuizRequest ExtendQuestionRequest SkipQuestionRequest SetAutoAdvanceRequest EndQuizRequest
        GetResultsRequest
        OpenConversationRequest SearchRoomsRequest SearchMessagesRequest
        SendMessageRequest EditMessageRequest DeleteMessageRequest SetReactionRequest ListMessagesRequest
        GetMessageRequest ListMessageEditsRequest SetPinRequest ListPinsRequest BroadcastRequest SetTypingRequest
        AcknowledgeRequest SetReceiptPrivacyRequest ListReceiptsRequest GetMessageReceiptsRequest ListUnreadRequest
        GetModerationRequest UpdateModerationRequest TestFilterRequest MuteMemberRequest UnmuteMemberRequest
        ListHeldMessagesRequest ResolveMessageRequest ReportMessageRequest ListReportsRequest ResolveReportRequest
        ListAuditRequest
        SetPresenceRequest ListPresenceRequest RaiseHandRequest ListActivityRequest
        NotifyRequest ListNotificationsRequest MarkNotificationsReadRequest GetNotificationPreferencesRequest
        UpdateNotificationPreferencesRequest MakeAnnouncementRequest RetractAnnouncementRequest
        ListAnnouncementsRequest
        RegisterDeviceRequest RotateDeviceRequest RevokeDeviceRequest ListDevicesRequest ListKeyEventsRequest
        SendSealedMessageRequest RequestResendRequest
        ImportQuizRequest ExportQuizRequest ExportResultsRequest
    }
}

struct Mutant {
    path: String,
    message: DynamicMessage,
}

/// Every way to put one bad value into one field of `message`, or of what it contains, and every other member of its
/// oneofs.
fn mutants(message: &DynamicMessage) -> Vec<Mutant> {
    let mut found = Vec::new();
    for field in message.descriptor().fields() {
        let with = |value: Value| {
            let mut copy = message.clone();
            copy.set_field(&field, value);
            copy
        };
        let mut add = |path: String, value: Value| {
            found.push(Mutant {
                path,
                message: with(value),
            });
        };
        let path = field.full_name().to_owned();
        if field.is_list() {
            let item = descriptors::valid_item(&field);
            let most = descriptors::rule(&field, "repeated", "max_items");
            for length in [0, 1].into_iter().chain(around(most)) {
                add(path.clone(), Value::List(vec![item.clone(); length]));
            }
            for bad in bad_items(&field) {
                add(path.clone(), Value::List(vec![item.clone(), bad]));
            }
            for inner in item.as_message().map(mutants).unwrap_or_default() {
                add(
                    inner.path,
                    Value::List(vec![item.clone(), Value::Message(inner.message)]),
                );
            }
        } else {
            for bad in bad_items(&field) {
                add(path.clone(), bad);
            }
            for inner in descriptors::valid_item(&field)
                .as_message()
                .map(mutants)
                .unwrap_or_default()
            {
                add(inner.path, Value::Message(inner.message));
            }
            let mut cleared = with(descriptors::valid_value(&field));
            // A member of a oneof that is valid on its own is a mutant too.
            found.push(Mutant {
                path: path.clone(),
                message: cleared.clone(),
            });
            cleared.clear_field(&field);
            found.push(Mutant { path, message: cleared });
        }
    }
    found
}

/// Values at and past the ends of what any rule allows.
fn bad_items(field: &FieldDescriptor) -> Vec<Value> {
    match field.kind() {
        Kind::Double => [f64::NAN, f64::INFINITY, -1e13, 1e13, 1e12, -1e12, 0.0]
            .map(Value::F64)
            .into(),
        Kind::Uint32 => [0, 1, 10, 11, 63, 64, 199, 200, u32::MAX].map(Value::U32).into(),
        Kind::Uint64 => [0, 1, u64::MAX].map(Value::U64).into(),
        Kind::Int32 => [0, i32::MIN, i32::MAX].map(Value::I32).into(),
        Kind::Int64 => [0, i64::MIN, i64::MAX].map(Value::I64).into(),
        Kind::String => {
            // Two bytes a character: lengths are in characters, not in bytes.
            let rules = ["len", "min_len", "max_len", "min_bytes", "max_bytes"];
            let rules = rules.map(|name| descriptors::rule(field, "string", name));
            let lengths = [0].into_iter().chain(rules.into_iter().flat_map(around));
            let long = |length: usize| ["a".repeat(length), "é".repeat(length)];
            let odd = ["a b".to_owned(), "a\n".to_owned(), "a-Z_0.:@".to_owned()];
            lengths.flat_map(long).chain(odd).map(Value::String).collect()
        }
        Kind::Bytes => ["len", "min_len", "max_len"]
            .map(|name| descriptors::rule(field, "bytes", name))
            .into_iter()
            .flat_map(around)
            .chain([0])
            .map(|length| Value::Bytes(vec![0; length].into()))
            .collect(),
        Kind::Enum(_) => [-1, 0, 1, 4, 99].map(Value::EnumNumber).into(),
        Kind::Message(_) => Vec::new(),
        Kind::Bool => vec![Value::Bool(false)],
        kind @ (Kind::Float
        | Kind::Sint32
        | Kind::Sint64
        | Kind::Fixed32
        | Kind::Fixed64
        | Kind::Sfixed32
        | Kind::Sfixed64) => panic!("no request has a field of kind {kind:?}"),
    }
}

/// The lengths next to a bound.
fn around(bound: Option<usize>) -> impl Iterator<Item = usize> {
    let near = |bound: usize| [bound.saturating_sub(1), bound, bound + 1];
    bound.into_iter().flat_map(near)
}

fn rules() -> RuntimeBridge {
    RuntimeBridge::from_fds(FILE_DESCRIPTOR_SET)
}

/// What protovalidate says by reflection.
fn accepts(rules: &RuntimeBridge, name: &str, bytes: &[u8]) -> bool {
    match rules.validate_wire(&format!("trivium.v1.{name}"), bytes) {
        Ok(()) => true,
        Err(Error::Validation(_)) => false,
        Err(error) => panic!("{name}: {error}"),
    }
}

/// Full names of the fields with rules, of a message and all that it contains.
fn fields_with_rules(message: &prost_reflect::MessageDescriptor) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for field in message.fields() {
        if field.options().has_extension(&descriptors::RULES) {
            found.insert(field.full_name().to_owned());
        }
        if let Kind::Message(part) = field.kind() {
            found.extend(fields_with_rules(&part));
        }
    }
    found
}

#[test]
fn no_request_is_without_a_validator() {
    let unary = descriptors::POOL
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .filter(|method| !method.is_client_streaming())
        .map(|method| method.input());
    let connect = descriptors::message("ConnectRequest");
    let streamed = connect.fields().filter_map(|field| field.kind().as_message().cloned());
    let requests: BTreeSet<String> = unary.chain(streamed).map(|request| request.name().to_owned()).collect();
    let listed: BTreeSet<String> = validators().into_keys().map(str::to_owned).collect();
    assert_eq!(requests, listed);
}

#[test]
fn every_rule_of_every_request_is_kept() {
    let rules = rules();
    for (name, validator) in validators() {
        let descriptor = descriptors::message(name);
        let base = descriptors::valid(&descriptor);
        assert_eq!(validator(&base.encode_to_vec()), Ok(()), "{name}");

        let mut unbroken = fields_with_rules(&descriptor);
        for mutant in mutants(&base) {
            let bytes = mutant.message.encode_to_vec();
            let verdict = validator(&bytes);
            assert_eq!(
                verdict.is_ok(),
                accepts(&rules, name, &bytes),
                "{name}: {}: {verdict:?}",
                mutant.path
            );
            if verdict.is_err() {
                unbroken.remove(&mutant.path);
            }
        }
        assert_eq!(unbroken, BTreeSet::new(), "{name} accepts whatever is tried for these");
    }
}

#[test]
fn violations_name_the_path_and_say_something() {
    let descriptor = descriptors::message("CreateQuizRequest");
    let mut request =
        v1::CreateQuizRequest::decode(descriptors::valid(&descriptor).encode_to_vec().as_slice()).unwrap();
    let quiz = request.quiz.as_mut().unwrap();
    quiz.questions.push(v1::Question {
        text: String::new(),
        ..quiz.questions[0].clone()
    });
    let answer = v1::SubmitAnswerRequest {
        request_id: "r".into(),
        room_id: "room".into(),
        question_index: 0,
        answer: Some(v1::Answer {
            value: Some(v1::answer::Value::Choices(v1::Positions { positions: vec![1, 64] })),
        }),
    };
    let message = v1::SendMessageRequest {
        request_id: "r".into(),
        room_id: "a b".into(),
        text: "t".into(),
        reply_to: 0,
        ..v1::SendMessageRequest::default()
    };
    for (verdict, path) in [
        (validate(&request), "quiz.questions[2].text"),
        (validate(&answer), "answer.choices.positions[1]"),
        (validate(&message), "room_id"),
    ] {
        let violations = verdict.unwrap_err();
        let paths: Vec<_> = violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(paths, [path]);
        assert_ne!(violations[0].description, "");
    }
}

fn number_around(bounds: &'static [u32]) -> impl Strategy<Value = u32> {
    prop_oneof![20 => 0..60_u32, 2 => proptest::sample::select(bounds), 1 => any::<u32>()]
}

fn text(longest: usize) -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-zA-Z0-9_.:@-]{1,8}",
        1 => "\\PC{0,4}",
        2 => (longest - 2..longest + 3).prop_map(|length| "ß".repeat(length))
    ]
}

fn positions() -> impl Strategy<Value = v1::Positions> {
    prop::collection::vec(number_around(&[63, 64]), 0..19).prop_map(|positions| v1::Positions { positions })
}

fn answers() -> impl Strategy<Value = v1::Answer> {
    use v1::answer::Value;

    let numbers = prop_oneof![
        any::<f64>(),
        proptest::sample::select(&[1e12, -1e12, 1.000_000_1e12, f64::NAN][..])
    ];
    prop_oneof![
        number_around(&[63, 64]).prop_map(Value::Choice),
        positions().prop_map(Value::Choices),
        any::<bool>().prop_map(Value::Truth),
        text(200).prop_map(Value::Text),
        numbers.prop_map(Value::Number),
        positions().prop_map(Value::Order),
        positions().prop_map(Value::Matches),
        number_around(&[0, 1, 10, 11]).prop_map(Value::Rating),
        prop::collection::vec(text(40), 0..12).prop_map(|words| Value::Words(v1::Words { words })),
    ]
    .prop_map(|value| v1::Answer { value: Some(value) })
}

#[test]
fn answers_are_judged_by_hand_as_by_reflection() {
    let rules = rules();
    let requests = (
        text(64),
        text(64),
        number_around(&[199, 200]),
        prop::option::weighted(0.95, answers()),
    )
        .prop_map(
            |(request_id, room_id, question_index, answer)| v1::SubmitAnswerRequest {
                request_id,
                room_id,
                question_index,
                answer,
            },
        );
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let accepted = std::cell::Cell::new(0);
    runner
        .run(&requests, |request| {
            prop_assert_eq!(
                validate(&request).is_ok(),
                accepts(&rules, "SubmitAnswerRequest", &request.encode_to_vec()),
                "{:?}",
                validate(&request)
            );
            accepted.set(accepted.get() + u32::from(validate(&request).is_ok()));
            if let Some(answer) = &request.answer {
                prop_assert_eq!(
                    validate(answer).is_ok(),
                    accepts(&rules, "Answer", &answer.encode_to_vec())
                );
            }
            Ok(())
        })
        .unwrap();
    assert!(
        (50..200).contains(&accepted.get()),
        "of 256 requests {} were good",
        accepted.get()
    );
}
