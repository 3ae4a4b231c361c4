//! Calls with one request and a stream of responses.

use std::future::poll_fn;
use std::marker::PhantomData;

use super::CallFuture;
use super::answer;
use super::options::call_options;
use super::outgoing::{Outgoing, Refusal};
use crate::rpc::{Compression, Metadata, Status};
use crate::transport::{InboundMode, StreamRole, Streaming};
use crate::wire::Message;

/// A call with a stream of responses. It is made when it is awaited, which gives the stream as soon
/// as the server's headers are there.
#[must_use = "a call is made when it is awaited"]
pub struct ServerStreamingCall<P> {
    pub(crate) outgoing: Outgoing,
    /// The request with its prefix, not compressed.
    pub(crate) message: Result<Vec<u8>, Status>,
    pub(crate) response: PhantomData<fn() -> P>,
}

call_options!(ServerStreamingCall<P>);

impl<P: Message> IntoFuture for ServerStreamingCall<P> {
    type Output = Result<Streaming<P>, Status>;
    type IntoFuture = CallFuture<Streaming<P>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { mut outgoing, message, .. } = self;
        Box::pin(async move {
            let plan = outgoing.plan()?;
            let stream = outgoing
                .call(&plan, message?, InboundMode::Stream, async |stream| {
                    let head = poll_fn(|context| stream.poll_head(context)).await;
                    match (head, stream.inbound_end()) {
                        (None, Some(end)) => match Refusal::of(end.clone()) {
                            Some(refusal) => return Err(refusal),
                            None => answer::close(None, end).map(drop)?,
                        },
                        // A trailers-only answer is known to fail at once.
                        (Some(head), Some(end)) if head.field_named("grpc-status").is_some() => {
                            answer::close(Some(&head), end).map(drop)?;
                        }
                        _ => {}
                    }
                    Ok(stream)
                })
                .await?;
            let role = StreamRole::client(answer::READER, plan.deadline);
            let mut streaming =
                Streaming::new(stream, role, Compression::Identity, plan.received, Metadata::new());
            streaming.headers().await?;
            Ok(streaming)
        })
    }
}
