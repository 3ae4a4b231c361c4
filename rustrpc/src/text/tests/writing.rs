//! What is written.

use std::collections::{BTreeMap, HashMap};

use crate::text::{Printer, Text, TextWriter};
use crate::wire::{Reader, UnknownFields};

fn written(printer: Printer, write: impl FnOnce(&mut TextWriter)) -> String {
    let mut writer = TextWriter::new(printer);
    write(&mut writer);
    writer.finish()
}

fn value(value: impl Text) -> String {
    written(Printer::new().single_line(true), |w| value.write_text(w))
}

#[test]
fn messages_have_a_line_for_each_field_or_one_for_all() {
    let write = |w: &mut TextWriter| {
        w.scalar("a", |w| w.signed(-1));
        w.message("empty", |_| {});
        w.message("m", |w| {
            w.scalar("b", |w| w.string("x"));
            w.message("[acme.x]", |w| w.scalar("c", |w| w.word("NAME")));
        });
    };
    assert_eq!(
        written(Printer::new(), write),
        "a: -1\nempty {}\nm {\n  b: \"x\"\n  [acme.x] {\n    c: NAME\n  }\n}\n"
    );
    assert_eq!(
        written(Printer::new().single_line(true), write),
        "a: -1 empty {} m { b: \"x\" [acme.x] { c: NAME } }"
    );
}

#[test]
fn numbers_are_the_shortest_that_read_back() {
    let doubles = [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (-1.5, "-1.5"),
        (1e21, "1e+21"),
        (1e300, "1e+300"),
        (0.1 + 0.2, "0.30000000000000004"),
        (5e-324, "5e-324"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
        (f64::NAN, "nan"),
    ];
    for (number, text) in doubles {
        assert_eq!(value(number), text);
    }
    assert_eq!(value(0.1_f32), "0.1");
    assert_eq!(value(f32::MAX), "3.4028235e+38");
    assert_eq!(value(f32::NEG_INFINITY), "-inf");
    assert_eq!(value(u64::MAX), "18446744073709551615");
    assert_eq!(value(i64::MIN), "-9223372036854775808");
    assert_eq!(value(false), "false");
}

#[test]
fn strings_stay_readable_and_bytes_are_ascii() {
    assert_eq!(value("grüße, 世界 'x'".to_owned()), "\"grüße, 世界 'x'\"");
    assert_eq!(value("\"\\\n\r\t\0\x7f\u{85}1".to_owned()), r#""\"\\\n\r\t\000\177\u00851""#);
    assert_eq!(value("ä\x00001\"".as_bytes().to_vec()), r#""\303\244\000001\"""#);
}

#[test]
fn maps_are_in_the_order_of_their_keys() {
    let map: HashMap<String, i32> =
        [("c", 1), ("a", 0), ("b", 2)].map(|(key, value)| (key.to_owned(), value)).into();
    let single = Printer::new().single_line(true);
    assert_eq!(
        written(single, |w| map.write_field(w, "m")),
        "m { key: \"a\" value: 0 } m { key: \"b\" value: 2 } m { key: \"c\" value: 1 }"
    );
    let map = BTreeMap::from([(false, 1.5), (true, -0.0)]);
    assert_eq!(
        written(single, |w| map.write_field(w, "m")),
        "m { key: false value: 1.5 } m { key: true value: -0 }"
    );
}

/// The fields of a message of which none is known.
fn unknown(bytes: &[u8]) -> UnknownFields {
    let mut reader = Reader::new(bytes);
    let mut fields = UnknownFields::new();
    while let Some(tag) = reader.tag().expect("well-formed") {
        reader.unknown_field(tag, &mut fields).expect("well-formed");
    }
    fields
}

#[test]
fn unknown_fields_are_numbered_and_guessed() {
    let texts: [(&[u8], &str); 7] = [
        (b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "1: 18446744073709551615"),
        (b"\x0d\x01\x00\x00\xff", "1: 0xff000001"),
        (b"\x09\x01\x00\x00\x00\x00\x00\x00\x00", "1: 0x0000000000000001"),
        (b"\x0a\x05hello", "1: \"hello\""),
        (b"\x0a\x00", "1: \"\""),
        (b"\x0a\x02\x10\x07", "1 { 2: 7 }"),
        (b"\x0b\x10\x07\x0c\x08\x01", "1 { 2: 7 } 1: 1"),
    ];
    let printer = Printer::new().single_line(true);
    for (bytes, text) in texts {
        let fields = unknown(bytes);
        assert_eq!(written(printer, |w| w.numbered(fields.iter())), text);
    }
}

#[test]
fn guessing_ends_before_it_gets_deep() {
    let mut bytes = b"\x08\x01".to_vec();
    for _ in 0..12 {
        bytes = [&[0x0a, bytes.len() as u8], &bytes[..]].concat();
    }
    let fields = unknown(&bytes);
    let text = written(Printer::new(), |w| w.numbered(fields.iter()));
    assert_eq!(text.matches('{').count(), 10);
    assert!(text.contains("\"\\n\\002\\010\\001\""), "{text}");
}
