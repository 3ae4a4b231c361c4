//! Dynamic messages against generated ones: whatever a message's descriptor allows, both read and
//! write as the same bytes.

#[path = "support/filled.rs"]
mod filled;
#[path = "../fixtures/golden/mod.rs"]
mod golden;
#[path = "../fixtures/codec/golden/mod.rs"]
mod proto;
mod support;

use std::fmt::Debug;
use std::path::Path;

use filled::{Numbers, filled, has_extension};
use rustrpc::Message;
use rustrpc::reflect::{Cardinality, DescriptorPool, DynamicMessage, Value};
use rustrpc::types::descriptors as well_known;

/// The files of `fixtures/protos` as protoc compiles them now.
fn pool() -> DescriptorPool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/protos");
    let names: Vec<String> = support::read_folder(&folder).into_keys().collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    DescriptorPool::from_descriptor_set(&support::descriptor_set(&folder, &names))
        .expect("protoc's own output")
}

/// Compares the two for many values of one message.
fn agree<M: Message + PartialEq + Debug>(pool: &DescriptorPool) {
    let descriptor = pool.message(M::NAME).expect("the pool has every fixture");
    for seed in 0..10 {
        let dynamic = filled(&descriptor, &mut Numbers::new(seed), 2);
        let bytes = dynamic.encode_to_vec();
        let generated = M::decode(&bytes).expect("what is set is sound");
        let again = generated.encode_to_vec();
        if !has_extension(&dynamic) {
            // Generated code has those among its unknown fields, which are written last.
            assert_eq!(again, bytes, "{}", M::NAME);
        }
        let decoded = DynamicMessage::decode(descriptor.clone(), &again);
        assert_eq!(decoded.as_ref(), Ok(&dynamic), "{}", M::NAME);
        assert_eq!(DynamicMessage::from_message(&generated, pool), Ok(dynamic.clone()));
        assert_eq!(dynamic.to_message::<M>(), Ok(generated));

        for end in 0..bytes.len().min(100) {
            let (theirs, ours) = (
                M::decode(&bytes[..end]),
                DynamicMessage::decode(descriptor.clone(), &bytes[..end]),
            );
            match (theirs, ours) {
                (Ok(_), Ok(_)) => {}
                (Err(theirs), Err(ours)) => assert_eq!(ours, theirs, "{}", M::NAME),
                (theirs, ours) => panic!("{}: {theirs:?} and {ours:?}", M::NAME),
            }
        }
    }
}

macro_rules! agree {
    ($pool:expr, $($message:ty),* $(,)?) => {{
        let pool = $pool;
        $(agree::<$message>(&pool);)*
    }};
}

#[test]
fn every_fixture_is_the_same_to_both() {
    use golden::kinds::{self, old, recursion};
    use golden::{acme, comments, editions, names};
    agree!(
        pool(),
        acme::common::v1::Money,
        acme::orders::v1::GetOrderRequest,
        acme::orders::v1::Order,
        acme::orders::v1::order::Item,
        acme::orders::v1::Chunk,
        acme::orders::v1::Receipt,
        acme::orders::v1::Line,
        comments::Comments,
        editions::Presence,
        editions::Inner,
        editions::latest::Latest,
        editions::latest::Hidden,
        kinds::Singular,
        kinds::Optional,
        kinds::Repeated,
        kinds::Choices,
        kinds::Maps,
        old::Defaults,
        old::Needs,
        old::Groups,
        old::groups::Many,
        old::Extended,
        old::Extending,
        old::Set,
        recursion::Direct,
        recursion::Ping,
        recursion::Expression,
        names::child::Leaf,
        golden::Adrift,
        golden::Acme,
    );
}

#[test]
fn embedded_descriptors_do_as_well_as_a_set() {
    use proto::acme::{legacy, modern};
    agree!(
        DescriptorPool::embedded(proto::descriptors::FILES).expect("made in one run"),
        legacy::Guest,
        legacy::Table,
        modern::Person,
        modern::Everything,
    );
}

#[test]
fn protobufs_own_types_describe_themselves() {
    use rustrpc::types::{self, compiler};
    agree!(
        DescriptorPool::embedded(well_known::FILES).expect("made in one run"),
        types::FileDescriptorSet,
        types::DescriptorProto,
        types::FeatureSet,
        types::SourceCodeInfo,
        types::Type,
        types::Api,
        types::Struct,
        types::rpc::Status,
        compiler::CodeGeneratorRequest,
    );
}

#[test]
fn a_descriptor_is_a_message_like_any_other() {
    let pool = DescriptorPool::embedded(well_known::FILES).expect("made in one run");
    let descriptor = pool.message("google.protobuf.FileDescriptorProto").expect("is there");
    for file in pool.files() {
        let dynamic = DynamicMessage::decode(descriptor.clone(), file.encoded()).expect("is well");
        assert_eq!(dynamic.encode_to_vec(), **file.encoded(), "{}", file.name());
        assert_eq!(dynamic.get("name").as_deref().and_then(Value::as_str), Some(file.name()));
        assert!(dynamic.unknown_fields().is_empty());
    }
}

#[test]
fn a_pool_says_what_the_files_say() {
    let pool = pool();
    let order = pool.message("acme.orders.v1.Order").expect("is there");
    assert_eq!((order.name(), order.file().name()), ("Order", "acme/orders/v1/orders.proto"));
    let labels = order.field("labels").expect("is there");
    assert!(labels.is_map() && !labels.has_presence());
    assert_eq!(order.field_by_json_name("oldId"), order.field("old_id"));
    assert_eq!(order.field_by_number(1), order.field("id"));
    assert_eq!(order.field("oldId"), None);
    let payment = order.field("card").and_then(|card| card.oneof()).expect("is in a oneof");
    assert_eq!(payment.fields().len(), 3);
    let note = order.field("note").and_then(|note| note.oneof()).expect("is `optional`");
    assert!(note.is_synthetic() && !payment.is_synthetic());

    let service = pool.service("acme.orders.v1.OrderService").expect("is there");
    let watch = service.method("Watch").expect("is there");
    assert_eq!(watch.path(), "/acme.orders.v1.OrderService/Watch");
    assert!(watch.server_streaming() && !watch.client_streaming());
    assert_eq!((watch.input().name(), watch.output()), ("GetOrderRequest", order.clone()));
    for symbol in [
        "acme.orders.v1.Order",
        "acme.orders.v1.Order.labels",
        "acme.orders.v1.Order.payment",
        "acme.orders.v1.Order.Item",
        "acme.orders.v1.OrderService.Watch",
        "acme.orders.v1",
    ] {
        assert_eq!(pool.file_of_symbol(symbol), Some(order.file()), "{symbol}");
    }
    assert_eq!(pool.file_of_symbol("acme.orders.v2"), None);

    let needs = pool.message("kinds.old.Needs").expect("is there");
    assert!(needs.fields().any(|field| field.cardinality() == Cardinality::Required));
    let defaults = pool.message("kinds.old.Defaults").expect("is there");
    assert!(defaults.fields().all(|field| field.has_presence()));
}

#[test]
fn what_is_set_has_to_fit() {
    let pool = pool();
    let mut order = DynamicMessage::new(pool.message("acme.orders.v1.Order").expect("is there"));
    let error = order.set("id", 7).expect_err("it is a string");
    assert_eq!(error.to_string(), "the field acme.orders.v1.Order.id takes string");
    let error = order.set("idea", 7).expect_err("there is none");
    assert_eq!(error.to_string(), "acme.orders.v1.Order has no field idea");
    let error = order.insert("labels", 1, 1_i64).expect_err("the key is a string");
    assert!(error.to_string().ends_with("takes a map of string to int64"), "{error}");

    order.set("id", "o-1").expect("fits");
    order.set("voucher", "v").expect("fits");
    assert!(order.has("voucher"));
    order.message_mut("cash").expect("is a message").set("currency", "EUR").expect("fits");
    assert!(!order.has("voucher") && order.has("cash"), "one of a oneof");
    order.insert("labels", "a", 1_i64).expect("fits");
    order.push("floors", 3).expect("fits");
    order.push("floors", "x").expect_err("does not fit");
    order.set("note", "").expect("fits");
    assert!(order.has("note"), "it tells absent from default");
    order.set("id", "").expect("fits");
    assert!(!order.has("id"), "it does not");

    let generated: golden::acme::orders::v1::Order = order.to_message().expect("is the same");
    assert_eq!((generated.floors, generated.labels["a"]), (vec![3], 1));
    assert_eq!(order.clear("floors"), Some(Value::from_iter([3])));
    assert!(order.to_message::<golden::acme::common::v1::Money>().is_err());
}

#[test]
fn the_last_value_of_an_entry_says_whether_it_is_declared() {
    let pool = DescriptorPool::embedded(proto::descriptors::FILES).expect("made in one run");
    let descriptor = pool.message("acme.legacy.Guest").expect("is there");
    // A name, and two hours: first 9 and then 1, first 1 and then 9, which `Rush` does not declare.
    let bytes = b"\x0a\x00\x2a\x06\x08\x01\x10\x09\x10\x01\x2a\x06\x08\x02\x10\x01\x10\x09";
    let generated = proto::acme::legacy::Guest::decode(bytes).expect("is sound");
    assert_eq!(generated.rush_by_hour.keys().copied().collect::<Vec<_>>(), [1]);
    let dynamic = DynamicMessage::decode(descriptor, bytes).expect("is sound");
    assert_eq!(DynamicMessage::from_message(&generated, &pool), Ok(dynamic));
}
