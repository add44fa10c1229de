//! Letters three lines high, for a join code that is read from the back of a room.

/// Each character in five rows of pixels, a bit per pixel, the leftmost pixel highest; then its width.
const FONT: [(char, [u8; 5], u8); 36] = [
    ('0', [0b111, 0b101, 0b101, 0b101, 0b111], 3),
    ('1', [0b010, 0b110, 0b010, 0b010, 0b111], 3),
    ('2', [0b111, 0b001, 0b111, 0b100, 0b111], 3),
    ('3', [0b111, 0b001, 0b011, 0b001, 0b111], 3),
    ('4', [0b101, 0b101, 0b111, 0b001, 0b001], 3),
    ('5', [0b111, 0b100, 0b111, 0b001, 0b111], 3),
    ('6', [0b111, 0b100, 0b111, 0b101, 0b111], 3),
    ('7', [0b111, 0b001, 0b010, 0b010, 0b010], 3),
    ('8', [0b111, 0b101, 0b111, 0b101, 0b111], 3),
    ('9', [0b111, 0b101, 0b111, 0b001, 0b111], 3),
    ('A', [0b0110, 0b1001, 0b1111, 0b1001, 0b1001], 4),
    ('B', [0b1110, 0b1001, 0b1110, 0b1001, 0b1110], 4),
    ('C', [0b0111, 0b1000, 0b1000, 0b1000, 0b0111], 4),
    ('D', [0b1110, 0b1001, 0b1001, 0b1001, 0b1110], 4),
    ('E', [0b111, 0b100, 0b110, 0b100, 0b111], 3),
    ('F', [0b111, 0b100, 0b110, 0b100, 0b100], 3),
    ('G', [0b0111, 0b1000, 0b1011, 0b1001, 0b0111], 4),
    ('H', [0b1001, 0b1001, 0b1111, 0b1001, 0b1001], 4),
    ('I', [0b111, 0b010, 0b010, 0b010, 0b111], 3),
    ('J', [0b0011, 0b0001, 0b0001, 0b1001, 0b0110], 4),
    ('K', [0b1001, 0b1010, 0b1100, 0b1010, 0b1001], 4),
    ('L', [0b100, 0b100, 0b100, 0b100, 0b111], 3),
    ('M', [0b10001, 0b11011, 0b10101, 0b10001, 0b10001], 5),
    ('N', [0b10001, 0b11001, 0b10101, 0b10011, 0b10001], 5),
    ('O', [0b0110, 0b1001, 0b1001, 0b1001, 0b0110], 4),
    ('P', [0b1110, 0b1001, 0b1110, 0b1000, 0b1000], 4),
    ('Q', [0b0110, 0b1001, 0b1001, 0b1011, 0b0111], 4),
    ('R', [0b1110, 0b1001, 0b1110, 0b1010, 0b1001], 4),
    ('S', [0b0111, 0b1000, 0b0110, 0b0001, 0b1110], 4),
    ('T', [0b11111, 0b00100, 0b00100, 0b00100, 0b00100], 5),
    ('U', [0b1001, 0b1001, 0b1001, 0b1001, 0b0110], 4),
    ('V', [0b10001, 0b10001, 0b01010, 0b01010, 0b00100], 5),
    ('W', [0b10001, 0b10001, 0b10101, 0b11011, 0b10001], 5),
    ('X', [0b10001, 0b01010, 0b00100, 0b01010, 0b10001], 5),
    ('Y', [0b10001, 0b01010, 0b00100, 0b00100, 0b00100], 5),
    ('Z', [0b1111, 0b0010, 0b0100, 0b1000, 0b1111], 4),
];

/// The text in three lines. Dashes become gaps, and characters that have no picture are left out.
pub fn big(text: &str) -> [String; 3] {
    let mut lines = [String::new(), String::new(), String::new()];
    for c in text.chars().map(|c| c.to_ascii_uppercase()) {
        if matches!(c, '-' | ' ') {
            for line in &mut lines {
                line.push_str("   ");
            }
        }
        let Some((_, rows, width)) = FONT.iter().find(|(letter, _, _)| *letter == c) else {
            continue;
        };
        for (number, line) in lines.iter_mut().enumerate() {
            let pixel = |row: usize, column: u8| rows.get(row).is_some_and(|row| row >> column & 1 == 1);
            line.extend(
                (0..*width)
                    .rev()
                    .map(|column| half_block(pixel(number * 2, column), pixel(number * 2 + 1, column))),
            );
            line.push_str("  ");
        }
    }
    lines.map(|line| line.trim_end().to_owned())
}

/// Two pixels above each other in one character.
pub(super) const fn half_block(upper: bool, lower: bool) -> char {
    match (upper, lower) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn() {
        let drawn = big("K2-l");
        assert_eq!(drawn, ["█ ▄▀  ▀▀█     █", "█▀▄   █▀▀     █", "▀  ▀  ▀▀▀     ▀▀▀"]);
    }

    #[test]
    fn letters_differ_and_fit() {
        for (index, (letter, rows, width)) in FONT.iter().enumerate() {
            assert!(
                rows.iter().all(|row| row.checked_shr(u32::from(*width)) == Some(0)),
                "{letter} is wider than {width}"
            );
            assert!(
                !FONT[index + 1..].iter().any(|(_, other, _)| other == rows),
                "{letter} has a double"
            );
        }
    }
}
