//! What can go wrong, whose fault it is, and the one place where a fault becomes a wire code.

use std::borrow::Cow;
use std::fmt;

use super::stream::StreamId;

/// An HTTP/2 error code (RFC 9113 §7), known or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reason(pub u32);

impl Reason {
    /// Not an error: a graceful end.
    pub const NO_ERROR: Self = Self(0x0);
    /// The peer broke a rule that has no more specific code.
    pub const PROTOCOL_ERROR: Self = Self(0x1);
    /// An unexpected internal fault.
    pub const INTERNAL_ERROR: Self = Self(0x2);
    /// The peer sent more than the flow-control window allowed.
    pub const FLOW_CONTROL_ERROR: Self = Self(0x3);
    /// SETTINGS were not acknowledged in time.
    pub const SETTINGS_TIMEOUT: Self = Self(0x4);
    /// A frame arrived on a stream that its sender had already ended.
    pub const STREAM_CLOSED: Self = Self(0x5);
    /// A frame had a size that its kind does not allow.
    pub const FRAME_SIZE_ERROR: Self = Self(0x6);
    /// The stream was refused before any processing: safe to retry.
    pub const REFUSED_STREAM: Self = Self(0x7);
    /// The stream is no longer wanted.
    pub const CANCEL: Self = Self(0x8);
    /// A field block could not be decoded.
    pub const COMPRESSION_ERROR: Self = Self(0x9);
    /// The connection behind a CONNECT request failed.
    pub const CONNECT_ERROR: Self = Self(0xa);
    /// The peer generates too much load.
    pub const ENHANCE_YOUR_CALM: Self = Self(0xb);
    /// The transport's security is not good enough.
    pub const INADEQUATE_SECURITY: Self = Self(0xc);
    /// HTTP/1.1 is wanted instead.
    pub const HTTP_1_1_REQUIRED: Self = Self(0xd);

    /// The code's name in RFC 9113 §7, if it has one.
    pub fn name(self) -> Option<&'static str> {
        const NAMES: [&str; 14] = [
            "NO_ERROR",
            "PROTOCOL_ERROR",
            "INTERNAL_ERROR",
            "FLOW_CONTROL_ERROR",
            "SETTINGS_TIMEOUT",
            "STREAM_CLOSED",
            "FRAME_SIZE_ERROR",
            "REFUSED_STREAM",
            "CANCEL",
            "COMPRESSION_ERROR",
            "CONNECT_ERROR",
            "ENHANCE_YOUR_CALM",
            "INADEQUATE_SECURITY",
            "HTTP_1_1_REQUIRED",
        ];
        NAMES.get(self.0 as usize).copied()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "unknown error code {:#x}", self.0),
        }
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Who ended a stream or a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initiator {
    /// The peer said so on the wire (RST_STREAM, GOAWAY) or by closing the transport.
    Peer,
    /// This engine, because the peer broke a rule or a limit.
    Engine,
    /// The owner of this connection, through one of its commands.
    Owner,
}

/// Why a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionError {
    /// The wire code that was sent or received; `NO_ERROR` after a graceful end.
    pub reason: Reason,
    /// Who ended it.
    pub by: Initiator,
    /// What exactly happened, for people.
    pub detail: Cow<'static, str>,
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.by {
            Initiator::Peer => "closed by the peer",
            Initiator::Engine => "closed because of the peer's behaviour",
            Initiator::Owner => "closed by this side",
        };
        write!(f, "HTTP/2 connection {who}: {} ({})", self.detail, self.reason)
    }
}

impl std::error::Error for ConnectionError {}

/// Why a stream could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// The peer's SETTINGS_MAX_CONCURRENT_STREAMS is reached: try again when a stream has ended.
    AtCapacity,
    /// The peer announced by GOAWAY that it takes no new streams, or this side is shutting down.
    GoingAway,
    /// All stream identifiers of this connection have been used (RFC 9113 §5.1.1).
    Exhausted,
    /// The connection is closed.
    Closed,
    /// Only a client opens streams.
    NotAClient,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtCapacity => "the peer's limit of concurrent streams is reached",
            Self::GoingAway => "the connection is going away and takes no new streams",
            Self::Exhausted => "the connection has used all its stream identifiers",
            Self::Closed => "the connection is closed",
            Self::NotAClient => "a server does not open streams",
        })
    }
}

impl std::error::Error for OpenError {}

/// Why something could not be sent on a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The stream has ended or was reset; its last event says how.
    StreamClosed,
    /// This side has already ended the stream, or it sends in an order HTTP/2 does not allow
    /// (data before headers, headers twice).
    WrongState,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StreamClosed => "the stream is closed",
            Self::WrongState => "the stream's send half is not in a state for this frame",
        })
    }
}

impl std::error::Error for SendError {}

/// A rule or limit that the peer's input broke: how far the damage goes, and what to say.
///
/// Every fault found while reading becomes one of these, and only `Connection::punish` turns it
/// into frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// RFC 9113 §5.4.1: the connection cannot go on.
    Connection(Reason, &'static str),
    /// RFC 9113 §5.4.2: this stream alone is ended.
    Stream(StreamId, Reason, &'static str),
}

impl Violation {
    pub(crate) fn protocol(detail: &'static str) -> Self {
        Self::Connection(Reason::PROTOCOL_ERROR, detail)
    }

    pub(crate) fn frame_size(detail: &'static str) -> Self {
        Self::Connection(Reason::FRAME_SIZE_ERROR, detail)
    }

    pub(crate) fn compression(detail: &'static str) -> Self {
        Self::Connection(Reason::COMPRESSION_ERROR, detail)
    }

    pub(crate) fn calm(detail: &'static str) -> Self {
        Self::Connection(Reason::ENHANCE_YOUR_CALM, detail)
    }
}
