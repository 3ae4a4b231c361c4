//! Whether memory stays flat.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ledger::Ledger;

/// By how much the median of the last third may be above that of the second, in bytes. The first
/// third is for warming up; pauses of the allocator in giving back make up the rest.
const MARGIN: u64 = 8 << 20;
/// Between two samples.
const INTERVAL: Duration = Duration::from_millis(500);
/// Samples between two lines about how it goes.
const TALK: usize = 60;

/// What the process held, over time, in bytes.
#[derive(Debug)]
pub(super) struct Samples(Vec<u64>);

/// Takes samples until it is over.
///
/// # Errors
/// Where the system does not tell.
pub(super) async fn watch(over: Instant, ledger: Arc<Ledger>) -> Result<Samples, String> {
    let expected =
        over.saturating_duration_since(Instant::now()).as_millis() / INTERVAL.as_millis();
    let mut samples = Vec::with_capacity(usize::try_from(expected).unwrap_or_default() + 2);
    while Instant::now() < over {
        samples.push(resident()?);
        if samples.len().is_multiple_of(TALK) {
            let seconds = samples.len() as u128 * INTERVAL.as_millis() / 1_000;
            let held = mebibytes(samples[samples.len() - 1]);
            println!("{seconds} s: {} calls, {held:.1} MiB", ledger.issued());
        }
        tokio::time::sleep(INTERVAL).await;
    }
    Ok(Samples(samples))
}

impl Samples {
    /// # Errors
    /// When there is more in the last third than there was in the second.
    pub(super) fn verdict(&self) -> Result<(), String> {
        let [_, second, last] = self.thirds();
        if last > second + MARGIN {
            return Err(format!("memory grows: {self}"));
        }
        Ok(())
    }

    fn thirds(&self) -> [u64; 3] {
        [0, 1, 2].map(|third| {
            let at = |third: usize| self.0.len() * third / 3;
            let mut samples = self.0[at(third)..at(third + 1)].to_vec();
            samples.sort_unstable();
            samples.get(samples.len() / 2).copied().unwrap_or_default()
        })
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, last] = self.thirds().map(mebibytes);
        let most = mebibytes(self.0.iter().copied().max().unwrap_or_default());
        write!(
            f,
            "medians of {first:.1}, {second:.1} and {last:.1} MiB in the thirds of the time, {most:.1} MiB at most; \
             the last third may be {:.1} MiB above the second",
            mebibytes(MARGIN)
        )
    }
}

/// What the process holds, in bytes.
fn resident() -> Result<u64, String> {
    let path = "/proc/self/status";
    let status = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1_024).ok_or_else(|| format!("{path} has no VmRSS"))
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_seen_and_peaks_are_not() {
        let flat = (0..90).map(|at| if at == 70 { 500 << 20 } else { 50 << 20 });
        assert_eq!(Samples(flat.collect()).verdict(), Ok(()));
        let growing = (0..90).map(|at| (50 << 20) + at * (1 << 20));
        assert!(
            Samples(growing.collect()).verdict().expect_err("it grows").contains("memory grows")
        );
    }
}
