//! Rooms: creating, coming in, leaving, roles, bans, retries, who sees what.

mod arrival;
#[path = "../common/mod.rs"]
mod common;
mod roles;
mod sight;
mod words;

use trivium_engine::{Audience, Event, Reject, RoomCommand, RoomEvent, RoomKind, Timestamp, quiz};

use common::*;

#[test]
fn before_a_room_exists_there_is_nothing_to_do_in_it() {
    World::new()
        .when(ANA, join())
        .rejects(Reject::NoSuchRoom)
        .when(ROOT, RoomCommand::Close)
        .rejects(Reject::NoSuchRoom)
        .check(|room| assert_eq!(room.audience(&ROOT.actor()), None));
}

#[test]
fn a_closed_room_stays_closed_and_can_still_be_seen() {
    given([ANA])
        .when(ANA, RoomCommand::Close)
        .rejects(Reject::NotPermitted)
        .at(5)
        .when(HOST, RoomCommand::Close)
        .events([Event::Room(RoomEvent::Closed)])
        .when(HOST, RoomCommand::Close)
        .rejects(Reject::RoomClosed)
        .when(ANA, join())
        .rejects(Reject::RoomClosed)
        .when(ANA, say("hello?"))
        .rejects(Reject::RoomClosed)
        .when(HOST, create(RoomKind::Quiz))
        .rejects(Reject::RoomExists)
        .check(|room| {
            let view = room.view_for(&ANA.actor()).expect("a member may look");
            assert_eq!(view.settings.closed_at, Some(Timestamp(T0.0 + 5)));
        });
}

#[test]
fn retries_are_recognised_by_user_and_request() {
    World::new()
        .request("make")
        .when(HOST, create(RoomKind::Quiz))
        .done()
        .request("make")
        .when(HOST, create(RoomKind::Quiz))
        .replays(1, 2)
        .request("make")
        .when(ANA, join())
        .done()
        .request("again")
        .when(ANA, join())
        .changes_nothing()
        .request("again")
        .when(ANA, say("hi"))
        .done()
        .request("again")
        .when(ANA, say("hi"))
        .replays(4, 4)
        .request("bye")
        .when(ANA, RoomCommand::Leave)
        .done()
        .request("bye")
        .when(ANA, RoomCommand::Leave)
        .replays(5, 5);
}

#[test]
fn there_is_no_quiz_until_one_is_loaded() {
    given([ANA])
        .when(ANA, trivium_engine::QuizCommand::Start)
        .rejects(Reject::NotPermitted)
        .when(
            EVE,
            trivium_engine::QuizCommand::Answer {
                index: 0,
                answer: quiz::Answer::Choice(0),
            },
        )
        .rejects(Reject::NotMember)
        .when(
            ROOT,
            trivium_engine::QuizCommand::Answer {
                index: 0,
                answer: quiz::Answer::Choice(0),
            },
        )
        .rejects(Reject::NotMember)
        .when(HOST, trivium_engine::QuizCommand::Start)
        .rejects(Reject::NoQuiz)
        .check(|room| assert_eq!(room.results(&Audience::Hosts), Err(Reject::NoQuiz)));
}
