//! Times as samples, and the few other things that are measured: processor time, memory, load.

use std::fmt;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Times of one thing done many times, in the order in which it was done.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    pub(crate) fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// Does something and notes how long it took.
    pub(crate) fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = work();
        self.push(begun.elapsed());
        done
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The first so many.
    pub(crate) fn first(&self, count: usize) -> Self {
        Self(self.0.iter().take(count).copied().collect())
    }

    /// The last so many.
    pub(crate) fn last(&self, count: usize) -> Self {
        let skip = self.0.len().saturating_sub(count);
        Self(self.0.iter().skip(skip).copied().collect())
    }

    pub(crate) fn total(&self) -> Duration {
        self.0.iter().sum()
    }

    /// The time that this share (in thousandths) of the samples does not exceed.
    fn quantile(&self, thousandths: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * thousandths).div_ceil(1000).max(1) - 1;
        sorted.get(place).copied().unwrap_or_default()
    }

    pub(crate) fn p50(&self) -> Duration {
        self.quantile(500)
    }

    pub(crate) fn p95(&self) -> Duration {
        self.quantile(950)
    }

    pub(crate) fn p99(&self) -> Duration {
        self.quantile(990)
    }

    pub(crate) fn max(&self) -> Duration {
        self.quantile(1000)
    }
}

/// A duration as people read it.
pub(crate) fn shown(took: Duration) -> String {
    let micros = took.as_secs_f64() * 1e6;
    match micros {
        0.0..10.0 => format!("{micros:.1} µs"),
        10.0..1_000.0 => format!("{micros:.0} µs"),
        1_000.0..10_000.0 => format!("{:.1} ms", micros / 1e3),
        10_000.0..1_000_000.0 => format!("{:.0} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}

/// How many times as long, as people read it.
pub(crate) fn ratio(ours: Duration, theirs: Duration) -> String {
    times(ours.as_secs_f64() / theirs.as_secs_f64().max(1e-9))
}

/// A factor as people read it.
pub(crate) fn times(factor: f64) -> String {
    match factor {
        0.0..0.01 => format!("{factor:.4}×"),
        0.01..10.0 => format!("{factor:.2}×"),
        _ => format!("{factor:.0}×"),
    }
}

/// A number of bytes as people read it.
pub(crate) fn bytes(count: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "for reading only")]
    let size = count as f64;
    match count {
        0..10_000 => format!("{count} B"),
        10_000..1_000_000 => format!("{:.1} KB", size / 1e3),
        1_000_000..100_000_000 => format!("{:.1} MB", size / 1e6),
        _ => format!("{:.0} MB", size / 1e6),
    }
}

/// Memory of this process, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) resident: u64,
    pub(crate) peak: u64,
}

impl Memory {
    /// As the kernel says.
    pub(crate) fn now() -> Result<Self> {
        let status = fs::read_to_string("/proc/self/status")?;
        let field = |name: &str| -> Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib: u64 = line
                .and_then(|rest| rest.trim_start_matches(':').split_whitespace().next())
                .with_context(|| format!("/proc/self/status has no {name}"))?
                .parse()?;
            Ok(kib * 1024)
        };
        Ok(Self {
            resident: field("VmRSS")?,
            peak: field("VmHWM")?,
        })
    }
}

/// Processor time that this process has used, all threads together. The kernel counts it in steps of 10 ms.
pub(crate) fn processor_time() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat
        .rsplit_once(')')
        .context("unreadable /proc/self/stat")?
        .1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |place: usize| -> Result<u64> {
        Ok(fields
            .get(place)
            .context("short /proc/self/stat")?
            .parse()?)
    };
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

/// How busy the machine is, this program included.
pub(crate) struct Load(f64);

impl Load {
    pub(crate) fn now() -> Result<Self> {
        let load = fs::read_to_string("/proc/loadavg")?;
        Ok(Self(
            load.split_whitespace()
                .next()
                .context("empty /proc/loadavg")?
                .parse()?,
        ))
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_samples_that_so_many_do_not_exceed() {
        let mut samples = Samples::default();
        for millis in (1..=200).rev() {
            samples.push(Duration::from_millis(millis));
        }
        let millis = [samples.p50(), samples.p95(), samples.p99(), samples.max()]
            .map(|took| took.as_millis());
        assert_eq!(millis, [100, 190, 198, 200]);
        assert_eq!(Samples::default().p99(), Duration::ZERO);
    }
}
