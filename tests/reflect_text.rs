//! Dynamic messages against generated ones: the same text, both ways.

#[path = "support/filled.rs"]
mod filled;
#[path = "../fixtures/text/golden/mod.rs"]
mod proto;

use std::fmt::Debug;

use filled::{Numbers, filled, has_extension};
use rustrpc::Message;
use rustrpc::reflect::{DescriptorPool, DynamicMessage};
use rustrpc::text::{Parser, Printer, Text};
use rustrpc::types::{self, Any, descriptors as well_known};

fn pool() -> DescriptorPool {
    let files = [proto::descriptors::FILES, well_known::FILES].concat();
    DescriptorPool::embedded(&files).expect("the files fit together")
}

fn agree<M: Message + Text + PartialEq + Debug>(pool: &DescriptorPool) {
    let descriptor = pool.message(M::NAME).expect("the pool has every fixture");
    for seed in 0..10 {
        let dynamic = filled(&descriptor, &mut Numbers::new(seed), 2);
        let generated: M = dynamic.to_message().expect("is the same message");
        let parser = Parser::new();
        for printer in [Printer::new(), Printer::new().single_line(true)] {
            let text = dynamic.to_text(&printer);
            let read = DynamicMessage::from_text(descriptor.clone(), &text, &parser);
            let read = read.unwrap_or_else(|error| panic!("{error}:\n{text}"));
            assert_eq!(read, dynamic, "{text}");
            if has_extension(&dynamic) {
                // Generated code has to be told which ones there are.
                continue;
            }
            assert_eq!(text, printer.to_string(&generated), "{}", M::NAME);
            assert_eq!(parser.from_str::<M>(&text).as_ref(), Ok(&generated), "{text}");
            if seed > 1 {
                continue;
            }
            let step = text.len() / 40 + 1;
            for end in (0..text.len()).step_by(step).filter(|end| text.is_char_boundary(*end)) {
                let cut = &text[..end];
                let ours = DynamicMessage::from_text(descriptor.clone(), cut, &parser);
                match (ours, parser.from_str::<M>(cut)) {
                    (Ok(ours), Ok(theirs)) => assert_eq!(ours.to_message(), Ok(theirs)),
                    (Err(ours), Err(theirs)) => assert_eq!(ours.to_string(), theirs.to_string()),
                    (ours, theirs) => panic!("{cut}: {ours:?} and {theirs:?}"),
                }
            }
        }
    }
}

#[test]
fn every_fixture_has_the_same_text() {
    use proto::acme::{archive, editions, press};
    let pool = pool();
    agree::<archive::Folder>(&pool);
    agree::<editions::Delimited>(&pool);
    agree::<press::Article>(&pool);
    agree::<types::Struct>(&pool);
    agree::<types::Type>(&pool);
    agree::<types::FileDescriptorProto>(&pool);
}

#[test]
fn what_is_refused_is_refused_in_the_same_words() {
    use types::Type;
    let pool = pool();
    let descriptor = pool.message(Type::NAME).expect("is there");
    for text in [
        "nonsense: 1",
        "[acme.nonsense]: 1",
        "name: 'a' name: 'b'",
        "name 'a'",
        "syntax: SYNTAX_PROTO9",
        "syntax: 1.5",
        "fields { number: 99999999999 }",
        "fields: [{ number: 1 }, { kind: 'x' }]",
        "source_context <file_name: 'x'",
        "options { value { [no.url]: 1 } }",
        "7: 1",
    ] {
        let ours = DynamicMessage::from_text(descriptor.clone(), text, &Parser::new());
        let theirs = rustrpc::text::from_str::<Type>(text);
        let (ours, theirs) =
            (ours.expect_err(text).to_string(), theirs.expect_err(text).to_string());
        if !text.contains("no.url") {
            assert_eq!(ours, theirs, "{text}");
        }
    }
    let lenient = Parser::new().ignore_unknown(true);
    DynamicMessage::from_text(descriptor, "nonsense { a: [1, 2] }", &lenient).expect("is skipped");
}

#[test]
fn an_any_shows_what_the_pool_knows() {
    use proto::acme::press::Article;
    let pool = pool();
    let descriptor = pool.message(Any::NAME).expect("is there");
    let article = pool.message(Article::NAME).expect("is there");
    let article: Article = filled(&article, &mut Numbers::new(1), 1).to_message().expect("is one");
    let any = DynamicMessage::from_message(&Any::pack(&article), &pool).expect("the pool has it");
    let text = any.to_text(&Printer::new());
    assert!(text.starts_with("[type.googleapis.com/acme.press.Article] {"), "{text}");
    let read = DynamicMessage::from_text(descriptor.clone(), &text, &Parser::new());
    let read: Any = read.expect("is what was written").to_message().expect("is an Any");
    assert_eq!(read.unpack::<Article>(), Ok(article));

    let unknown = Any { type_url: "x/acme.Unknown".into(), ..Any::default() };
    let unknown = DynamicMessage::from_message(&unknown, &pool).expect("the pool has it");
    assert_eq!(unknown.to_text(&Printer::new()), "type_url: \"x/acme.Unknown\"\n");
    DynamicMessage::from_text(descriptor, "[x/acme.Unknown] {}", &Parser::new())
        .expect_err("nobody knows the type");
}
