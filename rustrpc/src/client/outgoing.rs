//! What calls of all kinds have in common on their way out.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use tokio::time::timeout_at;

use super::answer;
use super::options::{CallOptions, CallPlan};
use super::pool::{Pool, open_on};
use crate::rpc::{
    Compression, Deframer, MessageLimit, MethodDescriptor, PREFIX_LENGTH, Response, Status,
    payload_of,
};
use crate::transport::{CallStream, InboundEnd, InboundMode, Opening, Outbound, RequestHead};
use crate::wire::Message;

/// How often a call that the server has provably not looked at is made again.
const TRANSPARENT_RETRIES: u32 = 5;

/// A call that is being put together.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) pool: Arc<Pool>,
    pub(crate) method: &'static MethodDescriptor,
    pub(crate) options: CallOptions,
}

/// Cancels a call that is dropped before it is complete.
#[derive(Debug)]
pub(crate) struct CancelOnDrop(Option<Arc<CallStream>>);

impl CancelOnDrop {
    pub(crate) fn new(stream: Arc<CallStream>) -> Self {
        Self(Some(stream))
    }

    /// Leaves the call to someone else.
    pub(crate) fn release(mut self) {
        self.0 = None;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(stream) = &self.0 {
            stream.cancel();
        }
    }
}

impl Outgoing {
    pub(crate) fn new(pool: Arc<Pool>, method: &'static MethodDescriptor) -> Self {
        Self { pool, method, options: CallOptions::default() }
    }

    pub(crate) fn plan(&mut self) -> Result<CallPlan, Status> {
        self.options.plan(&self.pool.settings.calls)
    }

    /// A call with this message only, open on a connection; what `wait` waits for is part of it.
    /// It is made again on another connection if the server has provably not looked at it.
    pub(crate) async fn call<T, F: Future<Output = Result<T, Refusal>>>(
        &self,
        plan: &CallPlan,
        message: Vec<u8>,
        mode: InboundMode,
        wait: impl Fn(Arc<CallStream>) -> F,
    ) -> Result<T, Status> {
        let body = Bytes::from(compressed(message, plan)?);
        let mut retries = 0;
        loop {
            let pick = self.pool.pick(plan.wait_for_ready);
            let connection = within(plan.deadline, pick, || {
                Status::deadline_exceeded(format!(
                    "the deadline passed while connecting to {}",
                    self.pool.target
                ))
            })
            .await?;
            let stream = self.stream(plan, mode, Some(body.clone()));
            let guard = CancelOnDrop::new(Arc::clone(&stream));
            if !open_on(&connection, &stream) {
                continue;
            }
            let late = || {
                Refusal::Final(Status::deadline_exceeded(format!(
                    "the deadline passed while waiting for the answer of {}",
                    connection.peer
                )))
            };
            match within(plan.deadline, wait(stream), late).await {
                Ok(done) => {
                    // A stream of responses looks after itself from here.
                    guard.release();
                    return Ok(done);
                }
                Err(Refusal::Unprocessed(_)) if retries < TRANSPARENT_RETRIES => retries += 1,
                Err(Refusal::Unprocessed(status) | Refusal::Final(status)) => return Err(status),
            }
        }
    }

    /// A call whose messages are still to come. It is opened now or, when there is no connection
    /// yet, by a task of its own.
    pub(crate) fn start(&self, plan: &CallPlan, mode: InboundMode) -> Arc<CallStream> {
        let stream = self.stream(plan, mode, None);
        if let Some(connection) = self.pool.try_pick()
            && open_on(&connection, &stream)
        {
            return stream;
        }
        let (pool, opened, plan) = (Arc::clone(&self.pool), Arc::clone(&stream), *plan);
        tokio::spawn(async move {
            let target = pool.target.clone();
            let opening = async {
                pool.open(Arc::clone(&opened), plan.wait_for_ready).await;
                Ok(())
            };
            let opening = within(plan.deadline, opening, || {
                Status::deadline_exceeded(format!(
                    "the deadline passed while connecting to {target}"
                ))
            });
            if let Err(status) = opening.await {
                opened.fail(status, false);
            }
        });
        stream
    }

    /// A call that has failed before it started.
    pub(crate) fn failed(&self, status: Status) -> Arc<CallStream> {
        let stream = CallStream::new(InboundMode::Stream, Outbound::default(), 1);
        stream.fail(status, false);
        Arc::new(stream)
    }

    fn stream(&self, plan: &CallPlan, mode: InboundMode, body: Option<Bytes>) -> Arc<CallStream> {
        let settings = &self.pool.settings;
        let head = RequestHead {
            path: self.method.path,
            scheme: "http",
            authority: settings
                .authority
                .clone()
                .unwrap_or_else(|| self.pool.target.authority.clone()),
            user_agent: settings.user_agent.clone(),
            deadline: plan.deadline,
            compression: plan.compression,
            metadata: self.options.metadata.clone(),
            body,
        };
        Arc::new(CallStream::new(mode, Outbound::request(head), settings.http2.stream_window))
    }
}

/// Why a call did not come about.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The server has not looked at it.
    Unprocessed(Status),
    /// It is over.
    Final(Status),
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Refusal::Final(status)
    }
}

impl Refusal {
    pub(crate) fn of(end: InboundEnd) -> Option<Self> {
        match end {
            InboundEnd::Complete(_) => None,
            InboundEnd::Failed { status, unprocessed: true } => Some(Refusal::Unprocessed(status)),
            InboundEnd::Failed { status, unprocessed: false } => Some(Refusal::Final(status)),
        }
    }
}

/// How many bytes a call that wants one message takes in before it is looked at.
pub(crate) fn gather(limit: MessageLimit) -> InboundMode {
    InboundMode::Gather(limit.0.saturating_add(PREFIX_LENGTH))
}

/// Waits for the only message of a call and its trailers.
pub(crate) async fn only_message<P: Message>(
    stream: Arc<CallStream>,
    limit: MessageLimit,
) -> Result<Response<P>, Refusal> {
    let mut gathering = Gathering { deframer: Deframer::default(), unreleased: 0 };
    let end = poll_fn(|context| gathering.poll_end(&stream, context, limit)).await?;
    let Gathering { deframer, .. } = gathering;
    if let InboundEnd::Failed { .. } = end
        && let Some(refusal) = Refusal::of(end.clone())
    {
        return Err(refusal);
    }
    let head = stream.head();
    // What the server says counts more than what it sent before.
    let trailers = answer::close(head.as_ref(), end)?;
    let Some(head) = head else {
        return Err(Status::internal("the response ended without headers").into());
    };
    let Opening { metadata, encoding } = answer::open(&head)?;
    let frame = deframer.only_frame(limit)?;
    let payload = payload_of(frame, encoding, limit)?;
    let message = P::decode(&payload).map_err(|error| {
        Status::internal(format!("the response cannot be decoded: {error}")).with_source(error)
    })?;
    Ok(Response::received(message, metadata, trailers, frame.compressed))
}

struct Gathering {
    deframer: Deframer,
    unreleased: usize,
}

impl Gathering {
    fn poll_end(
        &mut self,
        stream: &Arc<CallStream>,
        context: &mut Context<'_>,
        limit: MessageLimit,
    ) -> Poll<Result<InboundEnd, Status>> {
        loop {
            if let Some(end) =
                ready!(stream.poll_inbound(context, &mut self.deframer, &mut self.unreleased))
            {
                return Poll::Ready(Ok(end));
            }
            self.deframer.check_prefix(limit)?;
            if self.deframer.remaining() > limit.0.saturating_add(PREFIX_LENGTH) {
                return Poll::Ready(Err(Status::unimplemented(
                    "the response has more than the one message that its method gives",
                )));
            }
        }
    }
}

/// Runs until it is done or too late.
pub(crate) async fn within<T, E>(
    deadline: Option<Instant>,
    work: impl Future<Output = Result<T, E>>,
    late: impl FnOnce() -> E,
) -> Result<T, E> {
    match deadline {
        None => work.await,
        Some(at) => timeout_at(tokio::time::Instant::from_std(at), work)
            .await
            .unwrap_or_else(|_| Err(late())),
    }
}

/// A framed message as it is to be sent.
fn compressed(message: Vec<u8>, plan: &CallPlan) -> Result<Vec<u8>, Status> {
    let length = message.len().saturating_sub(PREFIX_LENGTH);
    if plan.compression == Compression::Identity {
        plan.sent.check_sent(length)?;
        return Ok(message);
    }
    let mut framed = vec![1, 0, 0, 0, 0];
    plan.compression.compress(message.get(PREFIX_LENGTH..).unwrap_or_default(), &mut framed);
    let length = framed.len() - PREFIX_LENGTH;
    plan.sent.check_sent(length)?;
    let length = u32::try_from(length)
        .map_err(|_| Status::resource_exhausted("the message is over 4 GiB"))?;
    framed[1..PREFIX_LENGTH].copy_from_slice(&length.to_be_bytes());
    Ok(framed)
}
