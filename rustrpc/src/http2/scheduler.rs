//! Whose turn it is to send.

use std::collections::VecDeque;

use super::stream::StreamKey;

/// How much a stream may send before it is the next one's turn: one frame of the default size.
pub(crate) const QUANTUM: usize = 16_384;

/// Streams that have something to send and a window to send it in, each once, in turn.
///
/// Control frames, headers and what fits at once never wait here; this is for data that had to be
/// queued. A stream that was closed meanwhile is found out when its turn comes.
#[derive(Debug, Default)]
pub(crate) struct Scheduler {
    turns: VecDeque<StreamKey>,
}

impl Scheduler {
    pub(crate) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    pub(crate) fn push(&mut self, stream: StreamKey) {
        self.turns.push_back(stream);
    }

    /// Puts a stream back that could not use its turn because of the whole connection.
    pub(crate) fn put_back(&mut self, stream: StreamKey) {
        self.turns.push_front(stream);
    }

    pub(crate) fn pop(&mut self) -> Option<StreamKey> {
        self.turns.pop_front()
    }

    pub(crate) fn trim(&mut self) {
        if self.turns.is_empty() {
            self.turns = VecDeque::new();
        }
    }
}
