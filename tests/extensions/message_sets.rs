//! Message sets, and items that are none.

use rustrpc::json::{Parser, Printer};
use rustrpc::{DecodeError, Extendable, Message};

use crate::elsewhere::shared::Attachments;
use crate::proto::acme::{Check, Large, check, large};
use crate::{EXTENSIONS, check};

/// An item whose message is a check.
const ITEM: &[u8] = b"\x0b\x10\xa3\x04\x1a\x02\x18\x05\x0c";
/// The same, the message in front.
const REVERSED: &[u8] = b"\x0b\x1a\x02\x18\x05\x10\xa3\x04\x0c";
/// An item of a type that nobody knows.
const UNKNOWN: &[u8] = b"\x0b\x10\x7b\x1a\x03\x01\x02\x03\x0c";

#[test]
fn items_of_message_sets_are_read_in_either_order_and_written_in_one() -> Result<(), DecodeError> {
    let mut attachments = Attachments::default();
    attachments.set_extension(check::MESSAGE_SET_EXTENSION, check(5));
    assert_eq!(attachments.encode_to_vec(), ITEM);
    for item in [ITEM, REVERSED] {
        let bytes = [UNKNOWN, item].concat();
        let mut read = Attachments::decode(&bytes)?;
        assert_eq!(read.extension(check::MESSAGE_SET_EXTENSION)?, Some(check(5)));
        assert!(read.has_extension(check::MESSAGE_SET_EXTENSION));
        assert!(!read.has_extension(large::LARGE));
        assert_eq!(read.encode_to_vec(), [UNKNOWN, ITEM].concat());
        read.clear_extension(check::MESSAGE_SET_EXTENSION);
        assert_eq!(read.encode_to_vec(), UNKNOWN);
    }
    Ok(())
}

#[test]
fn message_sets_hold_numbers_that_tags_do_not() -> Result<(), DecodeError> {
    let mut attachments = Attachments::default();
    let value = Large { text: Some("x".into()), ..Large::default() };
    attachments.set_extension(large::LARGE, value.clone());
    attachments.set_extension(check::MESSAGE_SET_EXTENSION, check(5));
    let read = Attachments::decode(&attachments.encode_to_vec())?;
    assert_eq!(read.extension(large::LARGE)?, Some(value));
    assert_eq!(read.extension(check::MESSAGE_SET_EXTENSION)?, Some(check(5)));
    Ok(())
}

#[test]
fn odd_items_mean_nothing_and_are_kept() -> Result<(), DecodeError> {
    for odd in [
        // No message; no type; neither; fields that no item has; no item at all.
        &b"\x0b\x10\xa3\x04\x0c"[..],
        b"\x0b\x1a\x02\x18\x05\x0c",
        b"\x0b\x0c",
        b"\x0b\x20\x01\x0c",
        b"\xa0\x06\x01",
    ] {
        let read = Attachments::decode(odd)?;
        assert_eq!(read.extension(check::MESSAGE_SET_EXTENSION)?, None, "{odd:?}");
        assert_eq!(read.encode_to_vec(), odd);
    }
    // A message by itself, as those write it who do not know message sets, is as good as an item.
    let mut read = Attachments::decode(b"\x9a\x22\x02\x18\x05")?;
    assert_eq!(read.extension(check::MESSAGE_SET_EXTENSION)?, Some(check(5)));
    assert!(read.has_extension(check::MESSAGE_SET_EXTENSION) && !read.has_extension(large::LARGE));
    assert_eq!(read.encode_to_vec(), b"\x9a\x22\x02\x18\x05");
    read.set_extension(check::MESSAGE_SET_EXTENSION, check(6));
    assert_eq!(read.encode_to_vec(), b"\x0b\x10\xa3\x04\x1a\x02\x18\x06\x0c");
    // Of two types or messages the first one holds.
    let twice = b"\x0b\x10\xa3\x04\x10\x7b\x1a\x02\x18\x05\x1a\x02\x18\x06\x0c";
    let read = Attachments::decode(twice)?;
    assert_eq!(read.extension(check::MESSAGE_SET_EXTENSION)?, Some(check(5)));
    // Two items of one type are merged.
    let read = Attachments::decode(&[ITEM, b"\x0b\x10\xa3\x04\x1a\x03\x0a\x01b\x0c"].concat())?;
    let merged = Check { by: Some("b".into()), ..check(5) };
    assert_eq!(read.extension(check::MESSAGE_SET_EXTENSION)?, Some(merged));
    Ok(())
}

#[test]
fn malformed_items_are_refused() {
    for malformed in [
        // No end; the end of another group; a wire type that does not exist; a length beyond it.
        &b"\x0b\x10\x05"[..],
        b"\x0b\x10\x05\x14",
        b"\x0b\x16\x0c",
        b"\x0b\x10\x05\x1a\x09\x00\x0c",
    ] {
        assert!(Attachments::decode(malformed).is_err(), "{malformed:?}");
    }
    let read = Attachments::decode(b"\x0b\x10\xa3\x04\x1a\x01\x18\x0c").expect("is not looked at");
    let error = read.extension(check::MESSAGE_SET_EXTENSION).expect_err("it is now").to_string();
    assert_eq!(error, "invalid acme.Check, field 3, byte 7: the value reaches beyond the end");
}

#[test]
fn message_sets_have_a_json_form() {
    let (parser, printer) =
        (Parser::new().extensions(EXTENSIONS), Printer::new().extensions(EXTENSIONS));
    let read = Attachments::decode(&[REVERSED, UNKNOWN].concat()).expect("is well-formed");
    let text = printer.to_string(&read).expect("it has a JSON form");
    assert_eq!(text, r#"{"[acme.Check.message_set_extension]":{"number":5}}"#);
    let parsed: Attachments = parser.from_str(&text).expect("it was just written");
    assert_eq!(parsed.encode_to_vec(), ITEM);
}
