//! Input that no protoc sends: an answer in any case, never a panic, never an endless run.

mod support;

use std::path::Path;

use protoc_gen_rustrpc::{files_of_request, generate};

#[test]
fn bytes_that_are_no_request_are_refused() {
    for input in [&b"\xff"[..], b"not a request", &[0x0b; 1000], &[0x7a, 0xff, 0xff, 0xff, 0xff]] {
        let error = files_of_request(input).expect_err("is refused");
        assert!(error.starts_with("the input is not a CodeGeneratorRequest: "), "{error}");
        assert!(!generate(input).is_empty());
    }
}

#[test]
fn nothing_in_gives_an_empty_tree() {
    let files = files_of_request(b"").expect("is a request, if an idle one");
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["mod.rs"]);
}

#[test]
fn damaged_requests_are_answered() {
    let protos = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/protos");
    let whole = support::request(&protos, &["kinds/old.proto", "names/names.proto"], "");
    assert!(files_of_request(&whole).is_ok());
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 33).expect("31 bits fit") % below
    };
    for _ in 0..150 {
        let mut request = whole.clone();
        for _ in 0..=next(8) {
            let position = next(request.len());
            request[position] = next(256).to_le_bytes()[0];
        }
        request.truncate(request.len() - if next(4) == 0 { next(request.len()) } else { 0 });
        let response = generate(&request);
        assert!(!response.is_empty());
    }
}

#[test]
fn messages_nested_without_end_are_refused() {
    let error = files_of_request(nested_messages(65)).expect_err("is refused");
    assert!(error.contains("nested more than 64 deep"), "{error}");
    let files = files_of_request(nested_messages(64)).expect("is not too deep");
    assert_eq!(files[1].content.matches("pub struct M {").count(), 65);
}

/// A request for messages inside of each other.
fn nested_messages(depth: usize) -> Vec<u8> {
    let name = nested(1, b"M");
    let mut message = name.clone();
    for _ in 0..depth {
        message = [&name[..], &nested(3, &message)].concat();
    }
    let file = [nested(1, b"deep.proto"), nested(4, &message)].concat();
    [nested(1, b"deep.proto"), nested(15, &file)].concat()
}

/// A field of bytes.
fn nested(number: u8, content: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        field.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    field.push(length as u8);
    field.extend_from_slice(content);
    field
}
