//! Text format, into messages.

use rustrpc::Message;
use rustrpc::text::{Parser, Text, TextError};
use rustrpc::types::source_code_info::Location;
use rustrpc::types::{Any, Empty, FieldMask, Int64Value, ListValue, StringValue, Struct, Value};

use super::{GROWING, NOISE, assert_within, key, measured};

/// Reads the text; the outcome, and the most memory that was held meanwhile.
fn read<M: Message + Text>(text: &str) -> (Result<M, TextError>, usize) {
    measured(|| Parser::new().from_str(text))
}

/// The same, skipping what is not known.
fn skim<M: Message + Text>(text: &str) -> (Result<M, TextError>, usize) {
    measured(|| Parser::new().ignore_unknown(true).from_str(text))
}

#[test]
fn elements_take_the_room_of_their_type() {
    const COUNT: usize = 300_000;
    for text in [format!("values:[{}{{}}]", "{},".repeat(COUNT - 1)), "values{}".repeat(COUNT)] {
        let (list, peak) = read::<ListValue>(&text);
        assert_eq!(list.unwrap().values.len(), COUNT);
        assert_within(peak, GROWING * COUNT * size_of::<Value>(), text.len());
    }
    let text = format!("paths:[{}\"\"]", "\"\",".repeat(COUNT - 1));
    let (mask, peak) = read::<FieldMask>(&text);
    assert_eq!(mask.unwrap().paths.len(), COUNT);
    assert_within(peak, GROWING * COUNT * size_of::<String>(), text.len());
    let text = format!("path:[{}0]", "0,".repeat(COUNT - 1));
    let (location, peak) = read::<Location>(&text);
    assert_eq!(location.unwrap().path.len(), COUNT);
    assert_within(peak, GROWING * COUNT * size_of::<i32>(), text.len());
}

#[test]
fn maps_take_the_room_of_their_entries() {
    const ENTRIES: usize = 17_576;
    let text: String = (0..ENTRIES).map(|at| format!("fields{{key:\"{}\"}}", key(at))).collect();
    let (object, peak) = read::<Struct>(&text);
    assert_eq!(object.unwrap().fields.len(), ENTRIES);
    // A vector of bytes begins with eight.
    let entry = size_of::<(String, Value)>() + 1;
    assert_within(peak, ENTRIES * (GROWING * entry * 8 / 7 + 8), text.len());
    let (object, peak) = read::<Struct>(&"fields{}".repeat(300_000));
    assert_eq!(object.unwrap().fields.len(), 1);
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn text_that_is_too_deep_is_refused_before_it_costs_much() {
    let (list, peak) = read::<ListValue>(&"values{list_value{".repeat(50_000));
    assert!(list.unwrap_err().problem().contains("nested deeper"));
    assert!(peak < NOISE, "{peak} bytes");
    let (any, peak) = read::<Any>(&"[a.b/google.protobuf.Any]{".repeat(20_000));
    assert!(any.unwrap_err().problem().contains("nested deeper"));
    assert!(peak < NOISE, "{peak} bytes");
    for deep in ["a{", "a<", "a:[{"] {
        let (nothing, peak) = skim::<Empty>(&deep.repeat(200_000));
        assert!(nothing.unwrap_err().problem().contains("nested deeper"));
        assert!(peak < NOISE, "{peak} bytes");
    }
}

#[test]
fn what_is_skipped_costs_nothing() {
    let (nothing, peak) = skim::<Empty>(&"a{b:[0,1.5,c] d:\"e\"} # f\n".repeat(50_000));
    nothing.unwrap();
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn strings_take_three_times_their_length_at_most() {
    for part in ["a", "\\n", "\\101", "\\u00e9", "\"'b'\"", "é"] {
        let long = part.repeat(1_000_000 / part.len());
        let text = format!("value:\"{long}\"");
        let (value, peak) = read::<StringValue>(&text);
        assert!(!value.unwrap().value.is_empty());
        assert_within(peak, GROWING * text.len(), text.len());
        let (value, peak) = read::<StringValue>(&format!("value:\"{long}"));
        value.unwrap_err();
        assert_within(peak, GROWING * text.len(), text.len());
    }
}

#[test]
fn numbers_of_many_digits_cost_nothing() {
    let digits = "1".repeat(1_000_000);
    for number in [&digits, &format!("0x{digits}"), &format!("0.{digits}")] {
        let (read, peak) = read::<Int64Value>(&format!("value:{number}"));
        read.unwrap_err();
        assert!(peak < NOISE, "{peak} bytes");
    }
}
