//! The sending half of a call.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::answer;
use super::options::CallPlan;
use super::outgoing::Started;
use crate::rpc::{Compression, Status, put_message};
use crate::transport::{AfterBatch, Batch, CallStream, InboundEnd, Mutex, OutboundEnd, lock};
use crate::wire::Message;

/// Sends a call's stream of requests. Dropping it ends the stream, as [`finish`](Self::finish)
/// does, unless that is in a panic, which cancels the call; to cancel it yourself, drop the half that
/// receives.
#[must_use = "dropping it ends the stream of requests"]
pub struct Sender<Q> {
    half: Result<Half, Status>,
    message: PhantomData<fn(Q)>,
}

struct Half {
    stream: Arc<CallStream>,
    plan: CallPlan,
    /// Where messages are encoded; it is swapped against the call's own buffer.
    spare: Mutex<Vec<u8>>,
}

impl<Q> Sender<Q> {
    pub(crate) fn new(started: &Result<Started, Status>) -> Self {
        let half = match started {
            Ok(Started { stream, plan }) => {
                Ok(Half { stream: Arc::clone(stream), plan: *plan, spare: Mutex::default() })
            }
            Err(status) => Err(status.clone()),
        };
        Self { half, message: PhantomData }
    }

    /// Ends the stream of requests.
    pub fn finish(self) {
        drop(self);
    }
}

impl<Q: Message> Sender<Q> {
    /// Sends a message, as soon as there is room: a server that reads slowly slows its clients
    /// down. Ready once the message is on its way, which does not mean that it has arrived.
    ///
    /// # Errors
    ///
    /// When the call is over, with its status if it failed; or when the message is over the limit,
    /// and then the call goes on without it.
    pub async fn send(&self, message: Q) -> Result<(), Status> {
        let half = self.half()?;
        half.send(message, half.plan.compression).await
    }

    /// Sends a message compressed in this way, which must be the call's own or none at all.
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send), and when the call compresses in another way.
    pub async fn send_as(&self, message: Q, compression: Compression) -> Result<(), Status> {
        let half = self.half()?;
        let own = half.plan.compression;
        if compression != Compression::Identity && compression != own {
            return Err(Status::failed_precondition(format!(
                "the call compresses with {}, so no message can be compressed with {}; say \
                 compress(…) on the call before it starts",
                own.name(),
                compression.name()
            )));
        }
        half.send(message, compression).await
    }

    fn half(&self) -> Result<&Half, Status> {
        self.half.as_ref().map_err(Status::clone)
    }

    /// Sends what a stream yields, then ends the stream of requests. Ready early when the call is
    /// over; a message that cannot be sent ends the call.
    pub(crate) async fn send_all(self, messages: impl Stream<Item = Q>) {
        let Ok(half) = &self.half else { return };
        let mut messages = pin!(messages);
        let sent = poll_fn(|context| half.poll_send_all(messages.as_mut(), context));
        if let Err(status) = sent.await {
            half.stream.abort(status);
        }
    }
}

impl Half {
    async fn send<Q: Message>(&self, message: Q, compression: Compression) -> Result<(), Status> {
        if !poll_fn(|context| self.stream.poll_room(context)).await {
            return Err(self.closed());
        }
        self.put(message, compression)
    }

    // The message is encoded before the lock that the connection's task needs is taken.
    fn put(&self, message: impl Message, compression: Compression) -> Result<(), Status> {
        let mut spare = lock(&self.spare);
        let large = put_message(&mut spare, message, compression, self.plan.sent)?;
        self.stream.send_messages(&mut spare, large);
        Ok(())
    }

    /// Hands messages over in batches, so that the locks are taken and the connection's task is woken
    /// once for many. Ready when the stream is over or the call; an error is about a message.
    fn poll_send_all<Q: Message>(
        &self,
        mut messages: Pin<&mut impl Stream<Item = Q>>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Status>> {
        let mut buffer = lock(&self.spare);
        let mut batch = Batch::FIRST;
        loop {
            if !ready!(self.stream.poll_room(context)) {
                return Poll::Ready(Ok(()));
            }
            let (next, large) = batch.fill(&mut buffer, |buffer| {
                let put =
                    |message| put_message(buffer, message, self.plan.compression, self.plan.sent);
                messages.as_mut().poll_next(context).map(|next| next.map(put))
            });
            if !buffer.is_empty() || large.is_some() {
                self.stream.send_messages(&mut buffer, large);
            }
            match next {
                AfterBatch::More => batch = batch.next(),
                // The end of the call must be noticed while there is nothing to send.
                AfterBatch::Pending => return self.stream.poll_closed(context).map(Ok),
                AfterBatch::End(end) => return Poll::Ready(end),
            }
        }
    }

    /// Why nothing can be sent any more.
    fn closed(&self) -> Status {
        let early = || match self.stream.is_cancelled() {
            true => Status::cancelled("the call was dropped"),
            false => Status::cancelled("the server has answered and reads no more requests"),
        };
        match self.stream.inbound_end() {
            None => early(),
            Some(end) => match self.stream.head() {
                None if matches!(end, InboundEnd::Complete(_)) => early(),
                head => answer::close(head.as_ref(), end).err().unwrap_or_else(early),
            },
        }
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Whatever was still to be sent never will be, so it must not look complete.
            self.stream.abort(Status::cancelled(
                "what sends the requests panicked before it had sent them all",
            ));
        } else {
            self.stream.send_end(OutboundEnd::HalfClose);
        }
    }
}

impl<Q> fmt::Debug for Sender<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.half.as_ref().map(|half| &half.plan);
        f.debug_struct("Sender").field("plan", &plan).finish_non_exhaustive()
    }
}
