//! Length-prefixed messages (gRPC's `PROTOCOL-HTTP2.md`): a flag, a length of four bytes, a message.

use std::sync::Arc;

use bytes::{Buf, Bytes};

use super::compression::{Compression, Inflated, Meter};
use super::status::Status;
use crate::wire::{DecodeError, Message, Outline, Received, encode_or_outline};

/// The bytes in front of each message.
pub(crate) const PREFIX_LENGTH: usize = 5;

/// A shorter buffer is not worth the allocation that sharing it takes.
const SHARED: usize = 1024;

/// How large a message may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageLimit(pub(crate) usize);

impl MessageLimit {
    /// What gRPC implementations accept unless told otherwise: 4 MiB.
    pub(crate) const DEFAULT_RECEIVED: MessageLimit = MessageLimit(4 * 1024 * 1024);
    /// What can be sent at all: the length has 32 bits.
    pub(crate) const DEFAULT_SENT: MessageLimit = MessageLimit(u32::MAX as usize);

    /// # Errors
    ///
    /// RESOURCE_EXHAUSTED for a received message that is longer.
    #[inline]
    pub(crate) fn check_received(self, length: usize) -> Result<(), Status> {
        if length <= self.0 {
            return Ok(());
        }
        Err(self.exceeded("a received message", length, "max_received_message_size"))
    }

    /// # Errors
    ///
    /// RESOURCE_EXHAUSTED for a message to be sent that is longer.
    #[inline]
    pub(crate) fn check_sent(self, length: usize) -> Result<(), Status> {
        if length <= self.0 {
            return Ok(());
        }
        Err(self.exceeded("a message to be sent", length, "max_sent_message_size"))
    }

    #[cold]
    fn exceeded(self, what: &str, length: usize, setting: &str) -> Status {
        Status::resource_exhausted(format!(
            "{what} has {length} bytes, which is over the limit of {} bytes; raise it with {setting}",
            self.0
        ))
    }
}

/// One message as it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// Whether it is compressed, by the encoding that the headers named.
    pub(crate) compressed: bool,
    /// The bytes behind the prefix.
    pub(crate) payload: &'a [u8],
}

/// The one message of a request: where it was received, or gathered in a buffer of its own.
#[derive(Debug)]
pub(crate) enum RequestFrame<'a> {
    Received(Frame<'a>),
    Gathered(OwnedFrame),
}

/// A message in a buffer of its own.
#[derive(Debug)]
pub(crate) struct OwnedFrame {
    pub(super) compressed: bool,
    /// The payload begins at `start`.
    pub(super) buffer: Vec<u8>,
    pub(super) start: usize,
    /// A large value of the message, if that was received apart, and where in the payload it belongs.
    pub(super) value: Option<(usize, Vec<u8>)>,
}

impl RequestFrame<'_> {
    /// Whether the message is compressed.
    pub(crate) fn is_compressed(&self) -> bool {
        match self {
            RequestFrame::Received(frame) => frame.compressed,
            RequestFrame::Gathered(frame) => frame.compressed,
        }
    }

    /// The length of the message without its prefix.
    pub(crate) fn length(&self) -> usize {
        match self {
            RequestFrame::Received(frame) => frame.payload.len(),
            RequestFrame::Gathered(frame) => {
                let value = frame.value.as_ref().map_or(0, |(_, value)| value.len());
                frame.rest().len() + value
            }
        }
    }

    /// The message in a buffer of its own.
    pub(crate) fn into_owned(self) -> OwnedFrame {
        match self {
            RequestFrame::Received(Frame { compressed, payload }) => {
                OwnedFrame { compressed, buffer: payload.to_vec(), start: 0, value: None }
            }
            RequestFrame::Gathered(frame) => frame,
        }
    }
}

impl OwnedFrame {
    /// The bytes behind the prefix, where they are.
    fn into_payload(self) -> Bytes {
        let mut payload = Bytes::from(self.buffer);
        payload.advance(self.start.min(payload.len()));
        payload
    }

    /// The bytes behind the prefix, without a value that was received apart.
    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }
}

/// The message in a frame; `what` it is called when it is none. `meter` counts what inflating takes
/// while it is decoded.
///
/// # Errors
///
/// As for [`inflate`]; INTERNAL when the payload cannot be decoded.
pub(crate) fn message_of<T: Received>(
    frame: RequestFrame<'_>,
    encoding: Compression,
    limit: MessageLimit,
    meter: &dyn Meter,
    what: &str,
) -> Result<T, Status> {
    let decoded = if frame.is_compressed() {
        let payload = match &frame {
            RequestFrame::Received(frame) => frame.payload,
            // What is compressed has no value apart.
            RequestFrame::Gathered(frame) => frame.rest(),
        };
        let frame = Frame { compressed: true, payload };
        let mut inflated = inflate(frame, encoding, limit, meter)?;
        T::from_bytes(inflated.take().into())
    } else {
        match frame {
            RequestFrame::Received(frame) => T::from_slice(frame.payload),
            RequestFrame::Gathered(mut frame) => match frame.value.take() {
                Some((at, value)) => T::from_parts(frame.rest(), at, value),
                None if frame.buffer.len() < SHARED => T::from_slice(frame.rest()),
                None => T::from_bytes(frame.into_payload()),
            },
        }
    };
    decoded.map_err(|error| malformed(what, error))
}

/// The status of a call one of whose messages cannot be decoded; `what` it is called.
#[cold]
pub(crate) fn malformed(what: &str, error: DecodeError) -> Status {
    Status::internal(format!("{what} cannot be decoded: {error}")).with_source(error)
}

/// The bytes of a compressed message.
///
/// # Errors
///
/// INTERNAL for the compressed flag without an encoding, or for data that cannot be inflated;
/// RESOURCE_EXHAUSTED when it would inflate to more than the limit, or than there is memory for.
fn inflate<'m>(
    frame: Frame<'_>,
    encoding: Compression,
    limit: MessageLimit,
    meter: &'m dyn Meter,
) -> Result<Inflated<'m>, Status> {
    if encoding == Compression::Identity {
        return Err(Status::internal(
            "a received message has the compressed flag, but its call names no grpc-encoding",
        ));
    }
    encoding.decompress(frame.payload, limit, meter)
}

/// Appends a message with its prefix, or gives what is to follow the buffer in its place: the
/// outline of a large message, prefix included.
///
/// # Errors
///
/// RESOURCE_EXHAUSTED when it is over the limit; the buffer is then as it was.
pub(crate) fn put_message<M: Message>(
    buffer: &mut Vec<u8>,
    message: M,
    compression: Compression,
    limit: MessageLimit,
) -> Result<Option<Arc<Outline>>, Status> {
    let start = buffer.len();
    let body = start + PREFIX_LENGTH;
    let limit = MessageLimit(limit.0.min(u32::MAX as usize));
    if compression == Compression::Identity {
        if let Some(outline) = encode_or_outline(message, &[0; PREFIX_LENGTH], buffer) {
            return with_prefix(outline, limit).map(Some);
        }
    } else {
        buffer.extend_from_slice(&[0; PREFIX_LENGTH]);
        compression.compress(&message.encode_to_vec(), buffer);
    }
    let length = buffer.len() - body;
    if let Err(status) = limit.check_sent(length) {
        buffer.truncate(start);
        return Err(status);
    }
    let length = u32::try_from(length).expect("the limit is at most 32 bits");
    buffer[start] = u8::from(compression != Compression::Identity);
    buffer[start + 1..body].copy_from_slice(&length.to_be_bytes());
    Ok(None)
}

#[cold]
fn with_prefix(mut outline: Outline, limit: MessageLimit) -> Result<Arc<Outline>, Status> {
    let length = outline.length() - PREFIX_LENGTH;
    limit.check_sent(length)?;
    let length = u32::try_from(length).expect("the limit is at most 32 bits");
    if let Some([_, prefix @ ..]) = outline.front_mut(PREFIX_LENGTH) {
        prefix.copy_from_slice(&length.to_be_bytes());
    }
    Ok(Arc::new(outline))
}

/// The message, if `bytes` are exactly one with its prefix.
pub(crate) fn split_only_frame(bytes: &[u8]) -> Option<Frame<'_>> {
    let (prefix, payload) = bytes.split_first_chunk::<PREFIX_LENGTH>()?;
    let [flag @ 0..=1, length @ ..] = *prefix else { return None };
    (u32::from_be_bytes(length) as usize == payload.len())
        .then_some(Frame { compressed: flag == 1, payload })
}

#[cfg(test)]
mod tests {
    use super::super::compression::testing::Room;
    use super::*;

    const LIMIT: MessageLimit = MessageLimit(16);

    #[test]
    fn only_one_whole_message_is_taken_in_place() {
        let frame = split_only_frame(b"\0\0\0\0\x02de").expect("one message");
        assert_eq!(frame, Frame { compressed: false, payload: b"de" });
        assert_eq!(split_only_frame(b"\0\0\0\0\x02d"), None);
        assert_eq!(split_only_frame(b"\0\0\0\0\x02def"), None);
        assert_eq!(split_only_frame(b"\0\0\0"), None);
    }

    #[test]
    fn the_compressed_flag_needs_an_encoding() {
        let frame = Frame { compressed: true, payload: b"x" };
        let room = Room::of(100);
        let refused = inflate(frame, Compression::Identity, LIMIT, &room);
        let status = refused.err().expect("no encoding");
        assert_eq!(status.code(), super::super::Code::Internal);
    }
}
