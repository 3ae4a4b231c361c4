//! PING (RFC 9113 §6.7).
//!
//! ```text
//! Opaque Data (64)
//! ```

use super::head::{ACK, Head, Kind};
use crate::http2::error::Violation;
use crate::http2::stream::StreamId;

/// Reads the payload.
pub(crate) fn parse(head: Head, payload: &[u8]) -> Result<[u8; 8], Violation> {
    if head.stream != StreamId::CONNECTION {
        return Err(Violation::protocol("PING on a stream"));
    }
    payload.try_into().map_err(|_| Violation::frame_size("PING has not eight octets"))
}

/// Appends the whole frame.
pub(crate) fn write(payload: [u8; 8], ack: bool, out: &mut Vec<u8>) {
    let flags = if ack { ACK } else { 0 };
    out.extend_from_slice(&Head::new(Kind::Ping, flags, StreamId::CONNECTION, 8).to_bytes());
    out.extend_from_slice(&payload);
}
