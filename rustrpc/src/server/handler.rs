//! Handlers that live on, with their connection or on a task of their own.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::task::AbortHandle;

use super::builder::ServerSettings;
use super::call::Answering;
use super::router::Router;
use crate::rpc::{AcceptedCompression, Metadata, Status};
use crate::transport::{
    Answer, CallStream, Charge, Command, CommandQueue, DeadlineScope, HandlerReply, OutboundEnd,
    StreamKey,
};

/// A handler together with the way its answer goes.
pub(super) enum Handler {
    /// It answers by a value. What its client streams, if it does, comes through the stream.
    Answering(Pin<Box<dyn Answering>>, AcceptedCompression, Option<Arc<CallStream>>),
    /// It speaks through its stream.
    Streaming(Pin<Box<dyn Future<Output = ()> + Send>>, Arc<CallStream>),
}

impl Handler {
    /// Polls the handler; one that panics has failed. Ready with `None` when it has said everything
    /// through its stream, else with its answer, whose message is in `message`.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
        deadline: Option<Instant>,
        settings: &ServerSettings,
        message: &mut Vec<u8>,
    ) -> Poll<Option<Answer>> {
        let _scope = DeadlineScope::enter(deadline);
        let polled = catch_unwind(AssertUnwindSafe(|| match self {
            Handler::Answering(handler, accepted, _) => {
                let terms = settings.answer_terms(*accepted);
                handler.as_mut().poll_answer(context, terms, message).map(Some)
            }
            Handler::Streaming(handler, _) => handler.as_mut().poll(context).map(|()| None),
        }));
        polled.unwrap_or_else(|_| Poll::Ready(self.fail(panicked())))
    }

    /// Answers in the handler's place.
    pub(super) fn fail(&self, status: Status) -> Option<Answer> {
        match self {
            Handler::Answering(..) => Some(Answer::failed(status)),
            Handler::Streaming(_, stream) => {
                stream.send_end(OutboundEnd::Status(Err(status), Metadata::new()));
                None
            }
        }
    }

    /// The stream of a streaming call.
    pub(super) fn stream(&self) -> Option<&Arc<CallStream>> {
        match self {
            Handler::Answering(_, _, stream) => stream.as_ref(),
            Handler::Streaming(_, stream) => Some(stream),
        }
    }

    /// The stream that the handler speaks through.
    pub(super) fn outbound(&self) -> Option<&Arc<CallStream>> {
        match self {
            Handler::Answering(..) => None,
            Handler::Streaming(_, stream) => Some(stream),
        }
    }

    /// Drops the handler; should that panic, it costs only this call.
    pub(super) fn dismiss(self) {
        catch_unwind(AssertUnwindSafe(|| drop(self))).ok();
    }
}

/// The status of a call whose handler panicked. What it said went to the panic hook, and is none
/// of the client's business.
pub(super) fn panicked() -> Status {
    Status::internal("the handler panicked")
}

/// The status of a call whose handler took too long.
pub(super) fn deadline_passed() -> Status {
    Status::deadline_exceeded("the deadline passed before the handler was done")
}

/// A handler on a task of its own. The connection watches its deadline.
pub(super) struct HandlerTask {
    /// `None` once it is done.
    pub(super) handler: Option<Handler>,
    pub(super) key: StreamKey,
    pub(super) queue: Arc<CommandQueue>,
    pub(super) deadline: Option<Instant>,
    pub(super) settings: Arc<ServerSettings>,
    /// Where its method is known, by number.
    pub(super) router: Arc<Router>,
    pub(super) method: usize,
}

impl HandlerTask {
    pub(super) fn spawn(self) -> AbortHandle {
        tokio::spawn(self).abort_handle()
    }

    fn finish(&mut self, answer: Option<Answer>, mut message: Vec<u8>) {
        // The handler goes first: only then is its stream's slot free for another.
        if let Some(handler) = self.handler.take() {
            handler.dismiss();
        }
        let command = match answer {
            Some(mut answer) => {
                answer.need_room(&mut message, self.queue.account());
                let mut charge = Charge::new(self.queue.account());
                charge.set(answer.length(&message));
                Command::Reply(self.key, Box::new(HandlerReply { answer, message, charge }))
            }
            None => Command::HandlerGone(self.key),
        };
        // When the connection is over, nobody waits for the answer.
        self.queue.push(command).ok();
    }
}

impl Future for HandlerTask {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let Some(handler) = &mut this.handler else { return Poll::Ready(()) };
        let mut message = Vec::new();
        let began = Instant::now();
        let polled = handler.poll(context, this.deadline, &this.settings, &mut message);
        this.router.pace(this.method).record(began.elapsed());
        polled.map(|answer| this.finish(answer, message))
    }
}

impl Drop for HandlerTask {
    fn drop(&mut self) {
        if self.handler.is_some() {
            self.finish(None, Vec::new());
        }
    }
}
