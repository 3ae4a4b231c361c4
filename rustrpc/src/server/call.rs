//! A call on its way into a handler, and what comes back.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::request_head::CallHead;
use super::response_stream::Responses;
use crate::rpc::{
    AcceptedCompression, CallContext, Compression, MessageLimit, Metadata, MethodDescriptor,
    OwnedFrame, Request, RequestFrame, Response, Status, message_of, put_message,
};
use crate::transport::{CallStream, OutboundEnd, ResponseHead, StreamRole, Streaming};
use crate::wire::{Message, Received};

/// A call that waits to be given to its handler. Generated code says which kind of method it is.
pub struct ServerCall<'a> {
    pub(crate) head: &'a CallHead,
    pub(crate) context: CallContext,
    pub(crate) limits: CallLimits,
    pub(crate) body: Body<'a>,
    pub(crate) place: Place<'a>,
}

/// Where a handler is run.
pub(crate) enum Place<'a> {
    /// Here and now.
    Here {
        /// Wakes the handler if it has to wait.
        waker: &'a Waker,
        /// Where an answer that is ready at once is encoded.
        answer: &'a mut Vec<u8>,
    },
    /// On a task of its own, which decodes the request as well.
    Task,
}

/// What a server sets for each of its calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallLimits {
    pub(crate) received: MessageLimit,
    pub(crate) sent: MessageLimit,
    /// How answers are compressed unless a handler says otherwise; what the client accepts is
    /// taken into account already.
    pub(crate) compression: Compression,
}

/// Where a call's messages come from and go to.
pub(crate) enum Body<'a> {
    /// The one message of a unary call, where it was received.
    Unary(RequestFrame<'a>),
    /// The one message of a call with a stream of answers.
    ServerStreaming(RequestFrame<'a>, Arc<CallStream>),
    /// A stream of messages.
    Streaming(Arc<CallStream>),
}

/// What became of a call that was given to its handler.
pub struct Reply {
    pub(crate) kind: ReplyKind,
}

pub(crate) enum ReplyKind {
    /// The handler has answered; a message is in the buffer that the call came with.
    Done(Answer),
    /// A unary handler that waits, or that was not polled since it gets a task.
    Unary(Box<dyn PendingAnswer>),
    /// A streaming handler, which has not been polled yet and speaks through its stream.
    Streaming(Pin<Box<dyn Future<Output = ()> + Send>>),
}

/// The answer of a unary handler, but for its message.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) result: Result<(), Status>,
    pub(crate) metadata: Metadata,
    pub(crate) trailers: Metadata,
    pub(crate) compression: Compression,
}

/// A unary handler that lives on.
pub(crate) trait PendingAnswer: Send {
    /// Polls the handler. When it is ready, its message is in `answer`.
    fn poll_answer(&mut self, context: &mut Context<'_>, answer: &mut Vec<u8>) -> Poll<Answer>;
}

impl ServerCall<'_> {
    /// The method that is called.
    pub fn method(&self) -> &'static MethodDescriptor {
        self.head.route.descriptor
    }

    /// One request, one response.
    pub fn unary<Q, P, H, F>(self, handler: H) -> Reply
    where
        Q: Received,
        P: Message,
        H: FnOnce(Request<Q>) -> F + Send + 'static,
        F: Future<Output = Result<Response<P>, Status>> + Send + 'static,
    {
        let Self { head, mut context, limits, body, place } = self;
        let frame = match body {
            Body::Unary(frame) => frame,
            Body::ServerStreaming(..) | Body::Streaming(_) => return mismatched(head),
        };
        context.compressed = frame.frame().compressed;
        let (waker, answer) = match place {
            Place::Here { waker, answer } => (waker, answer),
            Place::Task => {
                let request = Undecoded::new(head, context, limits, frame);
                let step = Step::<Q, H, F>::Undecoded(Box::new(request), handler);
                return Reply::unary(PendingUnary { step, accepted: head.accepted, limits });
            }
        };
        let request = match message_of::<Q>(frame, head.encoding, limits.received, REQUEST) {
            Ok(message) => Request::with_context(message, head.metadata.clone(), context),
            Err(status) => return Reply::failed(status),
        };
        let step = Step::<Q, H, F>::Running(Box::pin(handler(request)));
        let mut pending = PendingUnary { step, accepted: head.accepted, limits };
        match pending.poll_answer(&mut Context::from_waker(waker), answer) {
            Poll::Ready(answer) => Reply { kind: ReplyKind::Done(answer) },
            Poll::Pending => Reply::unary(pending),
        }
    }

    /// One request, a stream of responses. The handler gives what the service returns to
    /// [`Responses::send`]: the stream may borrow from the service as long as the handler lives.
    pub fn server_streaming<Q, H, F>(self, handler: H) -> Reply
    where
        Q: Received,
        H: FnOnce(Request<Q>, Responses) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let Self { head, mut context, limits, body, place } = self;
        let Body::ServerStreaming(frame, stream) = body else { return mismatched(head) };
        context.compressed = frame.frame().compressed;
        let accepted = head.accepted;
        if let Place::Task = place {
            let undecoded = Undecoded::new(head, context, limits, frame);
            return Reply::streaming(async move {
                let responses = Responses { stream, accepted, limits };
                match undecoded.decode() {
                    Ok(request) => handler(request, responses).await,
                    Err(status) => responses.fail(status),
                }
            });
        }
        let request = match message_of::<Q>(frame, head.encoding, limits.received, REQUEST) {
            Ok(message) => Request::with_context(message, head.metadata.clone(), context),
            Err(status) => return Reply::failed(status),
        };
        Reply::streaming(handler(request, Responses { stream, accepted, limits }))
    }

    /// A stream of requests, one response.
    pub fn client_streaming<Q, P, H, F>(self, handler: H) -> Reply
    where
        Q: Received,
        P: Message,
        H: FnOnce(Request<Streaming<Q>>) -> F,
        F: Future<Output = Result<Response<P>, Status>> + Send + 'static,
    {
        let Self { head, context, limits, body, .. } = self;
        let Body::Streaming(stream) = body else { return mismatched(head) };
        let messages = Streaming::new(
            Arc::clone(&stream),
            StreamRole::Server,
            head.encoding,
            limits.received,
            head.metadata.clone(),
        );
        let accepted = head.accepted;
        let handler = handler(Request::with_context(messages, head.metadata.clone(), context));
        Reply::streaming(async move {
            let response = match handler.await {
                Ok(response) => response.into_parts(),
                Err(status) => {
                    return stream.send_end(OutboundEnd::Status(Err(status), Metadata::new()));
                }
            };
            let compression = accepted.restrict(response.compression.unwrap_or(limits.compression));
            let mut bytes = Vec::new();
            let result = put_message(&mut bytes, &response.message, compression, limits.sent);
            stream.send_head(ResponseHead { metadata: response.metadata, compression });
            stream.send_bytes(&mut bytes);
            stream.send_end(OutboundEnd::Status(result, response.trailers));
        })
    }

    /// A stream of messages each way. As for [`server_streaming`](Self::server_streaming).
    pub fn bidi_streaming<Q, H, F>(self, handler: H) -> Reply
    where
        Q: Received,
        H: FnOnce(Request<Streaming<Q>>, Responses) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let Self { head, context, limits, body, .. } = self;
        let Body::Streaming(stream) = body else { return mismatched(head) };
        let messages = Streaming::new(
            Arc::clone(&stream),
            StreamRole::Server,
            head.encoding,
            limits.received,
            head.metadata.clone(),
        );
        let request = Request::with_context(messages, head.metadata.clone(), context);
        Reply::streaming(handler(request, Responses { stream, accepted: head.accepted, limits }))
    }

    /// A method that is declared but not implemented.
    pub fn unimplemented(self) -> Reply {
        Reply::failed(unimplemented(self.head.route.descriptor))
    }
}

impl Reply {
    fn failed(status: Status) -> Self {
        Self { kind: ReplyKind::Done(Answer::failed(status)) }
    }

    fn unary(handler: impl PendingAnswer + 'static) -> Self {
        Self { kind: ReplyKind::Unary(Box::new(handler)) }
    }

    fn streaming(handler: impl Future<Output = ()> + Send + 'static) -> Self {
        Self { kind: ReplyKind::Streaming(Box::pin(handler)) }
    }
}

/// The status of a method that nobody has implemented.
#[doc(hidden)]
pub fn unimplemented(method: &MethodDescriptor) -> Status {
    Status::unimplemented(format!(
        "method {} of service {} is not implemented",
        method.name, method.service
    ))
}

/// A unary handler between its polls.
struct PendingUnary<Q, H, F> {
    step: Step<Q, H, F>,
    accepted: AcceptedCompression,
    limits: CallLimits,
}

enum Step<Q, H, F> {
    /// Nothing was done yet.
    Undecoded(Box<Undecoded<Q>>, H),
    Running(Pin<Box<F>>),
    Done,
}

/// A request that its handler's task will decode.
struct Undecoded<Q> {
    frame: OwnedFrame,
    encoding: Compression,
    limit: MessageLimit,
    metadata: Metadata,
    context: CallContext,
    message: PhantomData<fn() -> Q>,
}

impl<Q: Received> Undecoded<Q> {
    fn new(
        head: &CallHead,
        context: CallContext,
        limits: CallLimits,
        frame: RequestFrame<'_>,
    ) -> Self {
        Self {
            frame: frame.into_owned(),
            encoding: head.encoding,
            limit: limits.received,
            metadata: head.metadata.clone(),
            context,
            message: PhantomData,
        }
    }

    fn decode(self) -> Result<Request<Q>, Status> {
        let frame = RequestFrame::Gathered(self.frame);
        let message = message_of(frame, self.encoding, self.limit, REQUEST)?;
        Ok(Request::with_context(message, self.metadata, self.context))
    }
}

impl<Q, P, H, F> PendingAnswer for PendingUnary<Q, H, F>
where
    Q: Received,
    P: Message,
    H: FnOnce(Request<Q>) -> F + Send,
    F: Future<Output = Result<Response<P>, Status>> + Send,
{
    fn poll_answer(&mut self, context: &mut Context<'_>, answer: &mut Vec<u8>) -> Poll<Answer> {
        let Self { step, accepted, limits } = self;
        let handler = match step {
            Step::Running(handler) => handler,
            Step::Undecoded(..) | Step::Done => match std::mem::replace(step, Step::Done) {
                Step::Undecoded(request, handler) => match request.decode() {
                    Ok(request) => {
                        *step = Step::Running(Box::pin(handler(request)));
                        return self.poll_answer(context, answer);
                    }
                    Err(status) => return Poll::Ready(Answer::failed(status)),
                },
                _ => unreachable!("a handler is not polled again once it is done"),
            },
        };
        handler.as_mut().poll(context).map(|result| match result {
            Ok(response) => {
                let response = response.into_parts();
                let wanted = response.compression.unwrap_or(limits.compression);
                let compression = accepted.restrict(wanted);
                let result = put_message(answer, &response.message, compression, limits.sent);
                let (metadata, trailers) = (response.metadata, response.trailers);
                Answer { result, metadata, trailers, compression }
            }
            Err(status) => Answer::failed(status),
        })
    }
}

/// What a message is called that cannot be decoded.
const REQUEST: &str = "the request";

/// The service's code and its descriptor do not agree on the kind of a method.
fn mismatched(head: &CallHead) -> Reply {
    let method = head.route.descriptor;
    Reply::failed(Status::internal(format!(
        "{} is declared as {:?}, but its service handles it as another kind; generate the code again",
        method.path, method.kind
    )))
}

impl fmt::Debug for ServerCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerCall").field("method", &self.method().path).finish_non_exhaustive()
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ReplyKind::Done(_) => "Reply::Done",
            ReplyKind::Unary(_) => "Reply::Unary",
            ReplyKind::Streaming(_) => "Reply::Streaming",
        })
    }
}
