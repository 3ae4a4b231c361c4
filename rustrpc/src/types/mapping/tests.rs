//! The special forms, alone and in an `Any`.

use std::fmt::Debug;

use crate::Message;
use crate::json::{Json, JsonType, Parser, Printer, from_str, to_string};
use crate::types::*;

/// The message has that form, and is read from it.
#[track_caller]
fn both_ways<M: Message + Json + PartialEq + Debug>(message: &M, text: &str) {
    assert_eq!(to_string(message).as_deref(), Ok(text));
    assert_eq!(from_str::<M>(text).as_ref(), Ok(message));
}

/// What reading the text as an `M` ends with.
#[track_caller]
fn refusal<M: Message + Json + Debug>(text: &str) -> String {
    from_str::<M>(text).expect_err(text).to_string()
}

/// What writing the message ends with.
#[track_caller]
fn failure<M: Message + Json>(message: &M) -> String {
    to_string(message).expect_err("it has no form").to_string()
}

#[test]
fn times_are_text() {
    both_ways(&Timestamp { seconds: 0, nanos: 500_000_000 }, r#""1970-01-01T00:00:00.500Z""#);
    both_ways(&Duration { seconds: -3, nanos: -1_000 }, r#""-3.000001s""#);
    assert_eq!(from_str(r#""1970-01-01T01:00:00+01:00""#), Ok(Timestamp { seconds: 0, nanos: 0 }));
    assert_eq!(
        refusal::<Timestamp>(r#" "1970-01-01""#),
        "google.protobuf.Timestamp, line 1 column 2: \
         the text is no time such as 1972-01-01T10:00:20.021Z"
    );
    assert_eq!(
        refusal::<Duration>(r#""1""#),
        "google.protobuf.Duration, line 1 column 1: the text is no duration such as 1.5s"
    );
    assert_eq!(
        refusal::<Duration>("5"),
        "google.protobuf.Duration, line 1 column 1: expected a string, found a number"
    );
    assert_eq!(
        failure(&Timestamp { seconds: i64::MAX, nanos: 0 }),
        "google.protobuf.Timestamp: the invalid timestamp (9223372036854775807 s, 0 ns) \
         is not within the years 1 to 9999"
    );
    assert_eq!(
        failure(&Duration { seconds: 1, nanos: -1 }),
        "google.protobuf.Duration: the invalid duration (1 s, -1 ns) \
         is longer than 315,576,000,000 s or has two signs"
    );
}

#[test]
fn wrappers_are_their_value() {
    both_ways(&Int64Value { value: -1 }, r#""-1""#);
    both_ways(&UInt64Value { value: 1 }, r#""1""#);
    both_ways(&Int32Value { value: 0 }, "0");
    both_ways(&UInt32Value { value: 7 }, "7");
    both_ways(&DoubleValue { value: 1.5 }, "1.5");
    both_ways(&FloatValue { value: f32::INFINITY }, r#""Infinity""#);
    both_ways(&BoolValue { value: false }, "false");
    both_ways(&StringValue { value: "a\n".into() }, r#""a\n""#);
    both_ways(&BytesValue { value: vec![255] }, r#""/w==""#);
    assert_eq!(
        refusal::<Int32Value>("null"),
        "google.protobuf.Int32Value, line 1 column 1: expected a number for int32, found `null`"
    );
}

#[test]
fn masks_are_paths_in_camel_case() {
    both_ways(
        &FieldMask::from_iter(["id", "first_name.last_part", "x1"]),
        r#""id,firstName.lastPart,x1""#,
    );
    both_ways(&FieldMask::default(), r#""""#);
    for path in ["fooBar", "foo__bar", "foo_3_bar", "foo_", "a,b"] {
        let error = failure(&FieldMask::from_iter([path]));
        assert!(error.contains(&format!("the path {path:?} can't be written")), "{error}");
    }
    assert_eq!(
        refusal::<FieldMask>(r#""foo,bar_bar""#),
        "google.protobuf.FieldMask, line 1 column 1: \
         the paths of a mask are in lower camel case, without `_`"
    );
}

#[test]
fn values_are_json_itself() {
    let object = Struct::from_iter([(
        "list",
        Value::from(vec![
            Value::null(),
            1.5.into(),
            "x".into(),
            true.into(),
            Struct::default().into(),
            Vec::<Value>::new().into(),
        ]),
    )]);
    both_ways(&object, r#"{"list":[null,1.5,"x",true,{},[]]}"#);
    both_ways(&Value::null(), "null");
    both_ways(&ListValue::default(), "[]");
    assert_eq!(
        failure(&ListValue::from_iter([Value::default()])),
        "google.protobuf.ListValue, [0]: a google.protobuf.Value has no kind; null is a kind as well"
    );
    assert_eq!(
        failure(&Struct::from_iter([("x", f64::NAN)])),
        "google.protobuf.Struct, [\"x\"]: a google.protobuf.Value can't be the number NaN in JSON"
    );
    assert_eq!(
        refusal::<Struct>(r#"{"a": 1, "a": 2}"#),
        "google.protobuf.Struct, line 1 column 10: the key \"a\" is given twice"
    );
    assert_eq!(
        refusal::<Value>("[tree]"),
        "google.protobuf.Value, [0], line 1 column 2: expected `true`"
    );
}

#[test]
fn values_nest_as_deep_as_messages() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(from_str::<Value>(&nested(100)).is_ok());
    assert!(refusal::<Value>(&nested(101)).ends_with("nested deeper than 100 levels"));
    assert!(refusal::<Value>(&"[".repeat(1_000_000)).ends_with("nested deeper than 100 levels"));
}

#[test]
fn an_any_spreads_its_message_or_holds_its_special_form() {
    let plain = Any::pack(&SourceContext { file_name: "a.proto".into(), ..Default::default() });
    static TYPES: &[JsonType] = &[JsonType::of::<SourceContext>()];
    let text =
        r#"{"@type":"type.googleapis.com/google.protobuf.SourceContext","fileName":"a.proto"}"#;
    assert_eq!(Printer::new().types(TYPES).to_string(&plain).as_deref(), Ok(text));
    assert_eq!(Parser::new().types(TYPES).from_str(text).as_ref(), Ok(&plain));
    // The type may come behind the members it explains.
    let text =
        r#"{"fileName":"a.proto", "@type":"type.googleapis.com/google.protobuf.SourceContext"}"#;
    assert_eq!(Parser::new().types(TYPES).from_str(text).as_ref(), Ok(&plain));

    let special = Any::pack(&Duration { seconds: 1, nanos: 0 });
    both_ways(&special, r#"{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}"#);
    let nested = Any::pack(&special);
    both_ways(
        &nested,
        concat!(
            r#"{"@type":"type.googleapis.com/google.protobuf.Any","value":"#,
            r#"{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}"#
        ),
    );
    both_ways(&Any::default(), "{}");
    let empty = Any::pack(&Empty::default());
    both_ways(&empty, r#"{"@type":"type.googleapis.com/google.protobuf.Empty"}"#);
    let text = r#"{"@type":"type.googleapis.com/google.protobuf.Empty","value":{}}"#;
    assert_eq!(from_str(text), Ok(empty));
}

#[test]
fn an_any_that_makes_no_sense_is_refused() {
    let cases = [
        (
            r#"{"value":"1s"}"#,
            "column 2: a google.protobuf.Any with members needs `@type` among them",
        ),
        (
            r#"{"@type":"acme.Order"}"#,
            "column 1: the type \"acme.Order\" of a google.protobuf.Any is not known here",
        ),
        (
            r#"{"@type":"x/acme.Order"}"#,
            "column 1: the type \"x/acme.Order\" of a google.protobuf.Any is not known here",
        ),
        (
            r#"{"@type":"x/google.protobuf.Duration"}"#,
            "column 1: the google.protobuf.Duration needs a member `value`",
        ),
        (
            r#"{"@type":"x/google.protobuf.Duration","value":1}"#,
            "value, line 1 column 47: expected a string, found a number",
        ),
        (
            r#"{"@type":"x/google.protobuf.Duration","value":"1s","value":"1s"}"#,
            "column 52: the member is given twice; keep one",
        ),
        (
            r#"{"@type":"x/google.protobuf.Duration","value":"1s","x":1}"#,
            "column 52: google.protobuf.Any has no field `x`",
        ),
        (r#"{"@type":1}"#, "column 10: expected a string, found a number"),
        (r#"{"x":{"@type":""}"#, "column 18: expected `,` or `}`, found the end of the text"),
    ];
    for (text, error) in cases {
        let refused = refusal::<Any>(text);
        assert!(refused.contains(error), "{refused}");
    }
    let unknown = Any { type_url: "x/acme.Order".into(), value: vec![1], ..Any::default() };
    assert!(failure(&unknown).contains("is not known here"));
    let malformed = Any { value: vec![8], ..Any::pack(&Duration::default()) };
    assert_eq!(
        failure(&malformed),
        "google.protobuf.Any: a google.protobuf.Any holds malformed bytes: \
         invalid google.protobuf.Duration, field 1, byte 1: the value reaches beyond the end"
    );
}

#[test]
fn the_other_messages_of_protobuf_and_google_rpc_are_objects() {
    let status = rpc::Status {
        code: 5,
        message: "gone".into(),
        details: vec![Any::pack(&Duration { seconds: 2, nanos: 0 })],
        ..Default::default()
    };
    both_ways(
        &status,
        concat!(
            r#"{"code":5,"message":"gone","#,
            r#""details":[{"@type":"type.googleapis.com/google.protobuf.Duration","value":"2s"}]}"#
        ),
    );
}
