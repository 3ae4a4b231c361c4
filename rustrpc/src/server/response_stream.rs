//! Sends a handler's stream of responses.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::call::AnswerTerms;
use crate::rpc::{
    Compression, CompressionSwitch, MessageLimit, Metadata, Response, Status, put_message,
};
use crate::transport::{AfterBatch, Batch, CallStream, OutboundEnd, ResponseHead};
use crate::wire::{Message, Outline};

/// Where a handler's stream of responses goes.
#[derive(Debug)]
pub struct Responses {
    pub(crate) stream: Arc<CallStream>,
    pub(crate) terms: AnswerTerms,
}

impl Responses {
    /// Sends what the service returned: the stream until its end, or the failure.
    pub fn send<P, S>(self, answer: Result<Response<S>, Status>) -> impl Future<Output = ()>
    where
        P: Message,
        S: Stream<Item = Result<P, Status>>,
    {
        // Not an `async fn`: that would keep the stream in each of its steps anew, and a handler's
        // future is as large as the largest of them.
        Sending {
            state: match answer {
                Ok(response) => Some(self.start(response)),
                Err(status) => {
                    self.fail(status);
                    None
                }
            },
        }
    }

    /// Ends the call without an answer.
    pub(crate) fn fail(self, status: Status) {
        self.stream.send_end(OutboundEnd::Status(Err(status), Metadata::new()));
    }

    fn start<S>(self, response: Response<S>) -> SendingState<S> {
        let Self { stream, terms } = self;
        let response = response.into_parts();
        let compression = terms.compression(response.compression);
        stream.send_head(ResponseHead { metadata: response.metadata, compression });
        SendingState {
            stream,
            messages: Box::pin(response.message),
            trailers: response.trailers,
            compression,
            switch: response.switch,
            limit: terms.sent,
            buffer: Vec::new(),
            batch: Batch::FIRST,
            yielded: 0,
        }
    }
}

/// The future of [`Responses::send`].
struct Sending<S> {
    /// `None` once the call is answered.
    state: Option<SendingState<S>>,
}

struct SendingState<S> {
    stream: Arc<CallStream>,
    messages: Pin<Box<S>>,
    trailers: Metadata,
    compression: Compression,
    switch: Option<CompressionSwitch>,
    limit: MessageLimit,
    /// Encoded messages.
    buffer: Vec<u8>,
    /// How many may be gathered there.
    batch: Batch,
    /// How often it has gone on without a pause.
    yielded: u32,
}

impl<P, S> Future for Sending<S>
where
    P: Message,
    S: Stream<Item = Result<P, Status>>,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(state) = &mut self.state else { return Poll::Ready(()) };
        let outcome = ready!(state.poll_sent(context));
        if let Some(SendingState { stream, trailers, .. }) = self.state.take()
            && let Some(result) = outcome
        {
            let trailers = if result.is_ok() { trailers } else { Metadata::new() };
            stream.send_end(OutboundEnd::Status(result, trailers));
        }
        Poll::Ready(())
    }
}

impl<P, S> SendingState<S>
where
    P: Message,
    S: Stream<Item = Result<P, Status>>,
{
    /// Encodes the stream's messages in batches and hands them over as long as there is room; a
    /// slow reader stops the stream from being polled. Ready at the end of the stream, with `None`
    /// when nobody is there any more to whom that could be told.
    fn poll_sent(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<(), Status>>> {
        loop {
            if !ready!(self.stream.poll_room(context)) {
                return Poll::Ready(None);
            }
            let (next, large) = self.fill(context);
            if !self.buffer.is_empty() || large.is_some() {
                self.stream.send_messages(&mut self.buffer, large);
            }
            match next {
                AfterBatch::More => self.batch = self.batch.next(),
                AfterBatch::Pending => {
                    self.batch = Batch::FIRST;
                    return Poll::Pending;
                }
                AfterBatch::End(outcome) => return Poll::Ready(Some(outcome)),
            }
            // A stream that is always ready would keep the worker for itself.
            self.yielded += 1;
            if self.yielded.is_multiple_of(8) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
    }

    /// Encodes what the stream has, up to a batch.
    fn fill(&mut self, context: &mut Context<'_>) -> (AfterBatch, Option<Arc<Outline>>) {
        self.batch.fill(&mut self.buffer, |buffer| {
            let put = |message: Result<P, Status>| {
                let on = self.switch.as_ref().is_none_or(|switch| switch.is_on());
                let compression = if on { self.compression } else { Compression::Identity };
                put_message(buffer, message?, compression, self.limit)
            };
            self.messages.as_mut().poll_next(context).map(|next| next.map(put))
        })
    }
}
