//! The program as protoc calls it: no arguments, a request on standard input, the answer on
//! standard output.

use std::{
    fs,
    process::{Command, Output, Stdio},
};

use protoc_gen_rustrpc::frontend::Sources;

use crate::support::{FILES, Folder, PLUGIN, PROTOS, feed, program, protoc, stderr, succeed};

fn request() -> Vec<u8> {
    Sources {
        includes: vec![PROTOS.into()],
        files: FILES.map(Into::into).into(),
        ..Default::default()
    }
    .request()
    .expect("the tests' own .proto files")
}

/// Whatever the input was: an answer or a readable error, and never a panic.
#[track_caller]
fn assert_civil(output: &Output) {
    let said = stderr(output);
    assert!(!said.contains("panicked"), "{said}");
    match output.status.code() {
        Some(0) => assert_eq!(said, ""),
        Some(1) => {
            assert!(said.starts_with("error: "), "{said}");
            assert!(output.stdout.is_empty(), "nothing that protoc could take for an answer");
        }
        other => panic!("exit code {other:?}: {said}"),
    }
}

#[test]
fn a_whole_request_is_answered() {
    let output = feed(program(), &request());
    assert_civil(&output);
    assert!(output.status.success());
    assert!(!output.stdout.is_empty());
}

#[test]
fn nothing_on_standard_input_is_explained() {
    let output = feed(program(), b"");
    assert_civil(&output);
    assert!(stderr(&output).contains("standard input is empty"), "{}", stderr(&output));
    assert!(stderr(&output).contains("--help"));
}

#[test]
fn text_on_standard_input_is_explained() {
    let output = feed(program(), b"syntax = \"proto3\"; message M {}");
    assert_civil(&output);
    assert!(stderr(&output).contains("holds no CodeGeneratorRequest"), "{}", stderr(&output));
}

#[test]
fn truncated_requests_do_no_harm() {
    let request = request();
    for part in 1..64 {
        assert_civil(&feed(program(), &request[..request.len() * part / 64]));
    }
    assert_civil(&feed(program(), &request[..request.len() - 1]));
}

#[test]
fn damaged_requests_do_no_harm() {
    let request = request();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..64 {
        let mut damaged = request.clone();
        for _ in 0..8 {
            let at = random.below(damaged.len());
            damaged[at] = random.byte();
        }
        assert_civil(&feed(program(), &damaged));
    }
}

#[test]
fn random_bytes_do_no_harm() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for _ in 0..64 {
        let noise: Vec<u8> = (0..=random.below(2000)).map(|_| random.byte()).collect();
        assert_civil(&feed(program(), &noise));
    }
}

#[test]
#[cfg(unix)]
fn a_reader_that_has_gone_is_not_a_panic() {
    let folder = Folder::new();
    let path = folder.join("request");
    fs::write(&path, request()).unwrap();
    let mut child = Command::new(PLUGIN)
        .stdin(fs::File::open(&path).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    // Whether the answer went out before the pipe was closed is a race; both ends are civil.
    let said = stderr(&output);
    assert!(
        said.is_empty() || said.starts_with("error: cannot write to standard output"),
        "{said}"
    );
}

#[test]
fn under_protoc_a_refusal_is_readable() {
    let folder = Folder::new();
    let output = protoc()
        .arg(format!("--plugin=protoc-gen-rustrpc={PLUGIN}"))
        .arg(format!("--rustrpc_out={}", folder.path().display()))
        .args(["--rustrpc_opt=rot=crate::api", "-I", PROTOS])
        .args(FILES)
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = stderr(&output);
    assert!(
        said.contains("rot") && said.contains("root"),
        "names the culprit and the choices: {said}"
    );
}

#[test]
fn protoc_finds_it_on_the_path() {
    let folder = Folder::new();
    let plugin_folder = std::path::Path::new(PLUGIN).parent().unwrap();
    succeed(
        protoc()
            .env("PATH", plugin_folder)
            .arg(format!("--rustrpc_out={}", folder.path().display()))
            .args(["-I", PROTOS])
            .args(FILES),
    );
    assert!(folder.join("mod.rs").is_file());
}

/// Xorshift: reproducible noise.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }
}
