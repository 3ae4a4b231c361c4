//! `protoc-gen-rustrpc new`: the project builds, runs and passes its own test at once.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::support::{Folder, program, stderr, succeed};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Cargo as a user would run it, but with nothing from the network: the workspace's own lock file
/// and what is unpacked already.
fn cargo(project: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(project)
        .args(arguments)
        .env("CARGO_NET_OFFLINE", "true")
        // Of its own, since the outer cargo may hold the lock of the workspace's; kept, so that the
        // second run is quick.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("starter"))
        .stdin(Stdio::null());
    command
}

#[test]
fn the_project_builds_runs_and_passes_its_test() {
    let folder = Folder::new();
    let project = folder.join("hello-there");
    succeed(program().arg("new").arg(&project));
    fs::copy(Path::new(ROOT).join("Cargo.lock"), project.join("Cargo.lock")).unwrap();

    let output = succeed(&mut cargo(&project, &["run", "--quiet"]));
    assert_eq!(stderr(&output), "", "not even a warning");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "Hello, Ferris!\n1. Hello, Corro!\n2. Hello, Corro!\n3. Hello, Corro!\n"
    );

    let output = succeed(&mut cargo(&project, &["test", "--quiet"]));
    assert!(String::from_utf8(output.stdout).unwrap().contains("3 passed"));

    // The commands in its README change nothing, since everything is fresh.
    succeed(program().current_dir(&project).args([
        "generate",
        "--check",
        "-I",
        "proto",
        "--out",
        "src/proto",
        "hello/v1/hello.proto",
    ]));
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let folder = Folder::new();
    fs::write(folder.join("mine"), "").unwrap();
    fs::create_dir(folder.join("sub")).unwrap();
    fs::write(folder.join("sub/mine"), "").unwrap();
    let output = program().arg("new").arg(folder.join("sub")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("is there already and not empty"), "{}", stderr(&output));
    assert_eq!(fs::read_dir(folder.join("sub")).unwrap().count(), 1);
}

#[test]
fn a_name_that_would_not_build_is_refused() {
    let folder = Folder::new();
    let output = program().current_dir(folder.path()).args(["new", "fn"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("it is a keyword of Rust"), "{}", stderr(&output));
    assert!(!folder.join("fn").exists());
}

#[test]
fn the_runtime_to_depend_on_can_be_chosen() {
    let folder = Folder::new();
    let runtime = Path::new(ROOT).join("rustrpc");
    succeed(program().current_dir(folder.path()).args(["new", "one", "--rustrpc"]).arg(&runtime));
    let manifest = fs::read_to_string(folder.join("one/Cargo.toml")).unwrap();
    assert!(
        manifest.contains(&format!("rustrpc = {{ path = {:?} }}", runtime.display())),
        "{manifest}"
    );

    let output = program()
        .current_dir(folder.path())
        .args(["new", "two", "--rustrpc", "."])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("is not the folder of the rustrpc crate"),
        "{}",
        stderr(&output)
    );
    assert!(!folder.join("two").exists());
}
