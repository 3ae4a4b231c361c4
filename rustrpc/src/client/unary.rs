//! Calls with one request and one response.

use std::marker::PhantomData;

use super::CallFuture;
use super::options::call_options;
use super::outgoing::{Outgoing, gather, only_message};
use crate::rpc::{Response, Status};
use crate::wire::Message;

/// A unary call. It is made when it is awaited; dropping it after that cancels it.
#[must_use = "a call is made when it is awaited"]
pub struct UnaryCall<P> {
    pub(crate) outgoing: Outgoing,
    /// The request with its prefix, not compressed.
    pub(crate) message: Result<Vec<u8>, Status>,
    pub(crate) response: PhantomData<fn() -> P>,
}

call_options!(UnaryCall<P>);

impl<P: Message> UnaryCall<P> {
    /// Makes the call, and keeps the response's metadata and trailers.
    ///
    /// # Errors
    ///
    /// What the server answered, or why it could not.
    pub async fn response(self) -> Result<Response<P>, Status> {
        let Self { mut outgoing, message, .. } = self;
        let plan = outgoing.plan()?;
        let wait = |stream| only_message(stream, plan.received);
        outgoing.call(&plan, message?, gather(plan.received), wait).await
    }
}

impl<P: Message> IntoFuture for UnaryCall<P> {
    type Output = Result<P, Status>;
    type IntoFuture = CallFuture<P>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.response().await.map(Response::into_inner) })
    }
}
