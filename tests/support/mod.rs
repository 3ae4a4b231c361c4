//! Requests out of .proto texts, by the protoc that comes along as a crate.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles .proto files below `include` into an encoded `CodeGeneratorRequest`.
pub(crate) fn request(include: &Path, files: &[&str], parameter: &str) -> Vec<u8> {
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
    let set = std::fs::read(&output).expect("protoc has written its output");
    std::fs::remove_file(&output).expect("the scratch file is ours");

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
