//! What calls made inside a handler inherit from the call that it serves.

use std::cell::Cell;
use std::time::Instant;

thread_local!(static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) });

/// While it lives, calls that this thread starts inherit a deadline. It is set around each poll of
/// a handler.
#[derive(Debug)]
pub(crate) struct DeadlineScope {
    outer: Option<Instant>,
}

impl DeadlineScope {
    /// Enters the scope of a call with this deadline, or without one.
    pub(crate) fn enter(deadline: Option<Instant>) -> Self {
        Self { outer: DEADLINE.replace(deadline) }
    }
}

impl Drop for DeadlineScope {
    fn drop(&mut self) {
        DEADLINE.set(self.outer);
    }
}

/// The deadline of the call that is being served on this thread right now.
pub(crate) fn inherited_deadline() -> Option<Instant> {
    DEADLINE.get()
}
