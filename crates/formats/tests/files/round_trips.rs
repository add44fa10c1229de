//! What a format can hold comes back as it was; what it cannot hold is told.

use proptest::prelude::*;
use trivium_formats::{WriteError, export, import};
use trivium_proto::v1::{Option as Choice, Question, Quiz, QuizFileFormat, SingleChoice, question::Kind};

use crate::quizzes;

/// What has to come back of a question, or nothing if the format cannot hold it at all.
type Held = fn(&Quiz, Question) -> Option<Question>;

#[expect(clippy::unnecessary_wraps, reason = "as all others")]
fn everything(_: &Quiz, question: Question) -> Option<Question> {
    Some(question)
}

#[expect(clippy::unnecessary_wraps, reason = "as all others")]
fn by_table(_: &Quiz, question: Question) -> Option<Question> {
    Some(Question {
        read_ms: None,
        media_alt: String::new(),
        ..question
    })
}

fn by_gift(_: &Quiz, question: Question) -> Option<Question> {
    let arrow = |text: &mut String| *text = text.replace("->", "\u{2192}");
    let kind = match question.kind? {
        Kind::SingleChoice(mut single) => {
            single.shuffle = true;
            single
                .options
                .iter()
                .any(|option| !option.correct)
                .then_some(Kind::SingleChoice(single))?
        }
        Kind::MultipleChoice(mut multiple) => {
            (multiple.shuffle, multiple.all_or_nothing) = (true, false);
            Kind::MultipleChoice(multiple)
        }
        Kind::TextEntry(mut text) => {
            (text.case_sensitive, text.max_edits) = (false, 0);
            text.accepted.iter_mut().for_each(arrow);
            Kind::TextEntry(text)
        }
        Kind::NumberEntry(mut entry) => {
            entry.unit.clear();
            Kind::NumberEntry(entry)
        }
        Kind::Matching(mut matching) => {
            matching.partial_credit = true;
            matching
                .pairs
                .iter_mut()
                .for_each(|pair| [&mut pair.left, &mut pair.right].into_iter().for_each(arrow));
            Kind::Matching(matching)
        }
        kind @ Kind::TrueFalse(_) => kind,
        // The ends of the slider are lost, and with them the kind.
        Kind::RangeEntry(_) | Kind::Ordering(_) | Kind::Poll(_) | Kind::Rating(_) | Kind::WordCloud(_) => return None,
    };
    Some(bare(question.text, kind, question.explanation))
}

fn by_aiken(_: &Quiz, question: Question) -> Option<Question> {
    let text = question.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut chars = text.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_uppercase());
    if first && chars.next().is_some_and(|c| matches!(c, '.' | ')')) && matches!(chars.next(), None | Some(' ')) {
        return None;
    }
    let (options, _) = choice(question.kind)?;
    let right = options.iter().filter(|option| option.correct).count();
    (right == 1).then(|| bare(text, single(options), String::new()))
}

fn by_kahoot(quiz: &Quiz, question: Question) -> Option<Question> {
    let text = question.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut options, _) = choice(question.kind)?;
    while options.len() > 4 {
        let last_wrong = options.iter().rposition(|option| !option.correct);
        options.remove(last_wrong.unwrap_or(options.len() - 1));
    }
    let ms = time(quiz, question.time_limit_ms);
    let seconds = [5, 10, 20, 30, 60, 90, 120, 240]
        .into_iter()
        .find(|seconds| seconds * 1_000 >= ms);
    Some(Question {
        time_limit_ms: seconds.unwrap_or(240) * 1_000,
        ..bare(text, single(options), String::new())
    })
}

fn by_razzia(quiz: &Quiz, question: Question) -> Option<Question> {
    let (options, _) = choice(question.kind)?;
    let settings = quiz.settings.unwrap_or_default();
    let read = match settings {
        settings if settings.no_read_phase => 0,
        settings if settings.read_ms > 0 => settings.read_ms,
        _ => 3_000,
    };
    (options.len() <= 4).then(|| Question {
        time_limit_ms: time(quiz, question.time_limit_ms),
        read_ms: Some(question.read_ms.unwrap_or(read)),
        media_url: question.media_url,
        ..bare(question.text, single(options), String::new())
    })
}

fn by_qti(_: &Quiz, question: Question) -> Option<Question> {
    let kind = match question.kind? {
        Kind::Ordering(mut ordering) => {
            ordering.partial_credit = false;
            Kind::Ordering(ordering)
        }
        kind @ (Kind::SingleChoice(_) | Kind::MultipleChoice(_) | Kind::TrueFalse(_) | Kind::Matching(_)) => kind,
        Kind::TextEntry(_)
        | Kind::NumberEntry(_)
        | Kind::RangeEntry(_)
        | Kind::Poll(_)
        | Kind::Rating(_)
        | Kind::WordCloud(_) => return None,
    };
    Some(bare(question.text, kind, question.explanation))
}

fn bare(text: String, kind: Kind, explanation: String) -> Question {
    Question {
        text,
        explanation,
        kind: Some(kind),
        ..Question::default()
    }
}

/// The options of a choice, and whether it is true or false.
fn choice(kind: Option<Kind>) -> Option<(Vec<Choice>, bool)> {
    let option = |text: &str, correct| Choice {
        text: text.to_owned(),
        correct,
    };
    match kind? {
        Kind::SingleChoice(single) => Some((single.options, false)),
        Kind::MultipleChoice(multiple) => Some((multiple.options, false)),
        Kind::TrueFalse(asked) => Some((
            vec![option("True", asked.correct), option("False", !asked.correct)],
            true,
        )),
        Kind::TextEntry(_)
        | Kind::NumberEntry(_)
        | Kind::RangeEntry(_)
        | Kind::Ordering(_)
        | Kind::Matching(_)
        | Kind::Poll(_)
        | Kind::Rating(_)
        | Kind::WordCloud(_) => None,
    }
}

fn single(options: Vec<Choice>) -> Kind {
    if options.len() == 2 && options[0].text == "True" {
        return Kind::TrueFalse(trivium_proto::v1::TrueFalse {
            correct: options[0].correct,
        });
    }
    Kind::SingleChoice(SingleChoice {
        options,
        shuffle: false,
    })
}

fn time(quiz: &Quiz, own: u32) -> u32 {
    match (own, quiz.settings.unwrap_or_default().time_limit_ms) {
        (0, 0) => 10_000,
        (0, ms) | (ms, _) => ms,
    }
}

/// What a question is worth, said or not.
fn points(question: &Question) -> u32 {
    question.points.unwrap_or(1_000)
}

/// Writes, reads again, and compares.
fn comes_back(quiz: &Quiz, format: QuizFileFormat, held: Held) -> Result<(), TestCaseError> {
    let expected: Vec<Question> = quiz
        .questions
        .iter()
        .filter_map(|question| held(quiz, question.clone()))
        .collect();
    let written = match export(quiz, format, &[]) {
        Ok(written) => written,
        Err(WriteError::Nothing(report)) => {
            prop_assert!(expected.is_empty() && !report.issues().is_empty());
            return Ok(());
        }
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    };
    let read = import(&written.bytes, &written.name, QuizFileFormat::Unspecified);
    let file = String::from_utf8_lossy(&written.bytes);
    prop_assert_eq!(read.format, format, "{}", file);
    prop_assert_eq!(read.rejected, 0, "{:#?}\n{}", read.report, file);
    let back = read.quiz.expect("something was written");
    let lost_kinds = format == QuizFileFormat::Gift;
    let questions: Vec<Question> = if lost_kinds {
        // A range comes back as a number, which is told.
        let written = quiz.questions.iter().filter(|question| {
            by_gift(quiz, (*question).clone()).is_some() || matches!(question.kind, Some(Kind::RangeEntry(_)))
        });
        let pairs = written.zip(back.questions.clone());
        pairs
            .filter(|(before, _)| !matches!(before.kind, Some(Kind::RangeEntry(_))))
            .map(|(_, after)| after)
            .collect()
    } else {
        back.questions.clone()
    };
    prop_assert_eq!(&questions, &expected, "{}", file);
    if matches!(format, QuizFileFormat::Json | QuizFileFormat::Bundle) {
        prop_assert_eq!(&back, quiz);
        prop_assert_eq!(read.report.issues().len(), 0);
    }
    // Whatever did not come back as it was has been told.
    for (n, question) in (1..).zip(&quiz.questions) {
        let changed = held(quiz, question.clone())
            .is_none_or(|held| held.kind != question.kind || points(&held) != points(question));
        let told = written.report.issues().iter().any(|issue| issue.line == n);
        let harmless = matches!(
            question.kind,
            Some(Kind::SingleChoice(_) | Kind::MultipleChoice(_) | Kind::Matching(_))
        );
        prop_assert!(
            told || !changed || harmless,
            "question {n} was changed and nobody told: {question:?}"
        );
    }
    Ok(())
}

macro_rules! round_trips {
    ($($name:ident: $format:ident, $held:ident;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
            $(
                #[test]
                fn $name(quiz in quizzes::quiz()) {
                    comes_back(&quiz, QuizFileFormat::$format, $held)?;
                }
            )*
        }
    };
}

round_trips! {
    json_holds_everything: Json, everything;
    a_bundle_holds_everything: Bundle, everything;
    our_table_holds_nearly_everything: Csv, by_table;
    gift_holds_what_it_has_words_for: Gift, by_gift;
    aiken_holds_single_choices: Aiken, by_aiken;
    kahoot_holds_four_answers: KahootXlsx, by_kahoot;
    razzia_holds_four_answers: RazziaJson, by_razzia;
    qti_holds_choices_orders_and_pairs: Qti, by_qti;
}

#[test]
fn formats_that_are_only_read_are_refused() {
    let quiz = Quiz::default();
    for format in [
        QuizFileFormat::ClassquizXlsx,
        QuizFileFormat::ArsnovaJson,
        QuizFileFormat::Blackboard,
    ] {
        assert_eq!(export(&quiz, format, &[]), Err(WriteError::NotWritten));
    }
}

#[test]
fn what_looks_like_a_weight_is_part_of_a_pair() {
    let file = "Match! {\n=one -> 1\n=%0% rest -> 2\n}\n";
    let quiz = import(file.as_bytes(), "pairs.gift", QuizFileFormat::Gift)
        .quiz
        .expect("a quiz");
    let Some(Kind::Matching(matching)) = &quiz.questions[0].kind else {
        panic!("no pairs: {quiz:?}");
    };
    let left: Vec<&str> = matching.pairs.iter().map(|pair| pair.left.as_str()).collect();
    assert_eq!(left, ["one", "%0% rest"]);
}
