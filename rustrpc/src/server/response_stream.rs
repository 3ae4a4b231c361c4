//! Sends a handler's stream of responses.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::call::CallLimits;
use crate::rpc::{AcceptedCompression, Compression, Metadata, Response, Status, put_message};
use crate::transport::{CallStream, OutboundEnd, ResponseHead};
use crate::wire::Message;

/// Messages are gathered up to this size before they are handed over.
const BATCH: usize = 32 * 1024;

/// Where a handler's stream of responses goes.
#[derive(Debug)]
pub struct Responses {
    pub(crate) stream: Arc<CallStream>,
    pub(crate) accepted: AcceptedCompression,
    pub(crate) limits: CallLimits,
}

impl Responses {
    /// Sends what the service returned: the stream until its end, or the failure.
    pub async fn send<P, S>(self, answer: Result<Response<S>, Status>)
    where
        P: Message,
        S: Stream<Item = Result<P, Status>>,
    {
        match answer {
            Ok(response) => self.send_stream(response).await,
            Err(status) => self.fail(status),
        }
    }

    /// Ends the call without an answer.
    pub(crate) fn fail(self, status: Status) {
        self.stream.send_end(OutboundEnd::Status(Err(status), Metadata::new()));
    }

    /// Encodes the stream's messages in batches and hands them over as long as there is room; a
    /// slow reader stops the stream from being polled.
    async fn send_stream<P, S>(self, response: Response<S>)
    where
        P: Message,
        S: Stream<Item = Result<P, Status>>,
    {
        let Self { stream, accepted, limits } = self;
        let response = response.into_parts();
        let compression = accepted.restrict(response.compression.unwrap_or(limits.compression));
        stream.send_head(ResponseHead { metadata: response.metadata, compression });
        let mut messages = pin!(response.message);
        let mut batch = Vec::new();
        let mut yielded = 0u32;
        let outcome = poll_fn(|context: &mut Context<'_>| {
            loop {
                match stream.poll_room(context) {
                    Poll::Ready(true) => {}
                    // Whoever read the answer is gone; what is left of it has no one to go to.
                    Poll::Ready(false) => return Poll::Ready(None),
                    Poll::Pending => return Poll::Pending,
                }
                let mut end = None;
                while batch.len() < BATCH && end.is_none() {
                    match messages.as_mut().poll_next(context) {
                        Poll::Pending => break,
                        Poll::Ready(None) => end = Some(Ok(())),
                        Poll::Ready(Some(Err(status))) => end = Some(Err(status)),
                        Poll::Ready(Some(Ok(message))) => {
                            let on = response.switch.as_ref().is_none_or(|switch| switch.is_on());
                            let compression = if on { compression } else { Compression::Identity };
                            if let Err(status) =
                                put_message(&mut batch, &message, compression, limits.sent)
                            {
                                end = Some(Err(status));
                            }
                        }
                    }
                }
                let full = batch.len() >= BATCH;
                if !batch.is_empty() {
                    stream.send_bytes(&mut batch);
                }
                match end {
                    Some(end) => return Poll::Ready(Some(end)),
                    None if !full => return Poll::Pending,
                    None => {}
                }
                // A stream that is always ready would keep the worker for itself.
                yielded += 1;
                if yielded.is_multiple_of(8) {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        })
        .await;
        if let Some(result) = outcome {
            let trailers = if result.is_ok() { response.trailers } else { Metadata::new() };
            stream.send_end(OutboundEnd::Status(result, trailers));
        }
    }
}
