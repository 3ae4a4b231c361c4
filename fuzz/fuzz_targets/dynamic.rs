//! Messages that are known by their descriptors only against generated ones, in binary, JSON and
//! text: the same is refused, for the same reason, and what both accept is the same.
#![no_main]

use std::fmt::Display;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rustrpc::Message;
use rustrpc::json::{self, Json};
use rustrpc::reflect::{DescriptorPool, DynamicMessage};
use rustrpc::text::{self, Text};
use rustrpc::types::descriptors as well_known;
use rustrpc::wire::ProtoFile;

#[allow(dead_code, reason = "not all of them are compared")]
#[path = "../../fixtures/codec/golden/mod.rs"]
mod binary;
#[allow(dead_code, reason = "not all of them are compared")]
#[path = "../../fixtures/json/golden/mod.rs"]
mod in_json;
#[allow(dead_code, reason = "not all of them are compared")]
#[path = "../../fixtures/text/golden/mod.rs"]
mod in_text;

/// Where the last two take themselves to be.
mod proto {
    pub(crate) mod acme {
        pub(crate) use crate::in_json::acme::legacy;
        pub(crate) use crate::in_text::acme::archive;
    }
}

/// Of each set a pool of its own: they declare the same names.
static BINARY: LazyLock<DescriptorPool> = LazyLock::new(|| pool(binary::descriptors::FILES));
static JSON: LazyLock<DescriptorPool> = LazyLock::new(|| pool(in_json::descriptors::FILES));
static TEXT: LazyLock<DescriptorPool> = LazyLock::new(|| pool(in_text::descriptors::FILES));

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else { return };
    match choice % 7 {
        0 => in_binary::<binary::acme::modern::Everything>(&BINARY, data),
        1 => in_binary::<binary::acme::legacy::Guest>(&BINARY, data),
        2 => in_binary::<binary::acme::legacy::Table>(&BINARY, data),
        3 => as_json::<in_json::acme::shop::Order>(&JSON, data),
        4 => as_json::<in_json::acme::legacy::Record>(&JSON, data),
        5 => as_text::<in_text::acme::press::Article>(&TEXT, data),
        _ => as_text::<in_text::acme::archive::Folder>(&TEXT, data),
    }
});

fn pool(files: &[&'static ProtoFile]) -> DescriptorPool {
    let files = [files, well_known::FILES].concat();
    DescriptorPool::embedded(&files).expect("the files fit together")
}

fn in_binary<M: Message>(pool: &DescriptorPool, data: &[u8]) {
    let descriptor = pool.message(M::NAME).expect("is in the pool");
    same(pool, DynamicMessage::decode(descriptor, data), M::decode(data));
}

fn as_json<M: Message + Json>(pool: &DescriptorPool, data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let descriptor = pool.message(M::NAME).expect("is in the pool");
    let parser = json::Parser::new();
    let dynamic = DynamicMessage::from_json(descriptor, text, &parser);
    if let Ok(dynamic) = &dynamic {
        dynamic.to_json(&json::Printer::new()).expect("it was read from JSON");
    }
    same(pool, dynamic, parser.from_str::<M>(text));
}

fn as_text<M: Message + Text>(pool: &DescriptorPool, data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let descriptor = pool.message(M::NAME).expect("is in the pool");
    let parser = text::Parser::new();
    let dynamic = DynamicMessage::from_text(descriptor, text, &parser);
    if let (Ok(_), Err(error)) = (&dynamic, &parser.from_str::<M>(text)) {
        // Generated code has to be told which extensions and types there are; a pool knows.
        assert!(text.contains('['), "only generated code refuses: {error}");
        return;
    }
    if text.contains('[') {
        return;
    }
    same(pool, dynamic, parser.from_str::<M>(text));
}

/// Bytes are compared, and not messages, because of NaN; a dynamic message has its maps in order.
fn same<M: Message, E: Display>(
    pool: &DescriptorPool,
    dynamic: Result<DynamicMessage, E>,
    generated: Result<M, E>,
) {
    match (dynamic, generated) {
        (Ok(dynamic), Ok(generated)) => {
            let again = DynamicMessage::from_message(&generated, pool).expect("is in the pool");
            assert_eq!(again.encode_to_vec(), dynamic.encode_to_vec());
        }
        (Err(dynamic), Err(generated)) => assert_eq!(dynamic.to_string(), generated.to_string()),
        (Ok(_), Err(error)) => panic!("only generated code refuses: {error}"),
        (Err(error), Ok(_)) => panic!("only dynamic code refuses: {error}"),
    }
}
