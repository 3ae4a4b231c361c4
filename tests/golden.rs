//! The .proto files of `fixtures/protos` give exactly the Rust of `fixtures/golden`.
//!
//! `RUSTRPC_UPDATE=1 cargo test --test golden` writes what is generated now; look at the
//! difference before committing it.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use protoc_gen_rustrpc::files_of_request;

const PARAMETER: &str = "root=crate::golden";

#[test]
fn output_is_golden() {
    let generated = generate(&proto_names());
    let golden = root().join("fixtures/golden");
    if std::env::var_os("RUSTRPC_UPDATE").is_some() {
        if golden.exists() {
            fs::remove_dir_all(&golden).expect("golden files can be replaced");
        }
        for (name, content) in &generated {
            let path = golden.join(name);
            fs::create_dir_all(path.parent().expect("is in a folder")).expect("can be made");
            fs::write(path, content).expect("can be written");
        }
    }
    let mut found = BTreeMap::new();
    read_folder(&golden, &golden, &mut found);
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&generated), names(&found), "the files differ");
    for (name, content) in &generated {
        for (index, (new, old)) in content.lines().zip(found[name].lines()).enumerate() {
            assert_eq!(new, old, "{name}:{}: left is generated now, right is golden", index + 1);
        }
        assert_eq!(content, &found[name], "{name}");
    }
}

#[test]
fn the_order_of_files_changes_nothing() {
    let mut names = proto_names();
    let forward = generate(&names);
    names.reverse();
    assert_eq!(forward, generate(&names));
}

fn generate(names: &[String]) -> BTreeMap<String, String> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let request = support::request(&root().join("fixtures/protos"), &names, PARAMETER);
    let files = files_of_request(&request).unwrap_or_else(|error| panic!("refused:\n{error}"));
    files.into_iter().map(|file| (file.name, file.content)).collect()
}

/// All fixtures, relative to their folder.
fn proto_names() -> Vec<String> {
    let protos = root().join("fixtures/protos");
    let mut files = BTreeMap::new();
    read_folder(&protos, &protos, &mut files);
    files.into_keys().collect()
}

fn read_folder(base: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("can be listed").path();
        if path.is_dir() {
            read_folder(base, &path, files);
        } else {
            let name = path.strip_prefix(base).expect("is below").to_string_lossy();
            files.insert(name.replace('\\', "/"), fs::read_to_string(&path).expect("is text"));
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
