//! The canonical JSON mapping of Protobuf, as quiz files use it.

use serde_json::json;
use trivium_proto::v1::{Quiz, QuizSettings, question::Kind};

#[test]
fn a_quiz_is_read_from_json_and_written_back() {
    let written = json!({
        "title": "Capitals",
        "language": "en",
        "settings": { "timeLimitMs": 20_000, "scoring": "SCORING_MODE_KAHOOT", "speedWeightPermille": 0 },
        "questions": [
            {
                "text": "Capital of Peru?",
                "singleChoice": { "options": [{ "text": "Lima", "correct": true }, { "text": "Cusco" }] },
            },
            { "text": "Name one.", "points": 500, "textEntry": { "accepted": ["Oslo"], "maxEdits": 1 } },
        ],
    });
    let quiz: Quiz = serde_json::from_value(written.clone()).unwrap();
    let settings = quiz.settings.as_ref().unwrap();
    assert_eq!(
        settings,
        &QuizSettings {
            time_limit_ms: 20_000,
            scoring: 2,
            // Given as zero, which is not the same as absent.
            speed_weight_permille: Some(0),
            ..QuizSettings::default()
        }
    );
    assert!(matches!(&quiz.questions[0].kind, Some(Kind::SingleChoice(choice)) if choice.options[0].correct));
    assert_eq!(quiz.questions[1].points, Some(500));
    assert_eq!(serde_json::to_value(&quiz).unwrap(), written);
}

#[test]
fn what_no_field_is_named_after_is_refused() {
    for (written, complaint) in [
        (json!({ "title": "A", "titel": "B" }), "unknown field `titel`"),
        (
            json!({ "title": "A", "questions": [{ "text": "?", "tripleChoice": {} }] }),
            "unknown field `tripleChoice`",
        ),
        (json!({ "title": 7 }), "invalid type"),
        (
            json!({ "questions": [{ "trueFalse": {}, "rating": {} }] }),
            "duplicate field",
        ),
    ] {
        let error = serde_json::from_value::<Quiz>(written).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
}
