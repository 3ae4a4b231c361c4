//! How long to wait between attempts to connect (gRPC's `connection-backoff.md`).

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const FACTOR: f64 = 1.6;
const JITTER: f64 = 0.2;
const LONGEST: Duration = Duration::from_secs(120);

/// The waits between attempts: longer each time, and spread at random.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
    longest: Duration,
    random: RandomState,
    draws: u64,
}

impl Backoff {
    pub(crate) fn new(longest: Option<Duration>) -> Self {
        let longest = longest.unwrap_or(LONGEST);
        Self { next: FIRST.min(longest), longest, random: RandomState::new(), draws: 0 }
    }

    /// How long after the beginning of the attempt that just failed the next one may begin.
    pub(crate) fn next(&mut self) -> Duration {
        let wait = self.next;
        self.next = self.next.mul_f64(FACTOR).min(self.longest);
        wait.mul_f64(1.0 - JITTER + 2.0 * JITTER * self.random())
    }

    /// An attempt succeeded.
    pub(crate) fn reset(&mut self) {
        self.next = FIRST.min(self.longest);
    }

    /// A number from 0 up to 1: the standard library's hasher is seeded at random.
    fn random(&mut self) -> f64 {
        self.draws += 1;
        (self.random.hash_one(self.draws) >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest_and_begin_anew() {
        let mut backoff = Backoff::new(None);
        let mut expected = 1.0f64;
        for _ in 0..30 {
            let wait = backoff.next().as_secs_f64();
            assert!(
                (expected * 0.8 - 1e-6..=expected * 1.2 + 1e-6).contains(&wait),
                "{wait} for {expected}"
            );
            expected = (expected * 1.6).min(120.0);
        }
        backoff.reset();
        assert!(backoff.next() <= Duration::from_millis(1200));
    }
}
