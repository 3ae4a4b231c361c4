//! Calls with a stream each way.

use std::marker::PhantomData;

use futures_core::Stream;

use super::options::call_options;
use super::outgoing::{Answer, Outgoing};
use super::sender::Sender;
use super::server_streaming::streaming;
use crate::transport::Streaming;
use crate::wire::Message;

/// A call with a stream each way.
#[must_use = "a call is made when it is started"]
pub struct BidiStreamingCall<Q, P> {
    pub(crate) outgoing: Outgoing,
    pub(crate) messages: PhantomData<fn(Q) -> P>,
}

call_options!(BidiStreamingCall<Q, P>);

impl<Q: Message, P: Message> BidiStreamingCall<Q, P> {
    /// Starts the call and gives both halves at once, without waiting for the server. Whatever
    /// goes wrong is told by the half that receives.
    pub fn start(self) -> (Sender<Q>, Streaming<P>) {
        let started = self.outgoing.start_streaming(Answer::Stream);
        (Sender::new(&started), streaming(&started))
    }

    /// Starts the call, sends all messages of a stream on a task of its own, and gives the half
    /// that receives at once. A message that cannot be sent ends the call.
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
