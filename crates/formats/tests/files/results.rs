//! Results as files: what a host needs to check every point.

use std::{collections::BTreeMap, io::Cursor};

use calamine::{Data, Reader as _, Xlsx};
use trivium_formats::results::export;
use trivium_proto::v1::{
    Answer, AnswerForm, Distribution, GetResultsResponse, PlayerResult, Positions, QuestionKind, QuestionPrompt,
    QuestionResults, ResultsFileFormat, Solution, Standing, TextCount, Verdict, Words, answer::Value,
};

fn player(user: &str, verdict: Verdict, points: u32, value: Option<Value>) -> PlayerResult {
    PlayerResult {
        user_id: user.into(),
        verdict: verdict.into(),
        points,
        streak: 1,
        response_ms: 1_500,
        credit_ms: 40,
        total: points,
        rank: 1,
        answer: value.map(|value| Answer { value: Some(value) }),
        ..PlayerResult::default()
    }
}

fn standing(user: &str, name: &str, rank: u32) -> Standing {
    Standing {
        user_id: user.into(),
        name: name.into(),
        rank,
        points_tenths: 9_005,
        team: "Red".into(),
        ..Standing::default()
    }
}

fn question(
    index: u32,
    kind: QuestionKind,
    form: AnswerForm,
    solution: Solution,
    results: Vec<PlayerResult>,
) -> QuestionResults {
    QuestionResults {
        prompt: Some(QuestionPrompt {
            index,
            count: 4,
            text: format!("=Question {index}"),
            time_limit_ms: 20_000,
            kind: kind.into(),
            ..QuestionPrompt::default()
        }),
        form: Some(form),
        solution: Some(solution),
        distribution: Some(Distribution {
            answered: 2,
            correct: 1,
            counts: vec![1, 1],
            texts: vec![TextCount {
                text: "light".into(),
                count: 2,
            }],
        }),
        results,
        ..QuestionResults::default()
    }
}

fn results() -> GetResultsResponse {
    let form = |options: &[&str], matches: &[&str]| AnswerForm {
        options: options.iter().map(|text| (*text).to_owned()).collect(),
        matches: matches.iter().map(|text| (*text).to_owned()).collect(),
        unit: "m".into(),
        ..AnswerForm::default()
    };
    let at = |positions: &[u32]| Positions {
        positions: positions.to_vec(),
    };
    let solved = |positions: &[u32]| Solution {
        positions: positions.to_vec(),
        ..Solution::default()
    };
    GetResultsResponse {
        standings: vec![standing("u1", "@Ana", 1), standing("u2", "Ben", 2)],
        title: "Capitals".into(),
        questions: vec![
            question(
                0,
                QuestionKind::SingleChoice,
                form(&["Rome", "Paris"], &[]),
                solved(&[1]),
                vec![
                    player("u1", Verdict::Correct, 900, Some(Value::Choice(1))),
                    player("u2", Verdict::Incorrect, 0, Some(Value::Choice(0))),
                ],
            ),
            question(
                1,
                QuestionKind::Matching,
                form(&["a", "b"], &["y", "x"]),
                solved(&[1, 0]),
                vec![
                    player("u1", Verdict::Correct, 800, Some(Value::Matches(at(&[1, 0])))),
                    player("u2", Verdict::Missed, 0, None),
                ],
            ),
            question(
                2,
                QuestionKind::NumberEntry,
                form(&[], &[]),
                Solution {
                    number_min: 5.0,
                    tolerance: 1.0,
                    ..Solution::default()
                },
                vec![
                    player("u1", Verdict::Partial, 300, Some(Value::Number(5.5))),
                    player("u3", Verdict::Absent, 0, None),
                ],
            ),
            question(
                3,
                QuestionKind::WordCloud,
                form(&[], &[]),
                Solution::default(),
                vec![player(
                    "u1",
                    Verdict::Unscored,
                    0,
                    Some(Value::Words(Words {
                        words: vec!["light".into(), "time".into()],
                    })),
                )],
            ),
        ],
        ..GetResultsResponse::default()
    }
}

#[test]
fn the_table_has_a_row_for_each_player_and_question() {
    let file = export(&results(), "room-1", ResultsFileFormat::Csv).expect("written");
    assert_eq!(file.name, "Capitals-results.csv");
    let mut reader = csv::Reader::from_reader(file.bytes.as_slice());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().collect::<Result<_, _>>().expect("a table");
    let row = |n: usize, names: &[&str]| names.iter().map(|name| rows[n][*name].clone()).collect::<Vec<_>>();
    assert_eq!(rows.len(), 7);
    let names = [
        "room",
        "question_number",
        "question",
        "player",
        "answer",
        "verdict",
        "correct",
        "t_ms",
        "credit_ms",
        "points",
    ];
    assert_eq!(
        row(0, &names),
        [
            "room-1",
            "1",
            "'=Question 0",
            "'@Ana",
            "Paris",
            "correct",
            "1",
            "1500",
            "40",
            "900"
        ]
    );
    assert_eq!(row(2, &["answer", "kind"]), ["a = x; b = y", "matching"]);
    assert_eq!(
        row(3, &["answer", "verdict", "correct", "t_ms"]),
        ["", "no answer", "0", ""]
    );
    assert_eq!(
        row(4, &["answer", "verdict", "correct"]),
        ["5.5 m", "partly correct", "0"]
    );
    assert_eq!(row(5, &["player", "verdict", "correct"]), ["u3", "absent", ""]);
    assert_eq!(row(6, &["answer", "verdict"]), ["light; time", "opinion"]);
}

#[test]
fn the_workbook_counts_right_answers_per_player() {
    let file = export(&results(), "room-1", ResultsFileFormat::Xlsx).expect("written");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes)).expect("a workbook");
    assert_eq!(
        book.sheet_names(),
        [
            "Players",
            "Questions",
            "Question 1",
            "Question 2",
            "Question 3",
            "Question 4"
        ]
    );
    let mut rows = |name: &str| -> Vec<Vec<String>> {
        let sheet = book.worksheet_range(name).expect("a sheet");
        sheet
            .rows()
            .map(|row| row.iter().map(Data::to_string).collect())
            .collect()
    };
    let players = rows("Players");
    assert_eq!(players[0][4], "Number correct (of 3)");
    assert_eq!(players[1][..7], ["1", "@Ana", "Red", "900.5", "2", "4", "1500"]);
    assert_eq!(players[2][..6], ["2", "Ben", "Red", "900.5", "0", "1"]);
    let questions = rows("Questions");
    assert_eq!(
        questions[1][1..8],
        ["=Question 0", "single choice", "20", "Paris", "2", "1", "50"]
    );
    assert_eq!(questions[1][8..10], ["Rome: 1", "Paris: 1"]);
    assert_eq!(questions[3][4], "5 ± 1 m");
    assert_eq!(questions[4][6..8], ["", ""]);
    let second = rows("Question 2");
    assert_eq!(second[1][0], "a = x; b = y");
    assert_eq!(second[3][..6], ["@Ana", "a = x; b = y", "correct", "1500", "40", "800"]);
}

#[test]
fn json_is_what_the_wire_says() {
    let file = export(&results(), "room-1", ResultsFileFormat::Json).expect("written");
    let back: GetResultsResponse = serde_json::from_slice(&file.bytes).expect("the canonical mapping");
    assert_eq!(back, results());
}

#[test]
fn a_room_without_results_is_a_file_too() {
    for format in [ResultsFileFormat::Xlsx, ResultsFileFormat::Csv, ResultsFileFormat::Json] {
        let file = export(&GetResultsResponse::default(), "r", format).expect("written");
        assert!(!file.bytes.is_empty());
        let again = export(&GetResultsResponse::default(), "r", format);
        assert_eq!(again, Ok(file), "the same results are the same file");
    }
}
