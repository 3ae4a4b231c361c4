//! Calls with a stream of requests and one response.

use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::{Pin, pin};

use futures_core::Stream;

use super::options::call_options;
use super::outgoing::{Answer, Outgoing};
use super::response::{PendingMessage, PendingResponse};
use super::sender::Sender;
use crate::rpc::{Response, Status};
use crate::wire::Message;

/// A call with a stream of requests.
#[must_use = "a call is made when it is started"]
pub struct ClientStreamingCall<Q, P> {
    pub(crate) outgoing: Outgoing,
    pub(crate) messages: PhantomData<fn(Q) -> P>,
}

call_options!(ClientStreamingCall<Q, P>);

impl<Q: Message, P: Message> ClientStreamingCall<Q, P> {
    /// Starts the call, and gives at once the half that sends and the response that is to come.
    /// Whatever goes wrong is told by the response.
    pub fn start(self) -> (Sender<Q>, PendingMessage<P>) {
        let started = self.outgoing.start_streaming(Answer::Message);
        (Sender::new(&started), PendingMessage::new(started))
    }

    /// Sends all messages of a stream. The call is made when the result is awaited; the stream is
    /// polled by whoever awaits it, and given up when the server answers before its end.
    pub fn stream<S: Stream<Item = Q>>(self, messages: S) -> StreamedCall<S, Q, P> {
        StreamedCall { call: self, messages }
    }
}

/// A call with a stream that its requests come from. It is made when it is awaited.
#[must_use = "a call is made when it is awaited"]
pub struct StreamedCall<S, Q, P> {
    call: ClientStreamingCall<Q, P>,
    messages: S,
}

impl<S: Stream<Item = Q>, Q: Message, P: Message> StreamedCall<S, Q, P> {
    /// Makes the call, and keeps the response's metadata and trailers.
    ///
    /// # Errors
    ///
    /// What the server answered, or why it could not.
    pub async fn response(self) -> Result<Response<P>, Status> {
        let (sender, response) = self.call.start();
        send_and_wait(sender, self.messages, response.response()).await
    }
}

impl<S, Q, P> IntoFuture for StreamedCall<S, Q, P>
where
    S: Stream<Item = Q> + Send + 'static,
    Q: Message,
    P: Message,
{
    type Output = Result<P, Status>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<P, Status>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.response().await.map(Response::into_inner) })
    }
}

async fn send_and_wait<S: Stream<Item = Q>, Q: Message, P: Message>(
    sender: Sender<Q>,
    messages: S,
    response: PendingResponse<P>,
) -> Result<Response<P>, Status> {
    let mut sending = pin!(sender.send_all(messages));
    let mut response = pin!(response);
    let mut sent = false;
    let response = poll_fn(|context| {
        sent = sent || sending.as_mut().poll(context).is_ready();
        response.as_mut().poll(context)
    });
    response.await
}

impl<S, Q, P> fmt::Debug for StreamedCall<S, Q, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamedCall").field("call", &self.call).finish_non_exhaustive()
    }
}
