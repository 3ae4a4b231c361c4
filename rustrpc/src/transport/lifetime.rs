//! How long a connection lasts.

use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

use crate::http2::Connection;

/// When a server is done with a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LifetimeSettings {
    /// Without a call for so long.
    pub(crate) idle: Option<Duration>,
    /// After so long, and up to a tenth of it more or less.
    pub(crate) age: Option<Duration>,
    /// How long its calls may then take; `None` is for ever.
    pub(crate) grace: Option<Duration>,
}

/// Watches over one connection.
#[derive(Debug)]
pub(crate) struct Lifetime {
    settings: LifetimeSettings,
    /// When it is old; `None` once the peer was told so.
    old_at: Option<Instant>,
    /// When it will have been idle for too long.
    idle_until: Option<Instant>,
    /// When its calls must be over.
    close_at: Option<Instant>,
}

impl Lifetime {
    /// That of a connection that begins now; `None` when it lasts as long as it likes.
    pub(crate) fn begin(settings: LifetimeSettings, now: Instant) -> Option<Box<Self>> {
        let LifetimeSettings { idle, age, .. } = settings;
        if idle.is_none() && age.is_none() {
            return None;
        }
        let old_at = age.and_then(|age| now.checked_add(spread(age)));
        let idle_until = idle.and_then(|idle| now.checked_add(idle));
        Some(Box::new(Self { settings, old_at, idle_until, close_at: None }))
    }

    /// When there is something to do.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        [self.old_at, self.idle_until, self.close_at].into_iter().flatten().min()
    }

    /// Looks at the connection: tells the peer to go elsewhere when its time has come. `false` once
    /// it is to be closed, whatever goes on there.
    pub(crate) fn handle_timeout(&mut self, core: &mut Connection, now: Instant) -> bool {
        let passed = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if self.close_at.take_if(|at| *at <= now).is_some() {
            return false;
        }
        if core.is_draining() || !core.is_idle() {
            self.idle_until = None;
        } else if let (None, Some(idle)) = (self.idle_until, self.settings.idle) {
            self.idle_until = now.checked_add(idle);
        }
        let (old, idle) = (passed(self.old_at), passed(self.idle_until));
        if old {
            self.old_at = None;
            self.close_at = self.settings.grace.and_then(|grace| now.checked_add(grace));
        }
        if old || idle {
            self.idle_until = None;
            core.shutdown();
        }
        true
    }
}

/// A duration and up to a tenth of it more or less, so that connections which began together, after a
/// server's restart for one, do not all end together.
fn spread(duration: Duration) -> Duration {
    // A new one of these is the standard library's only source of chance.
    let chance = RandomState::new().hash_one(0u8) as u32;
    duration.mul_f64(0.9 + 0.2 * f64::from(chance) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_spread_over_a_fifth() {
        let hour = Duration::from_secs(3600);
        let ages: Vec<Duration> = (0..1000).map(|_| spread(hour)).collect();
        assert!(ages.iter().all(|age| (3240..=3960).contains(&age.as_secs())));
        assert!(ages.iter().any(|age| age.as_secs() < 3400));
        assert!(ages.iter().any(|age| age.as_secs() > 3800));
    }
}
