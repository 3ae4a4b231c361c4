//! Waking handlers that live on their connection's task.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Wake, Waker};

use crate::transport::{AtomicBool, Command, CommandQueue, StreamKey};

/// A waker for each slot that calls of a connection have had. The next call on a slot gets the same
/// one: what an earlier call left behind can then wake it for nothing, which does no harm.
#[derive(Default)]
pub(super) struct Wakers {
    slots: Vec<Option<(Arc<CallWaker>, Waker)>>,
}

/// Asks the connection's task to poll the handler on a slot.
struct CallWaker {
    queue: Arc<CommandQueue>,
    slot: usize,
    /// It has asked, and was not polled since.
    asked: AtomicBool,
}

impl Wakers {
    /// The waker of the call on this stream.
    pub(super) fn of(&mut self, key: StreamKey, queue: &Arc<CommandQueue>) -> &Waker {
        let slot = key.slot();
        if self.slots.len() <= slot {
            self.slots.resize_with(slot + 1, || None);
        }
        let (_, waker) = self.slots[slot].get_or_insert_with(|| {
            let (queue, asked) = (Arc::clone(queue), AtomicBool::new(false));
            let waker = Arc::new(CallWaker { queue, slot, asked });
            (Arc::clone(&waker), waker.into())
        });
        waker
    }

    /// The handler on this slot is about to be polled: from now on it may ask again.
    pub(super) fn answer(&self, slot: usize) {
        if let Some(Some((waker, _))) = self.slots.get(slot) {
            // Not a store: what led to a waking that found the flag set, and so asked for nothing,
            // must be seen by the poll. Only a read of the flag makes sure of that.
            waker.asked.swap(false, Ordering::AcqRel);
        }
    }
}

impl Wake for CallWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.asked.swap(true, Ordering::AcqRel) {
            // When the connection is over, so is the call.
            self.queue.push(Command::Woken(self.slot)).ok();
        }
    }
}
