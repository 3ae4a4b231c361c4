//! Options: what `golden.rs` generates for `fixtures/options` compiles and does what was asked for.

#[path = "../fixtures/options/golden/mod.rs"]
mod proto;

/// The same types, generated without being asked for anything: they stand in for another crate.
#[path = "../fixtures/options/elsewhere/mod.rs"]
mod elsewhere;

use std::collections::{BTreeMap, HashSet};

use proto::acme::{Blob, Key, Large, blob, key};
use rustrpc::{Bytes, Message};

#[test]
fn fields_have_the_types_asked_for() {
    let blob = Blob {
        data: Bytes::from_static(b"data"),
        parts: vec![Bytes::from_static(b"part")],
        named: [("name".to_owned(), Bytes::from_static(b"value"))].into(),
        plain: b"plain".to_vec(),
        content: Some(blob::Content::Large(Box::new(Large {
            sorted: BTreeMap::from([(2, "two".to_owned()), (1, "one".to_owned())]),
            price: Some(Box::new(elsewhere::shared::Money::default())),
            unit: elsewhere::shared::Unit::Unspecified,
            ..Large::default()
        }))),
        ..Blob::default()
    };
    assert_eq!(Blob::decode(&blob.encode_to_vec()), Ok(blob));
}

#[test]
fn attributes_reach_what_they_name() {
    let key = Key { place: Some(key::Place::Row(3)), ..Key::default() };
    let set = HashSet::from([key.clone()]);
    assert!(set.contains(&key));
}

#[test]
fn unknown_fields_are_dropped_where_asked() {
    // Field 9, which no Key has, behind a row.
    let key = Key::decode(&[0x18, 3, 0x48, 1]).expect("unknown fields are no error");
    assert_eq!(key.encode_to_vec(), [0x18, 3]);
}
