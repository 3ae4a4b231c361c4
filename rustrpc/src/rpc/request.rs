//! A request as a handler sees it.

use std::time::Instant;

use bytes::Bytes;

use super::cancellation::{CallContext, CancellationToken};
use super::extensions::Extensions;
use super::metadata::Metadata;
use super::method::MethodDescriptor;
use super::peer::{Peer, PeerAddress};

/// A request: a message, or a stream of them, with everything the call brought along.
#[derive(Debug)]
pub struct Request<T> {
    message: T,
    metadata: Metadata,
    extensions: Extensions,
    /// What the server knows of the call; `None` for requests that came over no wire.
    call: Option<CallContext>,
    compressed: bool,
}

impl<T> Request<T> {
    /// A request that came over no wire, for tests of handlers.
    pub fn new(message: T) -> Self {
        let (metadata, extensions) = Default::default();
        Self { message, metadata, extensions, call: None, compressed: false }
    }

    pub(crate) fn received(
        message: T,
        metadata: Metadata,
        call: CallContext,
        compressed: bool,
    ) -> Self {
        Self { message, metadata, extensions: Extensions::new(), call: Some(call), compressed }
    }

    /// The message.
    pub fn message(&self) -> &T {
        &self.message
    }

    /// The message, to change it.
    pub fn message_mut(&mut self) -> &mut T {
        &mut self.message
    }

    /// The message, and nothing else.
    pub fn into_inner(self) -> T {
        self.message
    }

    /// The same request with another message.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Request<U> {
        let Self { message, metadata, extensions, call, compressed } = self;
        Request { message: change(message), metadata, extensions, call, compressed }
    }

    /// The metadata that the client sent.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The metadata, to change it.
    pub fn metadata_mut(&mut self) -> &mut Metadata {
        &mut self.metadata
    }

    /// When the client gives up. Calls made while the handler is polled inherit it.
    pub fn deadline(&self) -> Option<Instant> {
        self.call.as_ref()?.deadline
    }

    /// Who made the call; `None` for requests that came over no wire.
    pub fn peer(&self) -> Option<&PeerAddress> {
        self.known_peer().map(|peer| &peer.address)
    }

    /// The certificates by which the client has proved who it is, in DER, its own one first. None
    /// unless the connection is TLS and the server asks for client certificates.
    pub fn peer_certificates(&self) -> &[Bytes] {
        self.known_peer().map_or(&[], |peer| &peer.certificates)
    }

    /// The method that was called; `None` for requests that came over no wire.
    pub fn method(&self) -> Option<&'static MethodDescriptor> {
        self.call.as_ref().map(|call| call.method)
    }

    /// A token that tells when the call is cancelled, for work that the handler starts elsewhere.
    pub fn cancellation(&self) -> CancellationToken {
        self.call.as_ref().map(|call| call.token.clone()).unwrap_or_default()
    }

    /// Whether the message came compressed. For a stream ask
    /// [`Streaming::is_compressed`](crate::Streaming::is_compressed) after each message.
    pub fn is_compressed(&self) -> bool {
        self.compressed
    }

    /// Values by type that interceptors left.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Values by type, to change them.
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    fn known_peer(&self) -> Option<&Peer> {
        self.call.as_ref()?.token.peer()
    }
}
