//! What the process's allocator is told of messages.

use std::hint::black_box;
use std::sync::Once;

use crate::rpc::MessageLimit;

/// Has glibc's `malloc` keep what messages took until the next ones need it.
///
/// It takes the largest block that was mapped by itself and freed again as a measure of what comes
/// and goes: no smaller one is mapped any more, and up to twice as much stays free at the end of a
/// heap (mallopt(3), `M_MMAP_THRESHOLD`). A message of 1 MiB leaves that at 2 MiB, so that a few at
/// once have their memory given back and touched anew each time, which is more than half of what
/// they cost. So a block as long as a message may be comes and goes before them. Nothing in it is
/// touched, and to other allocators it means nothing.
pub(crate) fn expect_messages() {
    static ONCE: Once = Once::new();
    let MessageLimit(length) = MessageLimit::DEFAULT_RECEIVED;
    ONCE.call_once(|| drop(black_box(Vec::<u8>::with_capacity(length))));
}
