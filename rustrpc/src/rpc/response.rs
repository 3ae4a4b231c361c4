//! A response: what a handler returns and what a client gets.

use super::compression::{Compression, CompressionSwitch};
use super::extensions::Extensions;
use super::metadata::Metadata;

/// A response: a message, or a stream of them, with its metadata.
#[derive(Debug)]
pub struct Response<T> {
    message: T,
    metadata: Metadata,
    trailers: Metadata,
    extensions: Extensions,
    compression: Option<Compression>,
    switch: Option<CompressionSwitch>,
    /// Client: whether the message came compressed.
    compressed: bool,
}

impl<T> Response<T> {
    /// A response without metadata.
    pub fn new(message: T) -> Self {
        Self {
            message,
            metadata: Metadata::new(),
            trailers: Metadata::new(),
            extensions: Extensions::new(),
            compression: None,
            switch: None,
            compressed: false,
        }
    }

    pub(crate) fn received(
        message: T,
        metadata: Metadata,
        trailers: Metadata,
        compressed: bool,
    ) -> Self {
        Self { metadata, trailers, compressed, ..Self::new(message) }
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

    /// The same response with another message.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        let Self { message, metadata, trailers, extensions, compression, switch, compressed } =
            self;
        let message = change(message);
        Response { message, metadata, trailers, extensions, compression, switch, compressed }
    }

    /// The metadata that goes in front of the first message.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The metadata in front of the first message, to change it.
    pub fn metadata_mut(&mut self) -> &mut Metadata {
        &mut self.metadata
    }

    /// The metadata behind the last message.
    pub fn trailers(&self) -> &Metadata {
        &self.trailers
    }

    /// The metadata behind the last message, to change it.
    pub fn trailers_mut(&mut self) -> &mut Metadata {
        &mut self.trailers
    }

    /// Values by type that interceptors left.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Values by type, to change them.
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    /// Whether a received message came compressed.
    pub fn is_compressed(&self) -> bool {
        self.compressed
    }

    /// Compresses this response, whatever the server's default is, if the client accepts it.
    #[must_use]
    pub fn compress(mut self, compression: Compression) -> Self {
        self.compression = Some(compression);
        self
    }

    /// Lets a response stream decide message by message. Meaningful together with
    /// [`compress`](Self::compress) or a compressing server.
    #[must_use]
    pub fn compression_switch(mut self, switch: CompressionSwitch) -> Self {
        self.switch = Some(switch);
        self
    }

    pub(crate) fn into_parts(self) -> ResponseParts<T> {
        let Self { message, metadata, trailers, compression, switch, .. } = self;
        ResponseParts { message, metadata, trailers, compression, switch }
    }
}

/// A response taken apart by the server that sends it.
#[derive(Debug)]
pub(crate) struct ResponseParts<T> {
    pub(crate) message: T,
    pub(crate) metadata: Metadata,
    pub(crate) trailers: Metadata,
    pub(crate) compression: Option<Compression>,
    pub(crate) switch: Option<CompressionSwitch>,
}

impl<T> From<T> for Response<T> {
    fn from(message: T) -> Self {
        Self::new(message)
    }
}
