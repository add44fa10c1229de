//! Points, streaks, rankings, teams, through whole games.

use trivium_engine::{
    Audience, RoomCommand, RoomKind, UserId,
    quiz::{Event as Quizzed, Kind, Number, Quiz, RankBy, Scoring, Settings},
};

use crate::{common::*, samples::*};

/// Plays questions of true or false: for each one, who answers when and whether rightly.
fn played(members: &[Who], quiz: Quiz, questions: &[&[(Who, u64, bool)]]) -> World {
    let mut world = game(members.iter().copied(), quiz);
    for (index, answers) in (0..).zip(questions) {
        world = next_question(world, 0);
        let opens = world.now.since(T0).0;
        for (who, ms, right) in *answers {
            let said = if *right { say_true(index) } else { say_false(index) };
            world = world.at(opens + ms).when(*who, said).done();
        }
        while phase(&world) != trivium_engine::quiz::Phase::Leaderboard {
            world = advances(world, 1);
        }
    }
    world
}

fn truths(count: usize, change: impl FnOnce(&mut Settings)) -> Quiz {
    set(quiz(std::iter::repeat_with(truth).take(count)), change)
}

fn rows(world: &World) -> Vec<(u32, String, u32)> {
    table(world)
}

fn row(rank: u32, who: Who, points: u32) -> (u32, String, u32) {
    (rank, who.name.to_owned(), points)
}

#[test]
fn points_follow_the_formula() {
    let kahoot = set(truths(1, |_| {}), |settings| {
        settings.scoring = Scoring::Kahoot;
        settings.time_limit = trivium_engine::Millis::secs(30);
    });
    let world = played(&[ANA, BEN], kahoot, &[&[(BEN, 499, true), (ANA, 2_000, true)]]);
    assert_eq!(rows(&world), [row(1, BEN, 1_000), row(2, ANA, 967)]);
    let world = played(
        &[ANA, BEN],
        truths(1, |_| {}),
        &[&[(BEN, 500, true), (ANA, 5_250, true)]],
    );
    assert_eq!(rows(&world), [row(1, BEN, 1_000), row(2, ANA, 750)]);
}

#[test]
fn streaks_add_up_when_wanted_and_survive_opinions_and_skips() {
    let mut with_poll = truths(5, |settings| settings.streak_bonus = true);
    with_poll.questions[1].kind = poll();
    with_poll.questions[2].points = 0;
    let right = |ms| [(ANA, ms, true)];
    let mut world = played(
        &[ANA, BEN],
        with_poll,
        &[&right(100), &[], &[(ANA, 100, false)], &right(100), &right(100)],
    );
    assert_eq!(rows(&world), [row(1, ANA, 3_000 + 100 + 200), row(2, BEN, 0)]);
    let last = outcome(&world, ANA);
    assert_eq!(
        (last.points, last.streak_bonus, last.streak, last.total, last.rank),
        (1_000, 200, 3, 3_300, 1)
    );
    world = world.when(HOST, trivium_engine::QuizCommand::Skip { index: 3 }).done();
    assert_eq!(rows(&world), [row(1, ANA, 2_000 + 100), row(2, BEN, 0)]);
    assert_eq!((ranking(&world).0[0].streak, ranking(&world).0[0].best_streak), (2, 2));
    let broken = truths(4, |settings| settings.streak_bonus = true);
    let broken = played(
        &[ANA],
        broken,
        &[&right(100), &right(100), &[(ANA, 100, false)], &right(100)],
    );
    assert_eq!(rows(&broken), [row(1, ANA, 3_000 + 100)]);
    let off = played(&[ANA], truths(2, |_| {}), &[&right(100), &right(100)]);
    assert_eq!(rows(&off), [row(1, ANA, 2_000)]);
}

#[test]
fn three_ways_to_rank() {
    // Ana is right twice, fast and cheap; Ben once, on the dear question; Cleo twice, slowly, the dear one among them.
    let by = |rank_by| {
        let mut quiz = truths(3, |settings| {
            settings.rank_by = rank_by;
            settings.scoring = Scoring::Linear {
                speed_weight_permille: 0,
            };
        });
        quiz.questions[2].points = 2_000;
        let first = [(ANA, 100, true), (CLEO, 5_000, true)];
        let last = [(BEN, 900, true), (CLEO, 5_000, true)];
        let world = played(&[ANA, BEN, CLEO], quiz, &[&first, &[(ANA, 100, true)], &last]);
        let ranks = rows(&world).into_iter().map(|(rank, name, _)| (rank, name));
        ranks.map(|(rank, name)| format!("{rank} {name}")).collect::<Vec<_>>()
    };
    assert_eq!(by(RankBy::Points), ["1 Cleo", "2 Ana", "3 Ben"].map(str::to_owned));
    assert_eq!(
        by(RankBy::CorrectThenPoints),
        ["1 Cleo", "2 Ana", "3 Ben"].map(str::to_owned)
    );
    assert_eq!(
        by(RankBy::CorrectThenTime),
        ["1 Ana", "2 Cleo", "3 Ben"].map(str::to_owned)
    );
}

#[test]
fn one_more_right_answer_beats_any_speed_where_that_is_wanted() {
    let by = |rank_by| {
        let quiz = truths(3, |settings| {
            settings.rank_by = rank_by;
            settings.streak_bonus = true;
            settings.scoring = Scoring::Linear {
                speed_weight_permille: 1_000,
            };
        });
        let early = [(ANA, 0, true), (BEN, 9_900, true)];
        let late = [(BEN, 9_900, true)];
        played(&[ANA, BEN], quiz, &[&early, &early, &late])
    };
    assert_eq!(rows(&by(RankBy::Points))[0].1, "Ana");
    assert_eq!(rows(&by(RankBy::CorrectThenPoints))[0].1, "Ben");
    assert_eq!(rows(&by(RankBy::CorrectThenTime))[0].1, "Ben");
}

#[test]
fn ties_are_broken_by_time_or_shared() {
    let calm = || {
        truths(1, |settings| {
            settings.scoring = Scoring::Linear {
                speed_weight_permille: 0,
            }
        })
    };
    let answers = [
        (ANA, 900, true),
        (BEN, 1_000, true),
        (CLEO, 1_000, true),
        (DAN, 1_100, true),
    ];
    let world = played(&[ANA, BEN, CLEO, DAN], calm(), &[&answers]);
    assert_eq!(
        rows(&world),
        [
            row(1, ANA, 1_000),
            row(2, BEN, 1_000),
            row(2, CLEO, 1_000),
            row(4, DAN, 1_000)
        ]
    );
}

#[test]
fn ranks_before_the_last_question_are_remembered() {
    let world = played(&[ANA, BEN], truths(2, |_| {}), &[&[(ANA, 100, true)]]);
    assert!(ranking(&world).0.iter().all(|row| row.previous_rank == 0));
    let world = played(
        &[ANA, BEN],
        truths(2, |s| s.streak_bonus = true),
        &[&[(ANA, 9_000, true), (BEN, 9_900, true)], &[(BEN, 0, true)]],
    );
    let ranks: Vec<_> = ranking(&world)
        .0
        .into_iter()
        .map(|row| (row.name, row.rank, row.previous_rank))
        .collect();
    assert_eq!(ranks, [("Ben".to_owned(), 1, 2), ("Ana".to_owned(), 2, 1)]);
}

#[test]
fn a_team_has_the_mean_of_those_who_are_there() {
    let mut create = create(RoomKind::Quiz);
    if let RoomCommand::Create { teams, .. } = &mut create {
        *teams = vec!["Red".to_owned(), "Blue".to_owned()];
    }
    let join = |team: &str| {
        let mut join = join();
        if let RoomCommand::Join { team: chosen, .. } = &mut join {
            team.clone_into(chosen);
        }
        join
    };
    let mut world = World::new().when(HOST, create).done();
    for (who, team) in [(ANA, "Red"), (BEN, "Red"), (CLEO, "Red"), (DAN, "Blue")] {
        world = world.when(who, join(team)).done().connect(who);
    }
    let quiz = truths(2, |settings| {
        settings.scoring = Scoring::Linear {
            speed_weight_permille: 0,
        }
    });
    let world = world
        .when(HOST, load(quiz))
        .done()
        .when(HOST, trivium_engine::QuizCommand::Start)
        .done();
    let world = next_question(world, 700)
        .when(ANA, say_true(0))
        .done()
        .when(BEN, say_true(0))
        .done();
    let world = advances(world, 2).when(GUEST, join("Red")).done();
    let world = advances(world, 1).when(GUEST, RoomCommand::Leave).done();
    let teams = |world: &World| {
        ranking(world)
            .1
            .into_iter()
            .map(|t| (t.rank, t.name, t.points_tenths))
            .collect::<Vec<_>>()
    };
    assert_eq!(teams(&world), [(1, "Red".to_owned(), 6_667), (2, "Blue".to_owned(), 0)]);
    let world = world
        .when(CLEO, RoomCommand::Leave)
        .done()
        .when(EVE, join("Red"))
        .done()
        .connect(EVE);
    let world = next_question(world, 700).when(DAN, say_true(1)).done();
    // Eve was there for the second question: from then on Red has three members again.
    let world = advances(world, 3);
    assert_eq!(
        teams(&world),
        [(1, "Blue".to_owned(), 10_000), (2, "Red".to_owned(), 6_667)]
    );
}

#[test]
fn a_member_sees_the_top_and_the_own_row() {
    let quiz = truths(1, |settings| settings.leaderboard_size = 1);
    let world = played(
        &[ANA, BEN, CLEO],
        quiz,
        &[&[(ANA, 100, true), (BEN, 1_000, true), (CLEO, 2_000, true)]],
    );
    let shown = quizzed(&world).last().expect("a ranking");
    let seen = |who: Audience| {
        let seen = shown.seen_by(&who).expect("everybody sees rankings");
        let Quizzed::LeaderboardShown {
            standings,
            player_count,
            ..
        } = seen
        else {
            panic!("{seen:?}")
        };
        assert_eq!(player_count, 3);
        standings.iter().map(|row| row.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(seen(Audience::Hosts), ["Ana", "Ben", "Cleo"]);
    assert_eq!(seen(Audience::Observers), ["Ana"]);
    assert_eq!(seen(Audience::Member(user(ANA))), ["Ana"]);
    assert_eq!(seen(Audience::Member(user(CLEO))), ["Ana", "Cleo"]);
    let mine = view(&world, CLEO);
    assert_eq!((mine.standings.len(), mine.own.expect("ranked").rank), (1, 3));
    let results = world.room.results(&Audience::Member(user(CLEO))).expect("a quiz");
    let own: Vec<&UserId> = results.questions[0].results.iter().map(|(user, _)| user).collect();
    assert_eq!((results.standings.len(), own), (2, vec![&user(CLEO)]));
}

#[test]
fn a_reveal_names_the_fastest_and_shows_members_their_own_result() {
    let world = next_question(game([ANA, BEN, CLEO], quiz([truth()])), 100)
        .when(CLEO, say_false(0))
        .done();
    let world = world.at(OPENS + 1_000).when(BEN, say_true(0)).done();
    let world = world.at(OPENS + 2_000).when(ANA, say_true(0)).done();
    let world = advances(world, 1);
    let seen = |who: Who| {
        let reveal = view(&world, who).reveal.expect("it is shown");
        let Quizzed::QuestionRevealed { fastest, results, .. } = &reveal else {
            panic!("{reveal:?}")
        };
        assert_eq!(*fastest, Some(user(BEN)));
        let told = quizzed(&world)
            .last()
            .and_then(|event| event.seen_by(&world.room.audience(&who.actor()).expect("the actor may look")));
        assert_eq!(Some(&reveal), told.as_ref(), "the view shows what the event showed");
        results.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(seen(ANA), [user(ANA)]);
    assert_eq!(seen(HOST), [user(ANA), user(BEN), user(CLEO)]);
}

#[test]
fn a_guess_in_the_band_earns_by_distance_and_speed_at_once() {
    let kind = Kind::NumberEntry {
        target: Number::whole(100),
        tolerance: Number::whole(10),
        unit: String::new(),
    };
    let world = next_question(game([ANA], quiz([kind])), 5_250);
    let guess = answer(0, trivium_engine::quiz::Answer::Number(Number::whole(105)));
    let world = advances(world.when(ANA, guess).done(), 1);
    // 1,000 x 3/4 for the distance x 3/4 for the time = 562.5
    assert_eq!(outcome(&world, ANA).points, 563);
}
