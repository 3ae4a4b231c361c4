//! The sending half of a call.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::options::CallPlan;
use super::outgoing::within;
use crate::rpc::{Compression, Status, put_message};
use crate::transport::{CallStream, InboundEnd, OutboundEnd};
use crate::wire::Message;

/// Sends a call's stream of requests. Dropping it ends the stream, as [`finish`](Self::finish)
/// does; to cancel the call, drop the half that receives.
pub struct Sender<Q> {
    stream: Arc<CallStream>,
    plan: Option<CallPlan>,
    message: PhantomData<fn(Q)>,
}

impl<Q> Sender<Q> {
    pub(crate) fn new(stream: Arc<CallStream>, plan: Option<CallPlan>) -> Self {
        Self { stream, plan, message: PhantomData }
    }

    /// Ends the stream of requests.
    pub fn finish(self) {
        drop(self);
    }

    /// Why nothing can be sent any more.
    fn closed(&self) -> Status {
        match self.stream.inbound_end() {
            Some(InboundEnd::Failed { status, .. }) => status,
            _ => Status::cancelled("the server has ended the call; its answer says how"),
        }
    }
}

impl<Q: Message> Sender<Q> {
    /// Sends a message, as soon as there is room: a server that reads slowly slows its clients
    /// down.
    ///
    /// # Errors
    ///
    /// When the call is over (the receiving half tells in full how it ended), or when the message
    /// is over the limit; then the call goes on.
    pub async fn send(&self, message: Q) -> Result<(), Status> {
        self.send_as(message, self.plan.map_or(Compression::Identity, |plan| plan.compression))
            .await
    }

    /// Sends a message compressed in this way, which must be the call's own or none.
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send), and when the call was started with another compression.
    pub async fn send_as(&self, message: Q, compression: Compression) -> Result<(), Status> {
        let Some(plan) = self.plan else { return Err(self.closed()) };
        if compression != Compression::Identity && compression != plan.compression {
            return Err(Status::failed_precondition(format!(
                "the call compresses with {}, so a message cannot be compressed with {}; set compress(…) on the call",
                plan.compression.name(),
                compression.name()
            )));
        }
        let room = async { Ok(poll_fn(|context| self.stream.poll_room(context)).await) };
        let late = || Status::deadline_exceeded("the deadline passed while waiting to send");
        if !within(plan.deadline, room, late).await? {
            return Err(self.closed());
        }
        self.put(&message, compression)
    }

    fn put(&self, message: &Q, compression: Compression) -> Result<(), Status> {
        let Some(plan) = self.plan else { return Err(self.closed()) };
        self.stream.send_message(|buffer| put_message(buffer, message, compression, plan.sent))
    }

    /// Sends what a stream yields, then ends the stream of requests. Ready early when the call is
    /// over.
    pub(crate) async fn send_all(self, messages: impl Stream<Item = Q>) -> Result<(), Status> {
        let mut messages = pin!(messages);
        poll_fn(|context| self.poll_send_all(messages.as_mut(), context)).await
    }

    fn poll_send_all(
        &self,
        mut messages: Pin<&mut impl Stream<Item = Q>>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Status>> {
        let compression = self.plan.map_or(Compression::Identity, |plan| plan.compression);
        loop {
            if !ready!(self.stream.poll_room(context)) {
                return Poll::Ready(Err(self.closed()));
            }
            match messages.as_mut().poll_next(context) {
                Poll::Ready(Some(message)) => self.put(&message, compression)?,
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    // The end of the call must be noticed while there is nothing to send.
                    return if self.stream.poll_closed(context).is_ready() {
                        Poll::Ready(Err(self.closed()))
                    } else {
                        Poll::Pending
                    };
                }
            }
        }
    }
}

impl<Q> Drop for Sender<Q> {
    fn drop(&mut self) {
        self.stream.send_end(OutboundEnd::HalfClose);
    }
}

impl<Q> fmt::Debug for Sender<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("plan", &self.plan).finish_non_exhaustive()
    }
}
