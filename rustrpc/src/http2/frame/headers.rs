//! HEADERS and CONTINUATION (RFC 9113 §6.2, §6.10).
//!
//! ```text
//! HEADERS:      [Pad Length (8)], [Exclusive (1), Stream Dependency (31), Weight (8)],
//!               Field Block Fragment (..), Padding (..2040)
//! CONTINUATION: Field Block Fragment (..)
//! ```

use super::head::{END_HEADERS, END_STREAM, Head, Kind, LEN, PRIORITY};
use super::{priority, strip_padding};
use crate::http2::error::{Reason, Violation};
use crate::http2::stream::StreamId;

/// The field block fragment of a HEADERS frame, and whether the stream depends on itself.
pub(crate) fn fragment(head: Head, payload: &[u8]) -> Result<(&[u8], bool), Violation> {
    let payload = strip_padding(head, payload)?;
    if !head.has(PRIORITY) {
        return Ok((payload, false));
    }
    // RFC 9113 §5.3.2: priority signals are skipped, but they must be there.
    let (signal, fragment) = payload.split_at_checked(priority::LEN).ok_or(
        Violation::Connection(Reason::FRAME_SIZE_ERROR, "HEADERS is too short for its priority"),
    )?;
    Ok((fragment, priority::depends_on(signal) == Some(head.stream)))
}

/// Appends HEADERS for the block that `encode` appends, split into CONTINUATION frames where it is
/// longer than the peer's SETTINGS_MAX_FRAME_SIZE.
pub(crate) fn write(
    stream: StreamId,
    end_stream: bool,
    max_frame_size: usize,
    out: &mut Vec<u8>,
    encode: impl FnOnce(&mut Vec<u8>),
) {
    let start = out.len();
    out.extend_from_slice(&[0; LEN]);
    encode(out);
    let block_len = out.len() - start - LEN;
    let first_len = block_len.min(max_frame_size);
    let mut flags = if end_stream { END_STREAM } else { 0 };
    if first_len == block_len {
        flags |= END_HEADERS;
    }
    let head = Head::new(Kind::Headers, flags, stream, first_len);
    out[start..start + LEN].copy_from_slice(&head.to_bytes());
    if first_len == block_len {
        return;
    }
    let rest = out.split_off(start + LEN + first_len);
    let mut fragments = rest.chunks(max_frame_size).peekable();
    while let Some(fragment) = fragments.next() {
        let flags = if fragments.peek().is_none() { END_HEADERS } else { 0 };
        let head = Head::new(Kind::Continuation, flags, stream, fragment.len());
        out.extend_from_slice(&head.to_bytes());
        out.extend_from_slice(fragment);
    }
}

/// Appends HEADERS for a block that is shorter than any SETTINGS_MAX_FRAME_SIZE.
#[inline]
pub(crate) fn write_short(stream: StreamId, end_stream: bool, block: &[u8], out: &mut Vec<u8>) {
    let flags = if end_stream { END_HEADERS | END_STREAM } else { END_HEADERS };
    out.extend_from_slice(&Head::new(Kind::Headers, flags, stream, block.len()).to_bytes());
    out.extend_from_slice(block);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http2::frame::head::PADDED;

    #[test]
    fn a_long_block_is_continued() {
        for (len, frames) in [(0, 1), (100, 1), (101, 2), (200, 2), (250, 3)] {
            let mut out = b"before".to_vec();
            let stream = StreamId::from_wire(3);
            write(stream, true, 100, &mut out, |out| out.extend(vec![7; len]));
            let (mut rest, mut count, mut block) = (&out[6..], 0, Vec::new());
            while let Some((head, payload)) = rest.split_first_chunk::<LEN>() {
                let head = Head::parse(*head);
                let (payload, next) = payload.split_at(head.len as usize);
                assert_eq!(head.has(END_HEADERS), next.is_empty());
                assert_eq!(head.kind == Kind::Headers, count == 0);
                assert_eq!(head.stream, stream);
                block.extend_from_slice(payload);
                rest = next;
                count += 1;
            }
            assert_eq!((block, count), (vec![7; len], frames));
        }
    }

    #[test]
    fn padding_and_priority_are_taken_off() {
        let head = |flags| Head::new(Kind::Headers, flags, StreamId::from_wire(1), 0);
        let payload = [2, 0, 0, 0, 1, 9, b'f', b'g', 0, 0];
        assert_eq!(fragment(head(PADDED | PRIORITY), &payload), Ok((&b"fg"[..], true)));
        assert_eq!(fragment(head(0), b"fg"), Ok((&b"fg"[..], false)));
        assert!(fragment(head(PADDED), &[5, 0, 0]).is_err());
        assert!(fragment(head(PADDED), &[]).is_err());
        assert!(fragment(head(PRIORITY), &[0, 0, 0, 1]).is_err());
    }
}
