//! Calls with a stream of requests and one response.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use futures_core::Stream;

use super::CallFuture;
use super::options::{CallPlan, call_options};
use super::outgoing::{CancelOnDrop, Outgoing, Refusal, gather, only_message, within};
use super::sender::Sender;
use crate::rpc::{Response, Status};
use crate::transport::CallStream;
use crate::wire::Message;

/// A call with a stream of requests.
#[must_use = "a call is made when it is started"]
pub struct ClientStreamingCall<Q, P> {
    pub(crate) outgoing: Outgoing,
    pub(crate) messages: PhantomData<fn(Q) -> P>,
}

call_options!(ClientStreamingCall<Q, P>);

impl<Q: Message, P: Message> ClientStreamingCall<Q, P> {
    /// Starts the call: gives the half that sends, and the response that is to come. An error of
    /// starting is told by the response.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start(self) -> (Sender<Q>, PendingResponse<P>) {
        let Self { mut outgoing, .. } = self;
        let (stream, plan) = match outgoing.plan() {
            Ok(plan) => (outgoing.start(&plan, gather(plan.received)), Some(plan)),
            Err(status) => (outgoing.failed(status), None),
        };
        let sender = Sender::new(stream.clone(), plan);
        (
            sender,
            PendingResponse {
                _guard: CancelOnDrop::new(stream.clone()),
                stream,
                plan,
                response: PhantomData,
            },
        )
    }

    /// Sends all messages of a stream, and waits for the response.
    ///
    /// # Errors
    ///
    /// What the server answered, or why it could not.
    pub async fn stream(self, messages: impl Stream<Item = Q>) -> Result<P, Status> {
        let (sender, response) = self.start();
        let mut sending = pin!(sender.send_all(messages));
        let mut response = pin!(response.into_future());
        let mut sent = false;
        poll_fn(|context| {
            // When sending fails, the response says why; the call goes on until it does.
            if !sent {
                sent = sending.as_mut().poll(context).is_ready();
            }
            match response.as_mut().poll(context) {
                Poll::Ready(response) => Poll::Ready(response),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}

/// The response of a call whose requests are being sent. Dropping it cancels the call.
#[must_use = "dropping the response cancels the call"]
pub struct PendingResponse<P> {
    _guard: CancelOnDrop,
    stream: Arc<CallStream>,
    plan: Option<CallPlan>,
    response: PhantomData<fn() -> P>,
}

impl<P: Message> PendingResponse<P> {
    /// Waits for the response, and keeps its metadata and trailers.
    ///
    /// # Errors
    ///
    /// What the server answered, or why it could not.
    pub async fn response(self) -> Result<Response<P>, Status> {
        let (deadline, limit) = match self.plan {
            Some(plan) => (plan.deadline, plan.received),
            None => (None, crate::rpc::MessageLimit::DEFAULT_RECEIVED),
        };
        let late = || {
            Refusal::Final(Status::deadline_exceeded(
                "the deadline passed while waiting for the response",
            ))
        };
        within(deadline, only_message(Arc::clone(&self.stream), limit), late).await.map_err(
            |refusal| match refusal {
                Refusal::Unprocessed(status) | Refusal::Final(status) => status,
            },
        )
    }
}

impl<P: Message> IntoFuture for PendingResponse<P> {
    type Output = Result<P, Status>;
    type IntoFuture = CallFuture<P>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.response().await.map(Response::into_inner) })
    }
}

impl<P> fmt::Debug for PendingResponse<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingResponse").field("plan", &self.plan).finish_non_exhaustive()
    }
}
