//! Received bytes on their way to being messages.

use super::append::{append, claimed_length};
use super::framing::{
    Frame, MessageLimit, OwnedFrame, PREFIX_LENGTH, RequestFrame, split_only_frame,
};
use super::status::Status;
use crate::wire::Place;

/// From this length on a message out of a stream may keep the buffer it was received in.
const LARGE: usize = 32 * 1024;

/// Gathers received bytes and cuts messages out of them. It grows with what arrived, never with
/// what a prefix claims.
///
/// A message that is mostly one large value gets that in a vector of its own, which the message
/// itself can take over.
#[derive(Debug, Default)]
pub(crate) struct Deframer {
    buffer: Vec<u8>,
    /// Where the next message begins.
    start: usize,
    /// The large value of that message.
    value: Option<Box<Value>>,
    /// Whether messages stay in one piece.
    whole: bool,
}

/// A large value that is received apart from its message.
#[derive(Debug)]
pub(crate) struct Value {
    /// Where it belongs, behind the message's prefix.
    at: usize,
    length: usize,
    /// How much of the message there is without it, with the prefix.
    rest: usize,
    /// What is there of it; empty while it is lent.
    bytes: Vec<u8>,
    lent: bool,
}

impl Value {
    /// How much of it there is.
    pub(crate) fn received(&self) -> usize {
        self.bytes.len()
    }
}

impl Deframer {
    /// Nothing yet, of messages that are to stay in one piece or not.
    pub(crate) fn new(whole: bool) -> Self {
        Self { whole, ..Self::default() }
    }

    /// Goes on with what [`pause`](Self::pause) left.
    pub(crate) fn resume(buffer: Vec<u8>, value: Option<Box<Value>>) -> Self {
        Self { buffer, value, ..Self::default() }
    }

    /// What there is of a first message: less to keep than all of this.
    pub(crate) fn pause(mut self) -> (Vec<u8>, Option<Box<Value>>) {
        self.compact();
        (self.buffer, self.value)
    }

    /// Whether messages that have not begun yet are to stay in one piece.
    pub(crate) fn keep_whole(&mut self, whole: bool) {
        self.whole = whole;
    }

    /// Adds received bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let Some(value) = &mut self.value else {
            self.compact();
            return self.begin(bytes);
        };
        let missing = value.length - value.bytes.len();
        let (own, behind) = bytes.split_at(missing.min(bytes.len()));
        append(&mut value.bytes, own, value.length);
        self.buffer.extend_from_slice(behind);
    }

    /// Adds received bytes to what may be the beginning of a message.
    fn begin(&mut self, bytes: &[u8]) {
        if self.buffer.is_empty() {
            if let Some(place) = self.place_of_value(bytes) {
                return self.set_apart(place, bytes);
            }
            return append(&mut self.buffer, bytes, claimed_length(bytes));
        }
        let claimed = claimed_length(&self.buffer);
        append(&mut self.buffer, bytes, claimed);
        if let Some(place) = self.place_of_value(&self.buffer) {
            let mut bytes = std::mem::take(&mut self.buffer);
            self.set_apart(place, &bytes);
            bytes.clear();
        }
    }

    /// Puts the value of a message that has begun with `bytes` into a vector of its own.
    fn set_apart(&mut self, place: Place, bytes: &[u8]) {
        let whole = claimed_length(bytes);
        let Place { at, length } = place;
        let (front, own) = bytes.split_at(PREFIX_LENGTH + at);
        let (own, behind) = own.split_at(own.len().min(length));
        self.buffer.extend_from_slice(front);
        self.buffer.extend_from_slice(behind);
        let mut bytes = Vec::new();
        append(&mut bytes, own, length);
        let value = Value { at, length, rest: whole - length, bytes, lent: false };
        self.value = Some(Box::new(value));
    }

    /// Lends the buffer with what is there of a large message, or of the large value in it, together
    /// with the length at which it holds all of that. It comes back by
    /// [`push_buffer`](Self::push_buffer). `None` when the next message is small, or not known yet.
    pub(crate) fn lend(&mut self) -> Option<(Vec<u8>, usize)> {
        if self.value.is_none() {
            let rest = self.buffer.get(self.start..).unwrap_or_default();
            let whole = Some(claimed_length(rest)).filter(|whole| *whole >= LARGE)?;
            self.compact();
            let Some(place) = self.place_of_value(&self.buffer) else {
                return Some((std::mem::take(&mut self.buffer), whole));
            };
            let bytes = std::mem::take(&mut self.buffer);
            self.set_apart(place, &bytes);
        }
        let value = self.value.as_mut().filter(|value| value.bytes.len() < value.length)?;
        value.lent = true;
        Some((std::mem::take(&mut value.bytes), value.length))
    }

    /// Takes over a whole buffer of received bytes and leaves the one that is done with.
    pub(crate) fn push_buffer(&mut self, bytes: &mut Vec<u8>) {
        if let Some(value) = self.value.as_mut().filter(|value| value.lent) {
            value.lent = false;
            value.bytes = std::mem::take(bytes);
        } else if self.value.is_none() && self.start == self.buffer.len() {
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
    fn next_frame(&mut self, limit: MessageLimit) -> Result<Option<Frame<'_>>, Status> {
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

    /// The next message, if it is what nearly all are: complete, neither large nor compressed, and
    /// within the limit. For all else there is [`next_request_frame`](Self::next_request_frame).
    #[inline]
    pub(crate) fn next_plain(&mut self, limit: MessageLimit) -> Option<&[u8]> {
        let rest = self.buffer.get(self.start..)?;
        let ([flag, length @ ..], rest) = rest.split_first_chunk::<PREFIX_LENGTH>()?;
        let length = u32::from_be_bytes(*length) as usize;
        // The message of a value that is received apart is a large one.
        if *flag != 0 || length >= LARGE || length > limit.0 {
            return None;
        }
        let payload = rest.get(..length)?;
        self.start += PREFIX_LENGTH + length;
        Some(payload)
    }

    /// The next message as it is in the buffer, or a large one in a buffer of its own, which is the
    /// one it was received in; `None` when more bytes are needed. Bytes that are
    /// [lent](Self::lend) are not here.
    ///
    /// # Errors
    ///
    /// INTERNAL for a prefix that gRPC does not define, RESOURCE_EXHAUSTED for a message over the
    /// limit, as soon as its prefix is there.
    pub(crate) fn next_request_frame(
        &mut self,
        limit: MessageLimit,
    ) -> Result<Option<RequestFrame<'_>>, Status> {
        if self.value.is_some() {
            self.check_prefix(limit)?;
            return Ok(self.take_parted().map(RequestFrame::Gathered));
        }
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
        Ok(Some(RequestFrame::Gathered(OwnedFrame { compressed, buffer, start, value: None })))
    }

    /// The next message, if its large value was received apart and all of it is there.
    fn take_parted(&mut self) -> Option<OwnedFrame> {
        let complete = |value: &mut Box<Value>| {
            let rest = self.buffer.len() - self.start;
            value.bytes.len() == value.length && rest >= value.rest
        };
        let Value { at, rest, bytes, .. } = *self.value.take_if(complete)?;
        let end = self.start + rest;
        let buffer = self.buffer.get(self.start..end).unwrap_or_default().to_vec();
        self.start = end;
        let value = Some((at, bytes));
        Some(OwnedFrame { compressed: false, buffer, start: PREFIX_LENGTH, value })
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
    pub(crate) fn into_only_frame(mut self, limit: MessageLimit) -> Result<OwnedFrame, Status> {
        self.check_prefix(limit)?;
        if self.value.is_some() {
            let parted = self.take_parted().ok_or_else(|| self.truncated())?;
            return if self.remaining() == 0 { Ok(parted) } else { Err(several()) };
        }
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        if let Some(Frame { compressed, .. }) = split_only_frame(rest) {
            let start = self.start + PREFIX_LENGTH;
            return Ok(OwnedFrame { compressed, buffer: self.buffer, start, value: None });
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
            several()
        })
    }

    /// Bytes that are not a whole message yet.
    pub(crate) fn remaining(&self) -> usize {
        let value = self.value.as_ref().map_or(0, |value| value.received());
        self.buffer.len() - self.start + value
    }

    /// The status of a stream that ended inside a message.
    pub(crate) fn truncated(&self) -> Status {
        Status::internal(format!(
            "the stream ended inside a message, {} bytes into it",
            self.remaining()
        ))
    }

    /// Where the large value is that makes up most of the message that begins with `bytes`, if that is
    /// not all there.
    fn place_of_value(&self, bytes: &[u8]) -> Option<Place> {
        let whole = claimed_length(bytes);
        if whole < LARGE || whole <= bytes.len() || self.whole {
            return None;
        }
        // What is compressed is not to be looked into.
        let message = bytes.strip_prefix(&[0])?.get(PREFIX_LENGTH - 1..)?;
        Place::find(message, whole - PREFIX_LENGTH, LARGE)
    }

    fn compact(&mut self) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
    }
}

fn several() -> Status {
    Status::unimplemented("the stream has more than the one message that its method takes")
}

fn undefined_flag(flag: u8) -> Status {
    Status::internal(format!("a received message has the undefined flag {flag}"))
}

#[cfg(test)]
mod tests {
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
            let length = frame.length();
            let place = match frame {
                RequestFrame::Received(_) => None,
                RequestFrame::Gathered(frame) => {
                    Some((frame.buffer.as_ptr() as usize).wrapping_sub(at) + frame.start)
                }
            };
            found.push((length, place));
        }
        assert_eq!(found, [(3, None), (LARGE, Some(13)), (2, None)]);
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

    /// A message with something in front of a large value and behind it, with its prefix.
    fn with_value(length: usize) -> Vec<u8> {
        let mut message = b"\x08\x01\x12".to_vec();
        message.extend([length as u8 | 0x80, (length >> 7) as u8 | 0x80, (length >> 14) as u8]);
        message.extend((0..length).map(|at| (at / 3) as u8));
        message.extend(b"\x18\x02");
        let mut framed = vec![0];
        framed.extend((message.len() as u32).to_be_bytes());
        framed.extend(message);
        framed
    }

    /// The message in a frame, and whether its large value is in a vector of its own.
    fn whole(frame: RequestFrame<'_>) -> (Vec<u8>, bool) {
        match frame {
            RequestFrame::Received(frame) => (frame.payload.to_vec(), false),
            RequestFrame::Gathered(OwnedFrame { buffer, start, value, .. }) => {
                let (mut message, parted) = (buffer[start..].to_vec(), value.is_some());
                if let Some((at, value)) = value {
                    message.splice(at..at, value);
                }
                (message, parted)
            }
        }
    }

    #[test]
    fn a_large_value_is_gathered_in_a_vector_of_its_own() {
        let wire = with_value(3 * LARGE);
        for split in [1, 4, 5, 8, 11, 12, 20, LARGE, wire.len() - 3, wire.len() - 2, wire.len() - 1]
        {
            let mut deframer = Deframer::default();
            deframer.push(&wire[..split]);
            deframer.push(&wire[split..]);
            assert_eq!(deframer.remaining(), wire.len());
            let frame = deframer.into_only_frame(MessageLimit(1 << 20)).expect("one message");
            // All of it at once stays where it is.
            let (message, parted) = whole(RequestFrame::Gathered(frame));
            assert_eq!(message, wire[PREFIX_LENGTH..], "{split}");
            assert_eq!(parted, split > 10, "{split}");
        }
        for wrong in [&wire[..wire.len() - 1], &[&wire[..], b"\0"].concat()] {
            let mut deframer = Deframer::default();
            for part in wrong.chunks(LARGE) {
                deframer.push(part);
            }
            assert!(deframer.into_only_frame(MessageLimit(1 << 20)).is_err());
        }
    }

    #[test]
    fn large_values_of_a_stream_are_lent() {
        let message = with_value(2 * LARGE);
        let wire = [&b"\0\0\0\0\x01a"[..], &message, &message, b"\0\0\0\0\x01b"].concat();
        let large = &message[PREFIX_LENGTH..];
        for step in [1000, LARGE / 2, LARGE + 7, 5 * LARGE] {
            let mut deframer = Deframer::default();
            let (mut found, mut rest) = (Vec::new(), &wire[..]);
            while !rest.is_empty() {
                // As much as is lent for, and then what is behind that.
                let (mut buffer, missing) = match deframer.lend() {
                    Some((buffer, wanted)) => {
                        let missing = wanted - buffer.len();
                        (buffer, missing)
                    }
                    None => (Vec::new(), step),
                };
                let (part, behind) = rest.split_at(missing.min(rest.len()));
                buffer.extend_from_slice(part);
                rest = behind;
                deframer.push_buffer(&mut buffer);
                while let Some(frame) =
                    deframer.next_request_frame(MessageLimit(1 << 20)).expect("well formed")
                {
                    found.push(whole(frame).0);
                }
            }
            assert_eq!(found, [b"a", large, large, b"b"], "{step}");
            assert_eq!(deframer.remaining(), 0);
        }
    }

    #[test]
    fn what_comes_before_a_buffer_is_lent_is_put_behind_the_value() {
        let message = with_value(2 * LARGE);
        let mut deframer = Deframer::default();
        for part in [&message[..3], &message[3..LARGE], &message[LARGE..], b"\0\0\0\0\x01b"] {
            deframer.push_buffer(&mut part.to_vec());
        }
        let limit = MessageLimit(1 << 20);
        let frame = deframer.next_request_frame(limit).expect("well formed").expect("complete");
        assert_eq!(whole(frame), (message[PREFIX_LENGTH..].to_vec(), true));
        let frame = deframer.next_request_frame(limit).expect("well formed").expect("complete");
        assert_eq!(whole(frame), (b"b".to_vec(), false));
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
}
