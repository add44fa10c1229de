//! What a run found: as a line of JSON each, as a table, or as plots.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::{
    measure::{Cpu, per},
    plot,
};

/// One measured shape.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// What was done.
    pub scenario: String,
    /// How the server was spoken to.
    pub protocol: String,
    /// Sessions.
    pub sessions: u64,
    /// Events published at once; 1 where nothing is published.
    pub burst: u64,
    /// Deliveries, acknowledged requests, or sessions.
    pub work: u64,
    /// The same per second of wall time.
    pub per_second: f64,
    /// Server CPU per unit of work; per session and second where the sessions are idle. None of a server elsewhere.
    pub cpu: Option<Cpu>,
    /// Bytes that the generator read per unit of work.
    pub bytes: f64,
    /// From when it was due to the arrival.
    pub latency: Latency,
    /// What the set-up cost.
    pub joined: Option<Joined>,
    /// What else the scenario looks at, by name.
    #[serde(default)]
    pub figures: BTreeMap<String, f64>,
}

/// What it cost the server to let everybody in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Joined {
    /// Server CPU per session: connection, seat, subscription.
    pub cpu: Cpu,
    /// Resident memory of the server per session, after it has settled.
    pub rss_kb: f64,
}

/// Milliseconds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Latency {
    /// Half are sooner.
    pub p50: f64,
    /// One in a hundred is later.
    pub p99: f64,
    /// One in a thousand is later.
    #[serde(default)]
    pub p999: f64,
    /// The last.
    pub max: f64,
    /// Quantile from 0 to 1, and latency.
    #[serde(default)]
    pub curve: Vec<(f64, f64)>,
}

impl Latency {
    /// Of a histogram in microseconds.
    pub(crate) fn of(histogram: &Histogram<u64>) -> Self {
        let ms = |micros: u64| u32::try_from(micros).map_or(f64::INFINITY, f64::from) / 1_000.0;
        let at = |quantile| ms(histogram.value_at_quantile(quantile));
        Self {
            p50: at(0.5),
            p99: at(0.99),
            p999: at(0.999),
            max: ms(histogram.max()),
            curve: plot::quantiles(histogram.len()).map(|one| (one, at(one))).collect(),
        }
    }
}

/// The reports as a table for people.
pub(crate) fn table(reports: &[Report]) -> String {
    let width = reports
        .iter()
        .map(|report| report.scenario.len())
        .max()
        .unwrap_or(0)
        .max(8);
    let mut table = format!(
        "{:<width$} {:<12} {:>8} {:>5} {:>9} {:>9} {:>8} {:>5} {:>6} {:>8} {:>8} {:>8} {:>9} {:>7} {:>7}\n",
        "scenario",
        "protocol",
        "sessions",
        "burst",
        "work",
        "per s",
        "us CPU",
        "user",
        "bytes",
        "p50 ms",
        "p99 ms",
        "p99.9 ms",
        "max ms",
        "us/join",
        "KB each"
    );
    let some = |figure: Option<f64>, digits| figure.map_or_else(|| "-".into(), |figure| format!("{figure:.digits$}"));
    for report in reports {
        let latency = &report.latency;
        let _never_fails = writeln!(
            table,
            "{:<width$} {:<12} {:>8} {:>5} {:>9} {:>9.0} {:>8} {:>4}% {:>6.0} {:>8.2} {:>8.2} {:>8.2} {:>9.2} {:>7} {:>7}",
            report.scenario,
            report.protocol,
            report.sessions,
            report.burst,
            report.work,
            report.per_second,
            some(report.cpu.map(|cpu| cpu.us), 2),
            some(report.cpu.map(|cpu| cpu.user_share * 100.0), 0),
            report.bytes,
            latency.p50,
            latency.p99,
            latency.p999,
            latency.max,
            some(report.joined.map(|joined| joined.cpu.us), 0),
            some(report.joined.map(|joined| joined.rss_kb), 1),
        );
        for (name, figure) in &report.figures {
            let _never_fails = writeln!(table, "{:<width$}   {name}: {figure:.2}", "");
        }
    }
    table
}

/// Writes a plot per report into a directory.
///
/// # Errors
///
/// They cannot be written.
pub(crate) fn plots(reports: &[Report], directory: &Path) -> Result<()> {
    fs::create_dir_all(directory).with_context(|| directory.display().to_string())?;
    for report in reports.iter().filter(|report| !report.latency.curve.is_empty()) {
        let name = format!(
            "{} {} {} {}",
            report.scenario, report.protocol, report.sessions, report.burst
        );
        let title = format!("{}: {} sessions, {}", report.scenario, report.sessions, report.protocol);
        let svg = plot::svg(&title, &[(report.protocol.clone(), report.latency.curve.clone())]);
        let path = directory.join(plot::file_name(&name));
        fs::write(&path, svg).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Work per second of a span.
pub(crate) fn rate(work: u64, span: std::time::Duration) -> f64 {
    per(work, 1) / span.as_secs_f64().max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_and_what_is_unknown_is_a_dash() {
        let mut histogram = crate::tally::empty();
        for micros in 1..=1_000 {
            histogram.record(micros * 1_000).unwrap();
        }
        let report = Report {
            scenario: "mesh".into(),
            latency: Latency::of(&histogram),
            ..Report::default()
        };
        assert!((report.latency.p99 / 990.0 - 1.0).abs() < 0.01, "{:?}", report.latency);
        let text = serde_json::to_string(&report).unwrap();
        let read: Report = serde_json::from_str(&text).unwrap();
        let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
        let pairs = read.latency.curve.iter().zip(&report.latency.curve);
        assert_eq!(read.latency.curve.len(), report.latency.curve.len());
        assert!(
            pairs.clone().count() > 10
                && pairs
                    .clone()
                    .all(|(one, other)| near(one.0, other.0) && near(one.1, other.1))
        );
        assert!(table(&[read]).lines().nth(1).unwrap().contains(" - "));
    }
}
