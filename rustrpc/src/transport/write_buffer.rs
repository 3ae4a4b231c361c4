//! The buffer that large messages are copied into on their way out. It is lent to connections that
//! have much to write, so each thread needs only one, which stays in the cache.

use std::cell::Cell;

use crate::http2::Output;

/// Room for all that the engine makes ready at once, with the heads of its frames.
const CAPACITY: usize = 288 * 1024;

/// With less to write than this a connection's own buffer will do.
const WORTH_IT: usize = 64 * 1024;

thread_local!(static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) });

/// Lends this thread's buffer to an empty output, of a connection that has `queued` bytes to write.
pub(crate) fn lend(output: &mut Output, queued: usize) {
    if queued < WORTH_IT || output.capacity() >= CAPACITY {
        return;
    }
    let mut buffer = BUFFER.take();
    if buffer.capacity() < CAPACITY {
        buffer = Vec::with_capacity(CAPACITY);
    }
    *output = Output::with_buffer(buffer);
}

/// Takes it back from an output that is empty.
pub(crate) fn take_back(output: &mut Output) {
    if output.capacity() >= CAPACITY {
        let buffer = output.take_buffer();
        // A thread that is ending has no use for it any more.
        BUFFER.try_with(|kept| kept.set(buffer)).ok();
    }
}
