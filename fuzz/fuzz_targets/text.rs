//! Text format: what is read from any text can be written, read again and taken through binary, and
//! stays what it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rustrpc::text::{Parser, Printer, Text, TextType};
use rustrpc::{ExtensionEntry, Message};

#[allow(dead_code, reason = "the fuzzing is about two messages of them")]
#[path = "../../fixtures/text/golden/mod.rs"]
mod proto;

use proto::acme::archive::Folder;
use proto::acme::editions::EXTENSIONS;
use proto::acme::press::Article;

static TYPES: &[TextType] = &[TextType::of::<Article>(), TextType::of::<Folder>()];
static LISTS: &[&[ExtensionEntry]] = &[EXTENSIONS];

const PARSER: Parser = Parser::new().types(TYPES).extensions(LISTS);
const PRINTER: Printer = Printer::new().types(TYPES).extensions(LISTS).unknown_fields(true);

fuzz_target!(|data: &[u8]| {
    check::<Article>(data);
    check::<Folder>(data);
});

fn check<M: Message + Text + PartialEq>(text: &[u8]) {
    // What is skipped and what is refused must do no harm, but can't be compared.
    let _ = PARSER.ignore_unknown(true).from_slice::<M>(text);
    let Ok(message) = PARSER.from_slice::<M>(text) else { return };
    let printed = PRINTER.to_string(&message);
    for printer in [PRINTER, PRINTER.single_line(true)] {
        // An `Any` given as bytes may hold fields that its type does not know; they are shown by
        // number, which nothing reads.
        let text = printer.to_string(&message);
        let again = match PARSER.from_str::<M>(&text) {
            Ok(again) => again,
            Err(error) if error.problem().contains("not by its number") => return,
            Err(error) => panic!("what was written can't be read: {error}"),
        };
        assert_eq!(PRINTER.to_string(&again), printed);
        // Not equal to itself is NaN; in brackets are types and extensions, which are kept encoded
        // in whatever way they were given.
        assert!(again == message || text.contains("nan") || text.contains('['), "{text}");
    }
    let decoded = M::decode(&message.encode_to_vec()).expect("it was just encoded");
    assert_eq!(PRINTER.to_string(&decoded), printed);
}
