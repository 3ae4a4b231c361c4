//! What does not fit together is refused, by name.

use super::{field, file, message, pool};
use crate::reflect::{DynamicMessage, Value};
use crate::types::descriptor_proto::ExtensionRange;
use crate::types::field_descriptor_proto::{Label, Type};
use crate::types::{
    EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, MessageOptions,
};

fn refusal(files: &[FileDescriptorProto]) -> String {
    pool(files).expect_err("is refused").to_string()
}

fn importing(name: &str, imports: &[&str]) -> FileDescriptorProto {
    let dependency = imports.iter().map(|&import| import.to_owned()).collect();
    FileDescriptorProto { dependency, ..file(name, Vec::new()) }
}

#[test]
fn imports_that_are_missing_or_lead_back() {
    assert_eq!(
        refusal(&[importing("a.proto", &["b.proto"])]),
        "a.proto: it imports b.proto, which is not there; add that file, or have protoc write the \
         set with --include_imports"
    );
    let error = refusal(&[
        importing("a.proto", &["b.proto"]),
        importing("b.proto", &["c.proto"]),
        importing("c.proto", &["a.proto"]),
    ]);
    assert_eq!(error, "c.proto: it imports a.proto, which imports it");
    refusal(&[importing("a.proto", &["a.proto"])]);

    // A chain of them in the wrong order is fine.
    let chain: Vec<_> = (0..2_000)
        .map(|at| match at {
            0 => importing("f0", &[]),
            _ => importing(&format!("f{at}"), &[&format!("f{}", at - 1)]),
        })
        .rev()
        .collect();
    let pool = pool(&chain).expect("every import is there");
    assert_eq!(pool.files().next().expect("there are some").name(), "f0");
}

#[test]
fn names_that_are_defined_twice_or_are_none() {
    let twice = [
        file("a.proto", vec![message("M", Vec::new())]),
        file("b.proto", vec![message("M", Vec::new())]),
    ];
    assert_eq!(
        refusal(&twice),
        "b.proto, test.M: the name is defined twice; rename one, or leave out a file"
    );
    let same = [file("a.proto", Vec::new()), file("a.proto", vec![message("M", Vec::new())])];
    assert!(refusal(&same).contains("two files have this name"));
    pool(&[twice[0].clone(), twice[0].clone()]).expect("both say the same");
    for name in ["", "1", "a.b", "ü", "a b"] {
        let error = refusal(&[file("a.proto", vec![message(name, Vec::new())])]);
        assert!(error.contains("is no name"), "{error}");
    }
    refusal(&[file("", Vec::new())]);
}

#[test]
fn types_that_nobody_defines() {
    let with = |field| [file("a.proto", vec![message("M", vec![field])])];
    assert_eq!(
        refusal(&with(field("f", 1, Type::Message, ".test.N"))),
        "a.proto, test.M.f: no file of the pool defines the type `.test.N`; add the one that does"
    );
    refusal(&with(field("f", 1, Type::Enum, ".test.M")));
    refusal(&with(field("f", 1, Type::Message, "")));
    refusal(&with(FieldDescriptorProto { r#type: None, ..field("f", 1, Type::Bool, "") }));
    // Relative names are found from the inside out.
    pool(&with(field("f", 1, Type::Message, "M"))).expect("test.M");
    pool(&with(field("f", 1, Type::Message, "test.M"))).expect("test.M");
}

#[test]
fn numbers_out_of_range_or_given_twice() {
    for number in [0, -1, 19_000, 19_999, 1 << 29, i32::MAX] {
        let fields = vec![field("f", number, Type::Bool, "")];
        let error = refusal(&[file("a.proto", vec![message("M", fields)])]);
        assert!(error.contains("out of range"), "{error}");
    }
    let fields = vec![field("f", 1, Type::Bool, ""), field("g", 1, Type::Bool, "")];
    assert_eq!(
        refusal(&[file("a.proto", vec![message("M", fields)])]),
        "a.proto, test.M.g: it has the number 1, and so has f"
    );

    let extension = |number, extendee: &str| FieldDescriptorProto {
        extendee: Some(extendee.into()),
        ..field(&format!("x{number}"), number, Type::Bool, "")
    };
    let mut extended = message("M", Vec::new());
    extended.extension_range =
        vec![ExtensionRange { start: Some(10), end: Some(20), ..Default::default() }];
    let with = |extension| {
        let file = file("a.proto", vec![extended.clone()]);
        [FileDescriptorProto { extension: vec![extension], ..file }]
    };
    pool(&with(extension(19, ".test.M"))).expect("is in range");
    refusal(&with(extension(20, ".test.M")));
    refusal(&with(extension(10, ".test.N")));
}

#[test]
fn defaults_oneofs_enums_maps_and_editions_that_make_no_sense() {
    let with = |field| vec![file("a.proto", vec![message("M", vec![field])])];
    let default_value = Some("x".to_owned());
    refusal(&with(FieldDescriptorProto { default_value, ..field("f", 1, Type::Int32, "") }));
    refusal(&with(FieldDescriptorProto { oneof_index: Some(0), ..field("f", 1, Type::Int32, "") }));
    let empty = EnumDescriptorProto { name: Some("E".into()), ..Default::default() };
    let file = file("a.proto", Vec::new());
    refusal(&[FileDescriptorProto { enum_type: vec![empty], ..file.clone() }]);
    refusal(&[FileDescriptorProto { syntax: Some("proto4".into()), ..file.clone() }]);
    refusal(&[FileDescriptorProto { syntax: Some("editions".into()), ..file }]);

    let mut entry = message("E", vec![field("key", 1, Type::Float, "")]);
    let is_entry = MessageOptions { map_entry: Some(true), ..Default::default() };
    entry.options = Some(is_entry);
    let map = FieldDescriptorProto {
        label: Some(Label::Repeated),
        ..field("m", 1, Type::Message, ".test.E")
    };
    let messages = |entry| [super::file("a.proto", vec![message("M", vec![map.clone()]), entry])];
    refusal(&messages(entry.clone()));
    entry.field.push(field("value", 2, Type::Float, ""));
    refusal(&messages(entry.clone()));
    entry.field[0].r#type = Some(Type::Sint64);
    let pool = pool(&messages(entry)).expect("has a key and a value now");
    let field = pool.message("test.M").and_then(|message| message.field("m")).expect("is there");
    assert!(field.is_map());
    let mut message = DynamicMessage::new(field.message());
    message.insert("m", -1_i64, 2.5_f32).expect("fits");
    assert_eq!(message.encode_to_vec(), b"\x0a\x07\x08\x01\x15\0\0\x20\x40");
    assert_eq!(message.get("m").as_deref(), Some(&Value::from_iter([(-1_i64, 2.5_f32)])));
}
