//! The one response of a call, while it is on its way.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::answer;
use super::outgoing::Started;
use crate::rpc::{MessageLimit, RequestFrame, Response, Status, message_of};
use crate::transport::{CallStream, Gathered};
use crate::wire::Message;

/// The response of a call that was made, with its metadata and trailers. Dropping it cancels the
/// call.
///
/// Awaiting it gives a [`Response`], or the [`Status`] of a call that did not succeed.
#[must_use = "dropping it cancels the call"]
pub struct PendingResponse<P> {
    state: State,
    response: PhantomData<fn() -> P>,
}

/// The response message of a call that was made. Dropping it cancels the call.
///
/// Awaiting it gives the message, or the [`Status`] of a call that did not succeed.
#[must_use = "dropping it cancels the call"]
pub struct PendingMessage<P> {
    response: PendingResponse<P>,
}

enum State {
    /// The call could not be started.
    Failed(Status),
    Waiting {
        stream: Arc<CallStream>,
        received: MessageLimit,
    },
    Done,
}

impl<P> PendingResponse<P> {
    pub(crate) fn new(started: Result<Started, Status>) -> Self {
        let state = match started {
            Ok(Started { stream, plan }) => State::Waiting { stream, received: plan.received },
            Err(status) => State::Failed(status),
        };
        Self { state, response: PhantomData }
    }
}

impl<P> PendingMessage<P> {
    pub(crate) fn new(started: Result<Started, Status>) -> Self {
        Self { response: PendingResponse::new(started) }
    }

    /// The whole response, with its metadata and trailers, in place of its message alone.
    pub fn response(self) -> PendingResponse<P> {
        self.response
    }
}

impl<P: Message> Future for PendingResponse<P> {
    type Output = Result<Response<P>, Status>;

    /// # Panics
    ///
    /// When it is polled again after it was ready.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let gathered = match &self.state {
            State::Waiting { stream, .. } => ready!(stream.poll_gathered(context)),
            State::Failed(_) | State::Done => Gathered::default(),
        };
        let state = std::mem::replace(&mut self.state, State::Done);
        Poll::Ready(match state {
            State::Failed(status) => Err(status),
            State::Waiting { stream, received } => {
                let response = read(gathered, received, &stream);
                if response.is_err() {
                    stream.cancel();
                }
                response
            }
            State::Done => panic!("a response was polled again after it was ready"),
        })
    }
}

impl<P: Message> Future for PendingMessage<P> {
    type Output = Result<P, Status>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.response).poll(context).map_ok(Response::into_inner)
    }
}

fn read<P: Message>(
    gathered: Gathered,
    limit: MessageLimit,
    stream: &CallStream,
) -> Result<Response<P>, Status> {
    let Gathered { head, deframer, end } = gathered;
    let Some(end) = end else {
        // More arrived than one message may have.
        return Err(match deframer.check_prefix(limit) {
            Err(status) => status,
            Ok(()) => answer::several_messages(),
        });
    };
    // What the server says counts more than what it sent before.
    let trailers = answer::close(head.as_ref(), end)?;
    let Some(head) = head else {
        return Err(Status::internal("the response ended without headers"));
    };
    let opening = answer::open(&head)?;
    let frame = deframer
        .into_only_frame(limit)
        .map_err(|status| status.with_headers(opening.metadata.clone()))?;
    let frame = RequestFrame::Gathered(frame);
    let compressed = frame.is_compressed();
    let account = if compressed { stream.account() } else { None };
    let message = message_of(frame, opening.encoding, limit, &account, "the response")?;
    Ok(Response::received(message, opening.metadata, trailers, compressed))
}

impl<P> Drop for PendingResponse<P> {
    fn drop(&mut self) {
        if let State::Waiting { stream, .. } = &self.state {
            // A call that is over takes no notice.
            stream.cancel();
        }
    }
}

impl<P> fmt::Debug for PendingResponse<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Failed(_) => "PendingResponse(failed)",
            State::Waiting { .. } => "PendingResponse(waiting)",
            State::Done => "PendingResponse(done)",
        })
    }
}

impl<P> fmt::Debug for PendingMessage<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.response.fmt(f)
    }
}
