//! What is written is read again, and is what other implementations write.

use super::exemplar::{Choice, Color, Everything, Person};
use crate::wire::{DecodeError, Enumeration, Message, Reader, UnknownFields, UnknownValue, Writer};

fn decode(bytes: &[u8]) -> Result<Everything, DecodeError> {
    Everything::decode(bytes)
}

#[test]
fn the_person_record_takes_33_bytes() {
    let person = Person {
        user_name: "Martin".into(),
        favourite_number: 1337,
        interests: vec!["daydreaming".into(), "hacking".into()],
    };
    let bytes = person.encode_to_vec();
    assert_eq!(bytes, b"\x0a\x06Martin\x10\xb9\x0a\x1a\x0bdaydreaming\x1a\x07hacking");
    assert_eq!(bytes.len(), 33);
    assert_eq!(person.encoded_len(), 33);
    assert_eq!(Person::decode(&bytes), Ok(person));
}

#[test]
fn everything_survives_a_round_trip() {
    let message = Everything::full();
    let bytes = message.encode_to_vec();
    let decoded = decode(&bytes).unwrap();
    assert_eq!(decoded, message);
    assert!(decoded.float.is_sign_negative() && decoded.double.is_sign_negative());

    let mut appended = b"before".to_vec();
    decoded.encode(&mut appended);
    assert_eq!(&appended[..6], b"before");
    assert_eq!(appended.len() - 6, bytes.len());
}

#[test]
fn the_empty_message_takes_no_bytes() {
    assert_eq!(Everything::default().encode_to_vec(), b"");
    assert_eq!(decode(b""), Ok(Everything::default()));
}

#[test]
fn a_writer_serves_many_messages_and_gives_room_in_front() {
    let message = Everything::full();
    let alone = message.encode_to_vec();
    let mut writer = Writer::with_capacity(16);
    for _ in 0..2 {
        // Maps have no order, but a given map has always the same.
        assert_eq!(writer.encode(&message), alone);
        writer.prepend(b"front");
        assert_eq!(writer.as_slice(), [b"front", &*alone].concat());
    }
    let bytes = writer.take_bytes();
    assert_eq!(bytes, [b"front", &*alone].concat());
    assert!(writer.is_empty() && writer.take_bytes().is_empty());
    assert_eq!(writer.encode(&Person::default()), b"");
}

/// A message that encodes another while it is written.
#[derive(Default)]
struct Envelope(Vec<u8>);

impl Message for Envelope {
    const NAME: &'static str = "test.Envelope";

    fn write(&self, w: &mut Writer) {
        let person = Person { user_name: "inner".into(), ..Person::default() };
        w.bytes(18, &person.encode_to_vec());
        w.bytes(10, &self.0);
    }

    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
        while let Some(tag) = r.tag()? {
            r.skip(tag)?;
        }
        Ok(())
    }
}

#[test]
fn a_message_may_encode_another_while_it_is_written() {
    let envelope = Envelope(b"outer".to_vec());
    assert_eq!(envelope.encode_to_vec(), b"\x0a\x05outer\x12\x07\x0a\x05inner");
}

#[test]
fn large_messages_are_handed_on_whole() {
    for length in [200, 70_000, 300_000] {
        let message = Everything { bytes: vec![7; length], int32: 1, ..Everything::default() };
        let bytes = message.encode_to_vec();
        assert_eq!(decode(&bytes).as_ref(), Ok(&message));
        let mut writer = Writer::new();
        writer.encode(&message);
        assert_eq!(writer.take_vec(), bytes);
        assert!(writer.is_empty() && writer.take_vec().is_empty());
    }
}

#[test]
fn varints_of_every_length_are_written_as_they_should_be() {
    let mut writer = Writer::new();
    for bits in 0..64 {
        for value in [1u64 << bits, (1 << bits) - 1, u64::MAX >> bits, u64::MAX << bits] {
            let mut expected = vec![8];
            let mut rest = value;
            while rest >= 0x80 {
                expected.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            expected.push(rest as u8);
            writer.clear();
            writer.uint64(8, value);
            assert_eq!(writer.as_slice(), expected, "{value:#x}");
        }
    }
    for number in [1, 15, 16, 2047, 2048, (1 << 29) - 1] {
        writer.clear();
        writer.bool(number << 3, true);
        let [(tag, _)] = raw_records(writer.as_slice())[..] else { panic!("one record") };
        assert_eq!(tag, number);
    }
}

#[test]
fn every_kind_of_field_finds_room_however_little_is_left() {
    let kinds: [fn(&mut Writer); 8] = [
        |w| w.bool(8, true),
        |w| w.uint64(16, 300),
        |w| w.int64(24, 1_732_000_000),
        |w| w.int32(4_294_967_288, -1),
        |w| w.fixed32(37, 7),
        |w| w.double(41, 0.5),
        |w| w.string(50, "short"),
        |w| w.bytes(58, &[7; 32]),
    ];
    for write in kinds {
        let mut expected = Writer::with_capacity(1000);
        (0..9).for_each(|_| write(&mut expected));
        for taken in (0..=60).step_by(if cfg!(miri) { 7 } else { 1 }) {
            let behind = vec![0xff; taken];
            let mut writer = Writer::with_capacity(60);
            writer.prepend(&behind);
            (0..9).for_each(|_| write(&mut writer));
            assert_eq!(writer.as_slice(), [expected.as_slice(), &behind].concat());
        }
    }
}

fn raw_records(bytes: &[u8]) -> Vec<(u32, String)> {
    let person = Everything::decode(bytes).unwrap();
    let mut unknown = person.unknown_fields.iter().map(|f| (f.number, format!("{:?}", f.value)));
    let known = Everything { unknown_fields: UnknownFields::new(), ..person.clone() };
    let known =
        if known == Everything::default() { None } else { Some((number(bytes), String::new())) };
    known.into_iter().chain(unknown.by_ref()).collect()
}

/// The field number at the start of `bytes`.
fn number(bytes: &[u8]) -> u32 {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate() {
        value |= u32::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            break;
        }
    }
    value >> 3
}

#[test]
fn the_last_scalar_wins_and_messages_are_merged() {
    let mut bytes = Everything { int32: 1, string: "a".into(), ..Everything::default() };
    bytes.child =
        Some(Box::new(Everything { int64: 5, varints: vec![1], ..Everything::default() }));
    let mut joined = bytes.encode_to_vec();
    bytes.int32 = 2;
    bytes.child =
        Some(Box::new(Everything { bool: true, varints: vec![2], ..Everything::default() }));
    bytes.encode(&mut joined);

    let merged = decode(&joined).unwrap();
    assert_eq!((merged.int32, merged.string.as_str()), (2, "a"));
    let child = merged.child.unwrap();
    assert_eq!((child.int64, child.bool, child.varints), (5, true, vec![1, 2]));
}

#[test]
fn oneofs_keep_the_last_and_merge_messages_of_the_same_case() {
    let child = |int32, bool| {
        let child = Everything { int32, bool, ..Everything::default() };
        Everything { choice: Some(Choice::Child(Box::new(child))), ..Everything::default() }
    };
    let text = Everything { choice: Some(Choice::Text("t".into())), ..Everything::default() };
    let join = |parts: &[&Everything]| {
        let bytes: Vec<u8> = parts.iter().flat_map(|part| part.encode_to_vec()).collect();
        decode(&bytes).unwrap()
    };
    assert_eq!(join(&[&child(3, false), &text]), text);
    assert_eq!(join(&[&child(3, false), &child(0, true)]), child(3, true));
    assert_eq!(join(&[&child(3, false), &text, &child(0, true)]), child(0, true));
}

#[test]
fn packed_and_unpacked_numbers_mix() {
    // Field 26: unpacked 1, packed [2, 3], unpacked 4; field 28: a double each way.
    let bytes = b"\xd0\x01\x01\xd2\x01\x02\x02\x03\xd0\x01\x04\
        \xe1\x01\0\0\0\0\0\0\xf0\x3f\xe2\x01\x08\0\0\0\0\0\0\0\x40\xd2\x01\0";
    let message = decode(bytes).unwrap();
    assert_eq!(message.varints, [1, 2, 3, 4]);
    assert_eq!(message.doubles, [1.0, 2.0]);
    assert!(message.unknown_fields.is_empty());
}

#[test]
fn numbers_are_cut_to_their_type_and_any_varint_but_zero_is_true() {
    let bytes = b"\x08\xff\xff\xff\xff\x1f\x18\x80\x80\x80\x80\x70\x38\x80\x80\x01";
    let message = decode(bytes).unwrap();
    assert_eq!((message.int32, message.uint32, message.bool), (-1, 0, true));
    // Longer than it need be, but not longer than it may.
    assert_eq!(decode(b"\x08\x81\x80\x80\x80\x80\x80\x80\x80\x80\x00").unwrap().int32, 1);
}

#[test]
fn unknown_fields_survive_as_they_were() {
    let records = b"\x88\x7d\x05\x92\x7d\x03abc\x9d\x7d\x01\0\0\0\x99\x7d\x02\0\0\0\0\0\0\0\
        \xa3\x7d\x08\x07\xa3\x7d\xa4\x7d\xa4\x7d\x08\x80\x80\0";
    let mut bytes = b"\x08\x01".to_vec();
    bytes.extend(records);
    let message = decode(&bytes).unwrap();
    let (unknown, known) = records.split_at(records.len() - 4);
    assert_eq!(known, b"\x08\x80\x80\0");
    assert_eq!(message.int32, 0);
    assert_eq!(message.unknown_fields.as_bytes(), unknown);
    assert_eq!(message.encode_to_vec(), unknown);
    assert_eq!(
        format!("{:?}", message.unknown_fields),
        "{2001: 5, 2002: b\"abc\", 2003: 0x00000001, 2003: 0x0000000000000002, \
         2004: {1: 7, 2004: {}}}"
    );
    let values = message.unknown_fields.iter().map(|field| field.value);
    assert!(values.into_iter().any(|v| matches!(v, UnknownValue::LengthDelimited(b"abc"))));
    assert_eq!(size_of::<UnknownFields>(), size_of::<usize>());
}

#[test]
fn a_known_number_with_another_wire_type_is_unknown() {
    // Field 1, a varint, as text; field 14, text, as a varint.
    let message = decode(b"\x0a\x01x\x70\x05").unwrap();
    assert_eq!((message.int32, message.string.as_str()), (0, ""));
    assert_eq!(format!("{:?}", message.unknown_fields), "{1: b\"x\", 14: 5}");
}

#[test]
fn closed_enums_send_what_is_not_declared_to_the_unknown_fields() {
    // Field 18: 1, then 5. Field 31, packed: 1, 7, 0, -1. Field 34: {3: 1}, {4: 9}.
    let bytes = b"\x90\x01\x01\x90\x01\x05\
        \xfa\x01\x0d\x01\x07\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\
        \x92\x02\x04\x08\x03\x10\x01\x92\x02\x04\x08\x04\x10\x09";
    let message = decode(bytes).unwrap();
    assert_eq!(message.closed, Some(Color::Red));
    assert_eq!(message.closed_colors, [Color::Red, Color::None]);
    assert_eq!(message.closed_map, [(3, Color::Red)].into());
    assert_eq!(
        format!("{:?}", message.unknown_fields),
        "{18: 5, 31: 7, 31: 18446744073709551615, 34: b\"\\x08\\x04\\x10\\t\"}"
    );
}

#[test]
fn map_entries_default_what_they_lack_and_the_last_one_wins() {
    // {} then {"a": 1} then {"a": 2, unknown field 3, key again}.
    let bytes =
        b"\x82\x02\0\x82\x02\x05\x0a\x01a\x10\x02\x82\x02\x0a\x0a\x01b\x10\x04\x18\x01\x0a\x01a";
    let message = decode(bytes).unwrap();
    assert_eq!(message.labels, [(String::new(), 0), ("a".into(), 2)].into());
}

#[test]
fn enums_know_their_names() {
    assert_eq!(format!("{:?} {:?}", Color::Red, Color(9)), "RED 9");
    assert_eq!((Color::Red.name(), Color(9).name()), (Some("RED"), None));
    assert_eq!((Color::from_name("RED"), Color::from_name("PINK")), (Some(Color::Red), None));
}
