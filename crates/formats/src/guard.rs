//! Text that a spreadsheet must not take for a formula.
//!
//! A cell of a CSV that begins with one of `= + - @` is a formula to Excel, and an attack if somebody else wrote it. Such a
//! text gets an apostrophe in front, which reading takes away again; a text that has one already gets another, so that
//! nothing is lost. Plain numbers are left alone. Cells of a workbook are strings by their type and need no such thing.

use std::borrow::Cow;

/// The text as it may stand in a CSV.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text as it was before [`guarded`].
pub(crate) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(inner) if is_formula(inner) => inner,
        Some(_) | None => text,
    }
}

fn is_formula(text: &str) -> bool {
    let bare = text.trim_start_matches('\'');
    let harmless = bare.len() == text.len() && crate::text::number(bare).is_some_and(|_| !bare.starts_with(' '));
    bare.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) && !harmless
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-5", "-5"),
            ("-5+3", "'-5+3"),
            ("'=x", "''=x"),
            ("'tis", "'tis"),
            ("a=b", "a=b"),
        ] {
            assert_eq!(guarded(text), cell);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "['=+@0-9a\t-]{0,8}") {
            let cell = guarded(&text);
            prop_assert_eq!(unguarded(&cell), &text);
        }
    }
}
