//! Where handlers run, and how long their polls take.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Where the handlers of a method run.
///
/// A connection belongs to one task. A handler that this task polls itself costs least: no task is
/// made for it, and its answer is written with those of its neighbours. But while it is polled,
/// nothing else happens on that connection. A handler on a task of its own holds up nobody, and the
/// runtime's other threads may take it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dispatch {
    /// By how long the method's polls have taken lately, which is measured now and then: those of
    /// less than 50 µs are made by the connection's task, where a task of their own would cost a
    /// notable part of that. Longer ones get a task, and so do the calls of a method of which
    /// nothing is known yet, and those with a request of 256 KiB or more.
    #[default]
    Auto,
    /// By the task of the connection, whatever it takes.
    Inline,
    /// On a task of its own.
    Spawn,
}

/// A poll that takes longer than this is worth a task of its own.
const LONG: u32 = 50_000;
/// No measurement counts for more than this: a machine that was busy with something else must not
/// be held against a method for long. Five short polls outweigh one of these.
const MOST: u32 = 8 * LONG;
/// A request this large takes long to decode, whatever its handler does.
const LARGE_REQUEST: usize = 256 * 1024;
/// One poll in so many is measured.
const EVERY: u8 = 16;

/// How long the polls of a method take, in nanoseconds: recent ones count more. 0 while nothing is
/// known.
#[derive(Debug, Default)]
pub(crate) struct Pace(AtomicU32);

/// Chooses the polls that are measured on a connection: the first of each method, then one in
/// sixteen.
#[derive(Debug, Default)]
pub(crate) struct Sampler {
    /// For each method, by its number, how many polls are let pass.
    left: Vec<u8>,
}

impl Dispatch {
    /// Whether the connection's task makes the next poll itself. `request` is the length of a
    /// message that is still to be decoded.
    #[inline]
    pub(crate) fn is_inline(self, pace: &Pace, request: usize) -> bool {
        match self {
            Dispatch::Auto => pace.is_short() && request < LARGE_REQUEST,
            Dispatch::Inline => true,
            Dispatch::Spawn => false,
        }
    }
}

impl Pace {
    #[inline]
    fn is_short(&self) -> bool {
        (1..=LONG).contains(&self.0.load(Ordering::Relaxed))
    }

    /// Takes a measurement into account. Of two at the same time one may be lost.
    pub(crate) fn record(&self, took: Duration) {
        let took = u32::try_from(took.as_nanos()).unwrap_or(MOST).clamp(1, MOST);
        let next = match self.0.load(Ordering::Relaxed) {
            0 => took,
            before => (before * 3 + took) / 4,
        };
        self.0.store(next.max(1), Ordering::Relaxed);
    }
}

impl Sampler {
    /// Whether this poll of the method with that number is to be measured.
    #[inline]
    pub(crate) fn is_due(&mut self, method: usize) -> bool {
        let Some(left) = self.left.get_mut(method) else {
            self.left.resize(method + 1, 0);
            self.left[method] = EVERY - 1;
            return true;
        };
        let due = *left == 0;
        *left = if due { EVERY - 1 } else { *left - 1 };
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_micros(1);
    const SLOW: Duration = Duration::from_millis(200);

    #[test]
    fn a_method_is_unknown_then_short_then_long_and_back() {
        let pace = Pace::default();
        assert!(!Dispatch::Auto.is_inline(&pace, 0), "nothing is known yet");
        pace.record(SHORT);
        assert!(Dispatch::Auto.is_inline(&pace, 0));
        assert!(!Dispatch::Auto.is_inline(&pace, LARGE_REQUEST));
        pace.record(SLOW);
        assert!(!Dispatch::Auto.is_inline(&pace, 0), "one slow poll is enough");
        assert!(Dispatch::Inline.is_inline(&pace, LARGE_REQUEST));
        for _ in 0..5 {
            pace.record(SHORT);
        }
        assert!(Dispatch::Auto.is_inline(&pace, 0), "and five short ones are to go back");
        assert!(!Dispatch::Spawn.is_inline(&pace, 0));
    }

    #[test]
    fn the_first_poll_of_each_method_is_measured_and_then_one_in_sixteen() {
        let mut sampler = Sampler::default();
        assert!(sampler.is_due(3) && sampler.is_due(0));
        let due = (0..160).filter(|_| sampler.is_due(3)).count();
        assert_eq!(due, 10);
    }
}
