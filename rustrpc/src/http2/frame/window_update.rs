//! WINDOW_UPDATE (RFC 9113 §6.9).
//!
//! ```text
//! Reserved (1), Window Size Increment (31)
//! ```

use super::head::{Head, Kind};
use super::word;
use crate::http2::error::Violation;
use crate::http2::stream::StreamId;

/// Reads the payload; a zero increment is for the caller to judge, by the stream it is for.
pub(crate) fn parse(payload: &[u8]) -> Result<u32, Violation> {
    match (payload.len(), word(payload, 0)) {
        (4, Some(increment)) => Ok(increment & 0x7fff_ffff),
        _ => Err(Violation::frame_size("WINDOW_UPDATE has not four octets")),
    }
}

/// Appends the whole frame.
pub(crate) fn write(stream: StreamId, increment: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&Head::new(Kind::WindowUpdate, 0, stream, 4).to_bytes());
    out.extend_from_slice(&increment.to_be_bytes());
}
