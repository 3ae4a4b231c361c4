//! A call on its way into a handler, and what comes back.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use super::response_stream::Responses;
use crate::rpc::{
    AcceptedCompression, CallContext, Compression, MessageLimit, Metadata, MethodDescriptor,
    OwnedFrame, Request, RequestFrame, Response, Status, message_of, put_message,
};
use crate::transport::{Account, Answer, CallStream, Charge, StreamRole, Streaming};
use crate::wire::{Message, Received};

/// A call that waits to be given to its handler. Generated code says which kind of method it is.
pub struct ServerCall<'a> {
    pub(crate) call: CallContext,
    /// How the client compresses.
    pub(crate) encoding: Compression,
    pub(crate) metadata: Metadata,
    pub(crate) received: MessageLimit,
    pub(crate) terms: AnswerTerms,
    pub(crate) body: Body<'a>,
    /// Whom the request is put down for.
    pub(crate) account: &'a Arc<Account>,
    pub(crate) place: Place<'a>,
    /// Told when the next requests of the method are to stay in one piece.
    pub(crate) whole: &'a AtomicBool,
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

/// What the messages of an answer are held to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerTerms {
    pub(crate) sent: MessageLimit,
    /// What is done unless a handler says otherwise.
    pub(crate) compression: Compression,
    /// What the client can inflate.
    pub(crate) accepted: AcceptedCompression,
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
    /// A handler that answers by a value, and waits or was not polled yet.
    Answering(Pin<Box<dyn Answering>>),
    /// A handler that speaks through its stream, and was not polled yet.
    Streaming(Pin<Box<dyn Future<Output = ()> + Send>>),
}

/// The future of a handler that answers by a value.
pub(crate) trait Answering: Send {
    /// Polls the handler. When it is ready, its message is in `message`.
    fn poll_answer(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        terms: AnswerTerms,
        message: &mut Vec<u8>,
    ) -> Poll<Answer>;
}

impl ServerCall<'_> {
    /// The method that is called.
    pub fn method(&self) -> &'static MethodDescriptor {
        self.call.method
    }

    /// One request, one response.
    pub fn unary<Q, P, H, F>(self, handler: H) -> Reply
    where
        Q: Received,
        P: Message,
        H: FnOnce(Request<Q>) -> F + Send + 'static,
        F: Future<Output = Result<Response<P>, Status>> + Send + 'static,
    {
        let Self { call, encoding, metadata, received, terms, body, account, place, whole } = self;
        note_kind::<Q>(whole);
        let frame = match body {
            Body::Unary(frame) => frame,
            Body::ServerStreaming(..) | Body::Streaming(_) => return mismatched(call.method),
        };
        let (waker, answer) = match place {
            Place::Here { waker, answer } => (waker, answer),
            Place::Task => {
                let request =
                    Undecoded::<Q>::new(encoding, metadata, call, received, frame, account);
                return Reply::answering(async move { handler(request.decode()?).await });
            }
        };
        let compressed = frame.is_compressed();
        let decoded = message_of::<Q>(frame, encoding, received, &**account, REQUEST);
        let message = match decoded {
            Ok(message) => message,
            Err(status) => return Reply::failed(status),
        };
        let request = Request::received(message, metadata, call, compressed);
        let mut handler = Box::pin(handler(request));
        let mut context = Context::from_waker(waker);
        match handler.as_mut().poll_answer(&mut context, terms, answer) {
            Poll::Ready(answer) => Reply { kind: ReplyKind::Done(answer) },
            Poll::Pending => Reply { kind: ReplyKind::Answering(handler) },
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
        let Self { call, encoding, metadata, received, terms, body, account, place, whole } = self;
        note_kind::<Q>(whole);
        let Body::ServerStreaming(frame, stream) = body else { return mismatched(call.method) };
        let responses = Responses { stream, terms };
        if let Place::Task = place {
            let request = Undecoded::<Q>::new(encoding, metadata, call, received, frame, account);
            return Reply::streaming(async move {
                match request.decode() {
                    Ok(request) => handler(request, responses).await,
                    Err(status) => responses.fail(status),
                }
            });
        }
        let compressed = frame.is_compressed();
        let decoded = message_of::<Q>(frame, encoding, received, &**account, REQUEST);
        let message = match decoded {
            Ok(message) => message,
            Err(status) => return Reply::failed(status),
        };
        let request = Request::received(message, metadata, call, compressed);
        Reply::streaming(handler(request, responses))
    }

    /// A stream of requests, one response.
    pub fn client_streaming<Q, P, H, F>(self, handler: H) -> Reply
    where
        Q: Received,
        P: Message,
        H: FnOnce(Request<Streaming<Q>>) -> F,
        F: Future<Output = Result<Response<P>, Status>> + Send + 'static,
    {
        match self.into_stream() {
            Ok((request, _)) => Reply::answering(handler(request)),
            Err(mismatched) => mismatched,
        }
    }

    /// A stream of messages each way. As for [`server_streaming`](Self::server_streaming).
    pub fn bidi_streaming<Q, H, F>(self, handler: H) -> Reply
    where
        Q: Received,
        H: FnOnce(Request<Streaming<Q>>, Responses) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        match self.into_stream() {
            Ok((request, responses)) => Reply::streaming(handler(request, responses)),
            Err(mismatched) => mismatched,
        }
    }

    /// A method that is declared but not implemented.
    pub fn unimplemented(self) -> Reply {
        Reply::failed(unimplemented(self.call.method))
    }

    /// The request of a call whose client streams, and where a stream of responses would go.
    fn into_stream<Q>(self) -> Result<(Request<Streaming<Q>>, Responses), Reply> {
        let Self { call, encoding, metadata, received, terms, body, .. } = self;
        let Body::Streaming(stream) = body else { return Err(mismatched(call.method)) };
        let messages = Streaming::new(
            Arc::clone(&stream),
            StreamRole::Server,
            encoding,
            received,
            metadata.clone(),
        );
        let request = Request::received(messages, metadata, call, false);
        Ok((request, Responses { stream, terms }))
    }
}

impl Reply {
    fn failed(status: Status) -> Self {
        Self { kind: ReplyKind::Done(Answer::failed(status)) }
    }

    fn answering(handler: impl Answering + 'static) -> Self {
        Self { kind: ReplyKind::Answering(Box::pin(handler)) }
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

impl AnswerTerms {
    /// How an answer is compressed, given what its handler wants.
    pub(crate) fn compression(self, wanted: Option<Compression>) -> Compression {
        self.accepted.restrict(wanted.unwrap_or(self.compression))
    }
}

impl<F, P> Answering for F
where
    F: Future<Output = Result<Response<P>, Status>> + Send,
    P: Message,
{
    fn poll_answer(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        terms: AnswerTerms,
        message: &mut Vec<u8>,
    ) -> Poll<Answer> {
        self.poll(context).map(|result| match result {
            Ok(response) => {
                let response = response.into_parts();
                let compression = terms.compression(response.compression);
                let (metadata, trailers) = (response.metadata, response.trailers);
                let (result, large) =
                    match put_message(message, response.message, compression, terms.sent) {
                        Ok(large) => (Ok(()), large),
                        Err(status) => (Err(status), None),
                    };
                Answer { result, metadata, trailers, compression, large }
            }
            Err(status) => Answer::failed(status),
        })
    }
}

/// A request that its handler's task will decode.
struct Undecoded<Q> {
    body: Counted,
    encoding: Compression,
    limit: MessageLimit,
    metadata: Metadata,
    call: CallContext,
    message: PhantomData<fn() -> Q>,
}

/// A message that is not decoded yet, which counts as held.
struct Counted {
    frame: OwnedFrame,
    charge: Charge,
}

impl Counted {
    fn new(frame: RequestFrame<'_>, account: &Arc<Account>) -> Self {
        let mut charge = Charge::new(account);
        charge.set(frame.length());
        Self { frame: frame.into_owned(), charge }
    }
}

impl<Q: Received> Undecoded<Q> {
    /// Apart from the future that decodes it, which lives on when it is gone.
    fn new(
        encoding: Compression,
        metadata: Metadata,
        call: CallContext,
        limit: MessageLimit,
        frame: RequestFrame<'_>,
        account: &Arc<Account>,
    ) -> Box<Self> {
        Box::new(Self {
            body: Counted::new(frame, account),
            encoding,
            limit,
            metadata,
            call,
            message: PhantomData,
        })
    }

    fn decode(self) -> Result<Request<Q>, Status> {
        let Self { body: Counted { frame, charge }, encoding, limit, metadata, call, .. } = self;
        let frame = RequestFrame::Gathered(frame);
        let compressed = frame.is_compressed();
        let message = message_of(frame, encoding, limit, &**charge.account(), REQUEST)?;
        Ok(Request::received(message, metadata, call, compressed))
    }
}

/// Tells whether messages of type `Q` are to stay in one piece.
fn note_kind<Q: Received>(whole: &AtomicBool) {
    if Q::WHOLE {
        whole.store(true, Ordering::Relaxed);
    }
}

/// What a message is called that cannot be decoded.
const REQUEST: &str = "the request";

/// The service's code and its descriptor do not agree on the kind of a method.
fn mismatched(method: &MethodDescriptor) -> Reply {
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
            ReplyKind::Answering(_) => "Reply::Answering",
            ReplyKind::Streaming(_) => "Reply::Streaming",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryBudget;
    use crate::rpc::{Deframer, Idempotency, MethodKind};
    use crate::wire::{DecodeError, Reader, Writer};

    #[derive(Clone, Debug, Default)]
    struct Blob(Vec<u8>);

    impl Message for Blob {
        const NAME: &'static str = "test.Blob";

        fn write(&self, w: &mut Writer) {
            w.bytes(10, &self.0);
        }

        fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
            while let Some(tag) = r.tag()? {
                match tag {
                    10 => self.0 = r.bytes()?,
                    _ => r.skip(tag)?,
                }
            }
            Ok(())
        }
    }

    static METHOD: MethodDescriptor = MethodDescriptor {
        path: "/test.Blobs/Put",
        service: "test.Blobs",
        name: "Put",
        kind: MethodKind::Unary,
        idempotency: Idempotency::Unknown,
    };

    #[test]
    fn a_request_counts_until_its_task_decodes_it() {
        let budget = MemoryBudget::new(1 << 20);
        let sent = Blob(vec![7; 100_000]);
        let mut framed = Vec::new();
        let (plain, limit) = (Compression::Identity, MessageLimit::DEFAULT_SENT);
        let large = put_message(&mut framed, sent.clone(), plain, limit).expect("small enough");
        framed.extend(large.expect("it is large").to_vec());
        let mut deframer = Deframer::default();
        deframer.push(&framed);
        let limit = MessageLimit::DEFAULT_RECEIVED;
        let frame = deframer.next_request_frame(limit).expect("well formed").expect("whole");
        let undecoded = Undecoded::<Blob> {
            body: Counted::new(frame, &Account::new(&budget)),
            encoding: Compression::Identity,
            limit,
            metadata: Metadata::new(),
            call: CallContext { method: &METHOD, deadline: None, token: Default::default() },
            message: PhantomData,
        };
        assert!((100_000..110_000).contains(&budget.used()), "{budget:?}");
        assert_eq!(undecoded.decode().expect("well formed").into_inner().0, sent.0);
        assert_eq!(budget.used(), 0);
    }
}
