//! Binary, into messages.

use rustrpc::gencode::{Reader, Writer};
use rustrpc::types::source_code_info::Location;
use rustrpc::types::{BytesValue, Empty, FieldMask, ListValue, StringValue, Struct, Value};
use rustrpc::wire::DecodeErrorCause;
use rustrpc::{DecodeError, Message};

use super::{GROWING, NOISE, assert_within, entries, measured, nested_lists};

/// Decodes the bytes; the outcome, and the most memory that was held meanwhile.
fn decode<M: Message>(bytes: &[u8]) -> (Result<M, DecodeError>, usize) {
    measured(|| M::decode(bytes))
}

#[test]
fn lengths_that_are_only_claimed_cost_nothing() {
    let claims: [&[u8]; 4] = [
        b"\x0a\xff\xff\xff\x7f",
        b"\x0a\xff\xff\xff\xff\x0f",
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    ];
    for claim in claims {
        let (decoded, peak) = decode::<BytesValue>(claim);
        assert_eq!(decoded.unwrap_err().cause(), DecodeErrorCause::Truncated);
        assert!(peak < NOISE, "{peak} bytes");
        let (decoded, peak) = decode::<ListValue>(claim);
        assert_eq!(decoded.unwrap_err().cause(), DecodeErrorCause::Truncated);
        assert!(peak < NOISE, "{peak} bytes");
    }
}

#[test]
fn messages_that_are_too_deep_are_refused_before_they_cost_much() {
    let bytes = nested_lists(2000);
    let (decoded, peak) = decode::<Value>(&bytes);
    assert_eq!(decoded.unwrap_err().cause(), DecodeErrorCause::TooDeep);
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn millions_of_empty_elements_take_their_size_and_no_more() {
    let bytes = b"\x0a\x00".repeat(1_000_000);
    let (decoded, peak) = decode::<ListValue>(&bytes);
    assert_eq!(decoded.unwrap().values.len(), 1_000_000);
    assert!(peak <= 1_000_000 * size_of::<Value>() + NOISE, "{peak} bytes");
    let (decoded, peak) = decode::<FieldMask>(&bytes);
    assert_eq!(decoded.unwrap().paths.len(), 1_000_000);
    assert!(peak <= 1_000_000 * size_of::<String>() + NOISE, "{peak} bytes");
}

#[test]
fn millions_of_entries_with_one_key_take_the_room_of_few() {
    let (decoded, peak) = decode::<Struct>(&b"\x0a\x00".repeat(1_000_000));
    assert_eq!(decoded.unwrap().fields.len(), 1);
    assert!(peak < 1_000_000, "{peak} bytes");
}

#[test]
fn a_field_that_comes_again_and_again_is_held_once() {
    let (decoded, peak) = decode::<StringValue>(&b"\x0a\x05again".repeat(300_000));
    assert_eq!(decoded.unwrap().value, "again");
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn unknown_fields_and_groups_take_three_times_their_length_at_most() {
    // One after the other, with something in them, and as deep as may be. While the vector that
    // keeps them grows, its old half stands beside the new whole.
    let deep = [b"\x0b".repeat(99), b"\x0c".repeat(99)].concat();
    for record in [&b"\x0b\x0c"[..], b"\x0b\x12\x03abc\x0c", b"\x08\x01", &deep] {
        let bytes = record.repeat(1_000_000 / record.len());
        let (decoded, peak) = decode::<Empty>(&bytes);
        assert_eq!(decoded.unwrap().unknown_fields.as_bytes(), bytes);
        assert!(peak <= 3 * bytes.len() + NOISE, "{peak} bytes for {}", bytes.len());
    }
    let (decoded, peak) = decode::<Empty>(&b"\x0b".repeat(1_000_000));
    assert_eq!(decoded.unwrap_err().cause(), DecodeErrorCause::TooDeep);
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn maps_take_the_room_of_their_entries() {
    const ENTRIES: usize = 17_576;
    let bytes = entries(ENTRIES);
    let (decoded, peak) = decode::<Struct>(&bytes);
    assert_eq!(decoded.unwrap().fields.len(), ENTRIES);
    // A table is grown when it is full to seven eighths, and each key has its own letters.
    let entry = size_of::<(String, Value)>() + 1;
    assert_within(peak, ENTRIES * (GROWING * entry * 8 / 7 + 3), bytes.len());
}

#[test]
fn numbers_take_the_room_of_their_type() {
    const COUNT: usize = 1_000_000;
    let packed = super::delimited(0x0a, &[1; COUNT]);
    let (decoded, peak) = decode::<Location>(&packed);
    assert_eq!(decoded.unwrap().path.len(), COUNT);
    assert_within(peak, COUNT * size_of::<i32>(), packed.len());
    let unpacked = b"\x08\x01".repeat(COUNT);
    let (decoded, peak) = decode::<Location>(&unpacked);
    assert_eq!(decoded.unwrap().path.len(), COUNT);
    assert_within(peak, GROWING * COUNT * size_of::<i32>(), unpacked.len());
}

/// A message with a group, as generated.
#[derive(Debug, Default)]
struct Groups(Vec<Empty>);

impl Message for Groups {
    const NAME: &'static str = "test.Groups";

    fn write(&self, w: &mut Writer) {
        w.repeated_group(0x0b, &self.0);
    }

    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
        while let Some(tag) = r.tag()? {
            match tag {
                0x0b => r.repeated_group(tag, &mut self.0)?,
                _ => r.skip(tag)?,
            }
        }
        Ok(())
    }
}

#[test]
fn groups_take_the_room_of_their_type() {
    const COUNT: usize = 500_000;
    let bytes = b"\x0b\x0c".repeat(COUNT);
    let (decoded, peak) = decode::<Groups>(&bytes);
    assert_eq!(decoded.unwrap().0.len(), COUNT);
    assert_within(peak, GROWING * COUNT * size_of::<Empty>(), bytes.len());
}
