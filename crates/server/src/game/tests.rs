//! A game followed event by event, and started over.

use trivium_client::proto::v1::{
    AnswerAccepted, LeaveReason, MemberJoined, MemberLeft, Presence, QuestionOpened, QuestionShown, QuizLoaded,
};

use super::*;

fn event(event: Event) -> RoomEvent {
    RoomEvent {
        event: Some(event),
        time_ms: 1_000,
        ..RoomEvent::default()
    }
}

fn member(user: &str, role: Role) -> Member {
    Member {
        user_id: user.to_owned(),
        nickname: user.to_uppercase(),
        role: role.into(),
        ..Member::default()
    }
}

#[test]
fn a_question_passes_through_its_phases() {
    let mut game = Game::default();
    let joined = |member| {
        Event::MemberJoined(MemberJoined {
            member: Some(member),
            member_count: 1,
            ..MemberJoined::default()
        })
    };
    game.apply(event(joined(member("host", Role::Host))));
    game.apply(event(joined(member("ana", Role::Member))));
    game.apply(event(joined(member("ben", Role::Member))));
    game.apply(event(Event::QuizLoaded(QuizLoaded {
        title: "T".to_owned(),
        question_count: 2,
        ..QuizLoaded::default()
    })));
    assert_eq!((game.phase, game.players().count()), (QuizPhase::Lobby, 2));
    let prompt = QuestionPrompt {
        index: 1,
        count: 2,
        ..QuestionPrompt::default()
    };
    game.apply(event(Event::QuestionShown(QuestionShown {
        prompt: Some(prompt),
        read_end_time_ms: 4_000,
    })));
    assert_eq!(
        (game.phase, game.phase_span, game.answered),
        (QuizPhase::Reading, (1_000, 4_000), (0, 2))
    );
    let opened = QuestionOpened {
        index: 1,
        form: Some(AnswerForm::default()),
        open_time_ms: 5_000,
        close_time_ms: 9_000,
    };
    game.apply(event(Event::QuestionOpened(opened)));
    assert_eq!((game.phase, game.open_span), (QuizPhase::Open, (5_000, 9_000)));
    let accepted = AnswerAccepted {
        user_id: "ana".to_owned(),
        index: 1,
        received_order: 1,
        ..AnswerAccepted::default()
    };
    game.apply(event(Event::AnswerAccepted(accepted)));
    assert_eq!((game.answered, game.own_answered), ((1, 2), true));
    game.apply(event(Event::MemberLeft(MemberLeft {
        user_id: "ben".to_owned(),
        reason: LeaveReason::Left.into(),
        ..MemberLeft::default()
    })));
    assert_eq!(game.players().count(), 1);
    assert_eq!((game.nickname("ana"), game.nickname("ben")), ("ANA", "ben"));
}

#[test]
fn a_snapshot_is_the_whole_truth() {
    let mut game = Game {
        standings: vec![Standing::default()],
        ..Game::default()
    };
    let quiz = QuizState {
        phase: QuizPhase::Open.into(),
        answered_count: 3,
        expected_count: 5,
        ..QuizState::default()
    };
    let presence = Presence {
        user_id: "ana".to_owned(),
        state: PresenceState::Away.into(),
        ..Presence::default()
    };
    let stranger = Presence {
        user_id: "x".to_owned(),
        state: PresenceState::Away.into(),
        ..Presence::default()
    };
    let members = vec![member("ana", Role::Member)];
    game.reset(RoomSnapshot {
        quiz: Some(quiz),
        members,
        presences: vec![presence, stranger],
        ..RoomSnapshot::default()
    });
    assert_eq!((game.phase, game.answered), (QuizPhase::Open, (3, 5)));
    assert!(game.standings.is_empty());
    assert_eq!(game.away.keys().collect::<Vec<_>>(), ["ana"]);
}
