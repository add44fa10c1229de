//! A sample of each format, as its program writes it, with rows that are broken in the ways people break them: what is
//! good comes through, and what is not is told.

use std::collections::BTreeSet;

use trivium_formats::{Imported, import};
use trivium_proto::v1::{FileIssueSeverity, NumberEntry, QuizFileFormat, question::Kind};

/// A sample and what has to come of it.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) bytes: &'static [u8],
    pub(crate) format: QuizFileFormat,
    title: &'static str,
    taken: usize,
    rejected: u32,
    /// Parts of issues, each with its line.
    issues: &'static [(u32, &'static str)],
}

macro_rules! sample {
    ($name:literal, $format:ident, $title:literal, $taken:literal, $rejected:literal, [$($issue:expr),* $(,)?]) => {
        Sample {
            name: $name,
            bytes: include_bytes!(concat!("../samples/", $name)),
            format: QuizFileFormat::$format,
            title: $title,
            taken: $taken,
            rejected: $rejected,
            issues: &[$($issue),*],
        }
    };
}

/// All of them.
pub(crate) const SAMPLES: [Sample; 15] = [
    sample!(
        "planets.kahoot.xlsx",
        KahootXlsx,
        "planets",
        5,
        3,
        [
            (12, "soon is no number of seconds"),
            (12, "5 is none of the 4 options"),
            (12, "no option is marked as right"),
            (13, "there is no question text"),
            (14, "fewer than two options"),
            (15, "the same option stands twice"),
            (17, "3600000 ms is not between"),
        ]
    ),
    sample!(
        "capitals.classquiz.xlsx",
        ClassquizXlsx,
        "Capitals",
        3,
        1,
        [(16, "no option is marked as right")]
    ),
    sample!(
        "geography.razzia.json",
        RazziaJson,
        "Geography",
        5,
        2,
        [
            (4, "only images can be shown"),
            (5, "4 is none of the 2 answers"),
            (5, "no option is marked as right"),
            (6, "there is no list of answers"),
            (7, "is not between"),
        ]
    ),
    sample!(
        "arsnova-eu.json",
        ArsnovaJson,
        "Statistics",
        4,
        1,
        [(2, "tags of HTML were taken out"), (5, "HOLOGRAM are not known"),]
    ),
    sample!(
        "arsnova-click.json",
        ArsnovaJson,
        "Old friends",
        4,
        1,
        [(5, "rangeMin is no number")]
    ),
    sample!(
        "rivers.aiken.txt",
        Aiken,
        "rivers",
        3,
        2,
        [
            (12, "there is no ANSWER line"),
            (19, "E is none of the choices"),
            (21, "the lines of the question were joined"),
        ]
    ),
    sample!(
        "trees.gift",
        Gift,
        "trees",
        10,
        3,
        [
            (2, "categories are passed over"),
            (4, "feedback for single answers was left out"),
            (4, "some of the points counts as wrong"),
            (13, "are accepted like all others"),
            (17, "the middle of the range earns most"),
            (19, "Berlin belongs to nothing"),
            (37, "long answers cannot be marked"),
            (39, "no answers in braces"),
            (41, "the closing brace } is missing"),
            (43, "no option is marked as right"),
        ]
    ),
    sample!(
        "mixed.blackboard.txt",
        Blackboard,
        "mixed",
        7,
        4,
        [
            (4, "neither true nor false"),
            (5, "long answers cannot be marked"),
            (10, "FIB_PLUS cannot be taken"),
            (11, "marked neither correct nor incorrect"),
            (11, "fewer than two options"),
        ]
    ),
    sample!(
        "all-kinds.csv",
        Csv,
        "all kinds",
        13,
        3,
        [
            (14, "7 is none of the 2 options"),
            (14, "no option is marked as right"),
            (15, "riddle is no kind of question"),
            (16, "there is no question text"),
            (17, "soon is no number of seconds"),
            (17, "9999 is not between 0 and 2000"),
        ]
    ),
    sample!("excel-german.csv", Csv, "excel german", 1, 0, []),
    sample!(
        "half-broken.json",
        Json,
        "Half of it is fine",
        3,
        3,
        [
            (0, "colour"),
            (2, "maybe"),
            (3, "what kind of question"),
            (4, "5 ms is not between 100 and 600000"),
            (5, "the same option stands twice"),
            (6, "invalid type"),
        ]
    ),
    sample!(
        "pictures.trivium.zip",
        Bundle,
        "With pictures",
        3,
        0,
        [
            (0, "media/unused.png belongs to no question"),
            (0, "evil.txt"),
            (2, "media/lost.png is not in the archive"),
        ]
    ),
    sample!(
        "one-item.qti.xml",
        Qti,
        "one item",
        1,
        0,
        [(1, "images of the item were left out")]
    ),
    sample!(
        "mixed.qti.zip",
        Qti,
        "Mixed bag",
        4,
        3,
        [
            (4, "gapMatchInteraction cannot be taken"),
            (6, "missing.xml is not in the package"),
            (7, "expected"),
        ]
    ),
    sample!(
        "laughs.qti.xml",
        Qti,
        "",
        0,
        1,
        [(1, "a document type is not allowed"), (0, "no question could be read")]
    ),
];

fn sample(name: &str) -> Imported {
    let found = SAMPLES.iter().find(|sample| sample.name == name).expect("there is one");
    import(found.bytes, found.name, found.format)
}

fn kinds(name: &str) -> Vec<Kind> {
    let questions = sample(name).quiz.expect("some could be read").questions;
    questions
        .into_iter()
        .map(|question| question.kind.expect("valid"))
        .collect()
}

#[test]
fn samples_come_through_but_for_what_is_broken() {
    for sample in &SAMPLES {
        let imported = import(sample.bytes, sample.name, QuizFileFormat::Unspecified);
        let issues: Vec<String> = imported
            .report
            .issues()
            .iter()
            .map(|issue| {
                format!(
                    "{} {:?} {} [{}]",
                    issue.line,
                    issue.severity(),
                    issue.message,
                    issue.column
                )
            })
            .collect();
        let told = format!("{}:\n{}", sample.name, issues.join("\n"));
        assert_eq!(imported.format, sample.format, "{told}");
        let (title, taken) = imported
            .quiz
            .as_ref()
            .map_or(("", 0), |quiz| (&quiz.title, quiz.questions.len()));
        assert_eq!(
            (title, taken, imported.rejected),
            (sample.title, sample.taken, sample.rejected),
            "{told}"
        );
        for (line, part) in sample.issues {
            let found = imported
                .report
                .issues()
                .iter()
                .any(|issue| issue.line == *line && issue.message.contains(part) || issue.column.contains(part));
            assert!(found, "line {line}: {part} is missing\n{told}");
        }
        let lines: BTreeSet<u32> = sample.issues.iter().map(|(line, _)| *line).collect();
        for issue in imported.report.issues() {
            assert!(
                lines.contains(&issue.line),
                "nothing was expected for line {}\n{told}",
                issue.line
            );
            assert_ne!(issue.severity(), FileIssueSeverity::Unspecified, "{told}");
        }
    }
}

#[test]
fn a_kahoot_is_read_cell_by_cell() {
    let quiz = sample("planets.kahoot.xlsx").quiz.expect("some could be read");
    let texts: Vec<_> = quiz
        .questions
        .iter()
        .map(|question| (question.text.as_str(), question.time_limit_ms))
        .collect();
    assert_eq!(
        texts,
        [
            ("Which planet is the largest?", 20_000),
            ("Which of these have rings?", 30_000),
            ("Pluto is a planet.", 10_000),
            ("How many moons has Mars?", 5_000),
            ("An hour to think?", 600_000),
        ]
    );
    let Some(Kind::SingleChoice(rings)) = &quiz.questions[1].kind else {
        panic!("{:?}", quiz.questions[1])
    };
    assert_eq!(
        rings.options.iter().map(|option| option.correct).collect::<Vec<_>>(),
        [true, true, false]
    );
    assert!(matches!(&quiz.questions[2].kind, Some(Kind::TrueFalse(pluto)) if !pluto.correct));
    let Some(Kind::SingleChoice(moons)) = &quiz.questions[3].kind else {
        panic!("{:?}", quiz.questions[3])
    };
    let moons: Vec<_> = moons
        .options
        .iter()
        .map(|option| (option.text.as_str(), option.correct))
        .collect();
    assert_eq!(moons, [("2", true), ("3", false), ("none", true)]);
}

fn near(entry: &NumberEntry, target: f64, tolerance: f64) -> bool {
    (entry.target - target).abs() < 1e-9 && (entry.tolerance - tolerance).abs() < 1e-9
}

#[test]
fn gift_is_read_in_full() {
    let quiz = sample("trees.gift").quiz.expect("some could be read");
    let by_text = |text: &str| {
        let found = quiz.questions.iter().find(|question| question.text.contains(text));
        found.unwrap_or_else(|| panic!("no question has {text}: {:#?}", quiz.questions))
    };
    assert_eq!(by_text("Grant's tomb").explanation, "Right: Ulysses S. Grant.");
    assert!(matches!(&by_text("The sun rises").kind, Some(Kind::TrueFalse(sun)) if sun.correct));
    assert_eq!(by_text("The sun rises").explanation, "It does, near enough.");
    let sum = by_text("Two plus {two} equals _____.");
    assert!(matches!(&sum.kind, Some(Kind::TextEntry(text)) if text.accepted == ["four", "4", "fore"]));
    assert!(matches!(&by_text("When was").kind, Some(Kind::NumberEntry(born)) if near(born, 1822.0, 5.0)));
    assert!(matches!(&by_text("from 1 to 5").kind, Some(Kind::NumberEntry(range)) if near(range, 3.0, 2.0)));
    assert!(matches!(&by_text("Match the country").kind, Some(Kind::Matching(pairs)) if pairs.pairs.len() == 3));
    let Some(Kind::MultipleChoice(primes)) = &by_text("primes").kind else {
        panic!("{:?}", by_text("primes"))
    };
    assert_eq!(
        primes.options.iter().map(|option| option.correct).collect::<Vec<_>>(),
        [true, true, true, false]
    );
    assert_eq!(by_text("Moodle costs").text, "Moodle costs _____ to download.");
    assert_eq!(by_text("Water is").text, "Water is H2O & wet.");
    assert_eq!(by_text("A line").text, "A line with \n a break and an escaped = sign");
}

#[test]
fn our_table_has_every_kind() {
    let names: Vec<String> = kinds("all-kinds.csv").iter().map(|kind| format!("{kind:?}")).collect();
    let names: Vec<&str> = names.iter().filter_map(|name| name.split('(').next()).collect();
    assert_eq!(
        names,
        [
            "SingleChoice",
            "MultipleChoice",
            "TrueFalse",
            "TextEntry",
            "NumberEntry",
            "RangeEntry",
            "Ordering",
            "Matching",
            "Poll",
            "Rating",
            "WordCloud",
            "SingleChoice",
            "SingleChoice",
        ]
    );
    let Kind::SingleChoice(formula) = &kinds("all-kinds.csv")[11] else {
        panic!("see above")
    };
    assert_eq!(formula.options[0].text, "=1+1", "the guard is taken away");
}

#[test]
fn qti_packages_are_read_in_the_order_of_the_manifest() {
    let kinds = kinds("mixed.qti.zip");
    assert!(matches!(&kinds[0], Kind::Ordering(order) if order.items == ["Michael", "Rubens", "Jenson"]));
    let Kind::Matching(play) = &kinds[1] else {
        panic!("{kinds:?}")
    };
    assert_eq!(play.pairs[2].right, "A Midsummer-Night's Dream");
    assert!(play.partial_credit);
    assert!(matches!(&kinds[2], Kind::MultipleChoice(water) if water.all_or_nothing && water.options[2].correct));
    assert!(matches!(&kinds[3], Kind::TextEntry(text) if text.accepted == ["York", "york"]));
}

#[test]
fn bundles_bring_their_images() {
    let imported = sample("pictures.trivium.zip");
    let names: Vec<&str> = imported.media.iter().map(|image| image.name.as_str()).collect();
    assert_eq!(names, ["square.png"]);
    assert_eq!(
        trivium_formats::content_type(&imported.media[0].bytes),
        Some("image/png")
    );
    let quiz = imported.quiz.expect("read");
    let urls: Vec<&str> = quiz
        .questions
        .iter()
        .map(|question| question.media_url.as_str())
        .collect();
    assert_eq!(urls, ["media/square.png", "", "https://example.org/a.png"]);
}
