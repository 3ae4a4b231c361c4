//! GOAWAY (RFC 9113 §6.8).
//!
//! ```text
//! Reserved (1), Last-Stream-ID (31), Error Code (32), Additional Debug Data (..)
//! ```

use super::head::{Head, Kind};
use super::word;
use crate::http2::error::{Reason, Violation};
use crate::http2::stream::StreamId;

/// A received GOAWAY.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct GoAway<'a> {
    pub(crate) last: StreamId,
    pub(crate) reason: Reason,
    pub(crate) debug: &'a [u8],
}

/// Reads the payload.
pub(crate) fn parse(head: Head, payload: &[u8]) -> Result<GoAway<'_>, Violation> {
    if head.stream != StreamId::CONNECTION {
        return Err(Violation::protocol("GOAWAY on a stream"));
    }
    match (word(payload, 0), word(payload, 4), payload.get(8..)) {
        (Some(last), Some(code), Some(debug)) => {
            Ok(GoAway { last: StreamId::from_wire(last), reason: Reason(code), debug })
        }
        _ => Err(Violation::frame_size("GOAWAY is shorter than eight octets")),
    }
}

/// Appends the whole frame.
pub(crate) fn write(last: StreamId, reason: Reason, debug: &[u8], out: &mut Vec<u8>) {
    let head = Head::new(Kind::GoAway, 0, StreamId::CONNECTION, 8 + debug.len());
    out.extend_from_slice(&head.to_bytes());
    out.extend_from_slice(&last.number().to_be_bytes());
    out.extend_from_slice(&reason.0.to_be_bytes());
    out.extend_from_slice(debug);
}
