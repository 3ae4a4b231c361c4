//! Values that are not what their extension says.

use rustrpc::{DecodeError, Extendable, Message};

use crate::elsewhere::shared::Document;
use crate::proto::acme;
use crate::{check, push_length};

#[test]
fn what_is_malformed_is_an_error_that_names_the_extension() {
    let error = |bytes: &[u8], read: fn(&Document) -> Option<DecodeError>| {
        let document = Document::decode(bytes).expect("the bytes of a message are not looked at");
        read(&document).expect("they are now").to_string()
    };
    assert_eq!(
        error(b"\x8a\x07\x02\xff\xff", |d| d.extension(acme::NOTE).err()),
        "invalid acme.note, field 113, byte 3: the string is not UTF-8"
    );
    assert_eq!(
        error(b"\xaa\x07\x02\x18\xff", |d| d.extension(acme::CHECK).err()),
        "invalid acme.Check, field 3, byte 4: the value reaches beyond the end"
    );
    assert_eq!(
        error(b"\xaa\x07\0", |d| d.extension(acme::CHECK).err()),
        "invalid acme.check, field 117, byte 0: the required field acme.Check.number is missing"
    );
    assert_eq!(
        error(b"\xb3\x07\xb4\x07", |d| d.extension(acme::STAMP).err()),
        "invalid acme.stamp, field 118, byte 0: the required field acme.Stamp.year is missing"
    );
    assert_eq!(
        error(b"\x82\x08\x03\0\0\0", |d| {
            #[allow(deprecated, reason = "that it is deprecated does not keep it from working")]
            d.extension(acme::PACKED_DOUBLES).err()
        }),
        "invalid acme.packed_doubles, field 128, byte 6: \
         the packed field holds no whole number of elements"
    );
}

/// `depth` checks, each the one before the next.
fn chain(depth: usize) -> Vec<u8> {
    let mut bytes = check(1).encode_to_vec();
    for _ in 1..depth {
        let mut around = check(1).encode_to_vec();
        around.push(0x12);
        push_length(&mut around, bytes.len());
        around.extend(bytes);
        bytes = around;
    }
    bytes
}

#[test]
fn the_depth_of_messages_is_limited() {
    let document = |depth| {
        let value = chain(depth);
        let mut bytes = b"\xaa\x07".to_vec();
        push_length(&mut bytes, value.len());
        bytes.extend(value);
        Document::decode(&bytes).expect("the value is not looked at")
    };
    assert!(document(100).extension(acme::CHECK).is_ok());
    let error = document(101).extension(acme::CHECK).expect_err("is too deep").to_string();
    assert!(error.ends_with("nested too deep"), "{error}");
}
