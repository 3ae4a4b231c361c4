//! Requests out of .proto texts, by the protoc that comes along as a crate.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles .proto files below `include` into an encoded `FileDescriptorSet`.
pub(crate) fn descriptor_set(include: &Path, files: &[&str]) -> Vec<u8> {
    let protoc = protoc_bin_vendored::protoc_bin_path().expect("protoc comes with the crate");
    let output = scratch_file();
    let run = Command::new(protoc)
        .arg("--include_imports")
        .arg("--include_source_info")
        .arg("--descriptor_set_out")
        .arg(&output)
        .arg("-I")
        .arg(include)
        .args(files)
        .output()
        .expect("protoc runs");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "protoc refuses the fixture:\n{said}");
    let set = fs::read(&output).expect("protoc has written its output");
    fs::remove_file(&output).expect("the scratch file is ours");
    set
}

/// Compiles .proto files below `include` into an encoded `CodeGeneratorRequest`.
#[allow(dead_code, reason = "not every test generates code")]
pub(crate) fn request(include: &Path, files: &[&str], parameter: &str) -> Vec<u8> {
    let set = descriptor_set(include, files);
    let mut request = Vec::new();
    for file in files {
        field(&mut request, 1, file.as_bytes());
    }
    field(&mut request, 2, parameter.as_bytes());
    for (number, value) in protoc_gen_rustrpc::request::Cursor::new(&set).flatten() {
        assert_eq!(number, 1, "a FileDescriptorSet has one field");
        field(&mut request, 15, value.bytes().expect("of messages"));
    }
    request
}

/// Compares what is generated for a request with the files of a folder, or, when `RUSTRPC_UPDATE`
/// is set, writes it there.
#[allow(dead_code, reason = "not every test has golden files")]
pub(crate) fn assert_golden(request: &[u8], golden: &Path) {
    let files = protoc_gen_rustrpc::files_of_request(request);
    let files = files.unwrap_or_else(|error| panic!("refused:\n{error}"));
    let generated: BTreeMap<_, _> =
        files.into_iter().map(|file| (file.name, file.content)).collect();
    if std::env::var_os("RUSTRPC_UPDATE").is_some() {
        if golden.exists() {
            fs::remove_dir_all(golden).expect("golden files can be replaced");
        }
        for (name, content) in &generated {
            let path = golden.join(name);
            fs::create_dir_all(path.parent().expect("is in a folder")).expect("can be made");
            fs::write(path, content).expect("can be written");
        }
    }
    let found = read_folder(golden);
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&generated), names(&found), "the files differ");
    for (name, content) in &generated {
        for (index, (new, old)) in content.lines().zip(found[name].lines()).enumerate() {
            assert_eq!(new, old, "{name}:{}: left is generated now, right is golden", index + 1);
        }
        assert_eq!(content, &found[name], "{name}");
    }
}

/// The files below a folder, by their path from there.
#[allow(dead_code, reason = "not every test has golden files")]
pub(crate) fn read_folder(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("can be listed").path();
        let name = path.file_name().expect("has one").to_string_lossy().into_owned();
        if path.is_dir() {
            let below = read_folder(&path).into_iter();
            files.extend(below.map(|(inner, text)| (format!("{name}/{inner}"), text)));
        } else {
            files.insert(name, fs::read_to_string(&path).expect("is text"));
        }
    }
    files
}

/// A path that no other test uses.
fn scratch_file() -> PathBuf {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("request-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn field(message: &mut Vec<u8>, number: u32, value: &[u8]) {
    varint(message, (number << 3 | 2) as usize);
    varint(message, value.len());
    message.extend_from_slice(value);
}

fn varint(message: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        message.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}
