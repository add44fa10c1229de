//! `RESULTS.md`: conditions, tables, and how the figures stand to the targets.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use anyhow::{Context as _, Result};
use trivium_benches::{
    plot::{self, Curve},
    report::Report,
};

use super::targets::{Figure, TARGETS, Target, cpu, join, last, memory, p99, user};

/// One report, and where it belongs.
pub(super) struct Run {
    pub(super) round: usize,
    /// Which table it belongs to.
    pub(super) key: String,
    pub(super) contender: &'static str,
    pub(super) report: Report,
}

/// Everything that was measured.
pub(super) struct Results {
    pub(super) runs: Vec<Run>,
    pub(super) rounds: usize,
    pub(super) seconds: u64,
    /// Keys of the tables, and what they are called.
    pub(super) titles: Vec<(&'static str, String)>,
}

/// The median of the rounds, and the least and the most.
#[derive(Clone, Copy)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
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
        for (key, title) in &self.titles {
            text += &self.table(key, title);
        }
        text + "\n" + reading
    }

    /// A plot per table, with a curve per contender.
    ///
    /// # Errors
    ///
    /// They cannot be written.
    pub(super) fn plot(&self, directory: &Path) -> Result<()> {
        fs::create_dir_all(directory).with_context(|| directory.display().to_string())?;
        for (key, title) in &self.titles {
            let curves = self.curves(key);
            if !curves.is_empty() {
                let path = directory.join(plot::file_name(key));
                fs::write(&path, plot::svg(title, &curves)).with_context(|| path.display().to_string())?;
            }
        }
        Ok(())
    }

    /// Of each contender the curve of the round that is in the middle by its p99.
    fn curves(&self, key: &str) -> Vec<(String, Curve)> {
        let names = self.names(key).into_iter();
        let curves = names.filter_map(|name| {
            let rounds = 0..self.rounds;
            let mut reports: Vec<_> = rounds.filter_map(|round| self.report(round, key, name)).collect();
            reports.sort_by(|one, other| one.latency.p99.total_cmp(&other.latency.p99));
            let middle = reports.get(reports.len() / 2)?;
            Some((name.to_owned(), middle.latency.curve.clone()))
        });
        curves.filter(|(_, curve)| !curve.is_empty()).collect()
    }

    fn names(&self, key: &str) -> Vec<&'static str> {
        let mut names: Vec<&str> = Vec::new();
        for run in self.runs.iter().filter(|run| run.key == key) {
            if !names.contains(&run.contender) {
                names.push(run.contender);
            }
        }
        names
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
            "- {cores} cores, {}, Linux {}; {}.\n\
             - {} rounds in turn, a fresh server for each; {} s per shape after 1 s of warm-up. Server on core {}, generator on \
             core {}, loopback, no TLS but for WebTransport and where it says so. Release profile.\n\
             - Fan-out is a closed loop unless it says otherwise: the next event follows when the last one has arrived everywhere. \
             All else is an open loop: latency counts from the moment at which something was due. A delivery that is lost or comes \
             twice fails the run. CPU is the server's, from `/proc/PID/task/*/schedstat`, per delivery, acknowledged request, or \
             session.\n\
             - Load average of the machine at the end: {}.\n",
            line("/proc/cpuinfo", "model name"),
            kernel.trim(),
            versions(),
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
            let ours = (target.figure)(self.report(round, target.key, target.ours)?)?;
            let Some(peer) = target.peer else {
                return Some(ours);
            };
            let peer = (target.figure)(self.report(round, target.key, peer)?)?;
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

    /// Empty of what was not measured.
    fn table(&self, key: &str, title: &str) -> String {
        let names = self.names(key);
        if names.is_empty() {
            return String::new();
        }
        let mut text = format!(
            "\n## {title}\n\n| server | µs CPU | user | per s | bytes | p50 ms | p99 ms | max ms | µs CPU / join | KB / session |\n"
        );
        text += "|---|---|---|---|---|---|---|---|---|---|\n";
        for name in names {
            let spread = |figure: Figure| {
                let reports = (0..self.rounds).filter_map(|round| self.report(round, key, name));
                Spread::of(reports.filter_map(figure).collect())
            };
            let median = |figure: Figure, digits| {
                spread(figure).map_or_else(|| "-".to_owned(), |spread| format!("{:.digits$}", spread.median))
            };
            let _never_fails = writeln!(
                text,
                "| {name} | {} | {} % | {} | {} | {} | {} | {} | {} | {} |",
                spread(cpu).map_or_else(|| "-".to_owned(), Spread::text),
                median(user, 0),
                median(|report| Some(report.per_second), 0),
                median(|report| Some(report.bytes), 0),
                median(|report| Some(report.latency.p50), 2),
                median(p99, 2),
                median(last, 1),
                median(join, 0),
                median(memory, 1),
            );
        }
        if !self.curves(key).is_empty() {
            let _never_fails = writeln!(text, "\n![{title}](plots/{})", plot::file_name(key));
        }
        text
    }

    fn report(&self, round: usize, key: &str, contender: &str) -> Option<&Report> {
        let mut runs = self.runs.iter();
        let run = runs.find(|run| (run.round, run.key.as_str(), run.contender) == (round, key, contender))?;
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

/// What was measured with what, as far as it is there.
fn versions() -> String {
    let programs: [(_, &[&str]); 3] = [
        ("node", &["--version"]),
        ("centrifugo", &["version"]),
        ("git", &["rev-parse", "--short", "HEAD"]),
    ];
    let mut said: Vec<String> = programs.map(|(program, arguments)| said(program, arguments)).into();
    said.retain(|said| !said.is_empty());
    said.join("; ")
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
