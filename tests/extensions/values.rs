//! Typed values: set, added, cleared and read back.

use rustrpc::types::{FieldOptions, MethodOptions};
use rustrpc::{Bytes, DecodeError, Extendable, Extension, Message};

use crate::elsewhere::shared::Document;
use crate::elsewhere::shared::document::Page;
use crate::proto::acme::modern::{self, Part, Tone};
use crate::proto::acme::options::{self, Route};
use crate::proto::acme::{self, Accessors, Check, Line, Mood, Stamp, check, from, scope};
use crate::{check, document, part};

#[test]
fn values_of_all_types_survive_a_round_trip() -> Result<(), DecodeError> {
    let set = document();
    let document = Document::decode(&set.encode_to_vec())?;
    assert_eq!(document, set);
    assert_eq!(document.extension(acme::PRIORITY)?, Some(i32::MIN));
    assert_eq!(document.extension(acme::SIZE)?, Some(i64::MIN));
    assert_eq!(document.extension(acme::COUNT)?, Some(u32::MAX));
    assert_eq!(document.extension(acme::TOTAL)?, Some(u64::MAX));
    assert_eq!(document.extension(acme::SHIFT)?, Some(i32::MIN));
    assert_eq!(document.extension(acme::OFFSET)?, Some(i64::MIN));
    assert_eq!(document.extension(acme::HASH)?, Some(1));
    assert_eq!(document.extension(acme::LONG_HASH)?, Some(2));
    assert_eq!(document.extension(acme::PLACE)?, Some(-1));
    assert_eq!(document.extension(acme::LONG_PLACE)?, Some(-2));
    assert_eq!(document.extension(acme::WEIGHT)?, Some(0.5));
    assert_eq!(document.extension(acme::HEIGHT)?.map(f64::to_bits), Some((-0.0f64).to_bits()));
    assert_eq!(document.extension(acme::DONE)?, Some(false));
    assert_eq!(document.extension(acme::NOTE)?.as_deref(), Some("ü"));
    assert_eq!(document.extension(acme::RAW)?, Some(vec![1, 0]));
    assert_eq!(document.extension(acme::SHARED_RAW)?, Some(Bytes::from_static(b"raw")));
    assert_eq!(document.extension(acme::MOOD)?, Some(Mood::Gloomy));
    assert_eq!(document.extension(acme::CHECK)?, Some(check(1)));
    assert_eq!(document.extension(acme::STAMP)?.and_then(|stamp| stamp.year), Some(1900));
    assert_eq!(document.extension(acme::CHECKED)?, Some(check(2)));
    assert_eq!(document.extension(acme::NUMBERS)?, [1, -1]);
    assert_eq!(document.extension(acme::PACKED_NUMBERS)?, [2, -2]);
    assert_eq!(document.extension(acme::MOODS)?, [Mood::Gloomy, Mood::Merry]);
    assert_eq!(document.extension(acme::PACKED_MOODS)?, [Mood::Merry]);
    assert_eq!(document.extension(acme::NAMES)?, ["", "n"]);
    assert_eq!(document.extension(acme::BLOBS)?, [&[][..], &[7]]);
    assert_eq!(document.extension(acme::CHECKS)?, [check(3), check(4)]);
    assert_eq!(document.extension(acme::LINE)?, [Line::default()]);
    assert_eq!(document.extension(modern::TONE)?, Some(Tone(99)));
    assert_eq!(document.extension(modern::TONES)?, [Tone::Warm, Tone(7)]);
    assert_eq!(document.extension(modern::LOOSE)?, [5]);
    assert_eq!(document.extension(modern::PART)?, Some(part("p")));
    assert_eq!(document.extension(modern::DELIMITED)?, Some(part("d")));
    assert_eq!(document.extension(modern::DELIMITED_PARTS)?, [part("x"), part("y")]);
    Ok(())
}

#[test]
fn the_bytes_are_those_of_a_field() {
    let bytes = |set: fn(&mut Document)| {
        let mut document = Document::default();
        set(&mut document);
        document.encode_to_vec()
    };
    assert_eq!(bytes(|d| d.set_extension(acme::SHIFT, -1)), [0xc0, 0x06, 1]);
    assert_eq!(bytes(|d| d.set_extension(acme::NUMBERS, vec![1, 2])), b"\xc0\x07\x01\xc0\x07\x02");
    assert_eq!(
        bytes(|d| d.set_extension(acme::PACKED_NUMBERS, vec![1, -1])),
        b"\xca\x07\x02\x02\x01"
    );
    assert_eq!(bytes(|d| d.set_extension(acme::PACKED_NUMBERS, vec![])), b"");
    assert_eq!(bytes(|d| d.set_extension(acme::NOTE, "x".into())), b"\x8a\x07\x01x");
    let stamp = b"\xb3\x07\x10\x05\xb4\x07";
    assert_eq!(
        bytes(|d| d.set_extension(acme::STAMP, Stamp { year: Some(5), ..Stamp::default() })),
        stamp
    );
    // Editions pack by default, and delimit where they are told to.
    assert_eq!(bytes(|d| d.set_extension(modern::TONES, vec![Tone::Warm])), b"\xba\x09\x01\x01");
    assert_eq!(bytes(|d| d.set_extension(modern::LOOSE, vec![1])), b"\xc0\x09\x01");
    assert_eq!(bytes(|d| d.set_extension(modern::DELIMITED, Part::default())), b"\xd3\x09\xd4\x09");
}

#[test]
fn what_is_absent_has_a_default() -> Result<(), DecodeError> {
    let document = Document::default();
    assert_eq!(document.extension(acme::SHIFT)?, None);
    assert_eq!(document.extension_or_default(acme::SHIFT)?, -3);
    assert_eq!(document.extension_or_default(acme::PRIORITY)?, 0);
    assert_eq!(document.extension_or_default(acme::WEIGHT)?, f32::INFINITY);
    assert!(document.extension_or_default(acme::DONE)?);
    assert_eq!(document.extension_or_default(acme::NOTE)?, "none \"yet\"");
    assert_eq!(document.extension_or_default(acme::RAW)?, [0, 255]);
    assert_eq!(document.extension_or_default(acme::SHARED_RAW)?, "x");
    assert_eq!(document.extension_or_default(acme::MOOD)?, Mood::Merry);
    assert_eq!(document.extension_or_default(acme::CHECK)?, Check::default());
    assert_eq!(Accessors::default().extension_or_default(from::HIDDEN)?, "hidden");
    assert_eq!(Accessors::default().extension_(), "txt");
    Ok(())
}

#[test]
fn setting_replaces_pushing_adds_and_clearing_removes() -> Result<(), DecodeError> {
    let mut document = Document::decode(b"\xa0\x06\x01\xf8\x7d\x05\xa0\x06\x02")?;
    assert!(document.has_extension(acme::PRIORITY) && !document.has_extension(acme::NUMBERS));
    assert_eq!(document.extension(acme::PRIORITY)?, Some(2), "the last one holds");
    document.set_extension(acme::PRIORITY, 3);
    // Field 2015, which nobody knows, stays.
    assert_eq!(document.encode_to_vec(), b"\xf8\x7d\x05\xa0\x06\x03");
    document.push_extension(acme::NUMBERS, 1);
    document.push_extension(acme::PACKED_NUMBERS, 2);
    document.push_extension(acme::NUMBERS, 3);
    document.push_extension(acme::PACKED_NUMBERS, 4);
    assert_eq!(document.extension(acme::NUMBERS)?, [1, 3]);
    assert_eq!(document.extension(acme::PACKED_NUMBERS)?, [2, 4]);
    document.clear_extension(acme::NUMBERS);
    document.clear_extension(acme::PACKED_NUMBERS);
    document.clear_extension(acme::PRIORITY);
    assert_eq!(document.encode_to_vec(), b"\xf8\x7d\x05");
    assert_eq!(document.extension(acme::NUMBERS)?, []);
    document.set_extension(acme::NAMES, Vec::new());
    assert!(!document.has_extension(acme::NAMES));
    let mut empty = Document::default();
    empty.set_extension(acme::PRIORITY, 1);
    empty.clear_extension(acme::PRIORITY);
    assert_eq!(empty, Document::default());
    Ok(())
}

#[test]
fn messages_that_come_twice_are_merged() -> Result<(), DecodeError> {
    let mut first = Document::default();
    first.set_extension(acme::CHECK, Check { by: Some("b".into()), ..check(1) });
    let mut second = Document::default();
    let after = Check { after: Some(Box::new(check(3))), ..check(2) };
    second.set_extension(acme::CHECK, after.clone());
    let both = [first.encode_to_vec(), second.encode_to_vec()].concat();
    let merged = Document::decode(&both)?.extension(acme::CHECK)?;
    assert_eq!(merged, Some(Check { by: Some("b".into()), ..after }));
    Ok(())
}

#[test]
fn numbers_are_read_packed_and_unpacked() -> Result<(), DecodeError> {
    // 120 packed, 120; 121, 121 packed.
    let bytes = b"\xc2\x07\x02\x01\x02\xc0\x07\x03\xc8\x07\x02\xca\x07\x01\x04";
    let document = Document::decode(bytes)?;
    assert_eq!(document.extension(acme::NUMBERS)?, [1, 2, 3]);
    assert_eq!(document.extension(acme::PACKED_NUMBERS)?, [1, 2]);
    assert!(document.has_extension(acme::NUMBERS));
    Ok(())
}

#[test]
fn numbers_that_no_closed_enum_declares_are_absent() -> Result<(), DecodeError> {
    // 116: 2, 9; 122: 7, 1; 123: 1, 8, 2 packed.
    let bytes = b"\xa0\x07\x02\xa0\x07\x09\xd0\x07\x07\xd0\x07\x01\xda\x07\x03\x01\x08\x02";
    let document = Document::decode(bytes)?;
    assert_eq!(document.extension(acme::MOOD)?, Some(Mood::Merry));
    assert_eq!(document.extension(acme::MOODS)?, [Mood::Gloomy]);
    assert_eq!(document.extension(acme::PACKED_MOODS)?, [Mood::Gloomy, Mood::Merry]);
    let only_unknown = Document::decode(b"\xa0\x07\x09")?;
    assert!(!only_unknown.has_extension(acme::MOOD));
    assert_eq!(only_unknown.extension(acme::MOOD)?, None);
    assert_eq!(only_unknown.encode_to_vec(), b"\xa0\x07\x09", "and are kept");
    Ok(())
}

#[test]
fn another_wire_type_is_another_field() -> Result<(), DecodeError> {
    // 100 with four bytes, then with a length.
    let document = Document::decode(b"\xa5\x06\x01\0\0\0\xa2\x06\x01\x05")?;
    assert_eq!(document.extension(acme::PRIORITY)?, None);
    assert!(!document.has_extension(acme::PRIORITY));
    Ok(())
}

#[test]
fn extensions_extend_nested_messages_and_their_own() -> Result<(), DecodeError> {
    let mut page = Page::default();
    page.set_extension(check::PAGE_CHECK, check(1));
    assert_eq!(page.extension(check::PAGE_CHECK)?, Some(check(1)));
    let mut outer = check(1);
    outer.push_extension(check::MORE, check(2));
    outer.set_extension(scope::INSIDE, 3);
    outer.set_extension(acme::IS_NEW, true);
    outer.set_extension(acme::IS_NEW_, false);
    outer.set_extension(acme::EXTENSIONS, true);
    outer.set_extension(acme::SELF, true);
    outer.set_extension(modern::REASON, part("why"));
    let read = Check::decode(&outer.encode_to_vec())?;
    assert_eq!(read, outer);
    assert_eq!(read.extension(acme::IS_NEW)?, Some(true));
    assert_eq!(read.extension(acme::IS_NEW_)?, Some(false));
    assert_eq!(read.extension(scope::INSIDE)?, Some(3));
    Ok(())
}

#[test]
fn one_may_be_written_by_hand() -> Result<(), DecodeError> {
    const WRITTEN: Extension<Document, i32> = Extension::int32("acme.written", 199);
    assert_eq!((WRITTEN.name(), WRITTEN.number()), ("acme.written", 199));
    let mut document = Document::default();
    document.set_extension(WRITTEN, 1);
    assert_eq!(document.extension(WRITTEN)?, Some(1));
    Ok(())
}

#[test]
fn options_of_descriptors_are_extensions_too() -> Result<(), DecodeError> {
    let route = Route { path: "/v1".into(), ..Route::default() };
    let mut method = MethodOptions { deprecated: Some(true), ..MethodOptions::default() };
    method.set_extension(options::ROUTE, route.clone());
    let read = MethodOptions::decode(&method.encode_to_vec())?;
    assert_eq!(read.extension(options::ROUTE)?, Some(route));
    let mut field = FieldOptions::default();
    field.set_extension(options::LABEL, String::new());
    field.set_extension(options::SIZES, vec![1, 2]);
    assert_eq!(field.extension(options::LABEL)?.as_deref(), Some(""));
    // proto3 packs.
    assert_eq!(field.encode_to_vec(), b"\x8a\xb5\x18\0\x92\xb5\x18\x02\x01\x02");
    Ok(())
}
