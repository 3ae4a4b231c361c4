//! How long calls took.

use std::time::Duration;

/// The durations of calls, kept whole: a load makes at most a few million.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    pub(crate) fn add(&mut self, duration: Duration) {
        self.0.push(u32::try_from(duration.as_micros()).unwrap_or(u32::MAX));
    }

    pub(crate) fn extend(&mut self, others: Latencies) {
        self.0.extend(others.0);
    }

    /// The durations, in microseconds, that half, 99 of 100 and 999 of 1,000 calls did not exceed, and the longest.
    pub(crate) fn percentiles(mut self) -> [f64; 4] {
        self.0.sort_unstable();
        let at = |share: f64| {
            let place = (self.0.len() as f64 * share) as usize;
            self.0.get(place.min(self.0.len().saturating_sub(1))).copied().unwrap_or_default()
        };
        [at(0.5), at(0.99), at(0.999), at(1.0)].map(f64::from)
    }
}
