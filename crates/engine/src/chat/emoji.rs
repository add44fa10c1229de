//! What passes for one emoji. There is no table of emoji here, so that next year's are welcome.
//!
//! Neighbours: [`chat`](super) asks before it takes a reaction.

use unicode_segmentation::UnicodeSegmentation;

use crate::text;

/// Longest emoji, in bytes: long enough for every family and flag there is.
const MAX_BYTES: usize = 32;

const ENCLOSING_KEYCAP: char = '\u{20e3}';
const EMOJI_STYLE: char = '\u{fe0f}';

/// Whether the text is one visible sign that is neither letter, digit nor ASCII.
pub(super) fn is_emoji(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    if text.len() > MAX_BYTES || text.graphemes(true).count() != 1 || !text::is_visible(first) {
        return false;
    }
    // Some emoji are made of letters and digits: keycaps, the enclosed letters of blood groups, the sign for information.
    let drawn = text.ends_with(ENCLOSING_KEYCAP) || (first >= '\u{2000}' && text.contains(EMOJI_STYLE));
    drawn || !(first.is_alphanumeric() || first.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_are_told_from_text() {
        for good in ["👍", "❤️", "❤", "👩‍👩‍👧", "🇩🇪", "👍🏽", "1️⃣", "🅱️", "ℹ️", "🫠", "☕"]
        {
            assert!(is_emoji(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "a",
            "ab",
            "é",
            "7",
            "!",
            "👍👍",
            "👍 ",
            "\u{200d}",
            "\u{301}",
            "\n",
            "\u{fe0f}",
            "字",
            "a\u{fe0f}",
        ] {
            assert!(!is_emoji(bad), "{bad:?}");
        }
        let scientists = "👨‍🔬".repeat(4);
        assert!(!is_emoji(&scientists), "too long");
    }
}
