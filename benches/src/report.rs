//! What a run found: as a line of JSON each, or as a table.

use std::fmt::Write as _;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::{measure::Cpu, swarm::Joined};

/// One measured shape.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) scenario: String,
    /// How the server was spoken to.
    pub(crate) protocol: String,
    /// Sessions.
    pub(crate) sessions: u64,
    /// Events published at once; 1 where nothing is published.
    pub(crate) burst: u64,
    /// Deliveries or acknowledged requests.
    pub(crate) work: u64,
    /// The same per second of wall time.
    pub(crate) per_second: f64,
    /// Server CPU per unit of work; per session and second where the sessions are idle.
    pub(crate) cpu: Cpu,
    /// Bytes that the generator read per unit of work.
    pub(crate) bytes: f64,
    /// From the order or the request to the arrival.
    pub(crate) latency: Latency,
    /// What the set-up cost.
    pub(crate) joined: Joined,
}

/// Milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

impl Latency {
    /// Of a histogram in microseconds.
    pub(crate) fn of(histogram: &Histogram<u64>) -> Self {
        let ms = |micros: u64| u32::try_from(micros).map_or(f64::INFINITY, f64::from) / 1_000.0;
        Self {
            p50: ms(histogram.value_at_quantile(0.5)),
            p99: ms(histogram.value_at_quantile(0.99)),
            max: ms(histogram.max()),
        }
    }
}

/// The reports as a table for people.
pub(crate) fn table(reports: &[Report]) -> String {
    let mut table = format!(
        "{:<9} {:<13} {:>8} {:>5} {:>9} {:>9} {:>8} {:>5} {:>7} {:>8} {:>8} {:>8} {:>8} {:>7}\n",
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
        "max ms",
        "us/join",
        "KB each"
    );
    for report in reports {
        let _never_fails = writeln!(
            table,
            "{:<9} {:<13} {:>8} {:>5} {:>9} {:>9.0} {:>8.2} {:>4.0}% {:>7.0} {:>8.2} {:>8.2} {:>8.2} {:>8.0} {:>7.1}",
            report.scenario,
            report.protocol,
            report.sessions,
            report.burst,
            report.work,
            report.per_second,
            report.cpu.us,
            report.cpu.user_share * 100.0,
            report.bytes,
            report.latency.p50,
            report.latency.p99,
            report.latency.max,
            report.joined.cpu.us,
            report.joined.rss_kb,
        );
    }
    table
}
