//! `protoc-gen-rustrpc generate`, as a person or a script calls it.

use std::fs;

use crate::support::{FILES, Folder, PROTOS, program, stderr, succeed, tree};

#[test]
fn help_and_version_go_to_standard_output() {
    for arguments in [&["--help"][..], &["generate", "--help"], &["new", "--help"], &["--version"]]
    {
        let output = succeed(program().args(arguments));
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("protoc-gen-rustrpc"), "{said}");
    }
    let help = succeed(program().args(["generate", "--help"]));
    assert!(
        String::from_utf8(help.stdout).unwrap().contains("root="),
        "lists the generator's options"
    );
}

#[test]
fn mistyped_arguments_get_the_usage_and_exit_code_2() {
    for arguments in
        [&["generat"][..], &["generate"], &["generate", "--output", "x", "a.proto"], &["new"]]
    {
        let output = program().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("Usage: protoc-gen-rustrpc"), "{}", stderr(&output));
    }
}

#[test]
fn mistaken_options_are_refused_with_what_was_meant() {
    let folder = Folder::new();
    for (option, said) in [
        (
            "rot=crate::api",
            "option `rot=crate::api`: there is no such option\n    Did you mean `root`?",
        ),
        ("view=.acme", "Did you mean `views`?"),
        ("views=acme", "needs a dot in front: `.acme`\n    It is written views or views=.NAME."),
        ("nonsense", "there is no such option\nThe options are:\n  root=PATH\n"),
    ] {
        let output = program()
            .args(["generate", "-I", PROTOS, "--opt", option, "--out"])
            .arg(folder.path())
            .args(FILES)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
        assert!(tree(folder.path()).is_empty());
    }
}

#[test]
fn files_that_are_none_are_named() {
    let folder = Folder::new();
    for (file, said) in [
        ("acme/nothing.proto", "error: there is no file acme/nothing.proto, neither by that path"),
        (PROTOS, "is a folder: name the .proto files in it"),
    ] {
        let output =
            program().args(["generate", "-I", PROTOS, file, "--out"]).arg(folder.path()).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
}

#[test]
fn what_protoc_refuses_is_passed_on_with_its_place() {
    let folder = Folder::new();
    let broken = folder.join("broken.proto");
    fs::write(&broken, "syntax = \"proto3\";\nmessage M {\n  Missing x = 1;\n}\n").unwrap();
    let output = program()
        .args(["generate", "--out"])
        .arg(folder.join("out"))
        .arg("-I")
        .arg(folder.path())
        .arg(&broken)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.starts_with("error: protoc refused the .proto files\n"), "{said}");
    assert!(said.contains("broken.proto:3:3: \"Missing\" is not defined."), "{said}");
    assert!(!folder.join("out").exists());
}

#[test]
fn a_file_outside_of_the_includes_is_refused() {
    let folder = Folder::new();
    fs::write(folder.join("a.proto"), "syntax = \"proto3\";").unwrap();
    let output = program()
        .args(["generate", "-I", PROTOS, "--out"])
        .arg(folder.join("out"))
        .arg(folder.join("a.proto"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--proto_path"), "{}", stderr(&output));
}

#[test]
fn check_tells_fresh_from_stale() {
    let folder = Folder::new();
    let out = folder.join("proto");
    let check = || {
        let mut command = program();
        command.args(["generate", "--check", "-I", PROTOS, "--out"]).arg(&out).args(FILES);
        command.output().unwrap()
    };

    let output = check();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("mod.rs is missing"), "{}", stderr(&output));
    assert!(!out.exists(), "checking writes nothing");

    succeed(program().args(["generate", "-I", PROTOS, "--out"]).arg(&out).args(FILES));
    assert!(check().status.success());

    let root = out.join("mod.rs");
    let mut text = fs::read_to_string(&root).unwrap();
    text.push_str("// edited\n");
    fs::write(&root, text).unwrap();
    let output = check();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("mod.rs is not what would be generated"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_second_run_for_other_files_is_not_silent() {
    let folder = Folder::new();
    let out = folder.path();
    succeed(program().args(["generate", "-I", PROTOS, "--out"]).arg(out).args(FILES));
    let output =
        succeed(program().args(["generate", "-I", PROTOS, "--out"]).arg(out).arg(FILES[0]));
    assert!(stderr(&output).contains("none of these .proto files gives it"), "{}", stderr(&output));
}

#[test]
fn the_protoc_is_the_one_asked_for() {
    let folder = Folder::new();
    for (flag, variable) in [(Some("/nowhere/a"), "/nowhere/b"), (None, "/nowhere/b")] {
        let mut command = program();
        command
            .env("PROTOC", variable)
            .args(["generate", "-I", PROTOS, "--out"])
            .arg(folder.path());
        if let Some(program) = flag {
            command.args(["--protoc", program]);
        }
        let output = command.args(FILES).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let expected = format!("cannot use {} as protoc", flag.unwrap_or(variable));
        assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
    }
}

#[test]
fn warnings_are_shown_and_do_not_fail() {
    let folder = Folder::new();
    let text =
        "syntax = \"proto3\";\npackage a;\nimport \"google/protobuf/any.proto\";\nmessage M {}\n";
    fs::write(folder.join("a.proto"), text).unwrap();
    let output = succeed(
        program()
            .args(["generate", "--out"])
            .arg(folder.join("out"))
            .arg("-I")
            .arg(folder.path())
            .arg("a.proto"),
    );
    assert!(stderr(&output).contains("a.proto:3:1: warning: Import"), "{}", stderr(&output));
}
