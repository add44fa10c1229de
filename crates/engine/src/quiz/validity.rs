//! Whether a quiz can be played as written.
//!
//! Neighbours: the catalogue asks before it keeps a quiz, [`decide`](super::decide) before it loads one.

use std::collections::BTreeSet;

use super::{
    Choice, Kind, Number, Question, Quiz, Scoring, Settings,
    model::{MAX_NUMBER, MAX_QUESTIONS},
    text,
};
use crate::Millis;

/// Shortest and longest time to answer.
pub const TIME_LIMIT: (Millis, Millis) = (Millis(100), Millis::secs(600));

impl Quiz {
    /// Whether the quiz can be played; otherwise what is wrong with it, for people.
    pub fn check(&self) -> Result<(), String> {
        length("the title", &self.title, 1, 120)?;
        length("the description", &self.description, 0, 1_000)?;
        length("the language", &self.language, 0, 35)?;
        self.settings.check()?;
        within("the number of questions", self.questions.len(), 1, MAX_QUESTIONS)?;
        for (n, question) in self.questions.iter().enumerate() {
            question.check().map_err(|what| format!("question {}: {what}", n + 1))?;
        }
        Ok(())
    }
}

impl Settings {
    fn check(&self) -> Result<(), String> {
        within("the time limit", self.time_limit, TIME_LIMIT.0, TIME_LIMIT.1)?;
        within("the read time", self.read, Millis::ZERO, Millis::secs(60))?;
        within("the reveal time", self.reveal, Millis::ZERO, Millis::secs(120))?;
        within(
            "the leaderboard time",
            self.leaderboard,
            Millis::ZERO,
            Millis::secs(120),
        )?;
        within("the countdown", self.start_countdown, Millis::ZERO, Millis::secs(30))?;
        within("the leaderboard size", self.leaderboard_size, 1, 100)?;
        match self.scoring {
            Scoring::Linear { speed_weight_permille } => within("the speed weight", speed_weight_permille, 0, 1_000),
            Scoring::Kahoot => Ok(()),
        }
    }
}

impl Question {
    fn check(&self) -> Result<(), String> {
        length("the text", &self.text, 1, 1_000)?;
        length("the explanation", &self.explanation, 0, 2_000)?;
        length("the media address", &self.media_url, 0, 512)?;
        length("the media description", &self.media_alt, 0, 500)?;
        if let Some(limit) = self.time_limit {
            within("the time limit", limit, TIME_LIMIT.0, TIME_LIMIT.1)?;
        }
        if let Some(read) = self.read {
            within("the read time", read, Millis::ZERO, Millis::secs(60))?;
        }
        within("the points", self.points, 0, 2_000)?;
        self.kind.check()
    }
}

impl Kind {
    fn check(&self) -> Result<(), String> {
        match self {
            Self::SingleChoice { options, .. } | Self::MultipleChoice { options, .. } => choices(options),
            Self::TrueFalse { .. } => Ok(()),
            Self::TextEntry {
                accepted, max_edits, ..
            } => {
                within("the number of accepted texts", accepted.len(), 1, 20)?;
                accepted
                    .iter()
                    .try_for_each(|accepted| length("an accepted text", accepted, 1, 200))?;
                if accepted
                    .iter()
                    .any(|accepted| text::normalize(accepted, true).is_empty())
                {
                    return Err("an accepted text is blank".to_owned());
                }
                within("the forgiven edits", *max_edits, 0, 5)
            }
            Self::NumberEntry {
                target,
                tolerance,
                unit,
            } => {
                length("the unit", unit, 0, 20)?;
                number("the target", *target)?;
                within("the tolerance", *tolerance, Number(0), MAX_NUMBER)
            }
            Self::RangeEntry {
                min,
                max,
                step,
                correct_min,
                correct_max,
                unit,
            } => {
                length("the unit", unit, 0, 20)?;
                number("the left end", *min)?;
                number("the right end", *max)?;
                if min >= max {
                    return Err("the left end is not below the right end".to_owned());
                }
                within("the step", *step, Number(0), Number(max.0 - min.0))?;
                within("the lowest right number", *correct_min, *min, *max)?;
                within("the highest right number", *correct_max, *correct_min, *max)
            }
            Self::Ordering { items, .. } => {
                within("the number of items", items.len(), 2, 10)?;
                distinct("item", items.iter().map(String::as_str), 200)
            }
            Self::Matching { pairs, .. } => {
                within("the number of pairs", pairs.len(), 2, 10)?;
                distinct("left side", pairs.iter().map(|(left, _)| left.as_str()), 200)?;
                // Right sides may repeat: two animals may both be mammals.
                pairs
                    .iter()
                    .try_for_each(|(_, right)| shown("a right side", right, 200))
            }
            Self::Poll { options, .. } => {
                within("the number of options", options.len(), 2, 8)?;
                distinct("option", options.iter().map(String::as_str), 300)
            }
            Self::Rating {
                steps,
                low_label,
                high_label,
            } => {
                length("the low label", low_label, 0, 60)?;
                length("the high label", high_label, 0, 60)?;
                within("the number of steps", *steps, 2, 10)
            }
            Self::WordCloud { max_words } => within("the number of words", *max_words, 1, 10),
        }
    }
}

fn choices(options: &[Choice]) -> Result<(), String> {
    within("the number of options", options.len(), 2, 8)?;
    distinct("option", options.iter().map(|option| option.text.as_str()), 300)?;
    if options.iter().any(|option| option.correct) {
        Ok(())
    } else {
        Err("no option is right".to_owned())
    }
}

fn distinct<'a>(what: &str, texts: impl Iterator<Item = &'a str>, max: usize) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for text in texts {
        shown(&format!("one {what}"), text, max)?;
        if !seen.insert(text.trim()) {
            return Err(format!("one {what} appears twice: {}", text.trim()));
        }
    }
    Ok(())
}

fn shown(what: &str, text: &str, max: usize) -> Result<(), String> {
    length(what, text, 1, max)?;
    if text.trim().is_empty() {
        Err(format!("{what} is blank"))
    } else {
        Ok(())
    }
}

fn length(what: &str, text: &str, min: usize, max: usize) -> Result<(), String> {
    let length = text.chars().count();
    if (min..=max).contains(&length) {
        Ok(())
    } else {
        Err(format!("{what} has {length} characters and may have {min} to {max}"))
    }
}

fn number(what: &str, value: Number) -> Result<(), String> {
    within(what, value, Number(-MAX_NUMBER.0), MAX_NUMBER)
}

fn within<T: PartialOrd + Copy + std::fmt::Debug>(what: &str, value: T, min: T, max: T) -> Result<(), String> {
    if value >= min && value <= max {
        Ok(())
    } else {
        Err(format!("{what} is {value:?} and may be {min:?} to {max:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quiz::samples;

    #[test]
    fn what_the_samples_show_is_playable() {
        assert_eq!(samples::quiz(samples::every_kind()).check(), Ok(()));
    }

    #[test]
    fn what_cannot_be_played_is_named() {
        type Case = (fn(&mut Quiz), &'static str);
        let n = Number::whole;
        let cases: [Case; 17] = [
            (|quiz| quiz.title.clear(), "title"),
            (|quiz| quiz.questions.clear(), "number of questions"),
            (|quiz| quiz.settings.leaderboard_size = 0, "leaderboard size"),
            (|quiz| quiz.settings.time_limit = Millis(0), "time limit"),
            (
                |quiz| {
                    quiz.settings.scoring = Scoring::Linear {
                        speed_weight_permille: 1_001,
                    }
                },
                "speed weight",
            ),
            (|quiz| quiz.questions[0].points = 2_001, "question 1: the points"),
            (|quiz| quiz.questions[0].text.clear(), "question 1: the text"),
            (
                |quiz| quiz.questions[0].kind = samples::single(&["a"], 0),
                "number of options",
            ),
            (
                |quiz| quiz.questions[0].kind = samples::single(&["a", "b"], 9),
                "no option is right",
            ),
            (
                |quiz| quiz.questions[0].kind = samples::single(&["a", "a "], 0),
                "twice",
            ),
            (|quiz| quiz.questions[0].kind = samples::single(&["a", " "], 0), "blank"),
            (|quiz| quiz.questions[0].kind = samples::text(&[" "], 0), "blank"),
            (|quiz| quiz.questions[0].kind = samples::text(&[], 0), "accepted texts"),
            (
                |quiz| quiz.questions[0].kind = samples::ordering(&["a"], false),
                "number of items",
            ),
            (
                |quiz| quiz.questions[0].kind = Kind::WordCloud { max_words: 0 },
                "number of words",
            ),
            (|quiz| quiz.questions[0].kind = samples::rating(1), "number of steps"),
            (
                |quiz| quiz.questions[0].kind = samples::matching(&[("a", "x"), ("a", "y")], false),
                "twice",
            ),
        ];
        for (spoil, what) in cases {
            let mut quiz = samples::quiz(samples::every_kind());
            spoil(&mut quiz);
            let message = quiz.check().expect_err(what);
            assert!(message.contains(what), "{message} should name {what}");
        }
        for (min, max, low, high) in [(5, 5, 5, 5), (0, 10, 4, 3), (0, 10, -1, 3), (0, 10, 3, 11)] {
            let kind = samples::range(n(min), n(max), n(low), n(high));
            assert!(kind.check().is_err(), "{kind:?}");
        }
        assert!(samples::number(n(1), Number(-1)).check().is_err());
        assert!(samples::number(Number(i64::MIN), n(0)).check().is_err());
    }
}
