//! What the tests need to set the scene.

use std::{
    collections::BTreeMap,
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{self, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

/// Where the tests' `.proto` files are.
pub(crate) const PROTOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/protos");

/// The files below [`PROTOS`] that code is generated for.
pub(crate) const FILES: [&str; 2] = ["acme/common/v1/money.proto", "acme/orders/v1/orders.proto"];

pub(crate) const PLUGIN: &str = env!("CARGO_BIN_EXE_protoc-gen-rustrpc");

/// The program under test, without what the surroundings might have set.
pub(crate) fn program() -> Command {
    let mut command = Command::new(PLUGIN);
    command.env_remove("PROTOC").stdin(Stdio::null());
    command
}

/// Google's protoc, as it is built into the program under test.
pub(crate) fn protoc() -> Command {
    Command::new(
        protoc_bin_vendored::protoc_bin_path().expect("a platform that protoc is built for"),
    )
}

/// Runs `command` with `input` on its standard input.
pub(crate) fn feed(mut command: Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    // A program that has heard enough may close its end before all is written.
    let _ = child.stdin.take().expect("a pipe was asked for").write_all(input);
    child.wait_with_output().expect("the program ends")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("readable errors")
}

#[track_caller]
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Every file below `folder` with its content.
pub(crate) fn tree(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder that exists") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below the folder").to_owned();
                files.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    files
}

/// A folder outside of any cargo workspace, gone at the end of the test.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("rustrpc-test-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = env::temp_dir().join(name);
        fs::create_dir(&path).expect("a name that is not taken");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
