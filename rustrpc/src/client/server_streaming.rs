//! Calls with one request and a stream of responses.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::answer;
use super::options::call_options;
use super::outgoing::{Answer, Outgoing, Started};
use crate::rpc::{Compression, MessageLimit, Metadata, Status};
use crate::transport::{CallStream, RequestBody, StreamRole, Streaming};
use crate::wire::Message;

/// A call with a stream of responses. It is made when it is awaited, which gives the stream as soon
/// as the server's headers are there; [`start`](Self::start) gives it at once.
#[must_use = "a call is made when it is awaited"]
pub struct ServerStreamingCall<P> {
    pub(crate) outgoing: Outgoing,
    /// The request with its prefix, not compressed.
    pub(crate) message: Result<RequestBody, Status>,
    pub(crate) response: PhantomData<fn() -> P>,
}

call_options!(ServerStreamingCall<P>);

impl<P: Message> ServerStreamingCall<P> {
    /// Makes the call, and does not wait for the server's headers. Whatever goes wrong is told by
    /// the stream.
    pub fn start(self) -> Streaming<P> {
        streaming(&self.outgoing.start_with(self.message, Answer::Stream))
    }
}

impl<P: Message> IntoFuture for ServerStreamingCall<P> {
    type Output = Result<Streaming<P>, Status>;
    type IntoFuture = PendingStream<P>;

    fn into_future(self) -> PendingStream<P> {
        PendingStream { streaming: Some(self.start()) }
    }
}

/// The receiving half of a call that was started, or was to be.
pub(crate) fn streaming<P>(started: &Result<Started, Status>) -> Streaming<P> {
    let (stream, received) = match started {
        Ok(Started { stream, plan }) => (Arc::clone(stream), plan.received),
        Err(status) => {
            (Arc::new(CallStream::failed(status.clone())), MessageLimit::DEFAULT_RECEIVED)
        }
    };
    let role = StreamRole::Client(answer::READER);
    Streaming::new(stream, role, Compression::Identity, received, Metadata::new())
}

/// A stream of responses that waits for the server's headers. Dropping it cancels the call.
#[must_use = "dropping it cancels the call"]
pub struct PendingStream<P> {
    streaming: Option<Streaming<P>>,
}

impl<P> Future for PendingStream<P> {
    type Output = Result<Streaming<P>, Status>;

    /// # Panics
    ///
    /// When it is polled again after it was ready.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let streaming = self.streaming.as_mut().expect("polled again after it was ready");
        let started = ready!(streaming.poll_headers(context));
        let streaming = self.streaming.take();
        Poll::Ready(started.map(|()| streaming.expect("it was there before")))
    }
}

impl<P> fmt::Debug for PendingStream<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingStream").field("streaming", &self.streaming).finish()
    }
}
