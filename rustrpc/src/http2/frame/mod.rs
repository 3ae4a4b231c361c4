//! Frames (RFC 9113 §4, §6): one file per kind, each with its layout, its reader and its writer.

pub(crate) mod data;
pub(crate) mod goaway;
pub(crate) mod head;
pub(crate) mod headers;
pub(crate) mod ping;
pub(crate) mod priority;
pub(crate) mod rst_stream;
pub(crate) mod settings;
pub(crate) mod window_update;

pub(crate) use head::{Head, Kind};

use super::error::Violation;

/// The big-endian word at `at`; payload lengths are checked before, so it is always there.
fn word(payload: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(payload.get(at..at + 4)?.try_into().ok()?))
}

/// Takes the padding off a payload (RFC 9113 §6.1, §6.2).
fn strip_padding(head: Head, payload: &[u8]) -> Result<&[u8], Violation> {
    if !head.has(head::PADDED) {
        return Ok(payload);
    }
    let (&padding, rest) = payload
        .split_first()
        .ok_or(Violation::frame_size("a padded frame is too short for its padding length"))?;
    let length = rest
        .len()
        .checked_sub(usize::from(padding))
        .ok_or(Violation::protocol("the padding is longer than the frame"))?;
    Ok(&rest[..length])
}
