//! Messages of which one large value was received in a vector of its own, which the message takes
//! over as it is.

use std::cell::Cell;

use super::varint;

/// How many fields are looked at in front of the large value.
const FIELDS_IN_FRONT: usize = 16;

/// Where a large value is in a message, or will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where its first byte is.
    pub(crate) at: usize,
    pub(crate) length: usize,
}

impl Place {
    /// The place of the value that makes up nearly all of a message of `whole` bytes, which begins
    /// with `beginning`: at least `least` bytes, with less than that behind it.
    pub(crate) fn find(beginning: &[u8], whole: usize, least: usize) -> Option<Self> {
        let mut rest = beginning;
        for _ in 0..FIELDS_IN_FRONT {
            let tag = varint(&mut rest)?;
            // Wire types (protobuf's encoding specification).
            let length = match tag & 7 {
                0 => {
                    varint(&mut rest)?;
                    continue;
                }
                1 => 8,
                2 => usize::try_from(varint(&mut rest)?).ok()?,
                5 => 4,
                _ => return None,
            };
            let at = beginning.len() - rest.len();
            let behind = whole.checked_sub(at.checked_add(length)?)?;
            if length >= least {
                return (behind < least).then_some(Self { at, length });
            }
            rest = rest.get(length..)?;
        }
        None
    }
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let (value, length) = varint::from_slice(bytes)?;
    *bytes = bytes.get(length..)?;
    Some(value)
}

/// A large value that is not where its message is.
pub(super) struct Apart {
    /// Where it belongs.
    pub(super) at: usize,
    pub(super) length: usize,
    value: Cell<Option<Vec<u8>>>,
}

impl Apart {
    pub(super) fn new(at: usize, value: Vec<u8>) -> Self {
        Self { at, length: value.len(), value: Cell::new(Some(value)) }
    }

    /// The value, unless it was taken before.
    pub(super) fn take(&self) -> Option<Vec<u8>> {
        self.value.take()
    }
}

/// `value` put into `message` where it belongs.
pub(super) fn join(message: &[u8], at: usize, value: Vec<u8>) -> Vec<u8> {
    let (front, behind) = message.split_at(at.min(message.len()));
    let (mut whole, length) = (value, front.len());
    whole.reserve_exact(message.len());
    whole.extend_from_slice(behind);
    // The front takes its place.
    let end = whole.len();
    whole.extend_from_slice(front);
    whole.copy_within(..end, length);
    if let Some(start) = whole.get_mut(..length) {
        start.copy_from_slice(front);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Message, Reader, Received, Writer};
    use crate::{DecodeError, wire};

    const LEAST: usize = 1000;

    /// What may hold a large value, in all the ways there are.
    #[derive(Clone, Debug, Default, PartialEq)]
    struct Holder {
        number: u64,
        bytes: Vec<u8>,
        shared: bytes::Bytes,
        text: String,
        floats: Vec<f32>,
        nested: Option<Box<Holder>>,
        unknown: wire::UnknownFields,
    }

    impl Message for Holder {
        const NAME: &'static str = "test.Holder";

        fn write(&self, w: &mut Writer) {
            w.unknown_fields(&self.unknown);
            if let Some(nested) = &self.nested {
                w.message(0x32, &**nested);
            }
            if !self.floats.is_empty() {
                w.packed_float(0x2a, &self.floats);
            }
            if !self.text.is_empty() {
                w.string(0x22, &self.text);
            }
            if !self.shared.is_empty() {
                w.bytes(0x1a, &self.shared);
            }
            if !self.bytes.is_empty() {
                w.bytes(0x12, &self.bytes);
            }
            if self.number != 0 {
                w.uint64(0x08, self.number);
            }
        }

        fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
            while let Some(tag) = r.tag()? {
                match tag {
                    0x08 => self.number = r.uint64()?,
                    0x12 => self.bytes = r.bytes()?,
                    0x1a => self.shared = r.bytes()?,
                    0x22 => self.text = r.string()?,
                    0x2a => r.packed_float(&mut self.floats)?,
                    0x32 => r.message(&mut **self.nested.get_or_insert_default())?,
                    _ => r.unknown_field(tag, &mut self.unknown)?,
                }
            }
            Ok(())
        }
    }

    /// The message, read with its large value apart, and whether that was taken as it was.
    fn read_apart(encoded: &[u8], place: Place) -> (Result<Holder, DecodeError>, bool) {
        let Place { at, length } = place;
        let value = encoded[at..at + length].to_vec();
        let rest = [&encoded[..at], &encoded[at + length..]].concat();
        let was_at = value.as_ptr();
        let holder = Holder::from_parts(&rest, at, value);
        let taken = holder.as_ref().is_ok_and(|holder| {
            holder.bytes.as_ptr() == was_at || holder.shared.as_ptr() == was_at
        });
        (holder, taken)
    }

    #[test]
    fn a_message_comes_out_the_same_whatever_was_apart() {
        let large = vec![7; 3 * LEAST];
        let text = "x".repeat(2 * LEAST);
        let none = Holder::default;
        let behind = |holder| Holder { text: "behind".into(), ..holder };
        let front = |holder| Holder { number: 1 << 40, ..holder };
        let cases = [
            (Holder { bytes: large.clone(), ..none() }, true),
            (Holder { shared: large.clone().into(), ..none() }, true),
            (front(behind(Holder { bytes: large.clone(), ..none() })), true),
            (front(Holder { shared: large.clone().into(), ..none() }), true),
            (Holder { text, ..none() }, false),
            (Holder { floats: vec![1.5; LEAST], ..none() }, false),
            (
                Holder {
                    nested: Some(Box::new(Holder { bytes: large.clone(), ..none() })),
                    ..none()
                },
                false,
            ),
        ];
        for (holder, in_place) in cases {
            let encoded = holder.encode_to_vec();
            for cut in 0..=encoded.len().min(40) {
                let found = Place::find(&encoded[..cut], encoded.len(), LEAST);
                let Some(place) = found else { continue };
                assert!(place.at <= cut);
                let (read, taken) = read_apart(&encoded, place);
                assert_eq!(read.as_ref(), Ok(&holder));
                assert_eq!(taken, in_place, "{holder:?}");
            }
            let place = Place::find(&encoded[..40], encoded.len(), LEAST);
            assert!(place.is_some_and(|place| place.length >= LEAST), "{holder:?}");
        }
    }

    #[test]
    fn fields_that_nobody_knows_are_kept_whole() {
        let mut w = Writer::new();
        w.bytes(0x7a, &[7; LEAST]);
        let encoded = w.as_slice().to_vec();
        let place = Place::find(&encoded, encoded.len(), LEAST).expect("it is large");
        let (read, taken) = read_apart(&encoded, place);
        assert_eq!(read.map(|holder| holder.encode_to_vec()), Ok(encoded));
        assert!(!taken);
    }

    #[test]
    fn what_is_malformed_is_refused_alike() {
        let holder = Holder { bytes: vec![7; LEAST], number: 9, ..Holder::default() };
        let encoded = [&holder.encode_to_vec()[..], b"\x22\x05ab"].concat();
        let place = Place::find(&encoded, encoded.len(), LEAST).expect("it is large");
        let expected = Holder::decode(&encoded).map_err(|error| error.to_string());
        let (read, _) = read_apart(&encoded, place);
        assert_eq!(read.map_err(|error| error.to_string()).is_err(), expected.is_err());
    }

    #[test]
    fn only_what_makes_up_the_message_has_a_place() {
        let large = [&b"\x12\xe8\x07"[..], &[7; LEAST]].concat();
        let place = Place { at: 3, length: LEAST };
        assert_eq!(Place::find(&large, large.len(), LEAST), Some(place));
        assert_eq!(Place::find(&large[..3], large.len(), LEAST), Some(place));
        assert_eq!(Place::find(&large[..2], large.len(), LEAST), None);
        // Shorter than the message allows, or with too much behind it.
        assert_eq!(Place::find(&large, large.len() - 1, LEAST), None);
        assert_eq!(Place::find(&large, large.len() + LEAST, LEAST), None);
        let many = b"\x08\x01".repeat(20);
        assert_eq!(Place::find(&[&many, &large[..]].concat(), 40 + large.len(), LEAST), None);
        assert_eq!(Place::find(b"\x0b\x08\x01", large.len(), LEAST), None);
    }

    #[test]
    fn joining_puts_the_value_back() {
        let whole: Vec<u8> = (0..=255).collect();
        for (at, end) in [(0, 256), (0, 5), (3, 250), (100, 256), (10, 10)] {
            let rest = [&whole[..at], &whole[end..]].concat();
            assert_eq!(join(&rest, at, whole[at..end].to_vec()), whole);
        }
    }
}
