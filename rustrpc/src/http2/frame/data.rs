//! DATA (RFC 9113 §6.1).
//!
//! ```text
//! [Pad Length (8)], Data (..), Padding (..2040)
//! ```
//!
//! Payloads are handed on as they arrive, so there is no reader for a whole frame here: see
//! `connection/receive.rs`.

use super::head::{END_STREAM, Head, Kind, LEN};
use crate::http2::stream::StreamId;

/// The head of an unpadded DATA frame.
#[inline]
pub(crate) fn head(stream: StreamId, len: usize, end_stream: bool) -> [u8; LEN] {
    Head::new(Kind::Data, if end_stream { END_STREAM } else { 0 }, stream, len).to_bytes()
}
