//! What is typed, and what scripts come up with.

use rand::{SeedableRng as _, rngs::StdRng};

use super::*;

fn form() -> AnswerForm {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    AnswerForm {
        options: texts(&["a", "b", "c"]),
        matches: texts(&["x", "y", "z"]),
        min: 10.0,
        max: 20.0,
        step: 5.0,
        limit: 3,
        ..AnswerForm::default()
    }
}

fn positions(positions: &[u32]) -> Positions {
    Positions {
        positions: positions.to_vec(),
    }
}

#[test]
fn answers_are_read_as_people_type_them() {
    use QuestionKind as Kind;

    let words = |words: &[&str]| {
        Value::Words(Words {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        })
    };
    for (kind, typed, value) in [
        (Kind::SingleChoice, "b", Some(Value::Choice(1))),
        (Kind::SingleChoice, "C", Some(Value::Choice(2))),
        (Kind::Poll, "1", Some(Value::Choice(0))),
        (Kind::SingleChoice, "d", None),
        (Kind::SingleChoice, "ab", None),
        (Kind::SingleChoice, "", None),
        (Kind::MultipleChoice, "ca", Some(Value::Choices(positions(&[0, 2])))),
        (Kind::MultiplePoll, "c, b", Some(Value::Choices(positions(&[1, 2])))),
        (Kind::MultipleChoice, "aa", None),
        (Kind::TrueFalse, "T", Some(Value::Truth(true))),
        (Kind::TrueFalse, "a", Some(Value::Truth(false))),
        (Kind::TrueFalse, "maybe", None),
        (
            Kind::TextEntry,
            " Rio Grande ",
            Some(Value::Text("Rio Grande".to_owned())),
        ),
        (Kind::TextEntry, " ", None),
        (Kind::NumberEntry, "-3,5", Some(Value::Number(-3.5))),
        (Kind::NumberEntry, "inf", None),
        (Kind::RangeEntry, "12", Some(Value::Number(12.0))),
        (Kind::Ordering, "cab", Some(Value::Order(positions(&[2, 0, 1])))),
        (Kind::Ordering, "ca", None),
        (Kind::Matching, "213", Some(Value::Matches(positions(&[1, 0, 2])))),
        (Kind::Matching, "2 1 3", Some(Value::Matches(positions(&[1, 0, 2])))),
        (Kind::Matching, "21", None),
        (Kind::Matching, "014", None),
        (Kind::Rating, "3", Some(Value::Rating(3))),
        (Kind::Rating, "4", None),
        (Kind::WordCloud, "sun, sea", Some(words(&["sun", "sea"]))),
        (Kind::WordCloud, "a,b,c,d", None),
        (Kind::Unspecified, "a", None),
    ] {
        let read = read(kind, &form(), &[], typed).ok().and_then(|answer| answer.value);
        assert_eq!(read, value, "{kind:?} {typed:?}");
    }
    assert!(
        read(QuestionKind::SingleChoice, &form(), &[1], "b").is_err(),
        "a hidden option"
    );
}

#[test]
fn invented_answers_have_the_form_that_is_asked_for() {
    let mut rng = StdRng::seed_from_u64(1);
    for kind in [
        QuestionKind::SingleChoice,
        QuestionKind::MultipleChoice,
        QuestionKind::TrueFalse,
        QuestionKind::TextEntry,
        QuestionKind::NumberEntry,
        QuestionKind::RangeEntry,
        QuestionKind::Ordering,
        QuestionKind::Matching,
        QuestionKind::Poll,
        QuestionKind::MultiplePoll,
        QuestionKind::Rating,
        QuestionKind::WordCloud,
    ] {
        for round in 0..50 {
            let answer = if round == 0 {
                first(kind, &form(), &[0])
            } else {
                random(kind, &form(), &[0], &mut rng)
            };
            let good = match answer.value.expect("a value") {
                Value::Choice(one) => {
                    matches!(kind, QuestionKind::SingleChoice | QuestionKind::Poll) && (1..3).contains(&one)
                }
                Value::Choices(many) => {
                    matches!(kind, QuestionKind::MultipleChoice | QuestionKind::MultiplePoll)
                        && !many.positions.is_empty()
                        && many.positions.is_sorted()
                        && many.positions.iter().all(|one| (1..3).contains(one))
                }
                Value::Truth(_) => kind == QuestionKind::TrueFalse,
                Value::Text(text) => kind == QuestionKind::TextEntry && !text.is_empty(),
                Value::Number(_) if kind == QuestionKind::NumberEntry => true,
                Value::Number(number) => {
                    kind == QuestionKind::RangeEntry
                        && [10.0, 15.0, 20.0].iter().any(|step: &f64| (step - number).abs() < 1e-9)
                }
                Value::Order(order) => kind == QuestionKind::Ordering && order.positions.len() == 2,
                Value::Matches(matches) => {
                    let mut sorted = matches.positions;
                    sorted.sort_unstable();
                    kind == QuestionKind::Matching && sorted == [0, 1, 2]
                }
                Value::Rating(step) => kind == QuestionKind::Rating && (1..=3).contains(&step),
                Value::Words(words) => kind == QuestionKind::WordCloud && words.words.len() == 1,
            };
            assert!(good, "{kind:?}");
        }
    }
}

#[test]
fn a_file_has_a_line_per_question() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("answers.txt");
    std::fs::write(&path, "b\n\nzzz\n").expect("written");
    let script = Script::parse(&format!("@{}", path.display())).expect("a script");
    let answer = |index| {
        let prompt = QuestionPrompt {
            index,
            kind: QuestionKind::SingleChoice.into(),
            ..QuestionPrompt::default()
        };
        script.answer(&prompt, &form(), &[])
    };
    assert_eq!(
        answer(0),
        Ok(Some(Answer {
            value: Some(Value::Choice(1))
        }))
    );
    assert_eq!(answer(1), Ok(None));
    assert!(answer(2).is_err());
    assert_eq!(answer(9), Ok(None));
    assert!(Script::parse("@/nowhere").is_err());
}
