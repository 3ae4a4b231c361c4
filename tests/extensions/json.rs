//! Extensions in JSON.

use rustrpc::json::{self, Parser, Printer};
use rustrpc::{Extendable, Message};

use crate::elsewhere::shared::Document;
use crate::proto::acme::{self, Check, check};
use crate::{EXTENSIONS, check, document, push_length};

#[test]
fn json_calls_them_by_name() {
    let (parser, printer) =
        (Parser::new().extensions(EXTENSIONS), Printer::new().extensions(EXTENSIONS));
    let document = document();
    let text = printer.to_string(&document).expect("it has a JSON form");
    for member in [
        r#"{"title":"t","[acme.priority]":-2147483648,"[acme.size]":"-9223372036854775808","#,
        r#","[acme.mood]":"GLOOMY","[acme.check]":{"number":1},"[acme.stamp]":{"text":"s","#,
        r#","[acme.numbers]":[1,-1],"[acme.packed_numbers]":["2","-2"],"#,
        r#","[acme.modern.tone]":99,"[acme.modern.tones]":["TONE_WARM",7],"#,
    ] {
        assert!(text.contains(member), "{member} is not in {text}");
    }
    let read: Document = parser.from_str(&text).expect("it was just written");
    assert_eq!(printer.to_string(&read).as_ref(), Ok(&text));
    assert_eq!(read.extension(acme::BLOBS).expect("is well-formed"), [&[][..], &[7]]);

    let mut nested = check(1);
    let mut inner = check(2);
    inner.set_extension(acme::IS_NEW, true);
    nested.push_extension(check::MORE, inner);
    let text = printer.to_string(&nested).expect("it has a JSON form");
    assert_eq!(text, r#"{"number":1,"[acme.Check.more]":[{"number":2,"[acme.is_new]":true}]}"#);
    assert_eq!(parser.from_str(&text).as_ref(), Ok(&nested));
    assert_eq!(json::to_string(&nested).as_deref(), Ok(r#"{"number":1}"#));
}

#[test]
fn json_refuses_what_does_not_fit() {
    let parser = Parser::new().extensions(EXTENSIONS);
    for (text, error) in [
        (
            r#"{"[acme.numbers]": [1, "x"]}"#,
            "shared.Document, [acme.numbers][1], line 1 column 24: expected a number",
        ),
        (
            r#"{"[acme.check]": {}}"#,
            "[acme.check], line 1 column 20: the required field acme.Check.number is missing",
        ),
        (
            r#"{"[acme.numbers]": [1], "[acme.numbers]": [2]}"#,
            "[acme.numbers], line 1 column 42: the extension is given twice; keep one",
        ),
        (r#"{"[acme.is_new]": true}"#, "shared.Document has no field `[acme.is_new]`"),
    ] {
        let refused = parser.from_str::<Document>(text).expect_err(text).to_string();
        assert!(refused.contains(error), "{refused}");
    }
    let absent = r#"{"[acme.numbers]": null, "[acme.check]": null, "[acme.mood]": null}"#;
    assert_eq!(parser.from_str(absent), Ok(Document::default()));

    let malformed = Document::decode(b"\xaa\x07\0").expect("the value is not looked at");
    let error = Printer::new().extensions(EXTENSIONS).to_string(&malformed).expect_err("is not");
    assert!(error.to_string().contains("acme.Check.number is missing"), "{error}");
}

#[test]
fn json_does_not_follow_bytes_as_deep_as_they_go() {
    // A check whose extension is a check whose extension is a check, and so on.
    let nested = |depth: usize| {
        let mut bytes = check(1).encode_to_vec();
        for _ in 1..depth {
            let mut around = check(1).encode_to_vec();
            around.extend(b"\xa2\x06");
            push_length(&mut around, bytes.len());
            around.extend(bytes);
            bytes = around;
        }
        Check::decode(&bytes).expect("the value is not looked at")
    };
    let printer = Printer::new().extensions(EXTENSIONS);
    assert!(printer.to_string(&nested(100)).is_ok());
    let error = printer.to_string(&nested(20_000)).expect_err("is too deep").to_string();
    assert!(error.contains("nested deeper than 100 levels"), "{error}");
}
