//! Finding links in texts, as people recognise them: with a scheme, with `www.`, or as the name of a site.
//!
//! Neighbours: [`gate`](super::gate) keeps newcomers from sharing them.

use unicode_normalization::UnicodeNormalization;

use crate::text;

/// Endings by which a name without a scheme is taken for that of a site. What is missing here costs less than taking
/// "end.Next sentence" for a link.
const ENDINGS: [&str; 44] = [
    "ac", "ai", "app", "at", "biz", "ch", "club", "cn", "co", "com", "de", "dev", "edu", "eu", "fr", "gg", "gov",
    "info", "io", "it", "jp", "live", "ly", "me", "net", "nl", "online", "org", "pl", "pro", "ru", "shop", "site",
    "store", "su", "to", "top", "tv", "uk", "us", "vip", "win", "xxx", "xyz",
];

/// Whether there is a link in the text.
pub(super) fn is_in(text: &str) -> bool {
    let plain: String = text.nfkc().filter(|c| !text::is_invisible(*c)).collect();
    let plain = plain.to_lowercase();
    plain.contains("://") || plain.contains("www.") || plain.split(is_between).any(is_site)
}

fn is_between(c: char) -> bool {
    !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '/' | ':'))
}

/// Whether a word is the name of a site, with or without what follows such a name.
fn is_site(word: &str) -> bool {
    let host = word.split(['/', ':']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default().trim_matches('.');
    let Some((name, ending)) = host.rsplit_once('.') else {
        return false;
    };
    let named = name.chars().any(char::is_alphanumeric);
    named && (ENDINGS.contains(&ending) || ending.starts_with("xn--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_however_they_are_written() {
        for link in [
            "see https://x.y",
            "HTTP://EXAMPLE.ORG",
            "www.example.anything",
            "go to example.com!",
            "(example.co.uk)",
            "ex\u{200b}ample.c\u{200b}om",
            "ｅｘａｍｐｌｅ．ｃｏｍ",
            "discord.gg/abc",
            "example.com:8080/x",
            "me@example.com",
            "ftp://x",
        ] {
            assert!(is_in(link), "{link}");
        }
        for text in [
            "the end.Next one",
            "3.14",
            "e.g. this",
            "a.b",
            "...",
            "1/2",
            "10:30",
            "so… what",
            "",
            "@room hi",
        ] {
            assert!(!is_in(text), "{text}");
        }
    }
}
