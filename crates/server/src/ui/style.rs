//! Colours, for terminals that have them, and the shapes that say the same without.

/// How text may be dressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether escape codes may be written at all.
    pub colour: bool,
}

/// Colour of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Wrong, urgent.
    Red,
    /// Right.
    Green,
    /// Waiting.
    Yellow,
    /// Neutral.
    Blue,
    /// Another option.
    Magenta,
    /// Another option.
    Cyan,
    /// Beside the point.
    Dim,
}

/// What the options of a question are known by besides their letter: a shape, and a colour for those who see it.
const SHAPES: [(char, Colour); 8] = [
    ('▲', Colour::Red),
    ('◆', Colour::Blue),
    ('●', Colour::Yellow),
    ('■', Colour::Green),
    ('★', Colour::Magenta),
    ('✚', Colour::Cyan),
    ('▼', Colour::Red),
    ('◗', Colour::Blue),
];

impl Style {
    /// Without escape codes.
    pub const PLAIN: Self = Self { colour: false };

    /// In that colour.
    pub fn paint(self, colour: Colour, text: &str) -> String {
        let code = match colour {
            Colour::Red => 31,
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Blue => 34,
            Colour::Magenta => 35,
            Colour::Cyan => 36,
            Colour::Dim => 2,
        };
        self.with(code, text)
    }

    /// In bold.
    pub fn bold(self, text: &str) -> String {
        self.with(1, text)
    }

    /// The sign of an option: shape and letter, such as `▲ A`.
    pub fn option(self, position: usize) -> String {
        let (shape, colour) = SHAPES[position % SHAPES.len()];
        self.paint(colour, &format!("{shape} {}", letter(position)))
    }

    /// The colour of an option.
    pub fn option_colour(position: usize) -> Colour {
        SHAPES[position % SHAPES.len()].1
    }

    fn with(self, code: u8, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// The letter of an option, from A.
pub fn letter(position: usize) -> char {
    u8::try_from(position)
        .ok()
        .filter(|position| *position < 26)
        .map_or('?', |position| char::from(b'A' + position))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_nothing_but_text_is_written() {
        let plain = Style::PLAIN;
        assert_eq!(
            plain.paint(Colour::Red, "x") + &plain.bold("y") + &plain.option(0),
            "xy▲ A"
        );
        assert_eq!(Style { colour: true }.paint(Colour::Red, "x"), "\u{1b}[31mx\u{1b}[0m");
    }

    #[test]
    fn options_differ_without_colours() {
        let signs: std::collections::BTreeSet<String> = (0..8).map(|position| Style::PLAIN.option(position)).collect();
        assert_eq!(signs.len(), 8);
    }
}
