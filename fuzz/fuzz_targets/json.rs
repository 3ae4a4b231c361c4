//! ProtoJSON: what is read from any text, or decoded from any bytes, can be written, read again and
//! taken through binary, and stays what it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rustrpc::json::{Json, JsonType, Parser, Printer};
use rustrpc::types::{Any, Duration, FieldMask, Struct, Timestamp};
use rustrpc::{ExtensionEntry, Message};

#[allow(dead_code, reason = "the fuzzing is about two messages of them")]
#[path = "../../fixtures/json/golden/mod.rs"]
mod proto;

use proto::acme::legacy::Record;
use proto::acme::shop::Order;

static TYPES: &[JsonType] = &[
    JsonType::of::<Order>(),
    JsonType::of::<Record>(),
    JsonType::of::<Struct>(),
    JsonType::of::<Timestamp>(),
    JsonType::of::<Duration>(),
    JsonType::of::<FieldMask>(),
    JsonType::of::<Any>(),
];
static EXTENSIONS: &[&[ExtensionEntry]] = &[];

const PARSER: Parser = Parser::new().types(TYPES).extensions(EXTENSIONS);
const PRINTER: Printer = Printer::new().types(TYPES).extensions(EXTENSIONS);

fuzz_target!(|data: &[u8]| {
    check::<Order>(data);
    check::<Record>(data);
    check::<Struct>(data);
    check::<Any>(data);
    check::<Timestamp>(data);
    check::<Duration>(data);
    check::<FieldMask>(data);
});

fn check<M: Message + Json + PartialEq + std::fmt::Debug>(data: &[u8]) {
    // What is skipped and what is refused must do no harm, but can't be compared.
    let _ = PARSER.ignore_unknown(true).from_slice::<M>(data);
    if let Ok(message) = PARSER.from_slice::<M>(data) {
        round_trip(&message);
        let decoded = M::decode(&message.encode_to_vec()).expect("it was just encoded");
        same(&decoded, &message);
    }
    // What comes in binary has a JSON form or not, a time out of range for one. Unknown fields are
    // not in it.
    let Ok(decoded) = M::decode(data) else { return };
    let Ok(text) = PRINTER.to_string(&decoded) else { return };
    match PARSER.from_str::<M>(&text) {
        Ok(known) => round_trip(&known),
        Err(error) => panic!("what was written can't be read: {error}\n{text}"),
    }
}

/// Whatever was read from JSON has a JSON form, and it is the same message.
fn round_trip<M: Message + Json + PartialEq + std::fmt::Debug>(message: &M) {
    for printer in [PRINTER, PRINTER.proto_names(true).enum_numbers(true), PRINTER.defaults(true)] {
        let text = printer.to_string(message).expect("it was read from JSON");
        let again = PARSER.from_str::<M>(&text);
        let again = again.unwrap_or_else(|error| panic!("{error}:\n{text}"));
        same(&again, message);
    }
}

/// Not equal to itself is NaN; and what an `Any` has inside stays encoded in whatever order its
/// maps had. Then the JSON forms have at least to be made of the same characters.
fn same<M: Message + Json + PartialEq + std::fmt::Debug>(one: &M, other: &M) {
    if one == other {
        return;
    }
    let sorted = |message| {
        let text = PRINTER.to_string(message).expect("it has a JSON form");
        let nan = text.contains("NaN");
        let any = text.contains("@type");
        let mut characters: Vec<char> = text.chars().collect();
        characters.sort_unstable();
        (characters, nan || any)
    };
    let (one_sorted, excused) = sorted(one);
    assert!(excused && one_sorted == sorted(other).0, "{one:?}\n{other:?}");
}
