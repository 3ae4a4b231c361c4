//! Calls with one request and one response.

use std::marker::PhantomData;

use super::options::call_options;
use super::outgoing::{Answer, Outgoing};
use super::response::{PendingMessage, PendingResponse};
use crate::rpc::Status;
use crate::transport::RequestBody;
use crate::wire::Message;

/// A unary call. It is made when it is awaited, and cancelled when what awaits it is dropped.
#[must_use = "a call is made when it is awaited"]
pub struct UnaryCall<P> {
    pub(crate) outgoing: Outgoing,
    /// The request with its prefix, not compressed.
    pub(crate) message: Result<RequestBody, Status>,
    pub(crate) response: PhantomData<fn() -> P>,
}

call_options!(UnaryCall<P>);

impl<P: Message> UnaryCall<P> {
    /// Makes the call. What awaits the result gets the message with metadata and trailers.
    pub fn response(self) -> PendingResponse<P> {
        PendingResponse::new(self.outgoing.start_with(self.message, Answer::Message))
    }
}

impl<P: Message> IntoFuture for UnaryCall<P> {
    type Output = Result<P, Status>;
    type IntoFuture = PendingMessage<P>;

    fn into_future(self) -> PendingMessage<P> {
        PendingMessage::new(self.outgoing.start_with(self.message, Answer::Message))
    }
}
