//! Calls with a stream each way.

use std::marker::PhantomData;

use futures_core::Stream;

use super::answer;
use super::options::call_options;
use super::outgoing::Outgoing;
use super::sender::Sender;
use crate::rpc::{Compression, MessageLimit, Metadata};
use crate::transport::{InboundMode, StreamRole, Streaming};
use crate::wire::Message;

/// A call with a stream each way.
#[must_use = "a call is made when it is started"]
pub struct BidiStreamingCall<Q, P> {
    pub(crate) outgoing: Outgoing,
    pub(crate) messages: PhantomData<fn(Q) -> P>,
}

call_options!(BidiStreamingCall<Q, P>);

impl<Q: Message, P: Message> BidiStreamingCall<Q, P> {
    /// Starts the call and gives both halves at once, without waiting for the server. An error of
    /// starting is told by the half that receives.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start(self) -> (Sender<Q>, Streaming<P>) {
        let Self { mut outgoing, .. } = self;
        let (stream, plan) = match outgoing.plan() {
            Ok(plan) => (outgoing.start(&plan, InboundMode::Stream), Some(plan)),
            Err(status) => (outgoing.failed(status), None),
        };
        let (deadline, limit) = match plan {
            Some(plan) => (plan.deadline, plan.received),
            None => (None, MessageLimit::DEFAULT_RECEIVED),
        };
        let role = StreamRole::client(answer::READER, deadline);
        let streaming =
            Streaming::new(stream.clone(), role, Compression::Identity, limit, Metadata::new());
        (Sender::new(stream, plan), streaming)
    }

    /// Sends all messages of a stream, on a task of its own, and gives the half that receives.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn stream(self, messages: impl Stream<Item = Q> + Send + 'static) -> Streaming<P> {
        let (sender, replies) = self.start();
        tokio::spawn(sender.send_all(messages));
        replies
    }
}
