//! What is refused, and in which words: each `fixtures/refused/NAME.proto` against `NAME.txt`.
//!
//! A first line `// parameter: …` is what the plugin is called with. `RUSTRPC_UPDATE=1 cargo test
//! --test refusals` writes the messages as they are now.

mod support;

use std::fs;
use std::path::PathBuf;

use protoc_gen_rustrpc::{files_of_request, generate};

#[test]
fn each_refusal_says_where_what_and_what_to_do() {
    let folder = folder();
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the folder exists") {
        let path = entry.expect("can be listed").path();
        if path.extension().is_none_or(|extension| extension != "proto") {
            continue;
        }
        count += 1;
        let source = fs::read_to_string(&path).expect("is text");
        let first = source.lines().next().unwrap_or_default();
        let parameter = first.strip_prefix("// parameter: ").unwrap_or_default();
        let name = path.file_name().expect("has one").to_string_lossy();
        let request = support::request(&folder, &[&name], parameter);
        let refusal = files_of_request(&request).expect_err("is refused") + "\n";
        let expected = path.with_extension("txt");
        if std::env::var_os("RUSTRPC_UPDATE").is_some() {
            fs::write(&expected, &refusal).expect("can be written");
        }
        let expected = fs::read_to_string(&expected).expect("each refusal has its message");
        assert_eq!(refusal, expected, "{name}");
    }
    assert!(count >= 2, "the refused files are gone");
}

#[test]
fn a_refusal_travels_in_the_response() {
    let request = support::request(&folder(), &["missing.proto"], "");
    let refusal = files_of_request(&request).expect_err("is refused");
    let response = generate(&request);
    // Field 1 comes first, and holds just that text.
    assert_eq!(response[0], 0x0a);
    let start = response.windows(refusal.len()).position(|window| window == refusal.as_bytes());
    assert_eq!(start, Some(3), "behind a tag and a length of two bytes");
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/refused")
}
