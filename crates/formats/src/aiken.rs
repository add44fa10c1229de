//! Aiken: a question on a line, choices as `A. text` or `A) text`, and `ANSWER: B`. One choice is right.

use trivium_proto::v1;

use crate::{
    fields::{self, line_of},
    harvest::Harvest,
    lost::{self, Holds, numbered},
    report::Report,
    text::{one_line, tidy},
};

/// A question that is being read.
#[derive(Default)]
struct Draft {
    line: u32,
    text: Vec<String>,
    options: Vec<(char, String)>,
}

pub(crate) fn read(text: &str, harvest: &mut Harvest) {
    let mut draft = Draft::default();
    for (n, line) in text.lines().enumerate() {
        let number = line_of(n + 1);
        let line = tidy(line);
        if let Some(letter) = answer(&line) {
            std::mem::take(&mut draft).done(number, letter, harvest);
        } else if line.is_empty() {
            if !draft.options.is_empty() {
                std::mem::take(&mut draft).given_up(harvest);
            }
        } else if let Some(option) = option(&line).filter(|_| !draft.text.is_empty()) {
            draft.options.push(option);
        } else {
            if !draft.options.is_empty() {
                std::mem::take(&mut draft).given_up(harvest);
            }
            if draft.text.is_empty() {
                draft.line = number;
            }
            draft.text.push(line);
        }
    }
    if !draft.text.is_empty() {
        draft.given_up(harvest);
    }
}

impl Draft {
    fn done(self, line: u32, letter: &str, harvest: &mut Harvest) {
        if self.text.is_empty() {
            return harvest.reject(line, "", "there is an ANSWER, but no question before it");
        }
        if self.text.len() > 1 {
            harvest.info(self.line, "question", "the lines of the question were joined");
        }
        let right = letter.chars().next().map(|c| c.to_ascii_uppercase());
        if letter.chars().count() != 1 || !self.options.iter().any(|(letter, _)| Some(*letter) == right) {
            let message = format!("{letter} is none of the choices");
            return harvest.reject(line, "ANSWER", message);
        }
        let options = self.options.into_iter();
        let options = options.map(|(letter, text)| fields::option(text, Some(letter) == right));
        let kind = fields::single(options.collect(), false);
        harvest.add(self.line, fields::question(self.text.join("\n"), kind));
    }

    fn given_up(self, harvest: &mut Harvest) {
        harvest.reject(self.line, "ANSWER", "there is no ANSWER line right after the choices");
    }
}

fn answer(line: &str) -> Option<&str> {
    let (head, rest) = line.split_once(':')?;
    head.trim().eq_ignore_ascii_case("answer").then_some(rest.trim())
}

fn option(line: &str) -> Option<(char, String)> {
    let mut chars = line.chars();
    let letter = chars.next().filter(char::is_ascii_uppercase)?;
    chars.next().filter(|c| matches!(c, '.' | ')'))?;
    let rest = chars.as_str();
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| (letter, rest.trim().to_owned()))
}

pub(crate) fn write(quiz: &v1::Quiz, report: &mut Report) -> Vec<u8> {
    lost::tell_frame(quiz, false, false, report);
    let mut file = String::new();
    for (number, question) in numbered(quiz) {
        let Some((options, _)) = fields::options_of(question.kind.as_ref()) else {
            lost::left_out(question, number, report);
            continue;
        };
        let text = one_line(&question.text);
        if options.iter().filter(|option| option.correct).count() != 1 {
            report.warning(number, "correct", "left out: the format has exactly one right choice");
            continue;
        }
        if option(&text).is_some() || answer(&text).is_some() {
            report.warning(
                number,
                "question",
                "left out: it looks like a choice or an answer to this format",
            );
            continue;
        }
        lost::tell(question, number, Holds::default(), report);
        if question.text.contains('\n') || options.iter().any(|option| option.text.contains('\n')) {
            report.warning(number, "", "lines are joined");
        }
        file.push_str(&text);
        file.push('\n');
        let mut right = 'A';
        for (letter, option) in ('A'..).zip(&options) {
            file.extend([letter.to_string().as_str(), ". ", &one_line(&option.text), "\n"]);
            if option.correct {
                right = letter;
            }
        }
        file.extend(["ANSWER: ", right.to_string().as_str(), "\n\n"]);
    }
    file.into_bytes()
}
