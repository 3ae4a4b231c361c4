//! How much of a stream is gathered before it is handed over to its connection.

/// A batch of so many bytes is handed over, however few messages those are.
const BYTES: usize = 32 * 1024;

/// How many messages the next batch may have: one, then twice as many each time, as long as the
/// stream goes on.
///
/// Each batch costs its locks and perhaps a wake-up. But the messages of a stream may take long to
/// be made, and then the first one should not wait for hundreds of others: this way none waits
/// longer than the stream has taken so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch {
    messages: usize,
}

impl Batch {
    /// The first one, or the first one after a pause.
    pub(crate) const FIRST: Batch = Batch { messages: 1 };

    /// Whether so many messages of so many bytes are to be handed over now.
    #[inline]
    pub(crate) fn is_full(self, messages: usize, bytes: usize) -> bool {
        messages >= self.messages || bytes >= BYTES
    }

    /// The one after this, if the stream goes on.
    pub(crate) fn next(self) -> Self {
        Self { messages: self.messages.saturating_mul(2) }
    }
}
