//! Rules for texts: words and regular expressions, in time linear in the text.
//!
//! Regular expressions look at the text as it is; words look at it [folded](fold), so that capitals, marks, look-alike
//! letters and invisible characters hide nothing. All of a kind are looked for in one pass, and only the rules that match
//! are then asked where. Every pattern has a bound on the size of its program, without which "linear" would mean little.
//!
//! Neighbours: [`gate`](super::gate) asks about messages and nicknames; [`fold`] makes the text that words are looked
//! for in.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod compile;
mod fold;

use compile::Compiled;

/// Most rules.
pub const MAX_RULES: usize = 200;
/// Longest pattern, in characters.
pub const MAX_PATTERN: usize = 260;
/// Most places that are looked for in one text, over all rules; what has more is masked as a whole.
pub const MAX_MATCHES: usize = 100;

/// A rule for texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// What is looked for.
    pub pattern: String,
    /// How the pattern is written.
    pub syntax: Syntax,
    /// What happens to a text that it matches.
    pub action: Action,
    /// Whether nicknames that it matches are refused too, whatever the action.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nicknames: bool,
}

/// How a pattern is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Syntax {
    /// A word, or several; `*` stands for any letters.
    Word,
    /// A regular expression of the crate `regex`.
    Regex,
}

/// What happens to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is refused.
    Block,
    /// It waits for a host.
    Hold,
    /// What matches is replaced by asterisks.
    Mask,
}

/// The rule that decides about a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The rule, from 0.
    pub rule: usize,
    /// What it does.
    pub action: Action,
}

/// Where a rule matches, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// First character.
    pub start: usize,
    /// Behind the last character.
    pub end: usize,
    /// The rule, from 0.
    pub rule: usize,
}

/// What rules do to a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Where they match, in the order of the text; at most [`MAX_MATCHES`].
    pub matches: Vec<Match>,
    /// What happens; none if no rule matches.
    pub action: Option<Action>,
    /// The text as it would be shown; empty if it is refused.
    pub shown: String,
}

/// Why rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// There are more than [`MAX_RULES`].
    #[error("too many rules")]
    TooMany,
    /// One of them is no pattern.
    #[error("rule {rule}: {why}")]
    Bad {
        /// The rule, from 0.
        rule: usize,
        /// What is wrong with it.
        why: String,
    },
}

/// Rules that can be used: every pattern of them has been compiled. Rules read back from a log are compiled when they
/// are first used, and one that a later version of the engine refuses matches nothing.
#[derive(Clone, Default)]
pub struct Rules {
    list: Arc<[Rule]>,
    compiled: OnceLock<Arc<Compiled>>,
}

impl Rules {
    /// Compiles rules.
    ///
    /// # Errors
    ///
    /// Names the first rule whose pattern is too long, is none, or is too large when compiled.
    pub fn new(list: Vec<Rule>) -> Result<Self, RuleError> {
        if list.len() > MAX_RULES {
            return Err(RuleError::TooMany);
        }
        let compiled = Compiled::new(&list)?;
        Ok(Self {
            list: list.into(),
            compiled: OnceLock::from(Arc::new(compiled)),
        })
    }

    /// The rules as they were given.
    pub fn list(&self) -> &[Rule] {
        &self.list
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The first rule that matches the text.
    pub fn hit(&self, text: &str) -> Option<Hit> {
        self.first(text, |_| true)
    }

    /// The first rule for nicknames that matches this one.
    pub fn hit_nickname(&self, name: &str) -> Option<Hit> {
        self.first(name, |rule| rule.nicknames)
    }

    /// The text with asterisks for what rules that mask match, one for one.
    pub fn masked(&self, text: &str) -> String {
        let mut masking = self.compiled().matched(text);
        masking.retain(|rule| self.list[*rule].action == Action::Mask);
        let (spans, all) = self.compiled().find(text, &masking);
        if !all {
            return "*".repeat(text.chars().count());
        }
        starred(text, &spans)
    }

    /// What the rules do to a text.
    pub fn trial(&self, text: &str) -> Trial {
        let hits = self.compiled().matched(text);
        let action = hits.first().map(|rule| self.list[*rule].action);
        let (mut matches, _) = self.compiled().find(text, &hits);
        matches.sort_unstable();
        Trial {
            matches,
            action,
            shown: match action {
                None | Some(Action::Hold) => text.to_owned(),
                Some(Action::Block) => String::new(),
                Some(Action::Mask) => self.masked(text),
            },
        }
    }

    fn first(&self, text: &str, counts: impl Fn(&Rule) -> bool) -> Option<Hit> {
        if !self.list.iter().any(&counts) {
            return None;
        }
        let matched = self.compiled().matched(text).into_iter();
        let mut hits = matched.map(|rule| (rule, &self.list[rule]));
        hits.find(|(_, rule)| counts(rule)).map(|(index, rule)| Hit {
            rule: index,
            action: rule.action,
        })
    }

    fn compiled(&self) -> &Compiled {
        self.compiled
            .get_or_init(|| Arc::new(Compiled::new_where_possible(&self.list)))
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.list.iter()).finish()
    }
}

impl PartialEq for Rules {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl Eq for Rules {}

impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.list.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            list: Vec::deserialize(deserializer)?.into(),
            compiled: OnceLock::new(),
        })
    }
}

/// The text with an asterisk for every character within the matches; lines stay lines.
fn starred(text: &str, matches: &[Match]) -> String {
    let mut spans: Vec<(usize, usize)> = matches.iter().map(|found| (found.start, found.end)).collect();
    spans.sort_unstable();
    let mut spans = spans.into_iter().peekable();
    let mut until = 0;
    let mut shown = String::with_capacity(text.len());
    for (index, c) in text.chars().enumerate() {
        while let Some((_, end)) = spans.next_if(|(start, _)| *start <= index) {
            until = until.max(end);
        }
        shown.push(if index < until && c != '\n' { '*' } else { c });
    }
    shown
}

#[cfg(test)]
mod tests;
