//! What is refused, and how the refusal says so.

use super::exemplar::{Everything, Person};
use crate::wire::{DecodeErrorCause as Cause, RECURSION_LIMIT};
use crate::{DecodeError, Message};

fn refused(bytes: &[u8]) -> DecodeError {
    Everything::decode(bytes).expect_err("malformed bytes were accepted")
}

fn cause(bytes: &[u8]) -> Cause {
    refused(bytes).cause()
}

#[test]
fn a_message_cut_anywhere_but_between_fields_is_refused() {
    let person = Person {
        user_name: "Martin".into(),
        favourite_number: 1337,
        interests: vec!["daydreaming".into(), "hacking".into()],
    };
    let bytes = person.encode_to_vec();
    let between = [0, 8, 11, 24, 33];
    for length in 0..=bytes.len() {
        let result = Person::decode(&bytes[..length]);
        assert_eq!(result.is_ok(), between.contains(&length), "{length} bytes: {result:?}");
    }
}

#[test]
fn cutting_or_changing_any_byte_of_everything_never_panics() {
    let bytes = Everything::full().encode_to_vec();
    // Miri takes minutes for what is done here in a moment.
    let step = if cfg!(miri) { 4001 } else { 3 };
    for length in (0..bytes.len()).step_by(step) {
        let _ = Everything::decode(&bytes[..length]);
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[length] ^= 1 << bit;
            if let Ok(message) = Everything::decode(&changed) {
                // What was accepted can be said again; what is said again is accepted.
                let again = Everything::decode(&message.encode_to_vec()).unwrap();
                assert_eq!(again.encoded_len(), message.encoded_len());
            }
        }
    }
}

#[test]
fn every_cause_has_its_bytes() {
    assert_eq!(cause(b"\x08"), Cause::Truncated);
    assert_eq!(cause(b"\x08\x80"), Cause::Truncated);
    assert_eq!(cause(b"\x72\x05abc"), Cause::Truncated);
    assert_eq!(cause(b"\x49\0\0"), Cause::Truncated);
    assert_eq!(cause(b"\x72\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01abc"), Cause::Truncated);
    assert_eq!(cause(b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), Cause::VarintOverflow);
    assert_eq!(cause(&[b"\x08", &[0x80; 20][..]].concat()), Cause::VarintOverflow);
    assert_eq!(cause(b"\x00\x01"), Cause::InvalidTag);
    assert_eq!(cause(b"\x02\x00"), Cause::InvalidTag);
    assert_eq!(cause(b"\x88\x80\x80\x80\x10\x01"), Cause::InvalidTag);
    assert_eq!(cause(b"\x0e\x00"), Cause::InvalidWireType);
    assert_eq!(cause(b"\x0f\x00"), Cause::InvalidWireType);
    assert_eq!(cause(b"\x72\x02a\xff"), Cause::InvalidUtf8);
    assert_eq!(cause(b"\xe2\x01\x07\0\0\0\0\0\0\0"), Cause::InvalidPackedLength);
    assert_eq!(cause(b"\xd2\x01\x01\x80"), Cause::Truncated);
    let overlong = b"\xd2\x01\x0c\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01";
    assert_eq!(cause(overlong), Cause::VarintOverflow);
    assert_eq!(cause(b"\x0c"), Cause::UnexpectedEndGroup);
    assert_eq!(cause(b"\x04"), Cause::UnexpectedEndGroup);
    assert_eq!(cause(b"\xab\x01\x08\x01"), Cause::UnterminatedGroup);
    assert_eq!(cause(b"\xab\x01\x08\x01\xb4\x01"), Cause::UnexpectedEndGroup);
    assert_eq!(cause(b"\xa3\x7d\x08\x01"), Cause::UnterminatedGroup);
    assert_eq!(cause(b"\xa3\x7d\x08\x01\xac\x7d"), Cause::UnexpectedEndGroup);
}

#[test]
fn an_error_names_message_field_and_place() {
    // Field 20, a child, whose field 14 is "a\xff".
    let error = refused(b"\x08\x01\xa2\x01\x04\x72\x02a\xff");
    assert_eq!((error.message(), error.field(), error.offset()), ("test.Everything", 14, 8));
    assert_eq!(
        error.to_string(),
        "invalid test.Everything, field 14, byte 8: the string is not UTF-8"
    );
}

#[test]
fn a_nested_message_cannot_read_beyond_its_end() {
    // The child ends inside a varint, which goes on behind it.
    assert_eq!(
        cause(b"\xa2\x01\x02\x08\x80\x01\x08\x01\x08\x01\x08\x01\x08\x01"),
        Cause::Truncated
    );
    assert_eq!(cause(b"\xa2\x01\x02\x72\x01a\x08\x01"), Cause::Truncated);
    assert_eq!(cause(b"\xa2\x01\x7f\x08\x01"), Cause::Truncated);
}

#[test]
fn a_message_within_a_group_cannot_end_the_group() {
    // Group 21 { child 20 { end of group 21 } }, with and without the group's own end.
    assert_eq!(cause(b"\xab\x01\xa2\x01\x02\xac\x01\xac\x01"), Cause::UnexpectedEndGroup);
    assert_eq!(cause(b"\xab\x01\xa2\x01\x02\xac\x01"), Cause::UnexpectedEndGroup);
}

/// `depth` messages, one in the other.
fn nested(depth: u32) -> Vec<u8> {
    let mut message = Everything::default();
    for _ in 0..depth {
        message = Everything { child: Some(Box::new(message)), ..Everything::default() };
    }
    message.encode_to_vec()
}

#[test]
fn nesting_is_limited_in_messages_groups_and_unknown_groups() {
    let limit = RECURSION_LIMIT as usize;
    assert!(Everything::decode(&nested(RECURSION_LIMIT)).is_ok());
    assert_eq!(cause(&nested(RECURSION_LIMIT + 1)), Cause::TooDeep);

    for (begin, end) in [(b"\xab\x01", b"\xac\x01"), (b"\xa3\x7d", b"\xa4\x7d")] {
        let fits = [begin.repeat(limit), end.repeat(limit)].concat();
        assert!(Everything::decode(&fits).is_ok());
        let too_deep = [begin.repeat(limit + 1), end.repeat(limit + 1)].concat();
        assert_eq!(cause(&too_deep), Cause::TooDeep);
        assert_eq!(cause(&begin.repeat(100_000)), Cause::TooDeep);
    }
}

#[test]
fn a_claimed_length_reserves_nothing() {
    // 4 GiB of text, of numbers, of messages: claimed, and not there.
    for tag in [&b"\x72"[..], b"\x7a", b"\xd2\x01", b"\xe2\x01", b"\xb2\x01", b"\x82\x02"] {
        let bytes = [tag, b"\xff\xff\xff\xff\x0f", &[1; 16]].concat();
        assert_eq!(cause(&bytes), Cause::Truncated);
    }
}
