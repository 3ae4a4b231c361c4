//! Making streams: for handlers that answer with one, and for calls that send one.
//!
//! Any [`Stream`](futures_core::Stream) will do for either. These are the two that are needed most
//! often, so that no other crate has to be brought in for them.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use tokio::sync::mpsc;

/// A stream of what an iterator yields, each item ready at once.
pub fn iter<I: IntoIterator>(items: I) -> Iter<I::IntoIter> {
    Iter { items: items.into_iter() }
}

/// A stream that is fed from elsewhere, usually another task.
///
/// `capacity` is how many items may wait in it; a [`send`](Sender::send) beyond that waits, so that
/// whoever produces is no faster than the peer reads. The stream ends when the last sender is gone.
///
/// # Panics
/// When `capacity` is 0: nothing could ever be sent.
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity > 0, "a stream's channel needs room for at least one item");
    let (sender, receiver) = mpsc::channel(capacity);
    (Sender { sender }, Receiver { receiver })
}

/// Made by [`iter`].
#[derive(Clone, Debug)]
#[must_use = "a stream does nothing unless it is polled"]
pub struct Iter<I> {
    items: I,
}

/// The feeding end of a [`channel`].
pub struct Sender<T> {
    sender: mpsc::Sender<T>,
}

/// The stream end of a [`channel`].
#[must_use = "a stream does nothing unless it is polled"]
pub struct Receiver<T> {
    receiver: mpsc::Receiver<T>,
}

/// An item could not be sent since nobody will read it: the stream was dropped, as it is when its
/// call ends early.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Closed<T>(
    /// The item.
    pub T,
);

impl<T> Sender<T> {
    /// Adds an item, as soon as there is room.
    ///
    /// # Errors
    /// When the stream was dropped, with the item.
    pub async fn send(&self, item: T) -> Result<(), Closed<T>> {
        self.sender.send(item).await.map_err(|unsent| Closed(unsent.0))
    }

    /// Returns once the stream was dropped, when there is no point in producing any more.
    pub async fn closed(&self) {
        self.sender.closed().await;
    }
}

impl<I: Iterator> Stream for Iter<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.items.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

/// The iterator is never pinned, only moved out of.
impl<I> Unpin for Iter<I> {}

impl<T> Stream for Receiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.receiver.poll_recv(context)
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone() }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("room", &self.sender.capacity()).finish()
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("waiting", &self.receiver.len()).finish()
    }
}

impl<T> fmt::Debug for Closed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closed(..)")
    }
}

impl<T> fmt::Display for Closed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the stream's reader has gone")
    }
}

impl<T> Error for Closed<T> {}

#[cfg(test)]
mod tests {
    use std::{pin::pin, task::Waker};

    use super::*;

    /// Polls once, without anyone to wake.
    fn poll<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
        Pin::new(stream).poll_next(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn an_iterator_is_a_stream() {
        let mut stream = iter([1, 2]);
        assert_eq!(stream.size_hint(), (2, Some(2)));
        assert_eq!(poll(&mut stream), Poll::Ready(Some(1)));
        assert_eq!(poll(&mut stream), Poll::Ready(Some(2)));
        assert_eq!(poll(&mut stream), Poll::Ready(None));
    }

    #[test]
    fn a_channel_makes_its_sender_wait() {
        let (sender, mut stream) = channel(1);
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(poll(&mut stream), Poll::Pending);
        assert!(pin!(sender.send(1)).poll(&mut context).is_ready());
        let mut second = pin!(sender.send(2));
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert_eq!(poll(&mut stream), Poll::Ready(Some(1)));
        assert!(second.as_mut().poll(&mut context).is_ready());
        assert_eq!(poll(&mut stream), Poll::Ready(Some(2)));
    }

    #[test]
    fn a_channel_ends_with_its_last_sender() {
        let (sender, mut stream) = channel::<()>(1);
        let other = sender.clone();
        drop(sender);
        assert_eq!(poll(&mut stream), Poll::Pending);
        drop(other);
        assert_eq!(poll(&mut stream), Poll::Ready(None));
    }

    #[test]
    fn a_sender_learns_that_nobody_reads() {
        let (sender, stream) = channel(1);
        let mut context = Context::from_waker(Waker::noop());
        assert!(pin!(sender.closed()).poll(&mut context).is_pending());
        drop(stream);
        assert!(pin!(sender.closed()).poll(&mut context).is_ready());
        let sent = pin!(sender.send(7)).poll(&mut context);
        assert_eq!(sent, Poll::Ready(Err(Closed(7))));
    }
}
