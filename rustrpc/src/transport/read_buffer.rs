//! The buffer that connections read into. It is empty between turns, so each thread needs only one
//! and idle connections hold none.

use std::cell::Cell;

/// What is read at once. Only what was read into is in memory.
const LENGTH: usize = 128 * 1024;

thread_local!(static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) });

/// Takes this thread's buffer. A second taker before it is given back gets a new one.
pub(crate) fn take() -> Vec<u8> {
    let mut buffer = BUFFER.take();
    if buffer.len() != LENGTH {
        buffer = vec![0; LENGTH];
    }
    buffer
}

/// Gives the buffer back for the next turn.
pub(crate) fn give_back(buffer: Vec<u8>) {
    // A thread that is ending has no use for it any more.
    BUFFER.try_with(|kept| kept.set(buffer)).ok();
}
