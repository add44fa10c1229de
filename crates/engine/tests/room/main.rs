//! Rooms: creating, coming in, leaving, roles, bans, retries, who sees what.

mod arrival;
#[path = "../common/mod.rs"]
mod common;
mod invitations;
mod roles;
mod sight;
mod talk;
mod words;

use std::sync::Arc;

use common::*;
use trivium_engine::{
    ActivityEvent, Audience, Event, QuizCommand, Reject, RoomCommand, RoomEvent, RoomKind, Timestamp,
    presence::visits::Visit,
    quiz::{self, Phase, Question, Quiz},
};
use words::*;

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
        .when(ANA, QuizCommand::Start)
        .rejects(Reject::NotPermitted)
        .when(
            EVE,
            QuizCommand::Answer {
                index: 0,
                answer: quiz::Answer::Choice(0),
            },
        )
        .rejects(Reject::NotMember)
        .when(
            ROOT,
            QuizCommand::Answer {
                index: 0,
                answer: quiz::Answer::Choice(0),
            },
        )
        .rejects(Reject::NotMember)
        .when(HOST, QuizCommand::Start)
        .rejects(Reject::NoQuiz)
        .check(|room| assert_eq!(room.results(&Audience::Hosts), Err(Reject::NoQuiz)));
}

/// A quiz of one question.
fn load() -> QuizCommand {
    let question = Question {
        text: "?".to_owned(),
        explanation: String::new(),
        media_url: String::new(),
        media_alt: String::new(),
        time_limit: None,
        read: None,
        points: 1_000,
        kind: quiz::Kind::TrueFalse { correct: true },
    };
    QuizCommand::Load {
        quiz: Arc::new(Quiz {
            id: "q".parse().expect("an id"),
            revision: 1,
            title: "Quiz".to_owned(),
            description: String::new(),
            language: String::new(),
            settings: quiz::Settings::default(),
            questions: vec![question],
        }),
    }
}

#[test]
fn a_game_that_has_begun_keeps_names_and_may_keep_players_out() {
    given([ANA])
        .when(HOST, settings(|s| s.late_join = false))
        .done()
        .when(HOST, load())
        .done()
        .when(BEN, join())
        .done()
        .when(ANA, rename(ANA, "Annie"))
        .done()
        .when(HOST, QuizCommand::Start)
        .done()
        .when(CLEO, join())
        .rejects(Reject::LateJoinClosed)
        .when(BEN, join())
        .changes_nothing()
        .when(DAN, observe())
        .done()
        .when(ANA, rename(ANA, "Ana"))
        .rejects(Reject::WrongPhase { phase: Phase::Starting })
        .when(HOST, rename(ANA, "Ana"))
        .done()
        .when(HOST, settings(|_| ()))
        .done()
        .when(CLEO, join())
        .done()
        .when(HOST, settings(|s| s.late_join = false))
        .done()
        .when(HOST, QuizCommand::End)
        .done()
        .when(EVE, join())
        .done();
}

#[test]
fn a_closed_room_keeps_its_game_but_no_longer_runs_it() {
    given([ANA])
        .when(HOST, load())
        .done()
        .when(HOST, QuizCommand::Start)
        .done()
        .when(HOST, RoomCommand::Close)
        .done()
        .check(|room| assert_eq!(room.next_deadline(), None))
        .settles_to([ANA, HOST].map(|who| {
            Event::Activity(ActivityEvent::VisitEnded(Visit {
                user: who.user(),
                begin: T0,
                end: T0,
            }))
        }))
        .at(100_000)
        .settles_to([])
        .when(HOST, QuizCommand::End)
        .rejects(Reject::RoomClosed)
        .check(|room| assert!(room.results(&Audience::Hosts).is_ok()));
}
