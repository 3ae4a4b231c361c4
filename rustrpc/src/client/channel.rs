//! Channels.

use std::marker::PhantomData;
use std::sync::Arc;

use super::bidi_streaming::BidiStreamingCall;
use super::builder::{ChannelBuilder, ChannelSettings};
use super::client_streaming::ClientStreamingCall;
use super::outgoing::{Outgoing, framed};
use super::pool::Pool;
use super::server_streaming::ServerStreamingCall;
use super::target::Target;
use super::unary::UnaryCall;
use crate::rpc::{MethodDescriptor, Status};
use crate::transport::InProcess;
use crate::wire::Message;

/// A way to a server: its connections are made when calls need them, and made again after a loss.
///
/// Clones share the connections, and any number of tasks and generated clients may use one channel
/// at once. When the last clone is gone, its connections close as soon as their calls are complete.
///
/// Once a connection is lost, the next call makes another. While the server cannot be reached,
/// calls fail at once with UNAVAILABLE (unless they [wait](UnaryCall::wait_for_ready)), and a new
/// attempt is made after 1 second, then 1.6 times as long each time up to 2 minutes, all ±20 %
/// (gRPC's connection backoff).
///
/// At the server's limit of concurrent streams another connection is made, up to
/// [`ChannelBuilder::max_connections`]; beyond that, calls wait for a place until their deadline,
/// and when [`ChannelBuilder::max_waiting_calls`] wait, the next one fails.
///
/// A call that the server has provably not looked at (it was never sent, the server refused its
/// stream, or went away before it) is made again over another connection, unseen by the caller. A
/// call that may have been looked at never is.
#[derive(Clone, Debug)]
pub struct Channel {
    pool: Arc<Pool>,
}

impl Channel {
    /// Connects to a target: `https://host:port`, `http://host:port`, `host:port`, `dns:///host:port`, `unix:/path` or
    /// `unix-abstract:name`.
    ///
    /// # Errors
    ///
    /// INVALID_ARGUMENT for a malformed target, UNAVAILABLE when the server cannot be reached now.
    pub async fn connect(target: impl AsRef<str>) -> Result<Self, Status> {
        Self::builder(target).connect().await
    }

    /// Begins a channel to a target with other settings than the usual ones.
    pub fn builder(target: impl AsRef<str>) -> ChannelBuilder {
        ChannelBuilder::new(Target::parse(target.as_ref()))
    }

    /// A channel to a server in this process, without a socket: to serve and call the same services,
    /// or for tests. Any service will do, so a test's own stands in for the real one.
    ///
    /// ```
    /// # fn example(greeter: impl rustrpc::server::Service, fake: impl rustrpc::server::Service) {
    /// use rustrpc::{Channel, Server};
    ///
    /// let channel = Channel::in_process(Server::builder().add_service(greeter).build());
    /// let double = Channel::in_process(fake);
    /// # }
    /// ```
    pub fn in_process(server: impl InProcess) -> Self {
        let target = Target::in_process(Arc::new(server.into_acceptor()));
        Self::new(Pool::new(target, ChannelSettings::default()))
    }

    /// Begins a channel to a server in this process.
    pub fn in_process_builder(server: impl InProcess) -> ChannelBuilder {
        ChannelBuilder::new(Ok(Target::in_process(Arc::new(server.into_acceptor()))))
    }

    pub(crate) fn new(pool: Arc<Pool>) -> Self {
        Self { pool }
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// A unary call. Generated clients call this.
    pub fn unary<Q: Message, P: Message>(
        &self,
        method: &'static MethodDescriptor,
        request: Q,
    ) -> UnaryCall<P> {
        UnaryCall {
            outgoing: self.outgoing(method),
            message: framed(request),
            response: PhantomData,
        }
    }

    /// A call with a stream of responses. Generated clients call this.
    pub fn server_streaming<Q: Message, P: Message>(
        &self,
        method: &'static MethodDescriptor,
        request: Q,
    ) -> ServerStreamingCall<P> {
        ServerStreamingCall {
            outgoing: self.outgoing(method),
            message: framed(request),
            response: PhantomData,
        }
    }

    /// A call with a stream of requests. Generated clients call this.
    pub fn client_streaming<Q: Message, P: Message>(
        &self,
        method: &'static MethodDescriptor,
    ) -> ClientStreamingCall<Q, P> {
        ClientStreamingCall { outgoing: self.outgoing(method), messages: PhantomData }
    }

    /// A call with a stream each way. Generated clients call this.
    pub fn bidi_streaming<Q: Message, P: Message>(
        &self,
        method: &'static MethodDescriptor,
    ) -> BidiStreamingCall<Q, P> {
        BidiStreamingCall { outgoing: self.outgoing(method), messages: PhantomData }
    }

    fn outgoing(&self, method: &'static MethodDescriptor) -> Outgoing {
        Outgoing::new(Arc::clone(&self.pool), method)
    }
}
