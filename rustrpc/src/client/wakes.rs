//! Waking callers whose calls are over.

use std::collections::VecDeque;
use std::task::Waker;

/// How many callers a turn of a connection wakes.
///
/// A thread of tokio's has a queue of 256 tasks. Whoever makes more ready at once sends half of
/// them to a queue that all threads share, which one task in a hundred is taken from as long as there
/// are others: their calls then take ten times as long as those of the rest. A few for each of many
/// connections stay within that.
const IN_A_TURN: usize = 16;

/// Callers that are to be woken.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    waiting: VecDeque<Waker>,
    /// How many were woken in this turn.
    woken: usize,
}

impl Wakes {
    /// Wakes a caller, now or in one of the next turns.
    pub(super) fn add(&mut self, caller: Waker) {
        if self.woken < IN_A_TURN && self.waiting.is_empty() {
            self.woken += 1;
            caller.wake();
        } else {
            self.waiting.push_back(caller);
        }
    }

    /// Begins another turn. Whether it has woken any callers.
    pub(super) fn next_turn(&mut self) -> bool {
        self.woken = self.waiting.len().min(IN_A_TURN);
        for caller in self.waiting.drain(..self.woken) {
            caller.wake();
        }
        self.woken > 0
    }

    /// Whether some wait for the next turn.
    pub(super) fn is_behind(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Wakes all that are left, and keeps no memory.
    pub(super) fn finish(&mut self) {
        for caller in std::mem::take(&mut self.waiting) {
            caller.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn each_turn_wakes_a_few_and_nobody_is_forgotten() {
        let count = Arc::new(Count::default());
        let woken = || count.0.load(Ordering::Relaxed);
        let mut wakes = Wakes::default();
        assert!(!wakes.next_turn());
        for _ in 0..2 * IN_A_TURN + 1 {
            wakes.add(Arc::clone(&count).into());
        }
        assert!(woken() == IN_A_TURN && wakes.is_behind());
        assert!(wakes.next_turn() && wakes.is_behind());
        assert_eq!(woken(), 2 * IN_A_TURN);
        assert!(wakes.next_turn() && !wakes.is_behind());
        assert!(!wakes.next_turn());
        assert_eq!(woken(), 2 * IN_A_TURN + 1);
        for _ in 0..IN_A_TURN + 5 {
            wakes.add(Arc::clone(&count).into());
        }
        wakes.finish();
        assert_eq!(woken(), 3 * IN_A_TURN + 6);
    }
}
