//! Remembers what the last few field blocks of a connection meant.

use std::sync::Arc;

use crate::http2::FieldBlock;

/// Blocks that are remembered; peers rarely alternate between more.
const ENTRIES: usize = 4;
/// Larger blocks are not remembered, so that idle connections stay small.
const LARGEST: usize = 1024;

/// Maps field blocks, by identity, to what they were found to mean. The engine hands out the very
/// same block when a peer repeats itself.
#[derive(Debug)]
pub(crate) struct HeadMemo<T> {
    entries: Vec<(FieldBlock, Arc<T>)>,
    next: usize,
}

impl<T> HeadMemo<T> {
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), next: 0 }
    }

    /// The meaning of the block, interpreted now unless it is remembered.
    pub(crate) fn meaning(
        &mut self,
        block: FieldBlock,
        interpret: impl FnOnce(FieldBlock) -> T,
    ) -> Arc<T> {
        if let Some((_, meaning)) = self.entries.iter().find(|(known, _)| known.same(&block)) {
            return Arc::clone(meaning);
        }
        let meaning = Arc::new(interpret(block.clone()));
        if block.memory() <= LARGEST {
            let entry = (block, Arc::clone(&meaning));
            match self.entries.get_mut(self.next) {
                Some(old) => *old = entry,
                None => self.entries.push(entry),
            }
            self.next = (self.next + 1) % ENTRIES;
        }
        meaning
    }
}
