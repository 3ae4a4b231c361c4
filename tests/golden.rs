//! The .proto files of `fixtures` give exactly the Rust that stands next to them.
//!
//! `RUSTRPC_UPDATE=1 cargo test --test golden` writes what is generated now; look at the
//! difference before committing it.

#[path = "../fixtures/sets.rs"]
mod sets;
mod support;

use std::path::Path;

use protoc_gen_rustrpc::files_of_request;
use sets::{FIXTURES, Set};

#[test]
fn output_is_golden() {
    for set in FIXTURES {
        println!("{}", set.out);
        support::assert_golden(&request(set, &names(set)), &root().join(set.out));
    }
}

#[test]
fn the_order_of_files_changes_nothing() {
    let all = FIXTURES.iter().find(|set| set.out == "fixtures/golden").expect("it is among them");
    let mut names = names(all);
    let forward = files_of_request(request(all, &names));
    names.reverse();
    assert_eq!(forward, files_of_request(request(all, &names)));
}

fn request(set: &Set, names: &[String]) -> Vec<u8> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    support::request(&root().join(set.protos), &names, &set.options.join(","))
}

/// The files of a set, relative to its folder.
fn names(set: &Set) -> Vec<String> {
    if set.files.is_empty() {
        return support::read_folder(&root().join(set.protos)).into_keys().collect();
    }
    set.files.iter().map(ToString::to_string).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
