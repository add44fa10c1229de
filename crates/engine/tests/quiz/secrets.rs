//! Nothing of a solution reaches anybody but hosts before its reveal.

use proptest::prelude::*;
use trivium_engine::{
    Accommodations, Audience, Event, Visibility,
    quiz::{Choice, Event as Quizzed, Kind, Number, Quiz},
};

use crate::{common::*, samples::*};

/// What must not be seen before the reveal of question `n`.
fn canary(n: usize) -> String {
    format!("canary{n}secret")
}

/// A question with a canary wherever something is only for the reveal; `twist` changes the solution and nothing else.
fn kind(which: u8, n: usize, twist: bool) -> Kind {
    let option = |text: &str, correct| Choice {
        text: text.to_owned(),
        correct,
    };
    let (whole, secret) = (Number::whole, i64::from(u8::from(twist)));
    match which % 6 {
        0 => Kind::SingleChoice {
            options: vec![option("a", twist), option("b", !twist), option("c", false)],
            shuffle: true,
        },
        1 => Kind::MultipleChoice {
            options: vec![option("a", twist), option("b", true), option("c", !twist)],
            shuffle: true,
            all_or_nothing: twist,
        },
        2 => Kind::TrueFalse { correct: twist },
        3 => Kind::TextEntry {
            accepted: vec![format!("{}{twist}", canary(n))],
            case_sensitive: twist,
            max_edits: u32::from(twist),
        },
        4 => Kind::NumberEntry {
            target: whole(71_717 + secret),
            tolerance: whole(secret),
            unit: "m".to_owned(),
        },
        _ => Kind::RangeEntry {
            min: whole(0),
            max: whole(100_000),
            step: whole(0),
            correct_min: whole(71_717 + secret),
            correct_max: whole(71_719 - secret),
            unit: String::new(),
        },
    }
}

fn secret_quiz(kinds: &[u8], twist: bool) -> Quiz {
    let kinds = kinds.iter().enumerate().map(|(n, which)| kind(*which, n, twist));
    let mut quiz = set(quiz(kinds), |settings| settings.auto_advance = true);
    for (n, question) in quiz.questions.iter_mut().enumerate() {
        question.explanation = format!("{} {twist}", canary(n));
    }
    quiz
}

fn outsiders() -> [Audience; 3] {
    [
        Audience::Member(user(ANA)),
        Audience::Member(user(BEN)),
        Audience::Observers,
    ]
}

fn text(event: &Quizzed) -> String {
    serde_json::to_string(event).expect("events serialise")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn canaries_stay_in_until_the_reveal(kinds in prop::collection::vec(any::<u8>(), 1..5), stop in 0_u64..150_000) {
        let world = game([ANA, BEN], secret_quiz(&kinds, false)).at(stop);
        let revealed = names(&world).iter().filter(|name| **name == "question_revealed").count();
        let mut so_far = 0;
        for event in quizzed(&world) {
            so_far += usize::from(event.name() == "quiz.question_revealed");
            for who in outsiders() {
                let seen = event.seen_by(&who).map(|event| text(&event)).unwrap_or_default();
                for n in so_far..kinds.len() {
                    prop_assert!(!seen.contains(&canary(n)), "{who:?} sees {seen}");
                }
                prop_assert!(so_far > 0 || !seen.contains("71717"), "{who:?} sees {seen}");
            }
        }
        for who in outsiders() {
            let seen = format!("{:?} {:?}", world.room.view(&who), world.room.results(&who));
            for n in revealed..kinds.len() {
                prop_assert!(!seen.contains(&canary(n)), "{who:?} sees {seen}");
            }
        }
    }

    /// Two games that differ in their solutions only look the same from outside until the first reveal.
    #[test]
    fn solutions_cannot_be_told_from_outside(kinds in prop::collection::vec(any::<u8>(), 1..4)) {
        let transcripts: Vec<Vec<String>> = [false, true]
            .into_iter()
            .map(|twist| {
                let world = game([ANA, BEN], secret_quiz(&kinds, twist)).at(OPENS + 1_000);
                let before = quizzed(&world).take_while(|event| event.name() != "quiz.question_revealed");
                let seen = before.flat_map(|event| outsiders().map(|who| event.seen_by(&who).map(|event| text(&event))));
                let mut seen: Vec<String> = seen.flatten().collect();
                seen.extend(outsiders().map(|who| format!("{:?}", world.room.view(&who))));
                seen
            })
            .collect();
        prop_assert_eq!(&transcripts[0], &transcripts[1]);
    }
}

#[test]
fn orders_and_pairs_are_shown_without_their_key() {
    let world = game(
        [ANA, BEN],
        set(quiz(every_kind()), |settings| settings.auto_advance = true),
    )
    .at(400_000);
    for event in quizzed(&world) {
        for who in outsiders().into_iter().chain([Audience::Hosts]) {
            if let Some(Quizzed::QuestionOpened { shown, form, .. }) = event.seen_by(&who) {
                assert!(shown.is_empty());
                assert_ne!(form.options, ["one", "two", "three"]);
            }
            if let Some(Quizzed::Loaded { quiz, seed }) = event.seen_by(&who)
                && who != Audience::Hosts
            {
                assert_eq!((quiz.questions.len(), seed), (12, 0));
                assert!(quiz.questions.iter().all(|question| question.text.is_empty()));
            }
        }
    }
}

#[test]
fn private_events_are_private_and_look_as_their_visibility_says() {
    let fewer = Accommodations {
        fewer_options: 1,
        ..Accommodations::default()
    };
    let world = given([ANA, BEN]).when(HOST, accommodate(ANA, fewer)).done();
    let mut quiz = quiz(every_kind());
    quiz.questions[0].media_url = "https://example.org/a.png".to_owned();
    let world = world
        .when(HOST, load(quiz))
        .done()
        .when(HOST, advance())
        .done()
        .at(4_000);
    let world = world
        .when(ANA, trivium_engine::QuizCommand::ReportLoaded { index: 0 })
        .done();
    let world = world
        .when(BEN, trivium_engine::QuizCommand::ReportLoaded { index: 0 })
        .done()
        .at(OPENS + 10);
    let pick = answer(0, trivium_engine::quiz::Answer::Choice(0));
    let world = world
        .when(BEN, pick)
        .done()
        .when(HOST, trivium_engine::QuizCommand::Pause)
        .done();
    let world = world.when(HOST, trivium_engine::QuizCommand::Resume).done();
    let world = advances(world, 3).when(HOST, trivium_engine::QuizCommand::End).done();
    let mut kinds_seen = 0;
    for entry in &world.log {
        let Event::Quiz(event) = &entry.event else { continue };
        let seen: Vec<_> = [
            Audience::Hosts,
            Audience::Member(user(ANA)),
            Audience::Member(user(BEN)),
            Audience::Observers,
        ]
        .iter()
        .map(|who| event.seen_by(who))
        .collect();
        let [hosts, ana, ben, observers] = &seen[..] else {
            unreachable!("four audiences")
        };
        match event.visibility() {
            Visibility::Everyone => assert!(seen.iter().all(|look| look == hosts) && hosts.is_some()),
            Visibility::Split => assert!(ana == ben && ben == observers && hosts != ana),
            Visibility::Personal => assert!(seen.iter().all(Option::is_some)),
            Visibility::Private(user) => {
                kinds_seen += 1;
                assert_eq!((ana.is_some(), ben.is_some()), (user == ANA.user(), user == BEN.user()));
                assert_eq!((hosts, observers), (&Some(event.clone()), &None));
            }
            Visibility::Hosts => assert!(ana.is_none() && ben.is_none() && observers.is_none() && hosts.is_some()),
            Visibility::Nobody => assert!(seen.iter().all(Option::is_none)),
        }
    }
    assert_eq!(kinds_seen, 2, "one reduction, one answer");
    assert!(names(&world).contains(&"media_loaded"));
}
