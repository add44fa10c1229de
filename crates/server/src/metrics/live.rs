//! Numbers that others keep, read when they are asked for.

use std::{
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};
use tokio::runtime::Handle;
use trivium_api::Api;

/// What runtime, writer and sessions count.
#[derive(Debug)]
pub(super) struct Live(Arc<Api>);

/// What the operating system knows of this process.
#[derive(Debug)]
pub(super) struct Process {
    started: f64,
}

impl Live {
    pub(super) const fn new(api: Arc<Api>) -> Self {
        Self(api)
    }
}

impl Collector for Live {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        let (runtime, stats) = (&self.0.runtime, self.0.runtime.stats());
        let writer = runtime.writer().stats();
        for (name, help, value) in [
            ("trivium_rooms_loaded", "Rooms in memory", runtime.loaded_rooms()),
            ("trivium_sessions", "Live sessions", self.0.sessions.len()),
            (
                "trivium_appends_queued",
                "Appends that wait for the next transaction",
                runtime.writer().queued(),
            ),
            (
                "trivium_rate_limit_buckets",
                "Token buckets that are not full",
                self.0.limiter.len(),
            ),
        ] {
            gauge(&mut to, name, help, i64::try_from(value).unwrap_or(i64::MAX))?;
        }
        for (name, help, value) in [
            ("trivium_room_loads", "Rooms loaded from the store", stats.loads()),
            ("trivium_commands", "Commands carried out or refused", stats.commands()),
            ("trivium_rejects", "Commands refused by their room", stats.rejected()),
            (
                "trivium_overloads",
                "Inputs refused because a queue was full",
                stats.overloaded(),
            ),
            ("trivium_subscriptions", "Subscriptions begun", stats.subscriptions()),
            ("trivium_appends", "Appends committed", writer.appends()),
            ("trivium_append_batches", "Transactions committed", writer.batches()),
            ("trivium_append_records", "Log entries committed", writer.records()),
            ("trivium_append_bytes", "Bytes of log entries committed", writer.bytes()),
            (
                "trivium_append_conflicts",
                "Appends that lost to another writer",
                writer.conflicts(),
            ),
            ("trivium_append_failures", "Transactions that failed", writer.failures()),
        ] {
            counter(&mut to, name, help, value)?;
        }
        Ok(())
    }
}

impl Process {
    pub(super) fn start() -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            started: started.as_secs_f64(),
        }
    }
}

impl Collector for Process {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> fmt::Result {
        let started = to.encode_descriptor(
            "process_start_time_seconds",
            "Start of the process",
            None,
            MetricType::Gauge,
        )?;
        ConstGauge::new(self.started).encode(started)?;
        if let Ok(runtime) = Handle::try_current() {
            let tasks = i64::try_from(runtime.metrics().num_alive_tasks()).unwrap_or(i64::MAX);
            gauge(&mut to, "trivium_tasks", "Tasks that have not ended", tasks)?;
        }
        if let Some(bytes) = resident_bytes() {
            gauge(&mut to, "process_resident_memory_bytes", "Memory in use", bytes)?;
        }
        if let Some(files) = open_files() {
            gauge(
                &mut to,
                "process_open_fds",
                "Open file descriptors, sockets included",
                files,
            )?;
        }
        Ok(())
    }
}

fn gauge(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: i64) -> fmt::Result {
    ConstGauge::new(value).encode(to.encode_descriptor(name, help, None, MetricType::Gauge)?)
}

fn counter(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    ConstCounter::new(value).encode(to.encode_descriptor(name, help, None, MetricType::Counter)?)
}

/// Known on Linux only.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}

/// Known on Linux only.
fn open_files() -> Option<i64> {
    i64::try_from(std::fs::read_dir("/proc/self/fd").ok()?.count()).ok()
}
