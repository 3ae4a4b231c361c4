//! Bytes from a peer that means harm: they make a pool or an error, never a panic, and no more
//! memory than is to be expected.

use super::{field, file, message, pool};
use crate::json::{Parser, Printer};
use crate::reflect::{DescriptorPool, DynamicMessage};
use crate::types::field_descriptor_proto::Type;
use crate::types::{DescriptorProto, FileDescriptorProto, descriptors};
use crate::wire::Message;

#[test]
fn names_do_not_multiply() {
    // Half of the bytes are the package's name, which every message repeats.
    let messages = (0..10_000).map(|at| message(&format!("M{at}"), Vec::new())).collect();
    let package = Some("p".repeat(100_000));
    let error = pool(&[FileDescriptorProto { package, ..file("a.proto", messages) }]);
    assert!(error.expect_err("would be a gigabyte").to_string().contains("unreasonably long"));

    let package = Some("p.".repeat(50_000) + "p");
    pool(&[FileDescriptorProto { package, ..file("a.proto", Vec::new()) }])
        .expect_err("every beginning of it is a package");

    let package = Some("p.".repeat(300) + "p");
    let fields = (1..5_000).map(|at| field(&format!("f{at}"), at, Type::Message, "X")).collect();
    let messages = vec![message("M", fields)];
    pool(&[FileDescriptorProto { package, ..file("a.proto", messages) }])
        .expect_err("there is no X anywhere");
}

#[test]
fn nesting_ends_where_it_does_for_messages() {
    let nested = |depth| {
        (0..depth).fold(message("M", Vec::new()), |inner, _| DescriptorProto {
            nested_type: vec![inner],
            ..message("M", Vec::new())
        })
    };
    let pool_of = |depth| pool(&[file("a.proto", vec![nested(depth)])]);
    assert_eq!(pool_of(90).expect("is not too deep").messages().len(), 91);
    pool_of(110).expect_err("is nested too deep");
}

#[test]
fn damaged_files_make_a_sound_pool_or_none() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % limit
    };
    let originals = [
        &descriptors::GOOGLE_PROTOBUF_DESCRIPTOR,
        &descriptors::GOOGLE_PROTOBUF_STRUCT,
        &descriptors::GOOGLE_PROTOBUF_ANY,
        &descriptors::GOOGLE_PROTOBUF_WRAPPERS,
        &descriptors::GOOGLE_PROTOBUF_TIMESTAMP,
    ];
    let (mut sound, rounds) = (0, if cfg!(miri) { 50 } else { 500 });
    for round in 0..rounds {
        let mut bytes = originals[round % originals.len()].descriptor.to_vec();
        for _ in 0..=next(3) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = next(256) as u8,
                1 => bytes[at] = bytes[at].wrapping_add(1),
                _ => {
                    let piece = bytes[at..(at + next(40)).min(bytes.len())].to_vec();
                    let place = next(bytes.len());
                    bytes.splice(place..place, piece);
                }
            }
        }
        let pool =
            DescriptorPool::builder().file(bytes.clone()).and_then(|builder| builder.build());
        let Ok(pool) = pool else { continue };
        sound += 1;
        for descriptor in pool.messages() {
            let mut message = DynamicMessage::new(descriptor.clone());
            for field in descriptor.fields() {
                message.set(&field, field.default_value()).expect("its default fits");
            }
            let _ = message.to_json(&Printer::new().defaults(true));
            let again = DynamicMessage::decode(descriptor.clone(), &message.encode_to_vec());
            assert!(again.is_ok() || message.missing_required().is_some());
            let noise = bytes.get(next(bytes.len())..).unwrap_or_default();
            if let Ok(message) = DynamicMessage::decode(descriptor.clone(), noise) {
                let decoded = DynamicMessage::decode(descriptor.clone(), &message.encode_to_vec());
                assert!(decoded.is_ok());
            }
            for text in ["{}", "null", "1", "\"\"", "[]", r#"{"@type":"x/y","value":{}}"#] {
                let _ = DynamicMessage::from_json(descriptor.clone(), text, &Parser::new());
            }
        }
    }
    assert!(sound > rounds / 20, "only {sound} were sound");
}

#[test]
fn bytes_that_are_no_files() {
    for bytes in [&b"\x0a"[..], b"\x0a\x01", b"\x0a\x02\x0a\x05", b"\x0f"] {
        DescriptorPool::from_descriptor_set(bytes).expect_err("is malformed");
    }
    let empty = DescriptorPool::from_descriptor_set(b"").expect("no files at all");
    assert_eq!(empty.files().len() + empty.messages().len() + empty.services().len(), 0);
    let file = file("a.proto", vec![message("M", Vec::new())]);
    let twice = pool(&[file]).expect("is sound");
    let again = DescriptorPool::builder().pool(&twice).pool(&twice).build().expect("is the same");
    assert!(
        again.message("test.M").is_some() && again.message("test.M") != twice.message("test.M")
    );
    assert_eq!(
        FileDescriptorProto::decode(again.files().next().expect("one").encoded())
            .map(|file| file.message_type.len()),
        Ok(1)
    );
}
