//! The words of a text, as searches compare them.
//!
//! Every backend indexes these words and looks for these words, so that all find the same, and nothing that somebody types
//! is ever read as the language of a database.
//!
//! Neighbours: [`directory`](crate::directory) takes a [`Query`]; backends take [`words`].

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longest word that is told from another, in characters; what is longer is compared by its beginning.
pub const MAX_WORD: usize = 64;
/// Most words of a query; further ones are not looked for.
pub const MAX_QUERY_WORDS: usize = 16;

/// The words of a text, in order: runs of letters and digits, without case and without accents. Each sign of a script that
/// does not part its words is a word of its own.
///
/// ```
/// assert_eq!(trivium_store::words("Fußball, ÜBER-all! 東京2"), ["fussball", "uber", "all", "東", "京", "2"]);
/// ```
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut length = 0;
    let mut end = |word: &mut String, length: &mut usize| {
        *length = 0;
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    // Up before down, so that letters which differ in one case only ("ß", "ss") fall together.
    let letters = text
        .nfkd()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkd();
    for c in letters.filter(|c| !is_combining_mark(*c)) {
        if !c.is_alphanumeric() {
            end(&mut word, &mut length);
        } else if stands_alone(c) {
            end(&mut word, &mut length);
            word.push(c);
            end(&mut word, &mut length);
        } else if length < MAX_WORD {
            word.push(c);
            length += 1;
        }
    }
    end(&mut word, &mut length);
    words
}

/// Signs of Chinese and Japanese.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// What is looked for: all of these words, of which the last may be the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    whole: Vec<String>,
    begun: String,
}

impl Query {
    /// What somebody typed; none if there is no word in it.
    pub fn new(text: &str) -> Option<Self> {
        let mut whole = words(text);
        whole.truncate(MAX_QUERY_WORDS);
        let begun = whole.pop()?;
        Some(Self { whole, begun })
    }

    /// The words that have to be there as they are.
    pub fn whole(&self) -> &[String] {
        &self.whole
    }

    /// The beginning of a word.
    pub fn begun(&self) -> &str {
        &self.begun
    }

    /// Whether a text has them all.
    pub fn finds(&self, text: &[String]) -> bool {
        self.whole.iter().all(|word| text.contains(word)) && text.iter().any(|word| word.starts_with(&self.begun))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_people_mean_by_them() {
        for (text, expected) in [
            ("", &[][..]),
            ("  -- \n🎉 ", &[]),
            ("Hello, World", &["hello", "world"]),
            ("don't", &["don", "t"]),
            ("Straße STRASSE", &["strasse", "strasse"]),
            ("Crème brûlée", &["creme", "brulee"]),
            ("ΣΊΣΥΦΟΣ", &["σισυφοσ"]),
            ("ﬁn Ⅷ x²", &["fin", "viii", "x2"]),
            ("日本語 テスト", &["日", "本", "語", "テ", "ス", "ト"]),
            ("\" OR NEAR( * ^ : {", &["or", "near"]),
        ] {
            assert_eq!(words(text), expected, "{text:?}");
        }
        assert_eq!(words(&"x".repeat(1_000)), ["x".repeat(MAX_WORD)]);
    }

    #[test]
    fn a_query_wants_every_word_and_the_beginning_of_the_last() {
        let finds = |query: &str, text: &str| Query::new(query).is_some_and(|query| query.finds(&words(text)));
        for (query, text, found) in [
            ("wor", "hello world", true),
            ("hello wor", "World, hello!", true),
            ("hel world", "hello world", false),
            ("world hel", "hello world", true),
            ("x", "hello", false),
            ("!", "hello !", false),
            ("", "hello", false),
        ] {
            assert_eq!(finds(query, text), found, "{query:?} in {text:?}");
        }
    }
}
