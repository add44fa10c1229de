//! Games at random: whatever happens, deadlines lead on, logs replay, rankings add up, and nothing panics.

use proptest::prelude::*;
use trivium_engine::{
    Accommodations, Entry, Event, Millis, QuizCommand, Room, RoomCommand, Seq,
    quiz::{Answer, Event as Quizzed, Number, Phase, RankBy},
};

use crate::{common::*, samples::*};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Act {
    Wait(u64),
    Host(QuizCommand),
    Answer(usize, u32, Answer),
    Loaded(usize, u32),
    Connect(usize, bool),
    Accommodate(usize, u32, bool, u32, bool),
    Leave(usize),
    Join(usize),
}

const PLAYERS: [Who; 4] = [ANA, BEN, CLEO, DAN];

fn some_answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        (0_u32..5).prop_map(Answer::Choice),
        prop::collection::vec(0_u32..4, 0..4).prop_map(Answer::Choices),
        any::<bool>().prop_map(Answer::Truth),
        "[Pp]aris|Rome| ".prop_map(Answer::Text),
        (0_i64..6_000).prop_map(|n| Answer::Number(Number::whole(n))),
        Just(vec![0_u32, 1, 2]).prop_shuffle().prop_map(Answer::Order),
        Just(vec![0_u32, 1, 2]).prop_shuffle().prop_map(Answer::Matches),
        (0_u32..7).prop_map(Answer::Rating),
        prop::collection::vec("sea|sun", 0..4).prop_map(Answer::Words),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let host = prop_oneof![
        6 => Just(advance()),
        1 => Just(QuizCommand::Pause),
        2 => Just(QuizCommand::Resume),
        1 => (0_u64..5_000).prop_map(|ms| QuizCommand::Extend { extra: Millis(ms) }),
        1 => (0_u32..13).prop_map(|index| QuizCommand::Skip { index }),
        1 => any::<bool>().prop_map(|enabled| QuizCommand::SetAutoAdvance { enabled }),
    ];
    let player = 0..PLAYERS.len();
    prop_oneof![
        4 => (0_u64..8_000).prop_map(Act::Wait),
        4 => host.prop_map(Act::Host),
        8 => (player.clone(), 0_u32..12, some_answer()).prop_map(|(who, n, answer)| Act::Answer(who, n, answer)),
        1 => (player.clone(), 0_u32..12).prop_map(|(who, n)| Act::Loaded(who, n)),
        2 => (player.clone(), any::<bool>()).prop_map(|(who, on)| Act::Connect(who, on)),
        1 => (player.clone(), 100_u32..300, any::<bool>(), 0_u32..4, any::<bool>())
            .prop_map(|(who, percent, untimed, fewer, excused)| Act::Accommodate(who, percent, untimed, fewer, excused)),
        1 => player.clone().prop_map(Act::Leave),
        2 => player.prop_map(Act::Join),
    ]
}

fn happen(world: World, act: Act) -> World {
    let now = world.now.since(T0).0;
    let index = view(&world, HOST).prompt.map_or(0, |prompt| prompt.index);
    match act {
        Act::Wait(ms) => world.at(now + ms),
        Act::Host(command) => whatever(world.when(HOST, command)),
        // Mostly the question on show.
        Act::Answer(who, n, given) => whatever(world.when(PLAYERS[who], answer(if n > 2 { index } else { n }, given))),
        Act::Loaded(who, n) => whatever(world.when(
            PLAYERS[who],
            QuizCommand::ReportLoaded {
                index: if n > 2 { index } else { n },
            },
        )),
        Act::Connect(who, true) => world.connect(PLAYERS[who]),
        Act::Connect(who, false) => world.disconnect(PLAYERS[who]),
        Act::Accommodate(who, time_percent, untimed, fewer_options, excused) => {
            let accommodations = Accommodations {
                time_percent,
                untimed,
                fewer_options,
                excused,
            };
            whatever(world.when(HOST, accommodate(PLAYERS[who], accommodations)))
        }
        Act::Leave(who) => whatever(world.when(PLAYERS[who], RoomCommand::Leave)),
        Act::Join(who) => whatever(world.when(PLAYERS[who], join())).connect(PLAYERS[who]),
    }
}

/// What every log must satisfy, whatever was asked.
fn assert_sound(world: &World, streaks: bool) {
    let mut answered = std::collections::BTreeSet::new();
    let mut closed = std::collections::BTreeSet::new();
    for event in quizzed(world) {
        match event {
            Quizzed::AnswerAccepted {
                user,
                index,
                response,
                credit,
                ..
            } => {
                assert!(
                    answered.insert((user.clone(), *index)),
                    "one answer per player and question"
                );
                assert!(!closed.contains(index), "nothing is accepted once closed");
                assert!(credit.0 <= 250 && response.0 <= 6_000_000);
            }
            Quizzed::QuestionClosed { index, .. } => assert!(closed.insert(*index), "closed once"),
            Quizzed::QuestionRevealed {
                results, distribution, ..
            } => {
                let given = results.values().filter(|outcome| outcome.answer.is_some()).count();
                assert_eq!(distribution.answered as usize, given);
                for outcome in results.values() {
                    assert!(outcome.points <= 1_000 && outcome.streak_bonus <= if streaks { 500 } else { 0 });
                    assert!(outcome.total >= outcome.points + outcome.streak_bonus && outcome.rank >= 1);
                }
            }
            Quizzed::LeaderboardShown { standings, .. } | Quizzed::Ended { standings, .. } => {
                for (n, row) in standings.iter().enumerate() {
                    assert!(row.rank as usize <= n + 1 && row.correct <= 12 && row.streak <= row.best_streak);
                }
            }
            Quizzed::Loaded { .. }
            | Quizzed::Started { .. }
            | Quizzed::QuestionShown { .. }
            | Quizzed::QuestionOpened { .. }
            | Quizzed::OptionsReduced { .. }
            | Quizzed::MediaLoaded { .. }
            | Quizzed::Paused { .. }
            | Quizzed::Resumed { .. }
            | Quizzed::Extended { .. }
            | Quizzed::Skipped { .. }
            | Quizzed::AutoAdvanceSet { .. } => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// `World` checks on the way that deadlines lead on and, at the end, that the log replays to the same state.
    #[test]
    fn any_game_is_sound(
        acts in prop::collection::vec(act(), 1..80), auto in any::<bool>(), streaks in any::<bool>(), by in 0_usize..3,
    ) {
        let mut everything = quiz(every_kind());
        everything.questions[1].media_url = "https://example.org/a.png".to_owned();
        let everything = set(everything, |settings| {
            settings.auto_advance = auto;
            settings.streak_bonus = streaks;
            settings.rank_by = [RankBy::Points, RankBy::CorrectThenPoints, RankBy::CorrectThenTime][by];
        });
        let world = acts.into_iter().fold(game([ANA, BEN, CLEO], everything), happen);
        assert_sound(&world, streaks);
        // However it was left, a host gets to the end.
        let mut world = world;
        if view(&world, HOST).paused {
            world = world.when(HOST, QuizCommand::Resume).done();
        }
        for _ in 0..100 {
            if phase(&world) != Phase::Ended {
                world = whatever(world.when(HOST, advance()));
            }
        }
        prop_assert_eq!(phase(&world), Phase::Ended);
        assert_sound(&world, streaks);
    }

    /// Events in an order in which nothing ever decided them.
    #[test]
    fn applying_nonsense_does_no_harm(
        acts in prop::collection::vec(act(), 1..40),
        picks in prop::collection::vec((any::<prop::sample::Index>(), 0_u64..1_000_000), 1..60),
    ) {
        let world = acts.into_iter().fold(game([ANA, BEN], quiz(every_kind())), happen);
        let mut room = Room::new("room".parse().expect("an id"), 7);
        for entry in world.log.iter().take(3) {
            room.apply(entry);
        }
        for (pick, ms) in picks {
            let event = pick.get(&world.log).event.clone();
            let entry = Entry { seq: room.seq() + 1 as Seq, at: at(ms), actor: None, request: None, event };
            room.apply(&entry);
            // Whatever has come of it, settling ends.
            let now = at(ms);
            let mut rounds = 0;
            loop {
                let events: Vec<Event> = room.settle(now);
                if events.is_empty() {
                    break;
                }
                rounds += 1;
                prop_assert!(rounds < 100, "settling does not end: {events:?}");
                for event in events {
                    room.apply(&Entry { seq: room.seq() + 1, at: now, actor: None, request: None, event });
                }
            }
            prop_assert!(room.next_deadline().is_none_or(|due| due > now));
            let _ = room.progress(now);
            for who in [HOST, ANA] {
                if let Some(audience) = room.audience(&who.actor()) {
                    let _ = (room.view(&audience), room.results(&audience));
                }
            }
        }
    }
}
