//! Dynamic messages against generated ones: the same JSON, both ways.

#[path = "support/filled.rs"]
mod filled;
#[path = "../fixtures/json/golden/mod.rs"]
mod proto;
mod support;

use std::fmt::Debug;
use std::path::Path;

use filled::{Numbers, filled, has_extension};
use rustrpc::Message;
use rustrpc::json::{Json, Parser, Printer};
use rustrpc::reflect::{DescriptorPool, DynamicMessage};
use rustrpc::types::{self, Any, Duration, Timestamp, descriptors as well_known};

fn pool() -> DescriptorPool {
    let files = [proto::descriptors::FILES, well_known::FILES].concat();
    DescriptorPool::embedded(&files).expect("the files fit together")
}

fn agree<M: Message + Json + PartialEq + Debug>(pool: &DescriptorPool) {
    let descriptor = pool.message(M::NAME).expect("the pool has every fixture");
    let mut compared = 0;
    for seed in 0..10 {
        let dynamic = filled(&descriptor, &mut Numbers::new(seed), 2);
        let generated: M = dynamic.to_message().expect("is the same message");
        for printer in [
            Printer::new(),
            Printer::new().defaults(true).proto_names(true),
            Printer::new().enum_numbers(true),
        ] {
            let (ours, theirs) = (dynamic.to_json(&printer), printer.to_string(&generated));
            if has_extension(&dynamic) {
                continue;
            }
            assert_eq!(ours, theirs, "{}", M::NAME);
            let text = ours.expect("every value has a form");
            let parser = Parser::new();
            let read = DynamicMessage::from_json(descriptor.clone(), &text, &parser);
            let read = read.unwrap_or_else(|error| panic!("{error}:\n{text}"));
            assert_eq!(read.to_message().as_ref(), Ok(&generated), "{text}");
            assert_eq!(parser.from_str::<M>(&text).as_ref(), Ok(&generated), "{text}");
            compared += 1;
            if seed > 1 {
                continue;
            }
            let step = text.len() / 40 + 1;
            for end in (0..text.len()).step_by(step).filter(|end| text.is_char_boundary(*end)) {
                let cut = &text[..end];
                let ours = DynamicMessage::from_json(descriptor.clone(), cut, &parser);
                let theirs = parser.from_str::<M>(cut);
                let (ours, theirs) = (ours.expect_err("cut off"), theirs.expect_err("cut off"));
                assert_eq!(ours.to_string(), theirs.to_string(), "{cut}");
            }
        }
    }
    assert!(compared > 0, "{} is never without extensions", M::NAME);
}

#[test]
fn every_fixture_has_the_same_json() {
    use proto::acme::{cafe, legacy, shop};
    let pool = pool();
    agree::<cafe::Cup>(&pool);
    agree::<shop::Order>(&pool);
    agree::<shop::order::Item>(&pool);
    agree::<shop::Result>(&pool);
    agree::<legacy::record::Line>(&pool);
    agree::<types::Struct>(&pool);
    agree::<types::Value>(&pool);
    agree::<types::ListValue>(&pool);
    agree::<types::Timestamp>(&pool);
    agree::<types::Duration>(&pool);
    agree::<types::FieldMask>(&pool);
    agree::<types::DoubleValue>(&pool);
    agree::<types::StringValue>(&pool);
    agree::<types::BytesValue>(&pool);
    agree::<types::UInt64Value>(&pool);
    agree::<types::Type>(&pool);
    agree::<types::FileDescriptorProto>(&pool);
    agree::<types::Empty>(&pool);
}

#[test]
fn what_is_refused_is_refused_in_the_same_words() {
    use proto::acme::shop::Order;
    let pool = pool();
    let descriptor = pool.message(Order::NAME).expect("is there");
    let bad = [
        r#"{"nonsense": 1}"#,
        r#"[]"#,
        r#"{"id": "a", "id": "b"}"#,
        r#"{"id": {}}"#,
        r#"{} {}"#,
        r#"{"id" 1}"#,
    ];
    for text in bad {
        let ours = DynamicMessage::from_json(descriptor.clone(), text, &Parser::new());
        let theirs = rustrpc::json::from_str::<Order>(text);
        let (ours, theirs) = (ours.expect_err(text), theirs.expect_err(text));
        assert_eq!(ours.to_string(), theirs.to_string(), "{text}");
    }
    let lenient = Parser::new().ignore_unknown(true);
    DynamicMessage::from_json(descriptor, bad[0], &lenient).expect("it is skipped");
}

#[test]
fn an_any_holds_what_the_pool_knows() {
    use proto::acme::shop::order::Item;
    let pool = pool();
    let descriptor = pool.message(Any::NAME).expect("is there");
    let item = pool.message(Item::NAME).expect("is there");
    let item: Item = filled(&item, &mut Numbers::new(1), 2).to_message().expect("is an item");
    let anys = [
        Any::pack(&item),
        Any::pack(&Timestamp { seconds: 7, nanos: 0 }),
        Any::pack(&Any::pack(&Duration { seconds: 1, nanos: 0 })),
        Any::pack(&types::Empty::default()),
        Any::default(),
    ];
    for any in anys {
        let dynamic = DynamicMessage::from_message(&any, &pool).expect("the pool has it");
        let text = dynamic.to_json(&Printer::new()).expect("the pool knows what is inside");
        if any.type_url.is_empty() {
            assert_eq!(text, "{}");
            continue;
        }
        assert!(text.contains("\"@type\":\"type.googleapis.com/"), "{text}");
        let read = DynamicMessage::from_json(descriptor.clone(), &text, &Parser::new());
        assert_eq!(read.expect("is what was written"), dynamic, "{text}");
    }
    let unknown = Any { type_url: "x/acme.Unknown".into(), ..Any::default() };
    let dynamic = DynamicMessage::from_message(&unknown, &pool).expect("the pool has it");
    dynamic.to_json(&Printer::new()).expect_err("nobody knows the type");
}

#[test]
fn messages_in_messages_do_not_fill_the_stack() {
    let mut any = Any::pack(&types::Empty::default());
    for _ in 0..2_000 {
        any = Any { value: any.encode_to_vec(), type_url: format!("x/{}", Any::NAME), ..any };
    }
    let error = rustrpc::json::to_string(&any).expect_err("it is nested too deep");
    let dynamic = DynamicMessage::from_message(&any, &pool()).expect("it is but one message");
    assert_eq!(dynamic.to_json(&Printer::new()).expect_err("likewise"), error);
}

#[test]
fn extensions_are_named_in_brackets() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/protos");
    let set = support::descriptor_set(&folder, &["kinds/old.proto"]);
    let pool = DescriptorPool::from_descriptor_set(&set).expect("protoc's own output");
    let descriptor = pool.message("kinds.old.Extended").expect("is there");
    assert!(descriptor.known_extensions().len() > 0, "the fixture has extensions");
    for seed in 0..10 {
        let dynamic = filled(&descriptor, &mut Numbers::new(seed), 2);
        let text = dynamic.to_json(&Printer::new()).expect("every value has a form");
        assert!(text.contains("\"[kinds.old."), "{text}");
        let read = DynamicMessage::from_json(descriptor.clone(), &text, &Parser::new());
        assert_eq!(read.expect("is what was written"), dynamic, "{text}");
    }
}
