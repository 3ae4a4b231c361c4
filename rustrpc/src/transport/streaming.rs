//! A stream of received messages.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::call_stream::{CallStream, InboundEnd};
use crate::http2::FieldBlock;
use crate::rpc::{Compression, Deframer, MessageLimit, Metadata, Status, malformed, message_of};
use crate::wire::Received;

/// A stream of received messages: a handler's requests, or a client's responses.
///
/// Reading opens the peer's window again, so a slow reader slows its peer down. On a client,
/// dropping the stream before its end cancels the call.
pub struct Streaming<T> {
    /// Apart, because a future that a stream is moved into keeps room for it in each of its steps.
    reader: Box<Reader>,
    message: PhantomData<fn() -> T>,
}

/// All of it that does not depend on the type of the messages.
struct Reader {
    stream: Arc<CallStream>,
    role: StreamRole,
    deframer: Deframer,
    encoding: Compression,
    limit: MessageLimit,
    /// Consumed bytes that the connection's task does not know of yet.
    unreleased: usize,
    compressed: bool,
    metadata: Metadata,
    /// Whether the head was looked at.
    started: bool,
    /// How it ended, once it has.
    end: Option<Result<Metadata, Status>>,
}

/// Which side reads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StreamRole {
    /// Requests: metadata and encoding are known from the start.
    Server,
    /// Responses: head and trailers are still to come, and have to be interpreted.
    Client(ClientRole),
}

/// What the head of a response says.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) metadata: Metadata,
    /// How messages that have the compressed flag are compressed.
    pub(crate) encoding: Compression,
}

/// How a client makes sense of heads and ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientRole {
    /// What the head says: metadata, encoding and, if it is all there is, the outcome.
    pub(crate) open: fn(&FieldBlock) -> Result<Opening, Status>,
    /// What the end says.
    pub(crate) close: fn(Option<&FieldBlock>, InboundEnd) -> Result<Metadata, Status>,
}

impl<T> Streaming<T> {
    pub(crate) fn new(
        stream: Arc<CallStream>,
        role: StreamRole,
        encoding: Compression,
        limit: MessageLimit,
        metadata: Metadata,
    ) -> Self {
        let started = matches!(role, StreamRole::Server);
        let reader = Reader {
            stream,
            role,
            deframer: Deframer::default(),
            encoding,
            limit,
            unreleased: 0,
            compressed: false,
            metadata,
            started,
            end: None,
        };
        Self { reader: Box::new(reader), message: PhantomData }
    }

    /// The metadata in front of the first message. On a client it is empty until the server's
    /// headers have arrived; [`headers`](Self::headers) waits for them.
    pub fn metadata(&self) -> &Metadata {
        &self.reader.metadata
    }

    /// Waits for the metadata in front of the first message.
    ///
    /// # Errors
    ///
    /// When the call failed before the server sent its headers.
    pub async fn headers(&mut self) -> Result<&Metadata, Status> {
        poll_fn(|context| self.poll_headers(context)).await?;
        Ok(&self.reader.metadata)
    }

    /// The metadata behind the last message: there once the stream has ended well.
    pub fn trailers(&self) -> Option<&Metadata> {
        self.reader.end.as_ref().and_then(|end| end.as_ref().ok())
    }

    /// Whether the last message came compressed.
    pub fn is_compressed(&self) -> bool {
        self.reader.compressed
    }

    pub(crate) fn poll_headers(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Status>> {
        self.reader.poll_headers(context)
    }
}

impl<T: Received> Streaming<T> {
    /// The next message; `None` at the end of the stream. On a client the end of the stream means
    /// that the call succeeded.
    ///
    /// # Errors
    ///
    /// When the call fails: on a client with what the server said, on either side when the
    /// connection breaks, or when what arrives is no valid message or over the limit. Nothing
    /// follows an error.
    pub async fn message(&mut self) -> Result<Option<T>, Status> {
        if let Some(message) = self.next_plain()? {
            return Ok(Some(message));
        }
        poll_fn(|context| self.poll_message(context)).await
    }

    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<T>, Status>> {
        loop {
            if let Some(message) = self.next_plain()? {
                return Poll::Ready(Ok(Some(message)));
            }
            if let ControlFlow::Break(failure) = ready!(self.reader.poll_begun(context)) {
                return Poll::Ready(failure.map_or(Ok(None), Err));
            }
            match self.next_buffered() {
                Ok(Some(message)) => return Poll::Ready(Ok(Some(message))),
                Ok(None) => {}
                Err(status) => {
                    self.reader.fail(status.clone());
                    return Poll::Ready(Err(status));
                }
            }
            if let ControlFlow::Break(failure) = ready!(self.reader.poll_more(context)) {
                return Poll::Ready(failure.map_or(Ok(None), Err));
            }
        }
    }

    /// The next message, if that is here and needs no second look: there are many in what arrives
    /// at once, where they are small.
    #[inline]
    fn next_plain(&mut self) -> Result<Option<T>, Status> {
        // There are bytes only while the stream goes on.
        let Reader { deframer, limit, compressed, .. } = &mut *self.reader;
        let Some(payload) = deframer.next_plain(*limit) else { return Ok(None) };
        *compressed = false;
        match T::from_slice(payload) {
            Ok(message) => Ok(Some(message)),
            Err(error) => {
                let status = malformed(RECEIVED, error);
                self.reader.fail(status.clone());
                Err(status)
            }
        }
    }

    fn next_buffered(&mut self) -> Result<Option<T>, Status> {
        let Reader { stream, deframer, limit, encoding, compressed, .. } = &mut *self.reader;
        deframer.keep_whole(T::WHOLE);
        let Some(frame) = deframer.next_request_frame(*limit)? else {
            return Ok(None);
        };
        *compressed = frame.is_compressed();
        let account = if *compressed { stream.account() } else { None };
        message_of(frame, *encoding, *limit, &account, RECEIVED).map(Some)
    }
}

/// What a message is called when it is none.
const RECEIVED: &str = "a received message";

impl Reader {
    /// Waits until messages may come. Breaks when none will, with the failure if it was not told.
    fn poll_begun(&mut self, context: &mut Context<'_>) -> Poll<ControlFlow<Option<Status>>> {
        if self.end.is_some() {
            return Poll::Ready(ControlFlow::Break(None));
        }
        if self.started {
            return Poll::Ready(ControlFlow::Continue(()));
        }
        self.poll_headers(context).map(|opened| match opened {
            Ok(()) => ControlFlow::Continue(()),
            Err(status) => ControlFlow::Break(Some(status)),
        })
    }

    /// Takes what has arrived of the next message. Breaks when the stream has ended instead, with
    /// the failure if there was one.
    fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<ControlFlow<Option<Status>>> {
        let polled = self.stream.poll_inbound(context, &mut self.deframer, &mut self.unreleased);
        let Some(end) = ready!(polled) else { return Poll::Ready(ControlFlow::Continue(())) };
        let cut_off = self.deframer.remaining() > 0 && matches!(end, InboundEnd::Complete(_));
        let mut end = match (&self.role, end) {
            (StreamRole::Server, InboundEnd::Complete(_)) => Ok(Metadata::new()),
            (StreamRole::Server, InboundEnd::Failed(status)) => Err(status),
            (StreamRole::Client(role), end) => (role.close)(self.stream.head().as_ref(), end),
        };
        if cut_off && end.is_ok() {
            end = Err(self.deframer.truncated());
        }
        let failure = end.as_ref().err().cloned();
        self.end = Some(end);
        Poll::Ready(ControlFlow::Break(failure))
    }

    fn poll_headers(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Status>> {
        if self.started {
            return Poll::Ready(Ok(()));
        }
        let StreamRole::Client(role) = &self.role else { return Poll::Ready(Ok(())) };
        let head = ready!(self.stream.poll_head(context));
        let opened = match &head {
            Some(head) => (role.open)(head),
            None => match self.stream.inbound_end() {
                Some(end) => (role.close)(None, end)
                    .map(|metadata| Opening { metadata, encoding: Compression::Identity }),
                None => return Poll::Pending,
            },
        };
        match opened {
            Ok(Opening { metadata, encoding }) => {
                self.metadata = metadata;
                self.encoding = encoding;
                self.started = true;
                Poll::Ready(Ok(()))
            }
            Err(status) => {
                self.fail(status.clone());
                Poll::Ready(Err(status))
            }
        }
    }

    /// Ends the stream with a failure that was found on this side.
    fn fail(&mut self, status: Status) {
        self.end = Some(Err(status));
        self.deframer = Deframer::default();
        self.abandon();
    }

    fn abandon(&mut self) {
        match self.role {
            StreamRole::Client(_) => self.stream.cancel(),
            StreamRole::Server => self.stream.discard_inbound(std::mem::take(&mut self.unreleased)),
        }
    }
}

impl<T: Received> Stream for Streaming<T> {
    type Item = Result<T, Status>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_message(context).map(Result::transpose)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.end.is_none() {
            self.abandon();
        }
    }
}

impl<T> fmt::Debug for Streaming<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streaming")
            .field("metadata", &self.reader.metadata)
            .field("end", &self.reader.end)
            .finish_non_exhaustive()
    }
}
