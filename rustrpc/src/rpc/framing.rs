//! Length-prefixed messages (gRPC's `PROTOCOL-HTTP2.md`): a flag, a length of four bytes, a message.

use bytes::{Buf, Bytes};

use super::compression::{Compression, Inflated, Meter};
use super::status::Status;
use crate::wire::{Message, Received};

/// The bytes in front of each message.
pub(crate) const PREFIX_LENGTH: usize = 5;

/// A shorter buffer is not worth the allocation that sharing it takes.
const SHARED: usize = 1024;

/// From this length on a message out of a stream may keep the buffer it was received in.
const LARGE: usize = 32 * 1024;

/// Fewer bytes than this vouch for nothing: they are moved in no time.
const LEAST_VOUCHER: usize = 4 * 1024;

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
    pub(crate) fn check_received(self, length: usize) -> Result<(), Status> {
        if length <= self.0 {
            return Ok(());
        }
        Err(Status::resource_exhausted(format!(
            "a received message of {length} bytes is over the limit of {} bytes; \
             raise it with max_received_message_size",
            self.0
        )))
    }

    /// # Errors
    ///
    /// RESOURCE_EXHAUSTED for a message to be sent that is longer.
    pub(crate) fn check_sent(self, length: usize) -> Result<(), Status> {
        if length <= self.0 {
            return Ok(());
        }
        Err(Status::resource_exhausted(format!(
            "a message of {length} bytes to be sent is over the limit of {} bytes; \
             raise it with max_sent_message_size",
            self.0
        )))
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
    compressed: bool,
    /// The payload begins at `start`.
    buffer: Vec<u8>,
    start: usize,
}

impl RequestFrame<'_> {
    /// The message, wherever it is.
    pub(crate) fn frame(&self) -> Frame<'_> {
        match self {
            RequestFrame::Received(frame) => *frame,
            RequestFrame::Gathered(frame) => frame.frame(),
        }
    }

    /// The message in a buffer of its own.
    pub(crate) fn into_owned(self) -> OwnedFrame {
        match self {
            RequestFrame::Received(Frame { compressed, payload }) => {
                OwnedFrame { compressed, buffer: payload.to_vec(), start: 0 }
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

    pub(crate) fn frame(&self) -> Frame<'_> {
        let payload = self.buffer.get(self.start..).unwrap_or_default();
        Frame { compressed: self.compressed, payload }
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
    let decoded = if frame.frame().compressed {
        let mut inflated = inflate(frame.frame(), encoding, limit, meter)?;
        T::from_bytes(inflated.take().into())
    } else {
        match frame {
            RequestFrame::Received(frame) => T::from_slice(frame.payload),
            RequestFrame::Gathered(frame) if frame.buffer.len() < SHARED => {
                T::from_slice(frame.frame().payload)
            }
            RequestFrame::Gathered(frame) => T::from_bytes(frame.into_payload()),
        }
    };
    decoded.map_err(|error| {
        Status::internal(format!("{what} cannot be decoded: {error}")).with_source(error)
    })
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

/// Appends a message with its prefix.
///
/// # Errors
///
/// RESOURCE_EXHAUSTED when it is over the limit; the buffer is then as it was.
pub(crate) fn put_message<M: Message>(
    buffer: &mut Vec<u8>,
    message: &M,
    compression: Compression,
    limit: MessageLimit,
) -> Result<(), Status> {
    let start = buffer.len();
    let body = start + PREFIX_LENGTH;
    if compression == Compression::Identity {
        message.encode_behind(&[0; PREFIX_LENGTH], buffer);
    } else {
        buffer.extend_from_slice(&[0; PREFIX_LENGTH]);
        compression.compress(&message.encode_to_vec(), buffer);
    }
    let length = buffer.len() - body;
    let limit = MessageLimit(limit.0.min(u32::MAX as usize));
    if let Err(status) = limit.check_sent(length) {
        buffer.truncate(start);
        return Err(status);
    }
    let length = u32::try_from(length).expect("the limit is at most 32 bits");
    buffer[start] = u8::from(compression != Compression::Identity);
    buffer[start + 1..body].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

/// The message, if `bytes` are exactly one with its prefix.
pub(crate) fn split_only_frame(bytes: &[u8]) -> Option<Frame<'_>> {
    let (prefix, payload) = bytes.split_first_chunk::<PREFIX_LENGTH>()?;
    let [flag @ 0..=1, length @ ..] = *prefix else { return None };
    (u32::from_be_bytes(length) as usize == payload.len())
        .then_some(Frame { compressed: flag == 1, payload })
}

/// Gathers received bytes and cuts messages out of them. It grows with what arrived, never with
/// what a prefix claims.
#[derive(Debug, Default)]
pub(crate) struct Deframer {
    buffer: Vec<u8>,
    /// Where the next message begins.
    start: usize,
}

impl Deframer {
    /// Adds received bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.compact();
        append(&mut self.buffer, bytes);
    }

    /// Lends the buffer with what is there of a large message, together with the length at which it
    /// holds all of it. It comes back by [`push_buffer`](Self::push_buffer). `None` when the next
    /// message is small, or not known yet.
    pub(crate) fn lend(&mut self) -> Option<(Vec<u8>, usize)> {
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        let whole = length_with_prefix(rest).filter(|whole| *whole >= LARGE)?;
        self.compact();
        Some((std::mem::take(&mut self.buffer), whole))
    }

    /// Takes over a whole buffer of received bytes and leaves the one that is done with.
    pub(crate) fn push_buffer(&mut self, bytes: &mut Vec<u8>) {
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
            std::mem::swap(&mut self.buffer, bytes);
        } else {
            self.push(bytes);
            bytes.clear();
        }
    }

    /// The next message; `None` when more bytes are needed. Bytes that are
    /// [lent](Self::lend) are not here.
    ///
    /// # Errors
    ///
    /// INTERNAL for a prefix that gRPC does not define, RESOURCE_EXHAUSTED for a message over the
    /// limit, as soon as its prefix is there.
    pub(crate) fn next_frame(&mut self, limit: MessageLimit) -> Result<Option<Frame<'_>>, Status> {
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        let Some((prefix, rest)) = rest.split_first_chunk::<PREFIX_LENGTH>() else {
            return Ok(None);
        };
        let [flag, length @ ..] = *prefix;
        if flag > 1 {
            return Err(undefined_flag(flag));
        }
        let length = u32::from_be_bytes(length) as usize;
        limit.check_received(length)?;
        let Some(payload) = rest.get(..length) else {
            return Ok(None);
        };
        self.start += PREFIX_LENGTH + length;
        Ok(Some(Frame { compressed: flag == 1, payload }))
    }

    /// The next message as [`next_frame`](Self::next_frame) gives it, but a large one in a buffer of
    /// its own, which is the one it was received in.
    ///
    /// # Errors
    ///
    /// As for [`next_frame`](Self::next_frame).
    pub(crate) fn next_request_frame(
        &mut self,
        limit: MessageLimit,
    ) -> Result<Option<RequestFrame<'_>>, Status> {
        let Some(Frame { compressed, payload }) = self.next_frame(limit)? else {
            return Ok(None);
        };
        let length = payload.len();
        let start = self.start - length;
        // What else is in the buffer would stay in memory as well, or has to be copied.
        if length < LARGE || length < self.buffer.len() / 2 {
            let payload = self.buffer.get(start..self.start).unwrap_or_default();
            return Ok(Some(RequestFrame::Received(Frame { compressed, payload })));
        }
        let behind = self.buffer.split_off(self.start);
        self.start = 0;
        let buffer = std::mem::replace(&mut self.buffer, behind);
        Ok(Some(RequestFrame::Gathered(OwnedFrame { compressed, buffer, start })))
    }

    /// Checks what is there of the next message's prefix.
    ///
    /// # Errors
    ///
    /// As for [`next_frame`](Self::next_frame).
    pub(crate) fn check_prefix(&self, limit: MessageLimit) -> Result<(), Status> {
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        let Some([flag, length @ ..]) = rest.first_chunk::<PREFIX_LENGTH>() else { return Ok(()) };
        if *flag > 1 {
            return Err(undefined_flag(*flag));
        }
        limit.check_received(u32::from_be_bytes(*length) as usize)
    }

    /// The message of a stream that has ended and must have exactly one.
    ///
    /// # Errors
    ///
    /// UNIMPLEMENTED, as gRPC has it for the wrong number of messages, when there is none or more than
    /// one; INTERNAL when there is part of one; else as for
    /// [`next_frame`](Self::next_frame).
    pub(crate) fn into_only_frame(self, limit: MessageLimit) -> Result<OwnedFrame, Status> {
        self.check_prefix(limit)?;
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        if let Some(Frame { compressed, .. }) = split_only_frame(rest) {
            let start = self.start + PREFIX_LENGTH;
            return Ok(OwnedFrame { compressed, buffer: self.buffer, start });
        }
        let Some(([_, length @ ..], payload)) = rest.split_first_chunk::<PREFIX_LENGTH>() else {
            return Err(if rest.is_empty() {
                Status::unimplemented("the stream ended without a message")
            } else {
                self.truncated()
            });
        };
        Err(if payload.len() < u32::from_be_bytes(*length) as usize {
            self.truncated()
        } else {
            Status::unimplemented("the stream has more than the one message that its method takes")
        })
    }

    /// Bytes that are not a whole message yet.
    pub(crate) fn remaining(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// The status of a stream that ended inside a message.
    pub(crate) fn truncated(&self) -> Status {
        Status::internal(format!(
            "the stream ended inside a message, {} bytes into it",
            self.remaining()
        ))
    }

    fn compact(&mut self) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
    }
}

/// Adds received bytes to those of a message that begins in front of `buffer`, as far as is known.
///
/// A claimed length alone allocates nothing. But what has arrived vouches for several times as much,
/// so that a large message moves to a larger buffer once or twice and not each time it has doubled.
pub(crate) fn append(buffer: &mut Vec<u8>, bytes: &[u8]) {
    let free = buffer.capacity() - buffer.len();
    if free < bytes.len() {
        make_room(buffer, bytes);
    }
    buffer.extend_from_slice(bytes);
}

#[cold]
fn make_room(buffer: &mut Vec<u8>, bytes: &[u8]) {
    const VOUCHED: usize = 8;
    let arrived = buffer.len() + bytes.len();
    let start = if buffer.is_empty() { bytes } else { buffer.as_slice() };
    let whole = length_with_prefix(start).unwrap_or(0);
    if arrived >= LEAST_VOUCHER && whole > arrived {
        let capacity = whole.min(arrived.saturating_mul(VOUCHED));
        buffer.reserve_exact(capacity - buffer.len());
    }
}

/// The length of a message with its prefix, as that claims it.
fn length_with_prefix(bytes: &[u8]) -> Option<usize> {
    let [_, length @ ..] = *bytes.first_chunk::<PREFIX_LENGTH>()?;
    Some((u32::from_be_bytes(length) as usize).saturating_add(PREFIX_LENGTH))
}

fn undefined_flag(flag: u8) -> Status {
    Status::internal(format!("a received message has the undefined flag {flag}"))
}

#[cfg(test)]
mod tests {
    use super::super::compression::testing::Room;
    use super::*;

    const LIMIT: MessageLimit = MessageLimit(16);

    #[test]
    fn messages_are_cut_out_at_any_split() {
        let wire = b"\0\0\0\0\x03abc\x01\0\0\0\0\0\0\0\0\x02de";
        for split in 0..=wire.len() {
            let mut deframer = Deframer::default();
            let mut found = Vec::new();
            for part in [&wire[..split], &wire[split..]] {
                deframer.push_buffer(&mut part.to_vec());
                while let Some(frame) = deframer.next_frame(LIMIT).expect("well formed") {
                    found.push((frame.compressed, frame.payload.to_vec()));
                }
            }
            assert_eq!(found, [(false, b"abc".to_vec()), (true, vec![]), (false, b"de".to_vec())]);
            assert_eq!(deframer.remaining(), 0);
        }
    }

    #[test]
    fn large_messages_get_the_buffer_they_came_in() {
        let limit = MessageLimit(1 << 20);
        let mut wire = b"\0\0\0\0\x03abc".to_vec();
        for length in [LARGE, 2] {
            wire.extend([0]);
            wire.extend((length as u32).to_be_bytes());
            wire.extend(std::iter::repeat_n(7, length));
        }
        let mut deframer = Deframer::default();
        deframer.push(&wire);
        let at = deframer.buffer.as_ptr() as usize;
        let mut found = Vec::new();
        while let Some(frame) = deframer.next_request_frame(limit).expect("well formed") {
            let own = matches!(frame, RequestFrame::Gathered(_));
            let frame = frame.frame();
            let place = (frame.payload.as_ptr() as usize).wrapping_sub(at);
            found.push((own, frame.payload.len(), own && place == 13));
        }
        assert_eq!(found, [(false, 3, false), (true, LARGE, true), (false, 2, false)]);
        assert_eq!(deframer.remaining(), 0);
    }

    #[test]
    fn a_claimed_length_reserves_nothing() {
        let mut deframer = Deframer::default();
        deframer.push(b"\0\x7f\xff\xff\xff");
        assert!(deframer.next_frame(MessageLimit(usize::MAX)).expect("no fault yet").is_none());
        assert!(deframer.buffer.capacity() < 1024);
        let status = deframer.next_frame(LIMIT).expect_err("over the limit");
        assert_eq!(status.code(), super::super::Code::ResourceExhausted);
    }

    #[test]
    fn what_arrived_vouches_for_some_more() {
        let mut buffer = Vec::new();
        append(&mut buffer, b"\0\x7f\xff\xff\xff");
        append(&mut buffer, &[7; LEAST_VOUCHER]);
        assert!(buffer.capacity() <= 10 * LEAST_VOUCHER, "{}", buffer.capacity());
        let mut buffer = Vec::new();
        append(&mut buffer, b"\0\0\0\x40\0");
        for _ in 0..4 {
            append(&mut buffer, &[7; 0x1000]);
        }
        assert_eq!(buffer.capacity(), PREFIX_LENGTH + 0x4000);
    }

    #[test]
    fn only_large_messages_are_lent() {
        let mut deframer = Deframer::default();
        deframer.push(b"\0\0\0\x7f\xff");
        assert!(deframer.next_frame(MessageLimit(LARGE)).expect("no fault").is_none());
        assert_eq!(deframer.lend().map(|(bytes, whole)| (bytes.len(), whole)), Some((5, 0x8004)));
        assert_eq!(deframer.remaining(), 0);
        deframer.push(b"\0\0\0\0\x03ab");
        assert_eq!(deframer.lend(), None);
        assert_eq!(deframer.remaining(), 7);
        assert_eq!(Deframer::default().lend(), None);
    }

    #[test]
    fn undefined_flags_are_refused() {
        let mut deframer = Deframer::default();
        deframer.push(b"\x02\0\0\0\0");
        assert!(deframer.next_frame(LIMIT).is_err());
        assert_eq!(split_only_frame(b"\x02\0\0\0\0"), None);
    }

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
