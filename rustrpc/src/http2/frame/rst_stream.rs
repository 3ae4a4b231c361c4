//! RST_STREAM (RFC 9113 §6.4).
//!
//! ```text
//! Error Code (32)
//! ```

use super::head::{Head, Kind};
use super::word;
use crate::http2::error::{Reason, Violation};
use crate::http2::stream::StreamId;

/// Reads the payload.
pub(crate) fn parse(payload: &[u8]) -> Result<Reason, Violation> {
    match (payload.len(), word(payload, 0)) {
        (4, Some(code)) => Ok(Reason(code)),
        _ => Err(Violation::frame_size("RST_STREAM has not four octets")),
    }
}

/// Appends the whole frame.
pub(crate) fn write(stream: StreamId, reason: Reason, out: &mut Vec<u8>) {
    out.extend_from_slice(&Head::new(Kind::RstStream, 0, stream, 4).to_bytes());
    out.extend_from_slice(&reason.0.to_be_bytes());
}
