//! Handlers that live on: each on a task of its own.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::task::AbortHandle;
use tokio::time::Sleep;

use super::call::{Answer, PendingAnswer};
use crate::rpc::{Metadata, Status};
use crate::transport::{
    CallStream, Command, CommandQueue, DeadlineScope, HandlerReply, OutboundEnd, StreamKey,
};

/// A handler together with the way its answer goes.
pub(crate) enum Handler {
    /// It answers by a value.
    Unary(Box<dyn PendingAnswer>),
    /// It speaks through its stream.
    Streaming(Pin<Box<dyn Future<Output = ()> + Send>>, Arc<CallStream>),
}

/// Gives a handler a task of its own.
pub(crate) fn spawn(
    handler: Handler,
    key: StreamKey,
    queue: Arc<CommandQueue>,
    deadline: Option<Instant>,
) -> AbortHandle {
    let timer =
        deadline.map(|at| Box::pin(tokio::time::sleep_until(tokio::time::Instant::from_std(at))));
    tokio::spawn(HandlerTask { handler: Some(handler), key, queue, deadline, timer }).abort_handle()
}

/// Polls a handler for the first time, where its request was received. Ready when it is done.
pub(crate) fn poll_streaming(
    handler: &mut Pin<Box<dyn Future<Output = ()> + Send>>,
    context: &mut Context<'_>,
    stream: &Arc<CallStream>,
    deadline: Option<Instant>,
) -> Poll<()> {
    let polled = {
        let _scope = DeadlineScope::enter(deadline);
        catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(context)))
    };
    polled.unwrap_or_else(|_| {
        stream.send_end(OutboundEnd::Status(Err(panicked()), Metadata::new()));
        Poll::Ready(())
    })
}

/// The status of a call whose handler panicked. What it said went to the panic hook, and is none
/// of the client's business.
pub(crate) fn panicked() -> Status {
    Status::internal("the handler panicked")
}

pub(crate) fn deadline_passed() -> Status {
    Status::deadline_exceeded("the deadline passed before the handler was done")
}

struct HandlerTask {
    /// `None` once it is done.
    handler: Option<Handler>,
    key: StreamKey,
    queue: Arc<CommandQueue>,
    deadline: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Future for HandlerTask {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let polled = match &mut this.handler {
            None => return Poll::Ready(()),
            Some(Handler::Streaming(handler, stream)) => {
                poll_streaming(handler, context, stream, this.deadline).map(|()| None)
            }
            Some(Handler::Unary(handler)) => {
                let mut message = Vec::new();
                let _scope = DeadlineScope::enter(this.deadline);
                let polled =
                    catch_unwind(AssertUnwindSafe(|| handler.poll_answer(context, &mut message)));
                polled.unwrap_or_else(|_| Poll::Ready(Answer::failed(panicked()))).map(|answer| {
                    let Answer { result, metadata, trailers, compression } = answer;
                    Some(HandlerReply { result, metadata, trailers, message, compression })
                })
            }
        };
        if let Poll::Ready(reply) = polled {
            this.finish(reply);
            return Poll::Ready(());
        }
        let late = this.timer.as_mut().is_some_and(|timer| timer.as_mut().poll(context).is_ready());
        if late {
            let reply = match &this.handler {
                Some(Handler::Streaming(_, stream)) => {
                    stream.send_end(OutboundEnd::Status(Err(deadline_passed()), Metadata::new()));
                    None
                }
                _ => {
                    let Answer { result, metadata, trailers, compression } =
                        Answer::failed(deadline_passed());
                    Some(HandlerReply {
                        result,
                        metadata,
                        trailers,
                        message: Vec::new(),
                        compression,
                    })
                }
            };
            this.finish(reply);
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

impl HandlerTask {
    fn finish(&mut self, reply: Option<HandlerReply>) {
        // The handler goes first: only then is its stream's slot free for another.
        drop_quietly(self.handler.take());
        let command = match reply {
            Some(reply) => Command::Reply(self.key, Box::new(reply)),
            None => Command::HandlerGone(self.key),
        };
        // When the connection is over, nobody waits for the answer.
        self.queue.push(command).ok();
    }
}

impl Drop for HandlerTask {
    fn drop(&mut self) {
        if self.handler.is_some() {
            self.finish(None);
        }
    }
}

impl Answer {
    pub(crate) fn failed(status: Status) -> Self {
        let (metadata, trailers, compression) = Default::default();
        Self { result: Err(status), metadata, trailers, compression }
    }
}

/// Drops what may panic while it is dropped; a panic costs only this call.
fn drop_quietly<T>(value: T) {
    catch_unwind(AssertUnwindSafe(|| drop(value))).ok();
}
