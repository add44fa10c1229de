//! Bars: how much of something, and how much time is left.

use super::style::{Colour, Style};

/// Parts of a full cell, from an eighth on.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// A bar of `part` of `whole` in `columns`, to an eighth of a column.
pub fn bar(part: u64, whole: u64, columns: usize) -> String {
    let most = columns as u64 * 8;
    let eighths = (part.min(whole) * most).checked_div(whole).unwrap_or(0);
    let eighths = usize::try_from(eighths).unwrap_or(columns * 8);
    let mut drawn = "█".repeat(eighths / 8);
    if let Some(rest) = (eighths % 8).checked_sub(1) {
        drawn.push(EIGHTHS[rest]);
    }
    let used = eighths.div_ceil(8);
    drawn + &" ".repeat(columns - used)
}

/// The time between two instants of the server's clock, as it stands at `now_ms`: a shrinking bar and the seconds left.
pub fn countdown(now_ms: i64, from_ms: i64, until_ms: i64, columns: usize, style: Style) -> String {
    let whole = u64::try_from(until_ms - from_ms).unwrap_or(0);
    let left = u64::try_from(until_ms - now_ms).unwrap_or(0);
    let colour = match left {
        0..5_000 => Colour::Red,
        5_000..10_000 => Colour::Yellow,
        10_000.. => Colour::Green,
    };
    let seconds = format!("{:>3} s", left.div_ceil(1_000));
    let columns = columns.saturating_sub(seconds.len() + 3);
    format!("▕{}▏{seconds}", style.paint(colour, &bar(left, whole, columns)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_share() {
        for (part, whole, expected) in [
            (0, 4, "    "),
            (4, 4, "████"),
            (2, 4, "██  "),
            (1, 32, "▏   "),
            (9, 4, "████"),
            (1, 0, "    "),
        ] {
            assert_eq!(bar(part, whole, 4), expected, "{part} of {whole}");
        }
        assert_eq!(bar(1, 2, 0), "");
    }

    #[test]
    fn a_countdown_shrinks_and_ends_at_zero() {
        let at = |now| countdown(now, 10_000, 20_000, 18, Style::PLAIN);
        assert_eq!(at(10_000), "▕██████████▏ 10 s");
        assert_eq!(at(14_900), "▕█████     ▏  6 s", "a started second counts");
        assert_eq!(at(20_000), "▕          ▏  0 s");
        assert_eq!(at(99_000), at(20_000));
    }
}
