//! `protoc-gen-rustrpc new`: the project builds, runs and passes its own test at once.

use std::{fs, path::Path};

use crate::support::{Folder, program, stderr, succeed};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

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
