//! Checks requests against the `buf.validate` rules of the proto files.
//!
//! Most validators are generated (see `build.rs`). Here are the function that callers use and the validators of
//! messages with rules inside a `oneof`, which the generator cannot make: answers, the one request that arrives by
//! thousands at once, are checked by hand; quizzes, rare and large, by reflection.

use std::sync::LazyLock;

use prost::Message;
use prost_protovalidate::{
    Validate, ValidationError,
    bridge::{RuntimeBridge, error_to_validation_error},
};

use crate::{FILE_DESCRIPTOR_SET, v1};

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field from the validated message, such as `quiz.questions[2].text`.
    pub field: String,
    /// What is wrong with it, for people.
    pub description: String,
}

/// Checks every rule of the message and of all that it contains.
///
/// # Errors
///
/// All broken rules, at least one.
pub fn validate<M: Validate + ?Sized>(message: &M) -> Result<(), Vec<Violation>> {
    message.validate().map_err(|error| {
        let describe = |violation: &prost_protovalidate::Violation| Violation {
            field: violation.field_path(),
            // Some rules of the library have a name but no sentence.
            description: match violation.message() {
                "" => violation.rule_id().to_owned(),
                message => message.to_owned(),
            },
        };
        error.violations().iter().map(describe).collect()
    })
}

impl Validate for v1::CreateQuizRequest {
    fn validate(&self) -> Result<(), ValidationError> {
        by_reflection("trivium.v1.CreateQuizRequest", self)
    }
}

impl Validate for v1::UpdateQuizRequest {
    fn validate(&self) -> Result<(), ValidationError> {
        by_reflection("trivium.v1.UpdateQuizRequest", self)
    }
}

impl Validate for v1::Quiz {
    fn validate(&self) -> Result<(), ValidationError> {
        by_reflection("trivium.v1.Quiz", self)
    }
}

impl Validate for v1::Question {
    fn validate(&self) -> Result<(), ValidationError> {
        by_reflection("trivium.v1.Question", self)
    }
}

impl Validate for v1::SubmitAnswerRequest {
    fn validate(&self) -> Result<(), ValidationError> {
        let mut broken = Broken::default();
        broken.identifier("request_id", &self.request_id);
        broken.identifier("room_id", &self.room_id);
        broken.unless(
            self.question_index <= 199,
            "question_index",
            "must be less than or equal to 199",
        );
        match &self.answer {
            Some(answer) => broken.nested("answer", answer),
            None => broken.add("answer", "value is required"),
        }
        broken.into_result()
    }
}

impl Validate for v1::Answer {
    fn validate(&self) -> Result<(), ValidationError> {
        use v1::answer::Value;

        let mut broken = Broken::default();
        match &self.value {
            None => broken.add("value", "exactly one field is required in oneof"),
            Some(Value::Choice(choice)) => {
                broken.unless(*choice <= 63, "choice", "must be less than or equal to 63");
            }
            Some(Value::Choices(positions)) => broken.nested("choices", positions),
            Some(Value::Truth(_)) => {}
            Some(Value::Text(text)) => {
                broken.unless(
                    text.chars().count() <= 200,
                    "text",
                    "value length must be at most 200 characters",
                );
            }
            Some(Value::Number(number)) => {
                // Not a number is in no range, and so refused.
                broken.unless(
                    (-1e12..=1e12).contains(number),
                    "number",
                    "must be within one trillion of zero",
                );
            }
            Some(Value::Order(positions)) => broken.nested("order", positions),
            Some(Value::Matches(positions)) => broken.nested("matches", positions),
            Some(Value::Rating(rating)) => {
                broken.unless((1..=10).contains(rating), "rating", "must be from 1 to 10");
            }
            Some(Value::Words(words)) => broken.nested("words", words),
        }
        broken.into_result()
    }
}

impl Validate for v1::Positions {
    fn validate(&self) -> Result<(), ValidationError> {
        let mut broken = Broken::default();
        broken.unless(self.positions.len() <= 16, "positions", "must have at most 16 items");
        for (index, _) in self
            .positions
            .iter()
            .enumerate()
            .filter(|(_, position)| **position > 63)
        {
            broken.add(&format!("positions[{index}]"), "must be less than or equal to 63");
        }
        broken.into_result()
    }
}

impl Validate for v1::Words {
    fn validate(&self) -> Result<(), ValidationError> {
        let mut broken = Broken::default();
        broken.unless((1..=10).contains(&self.words.len()), "words", "must have 1 to 10 items");
        for (index, _) in self
            .words
            .iter()
            .enumerate()
            .filter(|(_, word)| !(1..=40).contains(&word.chars().count()))
        {
            broken.add(&format!("words[{index}]"), "value length must be 1 to 40 characters");
        }
        broken.into_result()
    }
}

/// Reads the rules from the descriptors, at the price of encoding the message and decoding it again.
fn by_reflection(full_name: &str, message: &impl Message) -> Result<(), ValidationError> {
    static RULES: LazyLock<RuntimeBridge> = LazyLock::new(|| RuntimeBridge::from_fds(FILE_DESCRIPTOR_SET));
    RULES
        .validate_wire(full_name, &message.encode_to_vec())
        .map_err(error_to_validation_error)
}

/// Collects broken rules.
#[derive(Default)]
struct Broken(Vec<prost_protovalidate::Violation>);

impl Broken {
    fn add(&mut self, field: &str, description: &str) {
        self.0.push(prost_protovalidate::Violation::new(field, "", description));
    }

    fn unless(&mut self, holds: bool, field: &str, description: &str) {
        if !holds {
            self.add(field, description);
        }
    }

    fn identifier(&mut self, field: &str, value: &str) {
        let fits = (1..=64).contains(&value.len())
            && value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.:@-".contains(&byte));
        self.unless(fits, field, "must be 1 to 64 characters of A-Z a-z 0-9 _ . : @ -");
    }

    fn nested(&mut self, field: &str, message: &impl Validate) {
        let inner = message
            .validate()
            .err()
            .map(ValidationError::into_violations)
            .unwrap_or_default();
        self.0.extend(inner.into_iter().map(|mut violation| {
            violation.prepend_field_path(field);
            violation
        }));
    }

    fn into_result(self) -> Result<(), ValidationError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ValidationError::new(self.0))
        }
    }
}
