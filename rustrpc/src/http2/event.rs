//! What goes in and what comes out of a connection.

use super::error::{ConnectionError, Initiator, Reason};
use super::fields::FieldBlock;
use super::stream::{StreamId, StreamKey};

/// A cursor over bytes read from the transport.
#[derive(Debug)]
pub struct Input<'i> {
    bytes: &'i [u8],
}

impl<'i> Input<'i> {
    /// Starts at the first of `bytes`.
    pub fn new(bytes: &'i [u8]) -> Self {
        Self { bytes }
    }

    /// What has not been consumed yet.
    pub fn remaining(&self) -> &'i [u8] {
        self.bytes
    }

    /// Whether everything has been consumed.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Takes up to `n` bytes.
    #[inline]
    pub(crate) fn take(&mut self, n: usize) -> &'i [u8] {
        let (taken, rest) = self.bytes.split_at(n.min(self.bytes.len()));
        self.bytes = rest;
        taken
    }
}

/// Something that happened on a connection.
#[derive(Debug)]
pub enum Event<'i> {
    /// The peer's first SETTINGS arrived: the connection is established.
    Ready,
    /// On a server a request, on a client the response (1xx responses are swallowed).
    Headers {
        /// The stream; new on a server.
        stream: StreamKey,
        /// Valid by RFC 9113 §8.3: pseudo-fields first, complete, no connection-specific field.
        fields: FieldBlock,
        /// Whether nothing follows.
        end_stream: bool,
    },
    /// Some payload, as it arrived: neither gathered nor aligned to anything.
    Data {
        /// The stream.
        stream: StreamKey,
        /// Payload, borrowed from the input; may be empty when `end_stream` is set. Its length is
        /// what is to be passed to [`Connection::release`](super::Connection::release) once it is
        /// consumed; padding needs no release.
        data: &'i [u8],
        /// Whether nothing follows.
        end_stream: bool,
    },
    /// The trailer section; nothing follows on this stream.
    Trailers {
        /// The stream.
        stream: StreamKey,
        /// Valid by RFC 9113 §8.1: regular fields only.
        fields: FieldBlock,
    },
    /// The stream has ended early; nothing follows on it and nothing more can be sent.
    /// The slot stays taken until [`Connection::finish`](super::Connection::finish).
    Reset {
        /// The stream.
        stream: StreamKey,
        /// The code sent or received.
        reason: Reason,
        /// Who ended it: the peer, or this engine because the peer broke a rule.
        by: Initiator,
    },
    /// The peer's GOAWAY says that this stream was never processed: it is safe to retry elsewhere.
    Unprocessed {
        /// The stream.
        stream: StreamKey,
    },
    /// What was queued on this stream fell under the low-water mark; more may be sent.
    Writable {
        /// The stream.
        stream: StreamKey,
    },
    /// A stream may be opened again after [`OpenError::AtCapacity`](super::OpenError::AtCapacity).
    Capacity,
    /// The answer to a [`Connection::ping`](super::Connection::ping).
    Pong([u8; 8]),
    /// The peer takes no new streams.
    GoAway {
        /// The last of our streams that the peer has processed or will process.
        last_stream_id: StreamId,
        /// Why.
        reason: Reason,
        /// The peer's words, at most 256 bytes of them.
        debug: Box<[u8]>,
    },
    /// The connection is over; nothing follows. What is queued (a GOAWAY, perhaps) is still to be
    /// written, then the transport is to be closed.
    Closed(Box<ConnectionError>),
}

// Every request is two of them, which are handed on by value.
const _: () = assert!(size_of::<Event<'_>>() <= 32);
