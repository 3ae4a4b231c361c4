//! JSON, into messages.

use rustrpc::Message;
use rustrpc::json::{Json, JsonError, Parser};
use rustrpc::types::source_code_info::Location;
use rustrpc::types::{
    Any, BytesValue, Empty, FieldMask, Int64Value, ListValue, StringValue, Struct, Value,
};

use super::{GROWING, NOISE, assert_within, key, measured};

/// Reads the text; the outcome, and the most memory that was held meanwhile.
fn read<M: Message + Json>(text: &str) -> (Result<M, JsonError>, usize) {
    measured(|| Parser::new().from_str(text))
}

/// The same, skipping what is not known.
fn skim<M: Message + Json>(text: &str) -> (Result<M, JsonError>, usize) {
    measured(|| Parser::new().ignore_unknown(true).from_str(text))
}

/// `count` times the same element in brackets.
fn array(element: &str, count: usize) -> String {
    format!("[{}]", vec![element; count].join(","))
}

#[test]
fn elements_take_the_room_of_their_type() {
    const COUNT: usize = 500_000;
    for element in ["0", "\"\"", "null", "[]"] {
        let text = array(element, COUNT);
        let (list, peak) = read::<ListValue>(&text);
        assert_eq!(list.unwrap().values.len(), COUNT);
        assert_within(peak, GROWING * COUNT * size_of::<Value>(), text.len());
    }
    let text = array("{}", COUNT);
    let (list, peak) = read::<ListValue>(&text);
    assert_eq!(list.unwrap().values.len(), COUNT);
    let element = GROWING * size_of::<Value>() + size_of::<Struct>();
    assert_within(peak, COUNT * element, text.len());
    let text = format!("{{\"path\":{}}}", array("0", COUNT));
    let (location, peak) = read::<Location>(&text);
    assert_eq!(location.unwrap().path.len(), COUNT);
    assert_within(peak, GROWING * COUNT * size_of::<i32>(), text.len());
}

#[test]
fn paths_of_a_mask_take_the_room_of_their_type() {
    let text = format!("\"{}\"", ",".repeat(999_999));
    let (mask, peak) = read::<FieldMask>(&text);
    assert_eq!(mask.unwrap().paths.len(), 1_000_000);
    assert_within(peak, 1_000_000 * size_of::<String>(), text.len());
    // Each capital is two characters there.
    let text = format!("\"{}\"", "A".repeat(1_000_000));
    let (mask, peak) = read::<FieldMask>(&text);
    assert_eq!(mask.unwrap().paths[0].len(), 2_000_000);
    assert_within(peak, GROWING * 2_000_000, text.len());
}

#[test]
fn maps_take_the_room_of_their_entries() {
    const ENTRIES: usize = 17_576;
    let members: Vec<String> = (0..ENTRIES).map(|at| format!("\"{}\":0", key(at))).collect();
    let text = format!("{{{}}}", members.join(","));
    let (object, peak) = read::<Struct>(&text);
    assert_eq!(object.unwrap().fields.len(), ENTRIES);
    let entry = size_of::<(String, Value)>() + 1;
    assert_within(peak, ENTRIES * (GROWING * entry * 8 / 7 + 3), text.len());
    let (object, peak) = read::<Struct>(&format!("{{{}}}", vec!["\"a\":0"; 300_000].join(",")));
    assert!(object.unwrap_err().problem().contains("is given twice"));
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn text_that_is_too_deep_is_refused_before_it_costs_much() {
    for deep in ["[".repeat(1_000_000), "{\"a\":".repeat(200_000), "[{\"a\":".repeat(200_000)] {
        let (value, peak) = read::<Value>(&deep);
        assert!(value.unwrap_err().problem().contains("nested deeper"));
        assert!(peak < NOISE, "{peak} bytes");
        let (nothing, peak) = skim::<Empty>(&format!("{{\"a\":{deep}"));
        assert!(nothing.unwrap_err().problem().contains("nested deeper"));
        assert!(peak < NOISE, "{peak} bytes");
    }
    let deep = "{\"@type\":\"x.y/google.protobuf.Any\",\"value\":".repeat(20_000);
    let (any, peak) = read::<Any>(&deep);
    any.unwrap_err();
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn what_is_skipped_costs_nothing() {
    let members = vec!["\"a\":{\"b\":[0,\"c\",null,true]}"; 100_000].join(",");
    let (nothing, peak) = skim::<Empty>(&format!("{{{members}}}"));
    nothing.unwrap();
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn strings_take_three_times_their_length_at_most() {
    for part in ["a", "\\n", "\\u0041", "\\ud83d\\ude00", "é"] {
        let long = part.repeat(1_000_000 / part.len());
        let text = format!("\"{long}\"");
        let (value, peak) = read::<StringValue>(&text);
        assert!(!value.unwrap().value.is_empty());
        assert_within(peak, GROWING * text.len(), text.len());
        let (value, peak) = read::<StringValue>(&format!("\"{long}"));
        assert!(value.unwrap_err().problem().contains("is not ended"));
        assert_within(peak, GROWING * text.len(), text.len());
    }
    let text = format!("\"{}\"", "AAAA".repeat(250_000));
    let (value, peak) = read::<BytesValue>(&text);
    assert_eq!(value.unwrap().value.len(), 750_000);
    assert_within(peak, GROWING * text.len(), text.len());
}

#[test]
fn numbers_of_many_digits_cost_nothing() {
    let digits = "1".repeat(1_000_000);
    for text in [&digits, &format!("1e{digits}"), &format!("0.{digits}"), &format!("\"{digits}\"")]
    {
        let (number, peak) = read::<Int64Value>(text);
        number.unwrap_err();
        assert!(peak < NOISE, "{peak} bytes");
    }
    let (number, peak) = read::<Value>(&format!("0.{digits}"));
    assert_eq!(number.unwrap(), Value::from(1.0 / 9.0));
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn messages_in_an_any_take_a_few_times_their_length() {
    // Each level is encoded for the one around it.
    let (open, depth) = ("{\"@type\":\"a.b/google.protobuf.Any\",\"value\":", 20);
    let text = "x".repeat(1_000_000);
    let inner = format!("{{\"@type\":\"a.b/google.protobuf.StringValue\",\"value\":\"{text}\"}}");
    let text = format!("{}{inner}{}", open.repeat(depth), "}".repeat(depth));
    let (any, peak) = read::<Any>(&text);
    assert!(any.unwrap().value.len() > 1_000_000);
    assert_within(peak, 4 * text.len(), text.len());
}
