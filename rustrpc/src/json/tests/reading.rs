//! What text is read, what is refused, and what the refusal says.

use super::sample::{Mood, Payment, Sample, Status};
use crate::json::{JsonError, Parser, from_slice, from_str};

fn read(text: &str) -> Sample {
    from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Reads what has to be refused, and shows the error without the message's name.
fn refusal(text: &str) -> String {
    let error = from_str::<Sample>(text).expect_err(text);
    assert_eq!(error.message(), "test.Sample");
    error.to_string().trim_start_matches("test.Sample, ").to_owned()
}

#[test]
fn both_names_of_a_field_are_read() {
    assert_eq!(read(r#"{"bigNumber": 5}"#), read(r#"{"big_number": 5}"#));
    assert_eq!(read(r#"{"renamed": "x"}"#), read(r#"{"title": "x"}"#));
    // However they are spelled.
    assert_eq!(read(r#"{"b\u0069gNumber"  :  "5"}"#).big_number, 5);
}

#[test]
fn members_come_in_any_order_and_with_any_white_space() {
    let sample = read("\r\n\t {\n\"open\" : true ,\"number\":7\n, \"mood\" :\t\"GLOOMY\" } \n");
    let expected = Sample { open: true, number: 7, mood: Some(Mood(2)), ..Sample::default() };
    assert_eq!(sample, expected);
}

#[test]
fn integers_are_read_in_every_form() {
    for form in ["12", "\"12\"", "12.0", "1.2e1", "120E-1", "\"1.2e+1\"", "\"\\u00312\""] {
        assert_eq!(read(&format!(r#"{{"number": {form}}}"#)).number, 12, "{form}");
        assert_eq!(read(&format!(r#"{{"bigNumber": {form}}}"#)).big_number, 12, "{form}");
    }
    assert_eq!(
        read(r#"{"numbers": ["-9223372036854775808", 9223372036854775807]}"#).numbers,
        [i64::MIN, i64::MAX]
    );
}

#[test]
fn floats_are_read_in_every_form() {
    assert_eq!(read(r#"{"price": "1.5"}"#).price, 1.5);
    assert_eq!(read(r#"{"price": -1e-3}"#).price, -0.001);
    assert_eq!(read(r#"{"price": 5e-324}"#).price, 5e-324);
    assert_eq!(read(r#"{"ratio": "-Infinity"}"#).ratio, f32::NEG_INFINITY);
    assert_eq!(read(r#"{"ratio": 3.4028235e38}"#).ratio, f32::MAX);
    assert!(read(r#"{"price": "NaN"}"#).price.is_nan());
}

#[test]
fn strings_are_unescaped() {
    let sample = read(r#"{"title": "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é"}"#);
    assert_eq!(sample.title, "\"\\/\u{8}\u{c}\n\r\té😀é");
    assert_eq!(read(r#"{"raw": "\u002b\/8="}"#).raw, [0xfb, 0xff]);
}

#[test]
fn enums_are_read_by_every_name_and_by_number() {
    let sample = read(r#"{"statuses": ["OPEN", "UNLOCKED", 1, "LOST", -1, 99]}"#);
    assert_eq!(sample.statuses.map(|status| status.0), [1, 1, 1, -1, -1, 99]);
}

/// For the comparison above.
trait Mapped {
    fn map<T>(self, f: impl FnMut(Status) -> T) -> Vec<T>;
}

impl Mapped for Vec<Status> {
    fn map<T>(self, f: impl FnMut(Status) -> T) -> Vec<T> {
        self.into_iter().map(f).collect()
    }
}

#[test]
fn null_means_absent() {
    let nulls = r#"{"number": null, "title": null, "raw": null, "status": null, "mood": null,
        "note": null, "child": null, "numbers": null, "labels": null, "card": null, "cash": null}"#;
    assert_eq!(read(nulls), Sample::default());
    let sample = read(r#"{"card": null, "cash": 1, "voucher": null}"#);
    assert_eq!(sample.payment, Some(Payment::Cash(1)));
}

#[test]
fn maps_are_read_by_their_keys() {
    let sample = read(
        r#"{"labels": {"": 1, "a\n": 2}, "byNumber": {"-3": {"number": 1}},
        "byTruth": {"true": "OPEN", "false": 0}}"#,
    );
    assert_eq!(sample.labels, [(String::new(), 1), ("a\n".to_owned(), 2)].into());
    assert_eq!(sample.by_number[&-3].number, 1);
    assert_eq!(sample.by_truth, [(true, Status(1)), (false, Status(0))].into());
}

#[test]
fn unknown_fields_are_skipped_on_demand() {
    let parser = Parser::new().ignore_unknown(true);
    let text = r#"{"x": {"y": [1, -2.5e3, "\u0041", true, false, null, {}, []]}, "number": 1,
        "status": "NEW", "mood": 7, "statuses": ["OPEN", "NEW", "LOST"],
        "byTruth": {"true": "NEW", "false": "OPEN"}, "[test.extension]": 5}"#;
    let sample: Sample = parser.from_str(text).expect("unknown fields are skipped");
    let expected = Sample {
        number: 1,
        statuses: vec![Status(1), Status(-1)],
        by_truth: [(false, Status(1))].into(),
        ..Sample::default()
    };
    assert_eq!(sample, expected);
    // What is skipped has to be JSON all the same.
    for text in
        [r#"{"x": [1,]}"#, r#"{"x": {"a" 1}}"#, r#"{"x": tru}"#, r#"{"x": 01}"#, r#"{"x": "\x"}"#]
    {
        parser.from_str::<Sample>(text).expect_err(text);
    }
}

#[test]
fn errors_say_where_and_what_to_do() {
    let refusals = [
        (
            r#"{"nmber": 1}"#,
            "line 1 column 2: test.Sample has no field `nmber`; \
             remove it, or have unknown fields ignored",
        ),
        (
            "{\"title\": \"é\",\n  \"children\": [{}, {\"labels\": {\"a\": []}}]}",
            "children[1].labels[\"a\"], line 2 column 37: expected a number for int32, found an array",
        ),
        (
            r#"{"number": 1, "number": 2}"#,
            "number, line 1 column 15: the field is given twice; keep one",
        ),
        (
            r#"{"title": "", "renamed": ""}"#,
            "renamed, line 1 column 15: the field is given twice; keep one",
        ),
        (
            r#"{"card": "", "cash": 1}"#,
            "cash, line 1 column 22: another field of the same oneof is set already; keep one",
        ),
        (r#"{"number": 1.5}"#, "number, line 1 column 12: int32 takes whole numbers only, not 1.5"),
        (
            r#"{"number": 2147483648}"#,
            "number, line 1 column 12: 2147483648 is out of range for int32: -2147483648 to 2147483647",
        ),
        (
            r#"{"bigNumber": "-1"}"#,
            "bigNumber, line 1 column 15: -1 is out of range for uint64: 0 to 18446744073709551615",
        ),
        (
            r#"{"number": " 1"}"#,
            "number, line 1 column 12: expected a number for int32, found \" 1\"",
        ),
        (
            r#"{"number": true}"#,
            "number, line 1 column 12: expected a number for int32, found `true`",
        ),
        (r#"{"number": 01}"#, "number, line 1 column 12: a number may not begin with a zero"),
        (
            r#"{"price": 1.}"#,
            "price, line 1 column 11: a number needs digits before and after its point and its `e`",
        ),
        (r#"{"price": 1e999}"#, "price, line 1 column 11: 1e999 is out of range for double"),
        (r#"{"ratio": 3.5e38}"#, "ratio, line 1 column 11: 3.5e38 is out of range for float"),
        (
            r#"{"ratio": "inf"}"#,
            "ratio, line 1 column 11: expected a number, \"NaN\", \"Infinity\" or \"-Infinity\" \
             for float, found \"inf\"",
        ),
        (r#"{"open": "true"}"#, "open, line 1 column 10: expected true or false, found a string"),
        (r#"{"title": 5}"#, "renamed, line 1 column 11: expected a string, found a number"),
        (
            r#"{"title": "\ud800x"}"#,
            "renamed, line 1 column 12: half of a surrogate pair: both halves have to be there, in order",
        ),
        (
            r#"{"title": "\udc00"}"#,
            "renamed, line 1 column 12: half of a surrogate pair: both halves have to be there, in order",
        ),
        (
            r#"{"title": "\ud800\ud800"}"#,
            "renamed, line 1 column 12: half of a surrogate pair: both halves have to be there, in order",
        ),
        (r#"{"title": "\u12"}"#, "renamed, line 1 column 12: `\\u` needs four hexadecimal digits"),
        (
            r#"{"title": "\q"}"#,
            "renamed, line 1 column 12: JSON has no such escape; write a backslash as `\\\\`",
        ),
        (
            "{\"title\": \"\n\"}",
            "renamed, line 1 column 12: the control character 0x0a has to be escaped",
        ),
        (r#"{"title": "x"#, "renamed, line 1 column 11: the string is not ended by `\"`"),
        (
            r#"{"raw": "a"}"#,
            "raw, line 1 column 9: no base64: a digit is left over: base64 comes in groups of four",
        ),
        (
            r#"{"raw": "a*=="}"#,
            "raw, line 1 column 9: no base64: only letters, digits, `+` `/` or `-` `_` are base64",
        ),
        (
            r#"{"status": "CLOSED"}"#,
            "status, line 1 column 12: test.Status has no value `CLOSED`; \
             it has UNKNOWN, OPEN, UNLOCKED, LOST",
        ),
        (
            r#"{"mood": 1}"#,
            "mood, line 1 column 10: test.Mood has no value `1`; it has FINE, GLOOMY",
        ),
        (
            r#"{"status": 1.5}"#,
            "status, line 1 column 12: test.Status takes whole numbers only, not 1.5",
        ),
        (
            r#"{"numbers": [null]}"#,
            "numbers[0], line 1 column 14: expected a number for int64, found `null`",
        ),
        (
            r#"{"children": [null]}"#,
            "children[0], line 1 column 15: expected an object, found `null`",
        ),
        (r#"{"numbers": [1 2]}"#, "numbers, line 1 column 16: expected `,` or `]`, found a number"),
        (
            r#"{"numbers": [1,]}"#,
            "numbers[1], line 1 column 16: expected a number for int64, found `]`",
        ),
        (r#"{"numbers": 1}"#, "numbers, line 1 column 13: expected an array, found a number"),
        (
            r#"{"labels": {"a": null}}"#,
            "labels[\"a\"], line 1 column 18: expected a number for int32, found `null`",
        ),
        (
            r#"{"labels": {"a": 1, "a": 2}}"#,
            "labels, line 1 column 21: the key \"a\" is given twice",
        ),
        (
            r#"{"byNumber": {"a": {}}}"#,
            "byNumber, line 1 column 15: expected a whole number of 64 bits in quotes as key, found \"a\"",
        ),
        (
            r#"{"byTruth": {"yes": 1}}"#,
            "byTruth, line 1 column 14: expected \"true\" or \"false\" as key, found \"yes\"",
        ),
        (r#"{"number": 1,}"#, "line 1 column 14: expected a name in double quotes, found `}`"),
        (r#"{number: 1}"#, "line 1 column 2: expected a name in double quotes, found `number`"),
        (r#"{"number" 1}"#, "line 1 column 11: expected `:`, found a number"),
        (r#"{"number": 1"#, "line 1 column 13: expected `,` or `}`, found the end of the text"),
        (r#"{} x"#, "line 1 column 4: the text goes on with `x` after its end"),
        ("", "line 1 column 1: expected an object, found the end of the text"),
        ("[]", "line 1 column 1: expected an object, found an array"),
        ("nul", "line 1 column 1: expected an object, found `nul`"),
        ("{\"open\": tru}", "open, line 1 column 10: expected `true`"),
    ];
    for (text, error) in refusals {
        assert_eq!(refusal(text), error, "{text}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_refused() {
    let error = from_slice::<Sample>(b"{\n\"title\": \"\xff\"}").expect_err("no UTF-8");
    let text = "test.Sample, line 2 column 11: the text is not UTF-8, which JSON has to be";
    assert_eq!(error.to_string(), text);
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| {
        let open = r#"{"child":"#.repeat(depth - 1);
        format!("{open}{{}}{}", "}".repeat(depth - 1))
    };
    read(&nested(100));
    let error = from_str::<Sample>(&nested(101)).expect_err("too deep");
    assert_eq!(error.problem(), "nested deeper than 100 levels");
    assert_eq!(error.line(), Some(1));
    // Deep nesting in what is skipped is no way around it.
    let deep = format!("{{\"x\":{}", "[".repeat(1_000_000));
    let error = skipping(&deep).expect_err("too deep");
    assert_eq!(error.problem(), "nested deeper than 100 levels");
}

fn skipping(text: &str) -> Result<Sample, JsonError> {
    Parser::new().ignore_unknown(true).from_str(text)
}

#[test]
fn what_errors_show_of_the_text_is_bounded() {
    let long = "x".repeat(100_000);
    for text in [
        format!(r#"{{"{long}": 1}}"#),
        format!(r#"{{"number": "{long}"}}"#),
        format!(r#"{{"price": "{long}"}}"#),
        format!(r#"{{"status": "{long}"}}"#),
        format!(r#"{{"labels": {{"{long}": []}}}}"#),
        format!(r#"{{"byNumber": {{"{long}": {{}}}}}}"#),
        format!(r#"{{"labels": {{"{long}": 1, "{long}": 2}}}}"#),
        format!(r#"{{"open": {long}}}"#),
    ] {
        let length = refusal(&text).len();
        assert!(length < 400, "{length} bytes for {}", &text[..20]);
    }
}
