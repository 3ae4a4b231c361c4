//! What was asked, what was handled, and what went wrong.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many calls back a second visit of the same call is noticed. A bit for each.
const MEMORY: u64 = 1 << 22;
/// How many problems are written down.
const MOST_PROBLEMS: usize = 50;

#[derive(Debug)]
pub(super) struct Ledger {
    next: AtomicU64,
    /// Which of the last calls have been with a handler.
    visited: Vec<AtomicU64>,
    /// Handlers that are at work.
    present: AtomicU64,
    outcomes: Mutex<BTreeMap<String, u64>>,
    problems: Mutex<Vec<String>>,
}

impl Ledger {
    pub(super) fn new() -> Self {
        // Written once here, so that it counts as memory from the beginning.
        let visited = (0..MEMORY / 64).map(|_| AtomicU64::new(u64::MAX)).collect();
        Self {
            next: AtomicU64::new(1),
            visited,
            present: AtomicU64::new(0),
            outcomes: Mutex::default(),
            problems: Mutex::default(),
        }
    }

    /// A number that no other call has.
    pub(super) fn issue(&self) -> u64 {
        let call = self.next.fetch_add(1, Ordering::Relaxed);
        let (word, bit) = self.place(call);
        word.fetch_and(!bit, Ordering::SeqCst);
        call
    }

    /// A handler begins with this call. A call that is handled twice is a problem.
    pub(super) fn enter(self: &Arc<Self>, call: u64) -> Visit {
        let (word, bit) = self.place(call);
        if word.fetch_or(bit, Ordering::SeqCst) & bit != 0 {
            self.report(format!("call {call} was handled twice"));
        }
        self.present.fetch_add(1, Ordering::SeqCst);
        Visit { ledger: Arc::clone(self) }
    }

    /// Counts how a call ended.
    pub(super) fn count(&self, outcome: String) {
        *lock(&self.outcomes).entry(outcome).or_default() += 1;
    }

    pub(super) fn report(&self, problem: String) {
        eprintln!("soak: {problem}");
        let mut problems = lock(&self.problems);
        if problems.len() < MOST_PROBLEMS {
            problems.push(problem);
        }
    }

    pub(super) fn problems(&self) -> Vec<String> {
        lock(&self.problems).clone()
    }

    pub(super) fn issued(&self) -> u64 {
        self.next.load(Ordering::Relaxed) - 1
    }

    /// Waits for the last handlers. One that does not go is a problem.
    pub(super) async fn wait_until_empty(&self, patience: Duration) {
        let late = Instant::now() + patience;
        while self.present.load(Ordering::SeqCst) > 0 {
            if Instant::now() >= late {
                let left = self.present.load(Ordering::SeqCst);
                self.report(format!("{left} handlers live on, though all calls are over"));
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(super) fn summary(&self) -> String {
        let outcomes = lock(&self.outcomes);
        let lines = outcomes.iter().map(|(outcome, calls)| format!("\n{calls:>9} {outcome}"));
        format!("{} calls:{}", self.issued(), lines.collect::<String>())
    }

    fn place(&self, call: u64) -> (&AtomicU64, u64) {
        let at = call % MEMORY;
        (&self.visited[(at / 64) as usize], 1 << (at % 64))
    }
}

/// A handler at work.
#[derive(Debug)]
pub(super) struct Visit {
    ledger: Arc<Ledger>,
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.ledger.present.fetch_sub(1, Ordering::SeqCst);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_is_handled_twice_is_a_problem() {
        let ledger = Arc::new(Ledger::new());
        let (first, second) = (ledger.issue(), ledger.issue());
        drop(ledger.enter(first));
        drop(ledger.enter(second));
        assert_eq!(ledger.problems(), Vec::<String>::new());
        drop(ledger.enter(first));
        assert_eq!(ledger.problems(), ["call 1 was handled twice"]);
    }
}
