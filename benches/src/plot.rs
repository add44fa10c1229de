//! Latency distributions as SVG: quantiles from the half to the last, on a scale that gives each further nine the same room.

use std::fmt::Write as _;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 50.0;
/// Points between one nine and the next.
const PER_NINE: u32 = 8;
const COLORS: [&str; 10] = [
    "#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#0a7ea4", "#bf3989", "#57606a", "#e16f24", "#6fba2c",
];

/// Quantile from 0 to 1, and milliseconds.
pub type Curve = Vec<(f64, f64)>;

/// The quantiles worth looking at of so many values.
pub(crate) fn quantiles(count: u64) -> impl Iterator<Item = f64> {
    let least = 1.0 / crate::measure::per(count.max(2), 1);
    let steps = (0..).map(|step| 10_f64.powf(-f64::from(step) / f64::from(PER_NINE)) / 2.0);
    let few = if count == 0 { 0 } else { usize::MAX };
    steps
        .take_while(move |left| *left >= least)
        .map(|left| 1.0 - left)
        .take(few)
}

/// A name that every file system takes.
pub fn file_name(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|char| {
            if char.is_ascii_alphanumeric() {
                char.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let words: Vec<_> = kept.split('-').filter(|word| !word.is_empty()).collect();
    format!("{}.svg", words.join("-"))
}

/// The curves, each with its name.
pub fn svg(title: &str, curves: &[(String, Curve)]) -> String {
    let points = || curves.iter().flat_map(|(_, curve)| curve);
    let (mut least, mut most, mut nines) = (f64::INFINITY, 0.0_f64, 2.0_f64);
    for (quantile, ms) in points() {
        // Below a microsecond a logarithm says nothing.
        let ms = ms.max(0.001);
        (least, most) = (least.min(ms), most.max(ms));
        nines = nines.max(-(1.0 - quantile).log10());
    }
    if least > most {
        (least, most) = (1.0, 10.0);
    }
    let (low, high) = (
        least.log10().floor(),
        most.log10().ceil().max(least.log10().floor() + 1.0),
    );
    let x = |quantile: f64| {
        let begin = 0.5_f64.log10();
        LEFT + (-(1.0 - quantile).log10() + begin) / (nines + begin) * (WIDTH - LEFT - RIGHT)
    };
    let y = |ms: f64| HEIGHT - BOTTOM - (ms.max(0.001).log10() - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n\
         <text x=\"{LEFT}\" y=\"22\" font-size=\"15\" fill=\"#1f2328\">{}</text>\n",
        escaped(title)
    );
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    let mut grid = |x1: f64, y1: f64, x2: f64, y2: f64| {
        let _never_fails = writeln!(
            svg,
            "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"#d0d7de\" fill=\"none\"/>"
        );
    };
    let decades = || {
        (0..20)
            .map(|step| low + f64::from(step))
            .take_while(|power| *power <= high)
    };
    // Quantiles, and the digits that tell them apart.
    let marks = || {
        let nines = (1..12_i32).map(|nine| (1.0 - 10_f64.powi(-nine), usize::try_from(nine - 2).unwrap_or(0)));
        let all = std::iter::once((0.5, 0)).chain(nines);
        all.filter(move |(quantile, _)| x(*quantile) <= right + 0.5)
    };
    for power in decades() {
        let at = y(10_f64.powf(power));
        grid(LEFT, at, right, at);
    }
    for (quantile, _) in marks() {
        grid(x(quantile), TOP, x(quantile), bottom);
    }
    let mut text = |x: f64, y: f64, anchor: &str, color: &str, said: &str| {
        let _never_fails = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{color}\">{}</text>",
            escaped(said)
        );
    };
    for power in decades() {
        let ms = 10_f64.powf(power);
        let said = if ms >= 1_000.0 {
            format!("{} s", ms / 1_000.0)
        } else {
            format!("{ms} ms")
        };
        text(LEFT - 8.0, y(ms) + 4.0, "end", "#57606a", &said);
    }
    for (quantile, digits) in marks() {
        let said = format!("{:.digits$} %", quantile * 100.0);
        text(x(quantile), bottom + 18.0, "middle", "#57606a", &said);
    }
    text(
        f64::midpoint(LEFT, right),
        HEIGHT - 12.0,
        "middle",
        "#57606a",
        "of all, at most this late",
    );
    let row = |index: u16| TOP + 14.0 + 18.0 * f64::from(index);
    for (index, (name, _)) in (0_u16..).zip(curves) {
        text(right + 36.0, row(index), "start", look(index.into()).0, name);
    }
    let mut line = |index: usize, path: &str| {
        let (color, dashes) = look(index);
        let _never_fails = writeln!(
            svg,
            "<path d=\"{path}\" stroke=\"{color}\" stroke-width=\"2\"{dashes} fill=\"none\"/>"
        );
    };
    for (index, (_, curve)) in (0_u16..).zip(curves) {
        line(
            index.into(),
            &format!("M{:.1} {:.1}h16", right + 14.0, row(index) - 4.0),
        );
        let mut path = String::new();
        for (nth, (quantile, ms)) in curve.iter().enumerate() {
            let verb = if nth == 0 { 'M' } else { 'L' };
            let _never_fails = write!(path, "{verb}{:.1} {:.1}", x(*quantile), y(*ms));
        }
        line(index.into(), &path);
    }
    svg + "</svg>\n"
}

/// The color of a curve, and its dashes if that color is taken.
fn look(index: usize) -> (&'static str, &'static str) {
    let dashes = if index < COLORS.len() {
        ""
    } else {
        " stroke-dasharray=\"5 3\""
    };
    (COLORS[index % COLORS.len()], dashes)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_reach_as_far_as_there_are_values() {
        assert_eq!(quantiles(0).count(), 0);
        assert_eq!(quantiles(1).collect::<Vec<_>>(), [0.5]);
        let last = quantiles(1_000_000).last().unwrap();
        assert!((0.999_99..1.0).contains(&last), "{last}");
    }

    #[test]
    fn curves_stay_inside_the_frame() {
        let curve: Curve = quantiles(100_000).map(|one| (one, 0.2 / (1.0 - one))).collect();
        let svg = svg("a < b", &[("ours".into(), curve), ("nobody's".into(), Curve::new())]);
        assert!(svg.contains("a &lt; b") && svg.contains("99.9 %") && svg.ends_with("</svg>\n"));
        // Behind its sample beside the name.
        let path = svg.lines().filter(|line| line.contains("stroke-width")).nth(1).unwrap();
        let numbers = path
            .split('"')
            .nth(1)
            .unwrap()
            .split(['M', 'L', ' '])
            .filter_map(|one| one.parse::<f64>().ok());
        for (nth, number) in numbers.enumerate() {
            let (low, high) = if nth % 2 == 0 {
                (LEFT, WIDTH - RIGHT)
            } else {
                (TOP, HEIGHT - BOTTOM)
            };
            assert!((low - 0.5..=high + 0.5).contains(&number), "{number} in {path}");
        }
        let looks: std::collections::BTreeSet<_> = (0..2 * COLORS.len()).map(look).collect();
        assert_eq!(looks.len(), 2 * COLORS.len());
        assert_eq!(file_name("chat mesh, gRPC 1000"), "chat-mesh-grpc-1000.svg");
    }
}
