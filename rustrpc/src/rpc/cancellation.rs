//! How a handler, and what it started, learns that its call is over.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::method::MethodDescriptor;
use super::peer::Peer;

/// Tells when a call is cancelled: by the client, by its deadline or because the connection is lost.
///
/// A handler itself needs no token: its future is dropped. The token is for what the handler started elsewhere, on other tasks or
/// threads. Clones share one state.
#[derive(Clone, Debug, Default)]
pub struct CancellationToken {
    state: Arc<State>,
}

/// One allocation for all that a call's handler shares with its connection.
#[derive(Debug, Default)]
struct State {
    cancelled: AtomicBool,
    waiting: Mutex<Vec<Waker>>,
    /// Somebody was among the waiting.
    awaited: AtomicBool,
    peer: Option<Arc<Peer>>,
}

/// What a server knows of a call beside its message and metadata.
#[derive(Debug)]
pub(crate) struct CallContext {
    pub(crate) method: &'static MethodDescriptor,
    pub(crate) deadline: Option<Instant>,
    pub(crate) token: CancellationToken,
}

impl CancellationToken {
    /// A token that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// The token of a call by this peer.
    pub(crate) fn of(peer: Arc<Peer>) -> Self {
        Self { state: Arc::new(State { peer: Some(peer), ..State::default() }) }
    }

    /// Whether it can be the token of another call by the same peer: if nobody else holds it, nobody
    /// has cancelled it, and nobody has left a waker behind.
    #[inline]
    pub(crate) fn is_reusable(&self) -> bool {
        // There are no weak references, from which there could be more again.
        if Arc::strong_count(&self.state) != 1 {
            return false;
        }
        // Whoever held it before has let go with Release: now all that they did is to be seen.
        fence(Ordering::Acquire);
        !self.is_cancelled() && !self.state.awaited.load(Ordering::Relaxed)
    }

    /// Whose call it is.
    pub(crate) fn peer(&self) -> Option<&Peer> {
        self.state.peer.as_deref()
    }

    /// Whether the call is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.state.cancelled.load(Ordering::Acquire)
    }

    /// Waits until the call is cancelled; forever if that never happens.
    pub fn cancelled(&self) -> Cancelled {
        Cancelled { token: self.clone() }
    }

    /// Cancels: wakes everyone who waits, now and later.
    pub fn cancel(&self) {
        self.state.cancelled.store(true, Ordering::Release);
        let waiting =
            std::mem::take(&mut *self.state.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        for waker in waiting {
            waker.wake();
        }
    }
}

/// The future of [`CancellationToken::cancelled`].
#[derive(Debug)]
pub struct Cancelled {
    token: CancellationToken,
}

impl Future for Cancelled {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.token.is_cancelled() {
            return Poll::Ready(());
        }
        let mut waiting = self.token.state.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // `cancel` sets the flag before it takes the list, so a flag still down under the lock means that it will find this waker.
        if self.token.is_cancelled() {
            return Poll::Ready(());
        }
        if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            waiting.push(context.waker().clone());
            self.token.state.awaited.store(true, Ordering::Relaxed);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancelling_completes_the_future() {
        let token = CancellationToken::new();
        let mut waiting = Box::pin(token.cancelled());
        let mut context = Context::from_waker(Waker::noop());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        assert!(!token.is_cancelled());
        token.clone().cancel();
        assert!(token.is_cancelled());
        assert!(waiting.as_mut().poll(&mut context).is_ready());
    }

    #[test]
    fn only_an_unshared_token_may_be_reused() {
        let token = CancellationToken::new();
        assert!(token.is_reusable());
        let kept = token.clone();
        assert!(!token.is_reusable());
        drop(kept);
        assert!(token.is_reusable());
        token.cancel();
        assert!(!token.is_reusable());
        // A waker that stays behind would be one more for each call.
        let token = CancellationToken::new();
        let mut waiting = Box::pin(token.cancelled());
        let mut context = Context::from_waker(Waker::noop());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        drop(waiting);
        assert!(!token.is_reusable());
    }
}
