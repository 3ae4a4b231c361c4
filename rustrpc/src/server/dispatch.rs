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
    /// less than 100 µs are made by the connection's task. For longer ones the one or two
    /// microseconds of a task of their own do not matter, so they get one, and so do the calls of a
    /// method of which nothing is known yet, and those with a request of 256 KiB or more.
    #[default]
    Auto,
    /// By the task of the connection, whatever it takes.
    Inline,
    /// On a task of its own.
    Spawn,
}

/// A poll that takes longer than this is worth a task of its own.
const LONG: u32 = 100_000;
/// No measurement counts for more than this, so that it takes two in a row to make a short method
/// a long one: a single one may be due to a machine that was busy with something else.
const MOST: u32 = 6 * LONG;
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

    /// Takes a measurement into account; whether it was a long one. Those that are shorter than
    /// expected count for more. Of two measurements at the same time one may be lost.
    pub(crate) fn record(&self, took: Duration) -> bool {
        let took = u32::try_from(took.as_nanos()).unwrap_or(MOST).clamp(1, MOST);
        let next = match self.0.load(Ordering::Relaxed) {
            0 => took,
            before if took < before => (before + took) / 2,
            before => before + (took - before) / 8,
        };
        self.0.store(next.max(1), Ordering::Relaxed);
        took > LONG
    }
}

impl Sampler {
    /// Whether this poll of the method with that number is to be measured.
    ///
    /// [`repeat`](Self::repeat) makes it due the next time.
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

    /// A poll of the method took long: the next one is measured as well, to be sure.
    pub(crate) fn repeat(&mut self, method: usize) {
        if let Some(left) = self.left.get_mut(method) {
            *left = 0;
        }
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
        assert!(pace.record(SLOW));
        assert!(Dispatch::Auto.is_inline(&pace, 0), "it may have been the machine");
        assert!(pace.record(SLOW));
        assert!(!Dispatch::Auto.is_inline(&pace, 0), "twice in a row it was not");
        assert!(Dispatch::Inline.is_inline(&pace, LARGE_REQUEST));
        assert!(!pace.record(SHORT));
        assert!(Dispatch::Auto.is_inline(&pace, 0), "and back");
        assert!(!Dispatch::Spawn.is_inline(&pace, 0));
    }

    #[test]
    fn the_first_poll_of_each_method_is_measured_and_then_one_in_sixteen() {
        let mut sampler = Sampler::default();
        assert!(sampler.is_due(3) && sampler.is_due(0));
        let due = (0..160).filter(|_| sampler.is_due(3)).count();
        assert_eq!(due, 10);
        sampler.repeat(3);
        assert!(sampler.is_due(3));
    }
}
