//! Rules as automata.
//!
//! Neighbours: [`filter`](super) says what rules are and what they do; [`fold`](super::fold) makes the text in which words
//! are looked for.

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder, bytes};

use super::{
    MAX_MATCHES, MAX_PATTERN, Match, Rule, RuleError, Syntax,
    fold::{self, Folded},
};

/// Most bytes of the program of one rule. It holds a few Unicode classes, and no `\w{100}`.
const RULE_BYTES: usize = 64 * 1024;
/// Most bytes of the programs of all regular expressions together. The time for one character of text is bounded by it.
const RULES_BYTES: usize = 1024 * 1024;
/// Most bytes of the states that an automaton keeps while it looks; they are made anew when there are more.
const CACHE_BYTES: usize = 2 * 1024 * 1024;
/// Deepest nesting.
const NESTING: u32 = 32;
/// Longest description of what is wrong with a pattern, in characters.
const MAX_WHY: usize = 200;

/// Rules as automata: one for all words, one for all regular expressions, and each by itself.
pub(super) struct Compiled {
    words: bytes::RegexSet,
    word_rules: Vec<usize>,
    regexes: RegexSet,
    regex_rules: Vec<usize>,
    /// Regular expressions that are looked for one by one.
    alone: Vec<usize>,
    each: Vec<Option<Finder>>,
}

enum Finder {
    Word(bytes::Regex),
    Regex(Regex),
}

impl Compiled {
    /// All of the rules.
    pub(super) fn new(list: &[Rule]) -> Result<Self, RuleError> {
        let bad = |rule| move |why| RuleError::Bad { rule, why };
        let mut each = Vec::with_capacity(list.len());
        for (index, rule) in list.iter().enumerate() {
            each.push(Some(Finder::new(rule).map_err(bad(index))?));
        }
        // What is too large together is told of the last rule: without it the others may fit.
        Self::together(each).map_err(bad(list.len().saturating_sub(1)))
    }

    /// Those of the rules that can be compiled.
    pub(super) fn new_where_possible(list: &[Rule]) -> Self {
        let each = list.iter().map(|rule| Finder::new(rule).ok()).collect();
        Self::together(each).unwrap_or_else(|_| Self::together(Vec::new()).expect("no rules are small"))
    }

    fn together(each: Vec<Option<Finder>>) -> Result<Self, String> {
        let (mut words, mut word_rules, mut regexes, mut regex_rules) = (vec![], vec![], vec![], vec![]);
        let mut alone = Vec::new();
        for (index, finder) in each.iter().enumerate() {
            match finder {
                Some(Finder::Word(word)) => {
                    words.push(word.as_str());
                    word_rules.push(index);
                }
                // The automaton for all gives up where a boundary meets letters beyond ASCII, and what it falls back to has no
                // use for the letters that an expression needs; by itself each is skipped where those are missing.
                Some(Finder::Regex(regex)) if has_boundary(regex.as_str()) => alone.push(index),
                Some(Finder::Regex(regex)) => {
                    regexes.push(regex.as_str());
                    regex_rules.push(index);
                }
                None => {}
            }
        }
        Ok(Self {
            words: bytes::RegexSetBuilder::new(&words)
                .unicode(false)
                .size_limit(RULES_BYTES)
                .dfa_size_limit(CACHE_BYTES)
                .nest_limit(NESTING)
                .build()
                .map_err(|error| why(&error))?,
            word_rules,
            regexes: RegexSetBuilder::new(&regexes)
                .size_limit(RULES_BYTES)
                .dfa_size_limit(CACHE_BYTES)
                .nest_limit(NESTING)
                .build()
                .map_err(|error| why(&error))?,
            regex_rules,
            alone,
            each,
        })
    }

    /// The rules that match, in their order.
    pub(super) fn matched(&self, text: &str) -> Vec<usize> {
        let mut matched = Vec::new();
        if !self.word_rules.is_empty() {
            let words = self.words.matches(&fold::bytes(text));
            matched.extend(words.iter().map(|nth| self.word_rules[nth]));
        }
        if !self.regex_rules.is_empty() {
            let regexes = self.regexes.matches(text);
            matched.extend(regexes.iter().map(|nth| self.regex_rules[nth]));
        }
        let alone = self.alone.iter().copied();
        matched.extend(
            alone.filter(|rule| matches!(&self.each[*rule], Some(Finder::Regex(regex)) if regex.is_match(text))),
        );
        matched.sort_unstable();
        matched
    }

    /// Where these rules match, the first [`MAX_MATCHES`] in the order of the rules; and whether these are all. Each place
    /// costs one look at the rest of the text at most, so their number has to be bounded.
    pub(super) fn find(&self, text: &str, rules: &[usize]) -> (Vec<Match>, bool) {
        let mut matches = Vec::new();
        let mut folded = None;
        for &rule in rules {
            let left = MAX_MATCHES - matches.len();
            let mut spans: Vec<(usize, usize)> = match &self.each[rule] {
                Some(Finder::Word(word)) => {
                    let folded = folded.get_or_insert_with(|| Folded::new(text));
                    let found = word.find_iter(folded.bytes()).take(left + 1);
                    found.filter_map(|at| folded.span(at.range())).collect()
                }
                Some(Finder::Regex(regex)) => characters(text, regex.find_iter(text).take(left + 1)),
                None => Vec::new(),
            };
            let all = spans.len() <= left;
            spans.truncate(left);
            matches.extend(spans.into_iter().map(|(start, end)| Match { start, end, rule }));
            if !all {
                return (matches, false);
            }
        }
        (matches, true)
    }
}

impl Finder {
    fn new(rule: &Rule) -> Result<Self, String> {
        if rule.pattern.chars().nth(MAX_PATTERN).is_some() {
            return Err("the pattern is too long".to_owned());
        }
        match rule.syntax {
            Syntax::Word => {
                let pattern = fold::pattern(&rule.pattern).ok_or("a word has at least one letter or digit")?;
                let regex = bytes::RegexBuilder::new(&pattern)
                    .unicode(false)
                    .size_limit(RULE_BYTES)
                    .dfa_size_limit(CACHE_BYTES)
                    .nest_limit(NESTING)
                    .build();
                regex.map(Self::Word).map_err(|error| why(&error))
            }
            Syntax::Regex => {
                let regex = RegexBuilder::new(&rule.pattern)
                    .size_limit(RULE_BYTES)
                    .dfa_size_limit(CACHE_BYTES)
                    .nest_limit(NESTING)
                    .build();
                let regex = regex.map_err(|error| why(&error))?;
                if regex.is_match("") {
                    return Err("the pattern matches every text".to_owned());
                }
                Ok(Self::Regex(regex))
            }
        }
    }
}

/// Whether an expression may ask for the edge of a word.
fn has_boundary(pattern: &str) -> bool {
    [r"\b", r"\B", r"\<", r"\>"].iter().any(|edge| pattern.contains(edge))
}

/// Spans of characters for spans of bytes, which come in order.
fn characters<'t>(text: &'t str, found: impl Iterator<Item = regex::Match<'t>>) -> Vec<(usize, usize)> {
    let (mut byte, mut index) = (0, 0);
    let mut count_to = |end: usize| {
        index += text[byte..end].chars().count();
        byte = end;
        index
    };
    found.map(|at| (count_to(at.start()), count_to(at.end()))).collect()
}

/// What is wrong with a pattern, in one short line.
fn why(error: &regex::Error) -> String {
    if matches!(error, regex::Error::CompiledTooBig(_)) {
        return "the pattern is too large when compiled".to_owned();
    }
    let text = error.to_string();
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    line.unwrap_or_default().chars().take(MAX_WHY).collect()
}
