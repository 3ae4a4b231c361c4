//! A connection as a channel's pool sees it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::transport::CommandQueue;

/// A connection that calls can be made over.
pub(crate) struct ConnectionHandle {
    pub(crate) queue: Arc<CommandQueue>,
    /// Whom it connects to, for people.
    pub(crate) peer: Arc<str>,
    /// Calls that have a place on it.
    active: AtomicUsize,
    /// How many places there are: the peer's limit of concurrent streams.
    places: AtomicUsize,
    /// It takes no new calls.
    leaving: AtomicBool,
}

impl ConnectionHandle {
    pub(crate) fn new(queue: Arc<CommandQueue>, peer: Arc<str>) -> Self {
        let (active, places, leaving) = Default::default();
        Self { queue, peer, active, places, leaving }
    }

    /// Takes a place for a call, if there is one.
    ///
    /// Someone who finds none says that he waits before he looks, and someone who gives one back
    /// looks for those who wait after that; so one of them sees the other, whatever the order.
    pub(crate) fn reserve(&self) -> bool {
        if self.leaving.load(Ordering::Relaxed) {
            return false;
        }
        let places = self.places.load(Ordering::SeqCst);
        let take = |active| (active < places).then_some(active + 1);
        self.active.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()
    }

    /// A call gives its place back. Whether there was none to be had before.
    pub(crate) fn give_back(&self) -> bool {
        let before = self.active.fetch_sub(1, Ordering::SeqCst);
        before >= self.places.load(Ordering::SeqCst)
    }

    /// Whether no call has a place.
    pub(crate) fn is_unused(&self) -> bool {
        self.active.load(Ordering::SeqCst) == 0
    }

    /// The peer's limit. Whether it grew.
    pub(crate) fn set_places(&self, places: usize) -> bool {
        self.places.swap(places, Ordering::SeqCst) < places
    }

    /// No new calls from now on.
    pub(crate) fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }
}

impl fmt::Debug for ConnectionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionHandle")
            .field("peer", &self.peer)
            .field("active", &self.active)
            .field("places", &self.places)
            .field("leaving", &self.leaving)
            .finish_non_exhaustive()
    }
}
