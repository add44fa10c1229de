//! Comparing texts as people do: without regard to how they were typed.
//!
//! Neighbours: [`grade`](super::grade) compares answers, [`distribution`](super::distribution) groups them.

use unicode_normalization::UnicodeNormalization;

/// The text in compatibility form (NFKC), without white space around it, with one space for every run of it inside, and
/// without case unless that counts. Case goes by way of upper case, so that ß meets SS and a final sigma meets any other.
pub(super) fn normalize(text: &str, case_sensitive: bool) -> String {
    let mut composed: String = text.nfkc().collect();
    if !case_sensitive {
        composed = composed.to_uppercase().to_lowercase().nfkc().collect();
    }
    let words: Vec<&str> = composed.split_whitespace().collect();
    words.join(" ")
}

/// Whether at most `max` insertions, deletions and replacements of single characters turn one text into the other
/// (Levenshtein). Looks only at the diagonal band of width `2 max + 1`, so long texts cost no more than their length.
pub(super) fn within_edits(a: &str, b: &str, max: usize) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > max {
        return false;
    }
    let far = max + 1;
    // row[j] is the distance between the first i characters of a and the first j of b, or `far` outside the band.
    let mut row: Vec<usize> = (0..=b.len()).map(|j| j.min(far)).collect();
    for (i, from) in a.iter().enumerate() {
        let (first, last) = (i.saturating_sub(max), (i + max + 1).min(b.len()));
        let mut diagonal = row[first];
        row[first] = if first == 0 { (i + 1).min(far) } else { far };
        for j in first..last {
            let above = if j + 1 > i + max { far } else { row[j + 1] };
            let replaced = diagonal + usize::from(*from != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(above + 1).min(row[j] + 1).min(far);
        }
    }
    row[b.len()] <= max
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn typing_does_not_matter() {
        for (a, b) in [
            ("  Paris ", "paris"),
            ("New\u{a0} \tYork", "new york"),
            ("ＡＢＣ", "abc"),
            ("𝐀𝐁𝐂", "abc"),
            ("ﬁn", "fin"),
            ("e\u{301}", "é"),
            ("STRASSE", "Straße"),
            ("ΟΔΟΣ", "οδος"),
        ] {
            assert_eq!(normalize(a, false), normalize(b, false), "{a} and {b}");
        }
        assert_ne!(normalize("Polish", true), normalize("polish", true));
        assert_eq!(normalize(" \u{3000}", false), "");
    }

    #[test]
    fn edits_are_counted() {
        for (a, b, distance) in [
            ("", "", 0),
            ("a", "", 1),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
            ("ab", "ba", 2),
            ("é", "e", 1),
        ] {
            for max in 0..6 {
                assert_eq!(within_edits(a, b, max), distance <= max, "{a} {b} {max}");
                assert_eq!(within_edits(b, a, max), distance <= max, "{b} {a} {max}");
            }
        }
    }

    /// The whole table, as in the textbook.
    fn distance(a: &[char], b: &[char]) -> usize {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len(),
            ([x, a_rest @ ..], [y, b_rest @ ..]) => (distance(a_rest, b_rest) + usize::from(x != y))
                .min(distance(a_rest, b) + 1)
                .min(distance(a, b_rest) + 1),
        }
    }

    proptest! {
        #[test]
        fn the_band_finds_what_the_table_finds(a in "[abc]{0,6}", b in "[abc]{0,6}", max in 0_usize..6) {
            let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(within_edits(&a, &b, max), distance(&x, &y) <= max);
        }

        #[test]
        fn normalizing_twice_is_normalizing_once(text in "\\PC{0,20}", case in any::<bool>()) {
            let once = normalize(&text, case);
            prop_assert_eq!(normalize(&once, case), once);
        }
    }
}
