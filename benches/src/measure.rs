//! What the kernel knows about the server's process. Linux only.

use std::fs;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

/// Nanoseconds of a tick of `/proc/PID/stat`; `USER_HZ` is 100 on every Linux that matters.
const TICK_NS: u64 = 10_000_000;

/// A process, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

/// What a process has used since it began, and holds now.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// On a core, over all threads that live; to the nanosecond.
    pub(crate) cpu_ns: u64,
    /// In user mode, to the tick.
    pub(crate) user_ns: u64,
    /// In the kernel, to the tick.
    pub(crate) system_ns: u64,
    /// Resident memory.
    pub(crate) rss_bytes: u64,
    /// Open descriptors.
    pub(crate) descriptors: u64,
    /// Threads.
    pub(crate) threads: u64,
}

/// CPU time between two moments.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Cpu {
    /// Microseconds on a core per unit of work.
    pub us: f64,
    /// The part of it in user mode, from 0 to 1.
    pub user_share: f64,
}

impl Process {
    /// # Errors
    ///
    /// The process is gone or somebody else's, or the system is not Linux.
    pub(crate) fn usage(self) -> Result<Usage> {
        let base = format!("/proc/{}", self.0);
        let mut usage = Usage::default();
        for task in fs::read_dir(format!("{base}/task")).with_context(|| format!("no process {}", self.0))? {
            // A thread may end between being listed and being read.
            let Ok(text) = fs::read_to_string(task?.path().join("schedstat")) else {
                continue;
            };
            let on_cpu: u64 = text.split_whitespace().next().context("an empty schedstat")?.parse()?;
            usage.cpu_ns += on_cpu;
            usage.threads += 1;
        }
        usage.descriptors = u64::try_from(fs::read_dir(format!("{base}/fd"))?.count())?;
        let stat = fs::read_to_string(format!("{base}/stat"))?;
        // The name in parentheses may contain anything.
        let (_, fields) = stat.rsplit_once(')').context("a strange stat")?;
        let ticks = |nth: usize| -> Result<u64> {
            let field = fields.split_whitespace().nth(nth).context("a short stat")?;
            Ok(field.parse::<u64>()? * TICK_NS)
        };
        (usage.user_ns, usage.system_ns) = (ticks(11)?, ticks(12)?);
        let status = fs::read_to_string(format!("{base}/status"))?;
        let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = rss.and_then(|rss| rss.split_whitespace().next()).context("no VmRSS")?;
        usage.rss_bytes = kilobytes.parse::<u64>()? * 1024;
        Ok(usage)
    }
}

impl Usage {
    /// What was used since `before`, per unit of `work`.
    pub(crate) fn since(&self, before: &Self, work: u64) -> Cpu {
        let user = self.user_ns.saturating_sub(before.user_ns);
        let system = self.system_ns.saturating_sub(before.system_ns);
        Cpu {
            us: per(self.cpu_ns.saturating_sub(before.cpu_ns), work) / 1_000.0,
            user_share: per(user, user + system),
        }
    }

    /// Kilobytes more than `before`, per unit of `work`.
    pub(crate) fn grown_kb(&self, before: &Self, work: u64) -> f64 {
        per(self.rss_bytes.saturating_sub(before.rss_bytes), work) / 1024.0
    }
}

/// A quotient; zero where there is nothing to divide by.
#[expect(clippy::cast_precision_loss, reason = "figures are read to three digits")]
pub(crate) fn per(amount: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { amount as f64 / of as f64 }
}

#[cfg(test)]
mod tests {
    use super::{Process, per};

    #[test]
    fn this_process_uses_something() {
        let process = Process(std::process::id());
        let before = process.usage().unwrap();
        let mut sum = 0_u64;
        for n in 0..20_000_000_u64 {
            sum = std::hint::black_box(sum ^ n);
        }
        let after = process.usage().unwrap();
        assert!(after.cpu_ns > before.cpu_ns && after.rss_bytes > 0);
        assert!(after.descriptors > 0 && after.threads > 0);
        assert!(after.since(&before, 1).us > 0.0);
    }

    #[test]
    fn nothing_divides_to_nothing() {
        assert!(per(1, 0).abs() < f64::EPSILON);
        assert!((per(3, 2) - 1.5).abs() < f64::EPSILON);
    }
}
