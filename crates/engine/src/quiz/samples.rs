//! Questions for tests.

use super::{Choice, Kind, Number, Question, Quiz, Settings};

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn choices(options: &[&str], correct: &[usize]) -> Vec<Choice> {
    let choice = |(n, &text): (usize, &&str)| Choice {
        text: text.to_owned(),
        correct: correct.contains(&n),
    };
    options.iter().enumerate().map(choice).collect()
}

pub(super) fn single(options: &[&str], correct: usize) -> Kind {
    Kind::SingleChoice {
        options: choices(options, &[correct]),
        shuffle: true,
    }
}

pub(super) fn multiple(options: &[&str], correct: &[usize], all_or_nothing: bool) -> Kind {
    Kind::MultipleChoice {
        options: choices(options, correct),
        shuffle: true,
        all_or_nothing,
    }
}

pub(super) fn text(accepted: &[&str], max_edits: u32) -> Kind {
    Kind::TextEntry {
        accepted: owned(accepted),
        case_sensitive: false,
        max_edits,
    }
}

pub(super) fn number(target: Number, tolerance: Number) -> Kind {
    Kind::NumberEntry {
        target,
        tolerance,
        unit: "m".to_owned(),
    }
}

pub(super) fn range(min: Number, max: Number, correct_min: Number, correct_max: Number) -> Kind {
    Kind::RangeEntry {
        min,
        max,
        step: Number(0),
        correct_min,
        correct_max,
        unit: String::new(),
    }
}

pub(super) fn ordering(items: &[&str], partial_credit: bool) -> Kind {
    Kind::Ordering {
        items: owned(items),
        partial_credit,
    }
}

pub(super) fn matching(pairs: &[(&str, &str)], partial_credit: bool) -> Kind {
    let pairs = pairs
        .iter()
        .map(|(left, right)| ((*left).to_owned(), (*right).to_owned()))
        .collect();
    Kind::Matching { pairs, partial_credit }
}

pub(super) fn poll(options: &[&str], multiple: bool) -> Kind {
    Kind::Poll {
        options: owned(options),
        multiple,
    }
}

pub(super) fn rating(steps: u32) -> Kind {
    Kind::Rating {
        steps,
        low_label: "bad".to_owned(),
        high_label: "good".to_owned(),
    }
}

pub(super) fn every_kind() -> Vec<Kind> {
    let whole = Number::whole;
    vec![
        single(&["a", "b", "c", "d"], 2),
        multiple(&["a", "b", "c", "d"], &[0, 3], false),
        Kind::TrueFalse { correct: true },
        text(&["Paris", "Lutetia"], 1),
        number(whole(4_806), whole(50)),
        range(whole(0), whole(100), whole(40), whole(60)),
        ordering(&["one", "two", "three", "four"], true),
        matching(&[("cat", "mammal"), ("trout", "fish"), ("newt", "amphibian")], true),
        poll(&["yes", "no"], false),
        poll(&["red", "green", "blue"], true),
        rating(5),
        Kind::WordCloud { max_words: 3 },
    ]
}

pub(super) fn question(kind: Kind) -> Question {
    Question {
        text: "Well?".to_owned(),
        explanation: "Because.".to_owned(),
        media_url: String::new(),
        media_alt: String::new(),
        time_limit: None,
        read: None,
        points: 1_000,
        kind,
    }
}

pub(super) fn quiz(kinds: impl IntoIterator<Item = Kind>) -> Quiz {
    Quiz {
        id: "quiz".parse().expect("an id"),
        revision: 1,
        title: "Everything".to_owned(),
        description: String::new(),
        language: "en".to_owned(),
        settings: Settings::default(),
        questions: kinds.into_iter().map(question).collect(),
    }
}
