//! What text is written.

use super::sample::{Mood, Payment, Sample, Status};
use crate::json::{Printer, to_string};

#[test]
fn a_default_message_is_an_empty_object() {
    assert_eq!(to_string(&Sample::default()).as_deref(), Ok("{}"));
}

#[test]
fn every_kind_of_field_has_its_form() {
    let sample = Sample {
        number: -5,
        big_number: u64::MAX,
        price: 19.99,
        ratio: 0.1,
        open: true,
        title: "a \"title\"\n\u{1}\u{2028}é".to_owned(),
        raw: vec![0xfb, 0xff],
        status: Status(1),
        mood: Some(Mood(0)),
        note: Some(String::new()),
        child: Some(Box::new(Sample { number: 1, ..Sample::default() })),
        numbers: vec![1, -2],
        children: vec![Sample::default(), Sample { open: true, ..Sample::default() }],
        statuses: vec![Status(-1), Status(77)],
        labels: [("a\tb".to_owned(), 1)].into(),
        by_number: [(-3, Sample::default())].into(),
        by_truth: [(false, Status(0)), (true, Status(1))].into(),
        payment: Some(Payment::Cash(0)),
    };
    let text = concat!(
        r#"{"number":-5,"bigNumber":"18446744073709551615","price":19.99,"ratio":0.1,"#,
        r#""open":true,"renamed":"a \"title\"\n\u0001"#,
        "\u{2028}é",
        r#"","raw":"+/8=","status":"OPEN","mood":"FINE","note":"","child":{"number":1},"#,
        r#""numbers":["1","-2"],"children":[{},{"open":true}],"statuses":["LOST",77],"#,
        r#""labels":{"a\tb":1},"byNumber":{"-3":{}},"byTruth":{"false":"UNKNOWN","true":"OPEN"},"#,
        r#""cash":"0"}"#,
    );
    assert_eq!(to_string(&sample).as_deref(), Ok(text));
}

#[test]
fn a_negative_zero_is_not_the_default() {
    let sample = Sample { price: -0.0, ratio: -0.0, ..Sample::default() };
    assert_eq!(to_string(&sample).as_deref(), Ok(r#"{"price":-0,"ratio":-0}"#));
}

#[test]
fn names_may_be_those_of_the_proto_and_enums_numbers() {
    let printer = Printer::new().proto_names(true).enum_numbers(true);
    let sample = Sample {
        title: "t".to_owned(),
        big_number: 1,
        status: Status(1),
        statuses: vec![Status(-1)],
        ..Sample::default()
    };
    assert_eq!(
        printer.to_string(&sample).as_deref(),
        Ok(r#"{"big_number":"1","title":"t","status":1,"statuses":[-1]}"#)
    );
}

#[test]
fn defaults_are_written_on_demand_where_there_is_no_presence() {
    let text = concat!(
        r#"{"number":0,"bigNumber":"0","price":0,"ratio":0,"open":false,"renamed":"","raw":"","#,
        r#""status":"UNKNOWN","numbers":[],"children":[],"statuses":[],"labels":{},"#,
        r#""byNumber":{},"byTruth":{}}"#,
    );
    let printer = Printer::new().defaults(true);
    assert_eq!(printer.to_string(&Sample::default()).as_deref(), Ok(text));
}
