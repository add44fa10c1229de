//! Keeping a room fit to be in: who may say what and when, who is told, who may not; and what hosts look at.
//!
//! Each module is one subject; here is what they share.

mod approval;
mod mutes;
mod reports;
mod rules;

use std::time::Duration;

use tonic::Code;
use trivium_client::{
    Command, Rejection,
    proto::v1::{
        EditMessageRequest, FilterAction, FilterRule, FilterSyntax, Message, MessageState, ModerationSettings,
        MuteMemberRequest, ReportMessageRequest, ReportReason, ResolveMessageRequest, Room, UpdateModerationRequest,
    },
};
use trivium_tests::{Person, Server, Way, game::id};

use crate::common::{by_code, joined, outcome, rejected};

const NOT_PERMITTED: (Code, &str) = (Code::PermissionDenied, "NOT_PERMITTED");
const NO_ROOM: (Code, &str) = (Code::NotFound, "ROOM_NOT_FOUND");
const NO_MESSAGE: (Code, &str) = (Code::NotFound, "NO_SUCH_MESSAGE");

/// Asks on the session.
pub(crate) async fn ask<C: Command>(person: &Person, request: C) -> Result<C::Response, Rejection> {
    let answer = person.session.execute(request).await;
    answer.map_err(|error| rejected::<()>(Err(error)))
}

/// What somebody brought about in a room so far. A refusal adds nothing to it.
pub(crate) async fn deeds(server: &Server, room: &str) -> Vec<trivium_engine::Entry> {
    let room = room.parse().expect("an id");
    let mut entries = server
        .api
        .runtime
        .read_log(&room, 0, 10_000)
        .await
        .expect("it is there");
    entries.retain(|entry| entry.actor.is_some());
    entries
}

pub(crate) fn me(person: &Person) -> String {
    let snapshot = person.snapshot.as_ref().expect("heard the room");
    snapshot.me.as_ref().expect("is a member").user_id.clone()
}

pub(crate) async fn moderate(host: &Person, room: &str, settings: ModerationSettings) -> u64 {
    let request = UpdateModerationRequest {
        request_id: id(),
        room_id: room.to_owned(),
        settings: Some(settings),
    };
    let updated = outcome(host.client.moderation().update_moderation(request)).await;
    updated.expect("a host may").seq
}

fn mute(room: &str, user: &str, duration_ms: u32) -> MuteMemberRequest {
    MuteMemberRequest {
        request_id: id(),
        room_id: room.to_owned(),
        user_id: user.to_owned(),
        duration_ms,
        reason: "Be kind".into(),
    }
}

fn edit(room: &str, message: u64, text: &str) -> EditMessageRequest {
    EditMessageRequest {
        request_id: id(),
        room_id: room.to_owned(),
        message_seq: message,
        text: text.to_owned(),
    }
}

pub(crate) fn rule(pattern: &str, syntax: FilterSyntax, action: FilterAction) -> FilterRule {
    FilterRule {
        pattern: pattern.to_owned(),
        syntax: syntax.into(),
        action: action.into(),
        nicknames: false,
    }
}

fn resolve(room: &str, message_seq: u64, state: MessageState) -> ResolveMessageRequest {
    ResolveMessageRequest {
        request_id: id(),
        room_id: room.to_owned(),
        message_seq,
        state: state.into(),
    }
}

async fn say(person: &Person, room: &str, text: &str) -> Result<u64, Rejection> {
    let sent = person.session.send_message(room, text).await;
    sent.map(|message| message.seq)
        .map_err(|error| rejected::<()>(Err(error)))
}

/// Somebody with an account who is in the room and hears it.
async fn member(server: &Server, way: Way, room: &Room, name: &str) -> Person {
    let mut person = Person::account(server, way, name).await;
    joined(&person.client, by_code(&room.join_code, name)).await;
    person.hear(&room.id).await;
    person
}

/// Says something that nothing speaks against it.
async fn sent(person: &Person, room: &str, text: &str) -> Message {
    person.session.send_message(room, text).await.expect("sent")
}

fn report(room: &str, message_seq: u64) -> ReportMessageRequest {
    ReportMessageRequest {
        request_id: id(),
        room_id: room.to_owned(),
        message_seq,
        reason: ReportReason::Harassment.into(),
        text: "Look at this".into(),
    }
}

/// Waits as long as a refusal says, and no longer.
pub(crate) async fn wait_out(refused: &Rejection, at_most: Duration) {
    let delay = refused.retry_after.expect("it says how long");
    assert!(!delay.is_zero() && delay <= at_most, "{delay:?}");
    tokio::time::sleep(delay).await;
}
