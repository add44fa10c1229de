//! QR codes in half blocks: two modules per character cell.

use qrcode::{Color, EcLevel, QrCode};

use super::letters::half_block;

/// Light modules around the code, without which scanners do not find it.
const QUIET: usize = 2;

/// The text as a QR code, drawn light on dark since terminals are dark; `None` if it is too long for one.
pub fn lines(text: &str) -> Option<Vec<String>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let outer = width + 2 * QUIET;
    let light = |row: usize, column: usize| {
        let inside = (QUIET..QUIET + width).contains(&row) && (QUIET..QUIET + width).contains(&column);
        row < outer && (!inside || colors[(row - QUIET) * width + column - QUIET] == Color::Light)
    };
    let line = |row: usize| {
        (0..outer)
            .map(|column| half_block(light(row, column), light(row + 1, column)))
            .collect()
    };
    Some((0..outer).step_by(2).map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_finders_and_a_quiet_zone() {
        let lines = lines("http://127.0.0.1:8080/?code=ABCD2345").expect("it is short");
        let outer = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == outer));
        assert_eq!(lines.len(), outer.div_ceil(2));
        assert!(lines[0].chars().all(|c| c == '█'), "the quiet zone is light");
        // The finder's first two rows are seven dark modules over dark, five light, dark.
        assert!(lines[1].starts_with("██ ▄▄▄▄▄ "), "{}", lines[1]);
        assert!(super::lines(&"x".repeat(4_000)).is_none());
    }
}
