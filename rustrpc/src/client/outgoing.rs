//! What calls of all kinds have in common on their way out.

use std::sync::Arc;

use super::options::{CallOptions, CallPlan};
use super::pool::Pool;
use crate::rpc::{Compression, MessageLimit, MethodDescriptor, PREFIX_LENGTH, Status, put_message};
use crate::transport::{CallStream, InboundMode, RequestBody, RequestHead};
use crate::wire::Message;

/// A call that is being put together.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) pool: Arc<Pool>,
    pub(crate) method: &'static MethodDescriptor,
    pub(crate) options: CallOptions,
}

/// A call that is on its way.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) stream: Arc<CallStream>,
    pub(crate) plan: CallPlan,
}

/// How the answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Message,
    Stream,
}

impl Outgoing {
    pub(crate) fn new(pool: Arc<Pool>, method: &'static MethodDescriptor) -> Self {
        Self { pool, method, options: CallOptions::default() }
    }

    /// Starts a call with one request, which is framed and not compressed yet.
    ///
    /// # Errors
    ///
    /// When what was set on the call is wrong, or the message cannot be sent.
    pub(crate) fn start_with(
        self,
        message: Result<RequestBody, Status>,
        answer: Answer,
    ) -> Result<Started, Status> {
        let plan = self.plan()?;
        let body = compressed(message?, &plan)?;
        Ok(self.start(plan, Some(body), answer))
    }

    /// Starts a call whose requests are still to come.
    ///
    /// # Errors
    ///
    /// When what was set on the call is wrong.
    pub(crate) fn start_streaming(self, answer: Answer) -> Result<Started, Status> {
        let plan = self.plan()?;
        Ok(self.start(plan, None, answer))
    }

    fn plan(&self) -> Result<CallPlan, Status> {
        self.options.plan(&self.pool.settings.calls)
    }

    fn start(self, plan: CallPlan, body: Option<RequestBody>, answer: Answer) -> Started {
        let Self { pool, method, options } = self;
        let request = RequestHead {
            path: method.path,
            origin: Arc::clone(&pool.origin),
            deadline: plan.deadline,
            compression: plan.compression,
            metadata: options.metadata,
            body,
            wait_for_ready: plan.wait_for_ready,
        };
        let mode = match answer {
            Answer::Stream => InboundMode::Stream,
            Answer::Message => InboundMode::Gather(plan.received.0.saturating_add(PREFIX_LENGTH)),
        };
        let window = pool.settings.http2.stream_window;
        let stream = Arc::new(CallStream::client(request, mode, window));
        pool.begin(&stream);
        Started { stream, plan }
    }
}

/// The message with its prefix. Limits and compression are the call's, and come later.
pub(crate) fn framed(message: impl Message) -> Result<RequestBody, Status> {
    let mut framed = Vec::new();
    let (plain, limit) = (Compression::Identity, MessageLimit::DEFAULT_SENT);
    Ok(match put_message(&mut framed, message, plain, limit)? {
        Some(large) => RequestBody::Outlined(large),
        None => framed.into(),
    })
}

/// A framed message as it is to be sent.
fn compressed(message: RequestBody, plan: &CallPlan) -> Result<RequestBody, Status> {
    if plan.compression == Compression::Identity {
        plan.sent.check_sent(message.length().saturating_sub(PREFIX_LENGTH))?;
        return Ok(message);
    }
    let mut compressed = vec![1, 0, 0, 0, 0];
    let framed = message.to_bytes();
    plan.compression.compress(framed.get(PREFIX_LENGTH..).unwrap_or_default(), &mut compressed);
    let length = compressed.len().saturating_sub(PREFIX_LENGTH);
    plan.sent.check_sent(length)?;
    let length = u32::try_from(length).map_err(|_| {
        Status::resource_exhausted(
            "the compressed message is longer than 4 GiB, which no prefix can say",
        )
    })?;
    if let Some(prefix) = compressed.get_mut(1..PREFIX_LENGTH) {
        prefix.copy_from_slice(&length.to_be_bytes());
    }
    Ok(compressed.into())
}
