//! Payload that is made when it is due.

use crate::http2::PayloadSource;

/// Promises so many bytes of what it has.
#[derive(Debug)]
pub(super) struct Promised {
    pub(super) bytes: &'static [u8],
    pub(super) length: usize,
}

impl PayloadSource for Promised {
    fn length(&self) -> usize {
        self.length
    }

    fn copy(&self, at: usize, length: usize, into: &mut Vec<u8>) -> bool {
        let part = self.bytes.get(at..at + length);
        into.extend_from_slice(part.unwrap_or_default());
        part.is_some()
    }
}
