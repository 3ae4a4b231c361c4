//! The option `json`: what is generated for `fixtures/json` is golden, compiles and keeps every
//! message as it was.

#[path = "../fixtures/json/golden/mod.rs"]
mod proto;

use proto::acme::cafe::{Cup, Roast, Size};
use proto::acme::legacy::{Mood, Record, record};
use proto::acme::shop::{self, Order, order};
use rustrpc::json::{self, Parser, Printer};
use rustrpc::{Extension, ExtensionEntry, Message};

#[test]
fn every_field_survives_json_and_binary() {
    let order = order();
    let text = json::to_string(&order).expect("it has a JSON form");
    assert_eq!(text, ORDER);
    let read: Order = json::from_str(&text).expect("it was just written");
    assert_eq!(read, order);
    assert_eq!(Order::decode(&read.encode_to_vec()).expect("it was just encoded"), order);
    for printer in
        [Printer::new().proto_names(true).enum_numbers(true), Printer::new().defaults(true)]
    {
        let text = printer.to_string(&order).expect("it has a JSON form");
        assert_eq!(json::from_str::<Order>(&text).as_ref(), Ok(&order));
    }
}

#[test]
fn enum_values_go_by_the_names_that_json_has_for_them() {
    let cup = Cup {
        size: Some(Size::Large),
        // An alias is shown by the name of the first.
        refills: vec![Size::Grande, Size::Huge, Size::None, Size::Plain, Size(99)],
        by_guest: [("Ferris".to_owned(), Size::Small)].into(),
        roast: Some(Roast::Light),
        ..Default::default()
    };
    let text = json::to_string(&cup).expect("it has a JSON form");
    assert_eq!(text, CUP);
    assert_eq!(json::from_str::<Cup>(&text).as_ref(), Ok(&cup));
    let numbers = Printer::new().enum_numbers(true).to_string(&cup).expect("it has a JSON form");
    assert!(numbers.contains(r#""roast":0"#), "{numbers}");
    // The names of the .proto are read as well.
    for size in [r#""SIZE_LARGE""#, r#""SIZE_GRANDE""#, r#""gr\"ande\n""#, "2"] {
        let cup: Cup = json::from_str(&format!(r#"{{"size": {size}}}"#)).expect("it is known");
        assert_eq!(cup.size, Some(Size::Large), "{size}");
    }
    let error = json::from_str::<Cup>(r#"{"roast": "dark"}"#).expect_err("it has no such name");
    assert!(error.to_string().contains("no value `dark`"), "{error}");
}

/// What the test above writes.
const CUP: &str = r#"{"size":"gr\"ande\n","refills":["gr\"ande\n","3","","SIZE_PLAIN",99],"byGuest":{"Ferris":"small"},"roast":"light"}"#;

#[test]
fn names_that_hide_the_prelude_do_no_harm() {
    let ok = shop::Ok {
        some: Some(shop::ok::Some::Result(shop::Result::default())),
        ..Default::default()
    };
    assert_eq!(json::to_string(&ok).as_deref(), Ok(r#"{"result":{}}"#));
    assert_eq!(json::from_str::<shop::Ok>(r#"{"result":{}}"#), Ok(ok));
    assert_eq!(json::from_str::<shop::None>("{}"), Ok(shop::None::default()));
}

#[test]
fn errors_name_message_path_and_place() {
    let errors = [
        (
            "{\n \"items\": [{}, {\"quantity\": -1}]\n}",
            "acme.shop.Order, items[1].quantity, line 2 column 29: \
             -1 is out of range for uint32: 0 to 4294967295",
        ),
        (
            r#"{"cash": 1, "tradedIn": {}}"#,
            "acme.shop.Order, tradedIn, line 1 column 25: \
             another field of the same oneof is set already; keep one",
        ),
        (
            r#"{"record": {"id": 1, "mood": 3}}"#,
            "acme.shop.Order, record.mood, line 1 column 30: \
             acme.legacy.Mood has no value `3`; it has FINE, GLOOMY",
        ),
        (
            r#"{"record": {"ID": 1}}"#,
            "acme.shop.Order, record, line 1 column 13: acme.legacy.Record has no field `ID`; \
             remove it, or have unknown fields ignored",
        ),
        (
            r#"{"record": {}}"#,
            "acme.shop.Order, line 1 column 15: \
             the required field acme.legacy.Record.id is missing",
        ),
    ];
    for (text, error) in errors {
        let refused = json::from_str::<Order>(text).expect_err(text);
        assert_eq!(refused.to_string(), error);
    }
}

#[test]
fn unknown_values_of_enums_are_left_out_on_demand() {
    let text = r#"{"id": 1, "mood": "NEW", "moods": ["FINE", 7, "NEW", 2], "else": {}}"#;
    let record: Record = Parser::new().ignore_unknown(true).from_str(text).expect("is lenient");
    let moods = vec![Mood::Fine, Mood::Gloomy];
    assert_eq!(record, Record { id: Some(1), moods, ..Record::default() });
}

#[test]
fn extensions_are_named_in_brackets() {
    const WEIGHT: Extension<Record, i64> = Extension::int64("acme.more.weight", 100);
    const ITEM: Extension<Record, order::Item> = Extension::message("acme.more.item", 101);
    const WITHOUT_JSON: Extension<Record, i32> = Extension::int32("acme.more.other", 102);
    const LIST: &[ExtensionEntry] =
        &[WEIGHT.with_json().entry(), ITEM.with_json().entry(), WITHOUT_JSON.entry()];
    const EXTENSIONS: &[&[ExtensionEntry]] = &[&[], LIST];
    let parser = Parser::new().extensions(EXTENSIONS);
    let printer = Printer::new().extensions(EXTENSIONS);
    let text = r#"{"id":1,"[acme.more.weight]":"5","[acme.more.item]":{"sku":"x"}}"#;
    let record: Record = parser.from_str(text).expect("the extensions are known");
    assert_eq!(printer.to_string(&record).as_deref(), Ok(text));
    // They travel in binary, and whoever does not know them leaves them out.
    let decoded = Record::decode(&record.encode_to_vec()).expect("it was just encoded");
    assert_eq!(printer.to_string(&decoded).as_deref(), Ok(text));
    assert_eq!(json::to_string(&record).as_deref(), Ok(r#"{"id":1}"#));
    let refusals = [
        (
            r#"{"id":1,"[acme.more.weight]":[]}"#,
            "[acme.more.weight], line 1 column 30: expected a number",
        ),
        (
            r#"{"id":1,"[acme.more.weight]":1,"[acme.more.weight]":1}"#,
            "[acme.more.weight], line 1 column 53: the extension is given twice; keep one",
        ),
        (
            r#"{"id":1,"[acme.more.other]":1}"#,
            "acme.legacy.Record has no field `[acme.more.other]`",
        ),
    ];
    for (text, error) in refusals {
        let refused = parser.from_str::<Record>(text).expect_err(text).to_string();
        assert!(refused.contains(error), "{refused}");
    }
    let absent = r#"{"id":1,"[acme.more.item]":null}"#;
    assert!(parser.from_str::<Record>(absent).expect("null is absent").unknown_fields.is_empty());
}

const ORDER: &str = concat!(
    r#"{"id":"A-1","totalCents":"1999","status":"STATUS_LOST","#,
    r#""items":[{"sku":"x","quantity":2},{}],"stockBySku":{"x":-5},"#,
    r#""itemByNumber":{"-7":{"quantity":1}},"note":"","replaces":{"id":"A-0"},"#,
    r#""tradedIn":{"card":{}},"sig":"AP8=","weight":0.25,"o\"d\\d\t":true,"type":1.5,"#,
    r#""record":{"id":0,"mood":"GLOOMY","line":[{},{"text":"-"}],"raw":"","moods":["FINE"]},"#,
    r#""history":["STATUS_UNSPECIFIED",9]}"#,
);

fn order() -> Order {
    let item =
        |sku: &str, quantity| order::Item { sku: sku.into(), quantity, ..Default::default() };
    let line =
        |text: Option<&str>| record::Line { text: text.map(Into::into), ..Default::default() };
    Order {
        id: "A-1".into(),
        total_cents: 1999,
        status: order::Status::Lost,
        items: vec![item("x", 2), order::Item::default()],
        stock_by_sku: [("x".into(), -5)].into(),
        item_by_number: [(-7, item("", 1))].into(),
        note: Some(String::new()),
        replaces: Some(Box::new(Order { id: "A-0".into(), ..Order::default() })),
        payment: Some(order::Payment::TradedIn(Box::new(Order {
            payment: Some(order::Payment::Card(order::Card::default())),
            ..Order::default()
        }))),
        signature: vec![0, 255],
        weight: 0.25,
        odd: true,
        r#type: 1.5,
        record: Some(Record {
            id: Some(0),
            mood: Some(Mood::Gloomy),
            line: vec![line(None), line(Some("-"))],
            raw: Some(Vec::new()),
            moods: vec![Mood::Fine],
            ..Record::default()
        }),
        history: vec![order::Status::Unspecified, order::Status(9)],
        ..Order::default()
    }
}
