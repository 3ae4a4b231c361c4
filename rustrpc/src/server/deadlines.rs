//! When the calls of a connection are too late.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use super::calls::Calls;
use crate::transport::StreamKey;

/// Calls by deadline. Most are over within the turn in which they came, so a call is entered only
/// at the end of that.
#[derive(Default)]
pub(super) struct Deadlines {
    /// Calls of this turn that have a deadline.
    fresh: Vec<StreamKey>,
    /// Some may be over by now.
    entered: BinaryHeap<Reverse<(Instant, usize, u32)>>,
}

impl Deadlines {
    /// A call with a deadline came in.
    pub(super) fn note(&mut self, key: StreamKey) {
        self.fresh.push(key);
    }

    /// Enters the calls of this turn that are still there.
    pub(super) fn enter(&mut self, calls: &Calls) {
        for key in self.fresh.drain(..) {
            if let Some(at) = calls.deadline(key) {
                self.entered.push(Reverse((at, key.slot(), key.id().number())));
            }
        }
        if self.entered.len() > 2 * calls.slots() + 64 {
            self.entered.retain(|Reverse((_, slot, id))| calls.key_at(*slot, *id).is_some());
        }
    }

    /// When the next call may be too late.
    pub(super) fn next(&self) -> Option<Instant> {
        self.entered.peek().map(|Reverse((at, _, _))| *at)
    }

    /// Takes a call that is too late.
    pub(super) fn take(&mut self, calls: &Calls, now: Instant) -> Option<StreamKey> {
        loop {
            let Reverse((_, slot, id)) =
                *self.entered.peek().filter(|Reverse((at, _, _))| *at <= now)?;
            self.entered.pop();
            if let Some(key) = calls.key_at(slot, id) {
                return Some(key);
            }
        }
    }
}
