//! Streams that were reset a moment ago.

use std::collections::VecDeque;

use crate::http2::stream::StreamId;

/// Streams that we reset lately: the peer may not know yet, so what still arrives for them is no
/// fault (RFC 9113 §5.1, closed).
#[derive(Debug, Default)]
pub(super) struct ResetLately {
    ids: VecDeque<StreamId>,
}

impl ResetLately {
    const KEPT: usize = 256;

    pub(super) fn push(&mut self, id: StreamId) {
        if self.ids.len() == Self::KEPT {
            self.ids.pop_front();
        }
        self.ids.push_back(id);
    }

    pub(super) fn contains(&self, id: StreamId) -> bool {
        self.ids.contains(&id)
    }

    pub(super) fn trim(&mut self) {
        self.ids.shrink_to_fit();
    }

    /// Bytes of memory held.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.ids.capacity() * size_of::<StreamId>()
    }
}
