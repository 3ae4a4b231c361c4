//! PRIORITY (RFC 9113 §6.3), deprecated: checked for its form and otherwise ignored.
//!
//! ```text
//! Exclusive (1), Stream Dependency (31), Weight (8)
//! ```

use super::word;
use crate::http2::stream::StreamId;

/// Octets of a priority signal.
pub(crate) const LEN: usize = 5;

/// The stream that a signal names as the one depended on.
pub(crate) fn depends_on(signal: &[u8]) -> Option<StreamId> {
    word(signal, 0).map(StreamId::from_wire)
}
