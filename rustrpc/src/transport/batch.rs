//! How much of a stream is gathered before it is handed over to its connection.

use std::sync::Arc;
use std::task::Poll;

use crate::rpc::Status;
use crate::wire::Outline;

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

/// What comes after a batch.
pub(crate) enum AfterBatch {
    More,
    /// The stream has nothing now.
    Pending,
    /// The stream is over, and this is how.
    End(Result<(), Status>),
}

impl Batch {
    /// The first one, or the first one after a pause.
    pub(crate) const FIRST: Batch = Batch { messages: 1 };

    /// Has `put` encode the stream's messages into `buffer`, one at a time, until the batch is full.
    /// Where it hands back what is large of a message, that follows the batch, which ends there.
    #[inline]
    pub(crate) fn fill(
        self,
        buffer: &mut Vec<u8>,
        mut put: impl FnMut(&mut Vec<u8>) -> Poll<Option<Result<Option<Arc<Outline>>, Status>>>,
    ) -> (AfterBatch, Option<Arc<Outline>>) {
        for _ in 0..self.messages {
            match put(buffer) {
                Poll::Ready(Some(Ok(None))) if buffer.len() < BYTES => {}
                Poll::Ready(Some(Ok(large))) => return (AfterBatch::More, large),
                Poll::Ready(Some(Err(status))) => return (AfterBatch::End(Err(status)), None),
                Poll::Ready(None) => return (AfterBatch::End(Ok(())), None),
                Poll::Pending => return (AfterBatch::Pending, None),
            }
        }
        (AfterBatch::More, None)
    }

    /// The one after this, if the stream goes on.
    pub(crate) fn next(self) -> Self {
        Self { messages: self.messages.saturating_mul(2) }
    }
}
