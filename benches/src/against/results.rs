//! `RESULTS.md`: conditions, tables, and how the figures stand to the targets.

use std::{fmt::Write as _, fs, process::Command};

use crate::report::Report;

/// One report, and where it belongs.
pub(super) struct Run {
    pub(super) round: usize,
    pub(super) shape: &'static str,
    pub(super) contender: &'static str,
    pub(super) report: Report,
}

/// Everything that was measured.
pub(super) struct Results {
    pub(super) runs: Vec<Run>,
    pub(super) rounds: usize,
    pub(super) sessions: usize,
    pub(super) seconds: u64,
}

/// The median of the rounds, and the least and the most.
#[derive(Clone, Copy)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

/// What one figure should be.
struct Target {
    what: &'static str,
    shape: &'static str,
    ours: &'static str,
    /// The figure is a quotient with this contender's, or ours alone.
    peer: Option<&'static str>,
    /// Whether the peer's figure is divided by ours, so that more is better.
    more: bool,
    figure: fn(&Report) -> f64,
    bound: f64,
}

const OURS: &str = "trivium gRPC";
const WEB: &str = "trivium gRPC-Web";
const WT: &str = "trivium WebTransport";

const fn cheaper(
    what: &'static str,
    shape: &'static str,
    ours: &'static str,
    peer: &'static str,
    bound: f64,
) -> Target {
    Target {
        what,
        shape,
        ours,
        peer: Some(peer),
        more: true,
        figure: cpu,
        bound,
    }
}

const fn cost(what: &'static str, shape: &'static str, ours: &'static str, peer: &'static str, bound: f64) -> Target {
    Target {
        more: false,
        ..cheaper(what, shape, ours, peer, bound)
    }
}

const fn at_most(what: &'static str, shape: &'static str, ours: &'static str, figure: Figure, bound: f64) -> Target {
    Target {
        what,
        shape,
        ours,
        peer: None,
        more: false,
        figure,
        bound,
    }
}

type Figure = fn(&Report) -> f64;

const fn sooner(what: &'static str, peer: &'static str, bound: f64) -> Target {
    Target {
        figure: p99,
        ..cheaper(what, "small", OURS, peer, bound)
    }
}

const TARGETS: [Target; 23] = [
    cheaper("one event: CPU against Socket.IO", "large", OURS, "Socket.IO", 1.5),
    cheaper("one event: CPU against ws", "large", OURS, "ws", 1.1),
    cost("one event: cost over raw TCP", "large", OURS, "raw TCP", 1.6),
    cheaper("burst of 16: CPU against Socket.IO", "burst", OURS, "Socket.IO", 10.0),
    cheaper("burst of 16: CPU against ws", "burst", OURS, "ws", 10.0),
    cost("burst of 16: cost over raw TCP", "burst", OURS, "raw TCP", 1.7),
    cheaper("small room: CPU against Socket.IO", "small", OURS, "Socket.IO", 4.0),
    cheaper("small room: CPU against ws", "small", OURS, "ws", 2.0),
    sooner("small room: p99 against Socket.IO", "Socket.IO", 3.0),
    sooner("small room: p99 against ws", "ws", 3.0),
    cheaper(
        "WebTransport, one event: CPU against Socket.IO",
        "large",
        WT,
        "Socket.IO",
        1.0,
    ),
    cheaper(
        "WebTransport, burst of 16: CPU against Socket.IO",
        "burst",
        WT,
        "Socket.IO",
        8.0,
    ),
    cost(
        "WebTransport, one event: cost over raw TCP",
        "large",
        WT,
        "raw TCP",
        2.5,
    ),
    cost("gRPC-Web, one event: cost over our gRPC", "large", WEB, OURS, 1.0),
    cost("gRPC-Web, burst of 16: cost over our gRPC", "burst", WEB, OURS, 1.0),
    at_most("KB per idle session, gRPC", "large", OURS, memory, 22.0),
    at_most("KB per idle session, gRPC-Web", "large", WEB, memory, 13.0),
    at_most("KB per idle session, WebTransport", "large", WT, memory, 66.0),
    Target {
        figure: join,
        ..cheaper("join: CPU against Socket.IO", "large", OURS, "Socket.IO", 4.0)
    },
    cheaper("one event: CPU against bare tonic", "large", OURS, "bare tonic", 1.0),
    cheaper("burst of 16: CPU against bare tonic", "burst", OURS, "bare tonic", 1.0),
    at_most(
        "2,000 answers at once, durable: last ms",
        "at once",
        OURS,
        last,
        1_000.0,
    ),
    at_most("2,000 answers over 2 s, durable: p99 ms", "spread", OURS, p99, 1_000.0),
];

fn cpu(report: &Report) -> f64 {
    report.cpu.us
}

fn p99(report: &Report) -> f64 {
    report.latency.p99
}

fn last(report: &Report) -> f64 {
    report.latency.max
}

fn memory(report: &Report) -> f64 {
    report.joined.rss_kb
}

fn join(report: &Report) -> f64 {
    report.joined.cpu.us
}

impl Results {
    /// The whole file.
    pub(super) fn markdown(&self, reading: &str) -> String {
        let mut text = format!(
            "# Results\n\nWritten by `cargo xtask bench against`; change `reading.md`, not this file.\n\n{}\n",
            self.conditions()
        );
        text += "## Against the targets\n\nMedians of the ratios within each round (least to most).\n\n";
        text += "| what | target | measured | |\n|---|---|---|---|\n";
        for target in &TARGETS {
            text += &self.row(target);
        }
        let shapes = [
            ("large", format!("One event at a time to {} subscribers", self.sessions)),
            ("burst", format!("Bursts of 16 to {} subscribers", self.sessions)),
            ("small", "One event per 4 ms to 10 subscribers".to_owned()),
            (
                "spread",
                "2,000 players answer within 2 s, SQLite with synchronous=FULL".to_owned(),
            ),
            (
                "at once",
                "2,000 players answer at once, SQLite with synchronous=FULL".to_owned(),
            ),
        ];
        for (shape, title) in shapes {
            text += &self.table(shape, &title);
        }
        text + "\n" + reading
    }

    fn conditions(&self) -> String {
        let line = |path: &str, key: &str| {
            let text = fs::read_to_string(path).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
            line.split_once(':').map_or(line, |(_, value)| value).trim().to_owned()
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        format!(
            "- {cores} cores, {}, Linux {}; {}; {}.\n\
             - {} rounds in turn, a fresh server for each; {} s per shape after 1 s of warm-up. Server on core {}, generator on \
             core {}, loopback, no TLS except for WebTransport. Release profile.\n\
             - Closed loop: the next event follows when the last one has arrived everywhere, so a lost or doubled delivery fails the \
             run. CPU is the server's, from `/proc/PID/task/*/schedstat`, per delivery or acknowledged answer.\n\
             - Load average of the machine at the end: {}.\n",
            line("/proc/cpuinfo", "model name"),
            kernel.trim(),
            said("node", &["--version"]),
            said("git", &["rev-parse", "--short", "HEAD"]),
            self.rounds,
            self.seconds,
            0,
            1,
            fs::read_to_string("/proc/loadavg").unwrap_or_default().trim(),
        )
    }

    fn row(&self, target: &Target) -> String {
        let rounds = 0..self.rounds;
        let figures = rounds.filter_map(|round| {
            let ours = (target.figure)(self.report(round, target.shape, target.ours)?);
            let Some(peer) = target.peer else {
                return Some(ours);
            };
            let peer = (target.figure)(self.report(round, target.shape, peer)?);
            Some(if target.more { peer / ours } else { ours / peer })
        });
        let Some(spread) = Spread::of(figures.collect()) else {
            return format!("| {} | {} | not measured | |\n", target.what, target.bound);
        };
        let (sign, met) = if target.more {
            ("≥", spread.median >= target.bound)
        } else {
            ("≤", spread.median <= target.bound)
        };
        let met = if met { "met" } else { "**missed**" };
        format!(
            "| {} | {sign} {} | {} | {met} |\n",
            target.what,
            target.bound,
            spread.text()
        )
    }

    fn table(&self, shape: &str, title: &str) -> String {
        let mut names: Vec<&str> = Vec::new();
        for run in self.runs.iter().filter(|run| run.shape == shape) {
            if !names.contains(&run.contender) {
                names.push(run.contender);
            }
        }
        let mut text = format!(
            "\n## {title}\n\n| server | µs CPU | user | per s | bytes | p50 ms | p99 ms | max ms | µs CPU / join | KB / session |\n"
        );
        text += "|---|---|---|---|---|---|---|---|---|---|\n";
        for name in names {
            let spread = |figure: Figure| {
                let reports = (0..self.rounds).filter_map(|round| self.report(round, shape, name));
                Spread::of(reports.map(figure).collect())
            };
            let median = |figure: Figure| spread(figure).map_or(0.0, |spread| spread.median);
            let _never_fails = writeln!(
                text,
                "| {name} | {} | {:.0} % | {:.0} | {:.0} | {:.2} | {:.2} | {:.1} | {:.0} | {:.1} |",
                spread(cpu).map_or_else(String::new, Spread::text),
                median(|report| report.cpu.user_share) * 100.0,
                median(|report| report.per_second),
                median(|report| report.bytes),
                median(|report| report.latency.p50),
                median(p99),
                median(last),
                median(join),
                median(memory),
            );
        }
        text
    }

    fn report(&self, round: usize, shape: &str, contender: &str) -> Option<&Report> {
        let mut runs = self.runs.iter();
        let run = runs.find(|run| (run.round, run.shape, run.contender) == (round, shape, contender))?;
        Some(&run.report)
    }
}

impl Spread {
    /// `None` of nothing.
    fn of(mut figures: Vec<f64>) -> Option<Self> {
        figures.sort_by(f64::total_cmp);
        let (low, high) = (figures.len().checked_sub(1)? / 2, figures.len() / 2);
        Some(Self {
            median: f64::midpoint(figures[low], figures[high]),
            least: *figures.first()?,
            most: *figures.last()?,
        })
    }

    fn text(self) -> String {
        format!("{:.2} ({:.2}-{:.2})", self.median, self.least, self.most)
    }
}

/// What a program says about itself; empty if it is not there.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.map_or_else(|_| String::new(), |text| format!("{program} {text}"))
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn the_median_lies_in_the_middle() {
        for (figures, expected) in [
            (vec![3.0, 1.0, 2.0], "2.00 (1.00-3.00)"),
            (vec![4.0, 1.0], "2.50 (1.00-4.00)"),
        ] {
            assert_eq!(Spread::of(figures).map(Spread::text).as_deref(), Some(expected));
        }
        assert!(Spread::of(Vec::new()).is_none());
    }
}
