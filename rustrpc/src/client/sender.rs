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
use crate::transport::{CallStream, InboundEnd, Mutex, OutboundEnd, lock};
use crate::wire::Message;

/// Sends a call's stream of requests. Dropping it ends the stream, as [`finish`](Self::finish)
/// does; to cancel the call, drop the half that receives.
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

/// Why a message was not sent.
#[derive(Debug)]
pub(crate) struct SendFailure {
    pub(crate) status: Status,
    /// It was found here, and the server does not know of it.
    pub(crate) is_ours: bool,
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
    /// over.
    pub(crate) async fn send_all(self, messages: impl Stream<Item = Q>) -> Result<(), SendFailure> {
        let Ok(half) = &self.half else { return Ok(()) };
        let mut messages = pin!(messages);
        poll_fn(|context| half.poll_send_all(messages.as_mut(), context)).await
    }

    /// The same; a message that cannot be sent ends the call.
    pub(crate) async fn send_all_or_fail(self, messages: impl Stream<Item = Q>) {
        let stream = self.half.as_ref().ok().map(|half| Arc::clone(&half.stream));
        if let (Err(failure), Some(stream)) = (self.send_all(messages).await, stream)
            && failure.is_ours
        {
            stream.abort(failure.status);
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

    fn poll_send_all<Q: Message>(
        &self,
        mut messages: Pin<&mut impl Stream<Item = Q>>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendFailure>> {
        loop {
            if !ready!(self.stream.poll_room(context)) {
                return Poll::Ready(Err(SendFailure { status: self.closed(), is_ours: false }));
            }
            match messages.as_mut().poll_next(context) {
                Poll::Ready(Some(message)) => {
                    if let Err(status) = self.put(message, self.plan.compression) {
                        return Poll::Ready(Err(SendFailure { status, is_ours: true }));
                    }
                }
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    // The end of the call must be noticed while there is nothing to send.
                    ready!(self.stream.poll_closed(context));
                    return Poll::Ready(Err(SendFailure { status: self.closed(), is_ours: false }));
                }
            }
        }
    }

    /// Why nothing can be sent any more.
    fn closed(&self) -> Status {
        let early = || Status::cancelled("the server has answered and reads no more requests");
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
        self.stream.send_end(OutboundEnd::HalfClose);
    }
}

impl<Q> fmt::Debug for Sender<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.half.as_ref().map(|half| &half.plan);
        f.debug_struct("Sender").field("plan", &plan).finish_non_exhaustive()
    }
}
