//! Messages by their descriptors, in each format. A message is boxed, and its fields are in a map.

use std::fmt::Debug;

use rustrpc::reflect::{DescriptorPool, DynamicMessage, MapKey, MessageDescriptor, Value};
use rustrpc::types::descriptors;
use rustrpc::{json, text};

use super::{GROWING, NOISE, assert_within, delimited, entries, measured, nested_lists};

const JSON: json::Parser = json::Parser::new();
const TEXT: text::Parser = text::Parser::new();
/// A message without fields in a list that grows.
const EMPTY: usize = GROWING * size_of::<Value>() + size_of::<DynamicMessage>();
/// A message with one field that is a scalar: the value, two numbers and nothing else.
const SCALAR: usize = EMPTY + size_of::<Value>() + 8;
/// A message with one field that is an empty message.
const NESTED: usize = SCALAR + size_of::<DynamicMessage>();

const COUNT: usize = 300_000;

fn descriptor(name: &str) -> MessageDescriptor {
    let pool = DescriptorPool::embedded(descriptors::FILES).expect("the files fit together");
    pool.message(&format!("google.protobuf.{name}")).expect("it is among them")
}

/// Has `read` make a message; how many elements or entries its field of that name has, and the most
/// memory that was held meanwhile.
fn counted<E: Debug>(
    message: &str,
    field: &str,
    read: impl FnOnce(MessageDescriptor) -> Result<DynamicMessage, E>,
) -> (usize, usize) {
    let descriptor = descriptor(message);
    let (message, peak) = measured(|| read(descriptor));
    let message = message.expect("what is read is sound");
    let count = match message.get(field).as_deref() {
        Some(Value::List(values)) => values.len(),
        Some(Value::Map(entries)) => entries.len(),
        other => panic!("{other:?}"),
    };
    (count, peak)
}

#[test]
fn binary_takes_the_room_of_values() {
    let within = |message, field, bytes: &[u8], count, each| {
        let read = |descriptor| DynamicMessage::decode(descriptor, bytes);
        let (found, peak) = counted(message, field, read);
        assert_eq!(found, count, "{message}");
        assert_within(peak, count * each, bytes.len());
    };
    let growing = GROWING * size_of::<Value>();
    within("ListValue", "values", &b"\x0a\x00".repeat(COUNT), COUNT, EMPTY);
    within("ListValue", "values", &b"\x0a\x02\x20\x01".repeat(COUNT), COUNT, SCALAR);
    within("ListValue", "values", &b"\x0a\x02\x32\x00".repeat(COUNT), COUNT, NESTED);
    within("FieldMask", "paths", &b"\x0a\x00".repeat(COUNT), COUNT, growing);
    within("SourceCodeInfo.Location", "path", &b"\x08\x01".repeat(COUNT), COUNT, growing);
    // Packed numbers are read as they are, and then made values.
    let packed = delimited(0x0a, &[1; COUNT]);
    let each = size_of::<i32>() + size_of::<Value>();
    within("SourceCodeInfo.Location", "path", &packed, COUNT, each);
    // A tree's nodes are at least half full, have pointers and a box for each value.
    let entry = 2 * (size_of::<MapKey>() + size_of::<Value>() + 8) + size_of::<DynamicMessage>();
    within("Struct", "fields", &entries(17_576), 17_576, entry + 3);
}

#[test]
fn json_takes_the_room_of_values() {
    let within = |message, field, text: &str, count, each| {
        let read = |descriptor| DynamicMessage::from_json(descriptor, text, &JSON);
        let (found, peak) = counted(message, field, read);
        assert_eq!(found, count, "{message}");
        assert_within(peak, count * each, text.len());
    };
    let growing = GROWING * size_of::<Value>();
    let array = |element: &str| format!("[{}]", vec![element; COUNT].join(","));
    within("ListValue", "values", &array("0"), COUNT, SCALAR);
    within("ListValue", "values", &array("[]"), COUNT, NESTED);
    let location = format!("{{\"path\":{}}}", array("0"));
    within("SourceCodeInfo.Location", "path", &location, COUNT, growing);
    // By way of the generated type and its bytes.
    let mask = format!("\"{}\"", ",".repeat(COUNT - 1));
    within("FieldMask", "paths", &mask, COUNT, growing + size_of::<String>() + 2);
}

#[test]
fn text_takes_the_room_of_values() {
    let within = |message, field, text: &str, count, each| {
        let read = |descriptor| DynamicMessage::from_text(descriptor, text, &TEXT);
        let (found, peak) = counted(message, field, read);
        assert_eq!(found, count, "{message}");
        assert_within(peak, count * each, text.len());
    };
    let growing = GROWING * size_of::<Value>();
    let list = |name, element: &str| format!("{name}:[{}]", vec![element; COUNT].join(","));
    within("ListValue", "values", &list("values", "{}"), COUNT, EMPTY);
    within("ListValue", "values", &list("values", "{list_value{}}"), COUNT, NESTED);
    within("FieldMask", "paths", &list("paths", "\"\""), COUNT, growing);
    within("SourceCodeInfo.Location", "path", &list("path", "0"), COUNT, growing);
}

#[test]
fn unknown_fields_and_groups_take_three_times_their_length_at_most() {
    for record in [&b"\x0b\x0c"[..], b"\x0b\x12\x03abc\x0c", b"\x08\x01"] {
        let bytes = record.repeat(1_000_000 / record.len());
        let descriptor = descriptor("Empty");
        let (message, peak) = measured(|| DynamicMessage::decode(descriptor, &bytes));
        assert_eq!(message.unwrap().unknown_fields().as_bytes(), bytes);
        assert_within(peak, GROWING * bytes.len(), bytes.len());
    }
}

#[test]
fn too_deep_and_too_long_are_refused_before_they_cost_much() {
    let value = descriptor("Value");
    for bytes in [nested_lists(2000), b"\x1a\xff\xff\xff\xff\x0f".to_vec(), vec![0x0b; 1_000_000]] {
        let (message, peak) = measured(|| DynamicMessage::decode(value.clone(), &bytes));
        message.unwrap_err();
        assert!(peak < NOISE, "{peak} bytes");
    }
    for text in ["[".repeat(1_000_000), "{\"a\":".repeat(200_000)] {
        let (message, peak) = measured(|| DynamicMessage::from_json(value.clone(), &text, &JSON));
        assert!(message.unwrap_err().problem().contains("nested deeper"));
        assert!(peak < NOISE, "{peak} bytes");
    }
    let text = "list_value{values{".repeat(50_000);
    let (message, peak) = measured(|| DynamicMessage::from_text(value.clone(), &text, &TEXT));
    assert!(message.unwrap_err().problem().contains("nested deeper"));
    assert!(peak < NOISE, "{peak} bytes");
}
