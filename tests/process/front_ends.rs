//! protoc, `generate` and a build script lead to the same code, byte for byte.

use std::fs;

use protobuf::{Message as _, descriptor::FileDescriptorProto};
use protoc_gen_rustrpc::{Build, frontend::Sources, request::Cursor};

use crate::support::{FILES, Folder, PLUGIN, PROTOS, program, protoc, stderr, succeed, tree};

/// A plugin that only keeps what it was asked.
#[cfg(unix)]
fn recorder(folder: &Folder) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let script = folder.join("record.sh");
    let request = folder.join("request");
    fs::write(&script, format!("#!/bin/sh\ncat > '{}'\n", request.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

/// Newer than Debian's protoc, so not among the shared files.
const EDITION: &str = r#"edition = "2023";
package retention;
import "acme/common/v1/money.proto";
import "google/protobuf/descriptor.proto";

extend google.protobuf.FieldOptions {
  string kept = 50001;
  int32 second = 50003;
  repeated string third = 60010;
  bool fourth = 536870911;
  string stripped = 50002 [retention = RETENTION_SOURCE];
}

// What is left of its options?
message Subject {
  acme.common.v1.Money price = 1 [
    (fourth) = true, (third) = "a", (kept) = "for plugins", (stripped) = "for readers",
    (second) = 7, (third) = "b", features.field_presence = EXPLICIT
  ];
}
"#;

#[test]
#[cfg(unix)]
fn the_request_is_the_one_that_protoc_sends() {
    let folder = Folder::new();
    fs::write(folder.join("edition.proto"), EDITION).unwrap();
    let includes = [PROTOS.into(), folder.path().to_owned()];
    let files = ["acme/orders/v1/orders.proto", "acme/common/v1/money.proto", "edition.proto"];

    let mut protoc = protoc();
    protoc.arg(format!("--plugin=protoc-gen-record={}", recorder(&folder).display()));
    protoc.arg(format!("--record_out={}", folder.path().display()));
    protoc.args(["--record_opt=root=crate::api", "--record_opt=bytes=.a"]);
    protoc.args(includes.iter().map(|include| format!("-I{}", include.display()))).args(files);
    // It fails, for our recorder does not say which editions it knows, but only after it asked.
    protoc.output().unwrap();
    let theirs = fs::read(folder.join("request")).unwrap();

    let ours = Sources {
        includes: includes.map(Into::into).into(),
        files: files.map(Into::into).into(),
        options: vec!["root=crate::api".to_owned(), "bytes=.a".to_owned()],
        protoc: None,
    };
    let ours = ours.request().unwrap();

    let (theirs, ours) = (Request::read(&theirs), Request::read(&ours));
    assert_eq!(ours.file_to_generate, theirs.file_to_generate);
    assert_eq!(ours.parameter, theirs.parameter);
    assert_eq!(ours.compiler_version, theirs.compiler_version);
    assert_eq!(ours.names(), theirs.names());
    for (name, (ours, theirs)) in
        ours.names().iter().zip(ours.proto_file.iter().zip(&theirs.proto_file))
    {
        // Of a file that is only imported, protoc sends options with RETENTION_SOURCE; we do not.
        if files.contains(name) {
            // protobuf-parse orders fields its own way; what it does not know it keeps.
            let read = |file| FileDescriptorProto::parse_from_bytes(file).unwrap();
            assert!(read(ours) == read(theirs), "{name} differs");
        }
    }
}

/// `CodeGeneratorRequest`, its messages left as the bytes they are.
#[derive(Debug, Default)]
struct Request<'a> {
    file_to_generate: Vec<&'a str>,
    parameter: &'a str,
    compiler_version: &'a [u8],
    proto_file: Vec<&'a [u8]>,
}

impl<'a> Request<'a> {
    fn read(bytes: &'a [u8]) -> Self {
        let mut request = Self::default();
        for field in Cursor::new(bytes) {
            match field.unwrap() {
                (1, name) => request.file_to_generate.push(name.string().unwrap()),
                (2, parameter) => request.parameter = parameter.string().unwrap(),
                (3, version) => request.compiler_version = version.bytes().unwrap(),
                (15, file) => request.proto_file.push(file.bytes().unwrap()),
                (17, _) => {} // source_file_descriptors, which we leave out.
                (other, _) => panic!("field {other} is new"),
            }
        }
        request
    }

    /// The first field of a `FileDescriptorProto` is its name.
    fn names(&self) -> Vec<&'a str> {
        let name = |file: &&'a [u8]| Cursor::new(file).next().unwrap().unwrap().1.string().unwrap();
        self.proto_file.iter().map(name).collect()
    }
}

#[test]
fn every_way_in_writes_the_same_bytes() {
    let folder = Folder::new();
    let (plugin, generate, build) = (folder.join("a"), folder.join("b/new"), folder.join("c/new"));

    fs::create_dir(&plugin).unwrap();
    succeed(
        protoc()
            .arg(format!("--plugin=protoc-gen-rustrpc={PLUGIN}"))
            .arg(format!("--rustrpc_out={}", plugin.display()))
            .args(["--rustrpc_opt=root=crate::api", "-I", PROTOS])
            .args(FILES),
    );
    succeed(
        program()
            .args(["generate", "-I", PROTOS, "--opt", "root=crate::api", "--out"])
            .arg(&generate)
            .args(FILES),
    );
    Build::new()
        .include(PROTOS)
        .files(FILES)
        .option("root=crate::api")
        .out_dir(&build)
        .compile()
        .unwrap();

    let expected = tree(&plugin);
    assert!(expected.len() >= 3, "mod.rs and two packages: {:?}", expected.keys());
    assert_eq!(tree(&generate), expected);
    assert_eq!(tree(&build), expected);
}

#[test]
fn files_may_be_named_by_path_too() {
    let folder = Folder::new();
    let (by_name, by_path) = (folder.join("a"), folder.join("b"));
    succeed(program().args(["generate", "-I", PROTOS, "--out"]).arg(&by_name).args(FILES));
    let paths = FILES.map(|file| format!("{PROTOS}/{file}"));
    succeed(program().args(["generate", "-I", PROTOS, "--out"]).arg(&by_path).args(paths));
    assert_eq!(tree(&by_name), tree(&by_path));
}

/// Only imported, for its option; what it says to readers of the source is not to be embedded.
const IMPORTED: &str = r#"edition = "2023";
package imported;
import "google/protobuf/descriptor.proto";

extend google.protobuf.MessageOptions {
  string shown = 50010;
  string second = 50004;
  string for_readers = 50011 [retention = RETENTION_SOURCE];
}

message Nothing {
  option (shown) = "yes";
  option (for_readers) = "no";
  option (second) = "too";
}
"#;

const IMPORTING: &str = r#"edition = "2023";
package importing;
import "imported.proto";

message Something {
  option (imported.shown) = "yes";
  int32 number = 1;
}
"#;

#[test]
fn every_way_in_embeds_the_same_descriptors() {
    let folder = Folder::new();
    let sources = folder.join("protos");
    fs::create_dir(&sources).unwrap();
    for (name, text) in
        [("edition.proto", EDITION), ("imported.proto", IMPORTED), ("importing.proto", IMPORTING)]
    {
        fs::write(sources.join(name), text).unwrap();
    }
    let files = [FILES[0], FILES[1], "edition.proto", "importing.proto"];
    let (plugin, generate) = (folder.join("a"), folder.join("b"));

    fs::create_dir(&plugin).unwrap();
    succeed(
        protoc()
            .arg(format!("--plugin=protoc-gen-rustrpc={PLUGIN}"))
            .arg(format!("--rustrpc_out={}", plugin.display()))
            .args(["--rustrpc_opt=descriptors=all", "-I", PROTOS, "-I"])
            .arg(&sources)
            .args(files),
    );
    succeed(
        program()
            .args(["generate", "-I", PROTOS, "--opt", "descriptors=all", "-I"])
            .arg(&sources)
            .arg("--out")
            .arg(&generate)
            .args(files),
    );
    let expected = tree(&plugin);
    let embedded = &expected[std::path::Path::new("descriptors.rs")];
    assert!(embedded.contains("for plugins") && embedded.contains("IMPORTED: rustrpc::ProtoFile"));
    assert!(!embedded.contains("for readers") && !embedded.contains("What is left"), "{embedded}");
    assert_eq!(tree(&generate), expected);
}

/// Symbols of one file alone, options that no code needs, and names in the style of an edition.
const DEFINES: &str = r#"edition = "2024";
package latest.defines;
import option "options.proto";

export message Shared {
  local message Inside {
    int32 number = 1 [(latest.options.note) = "for readers"];
  }
  Inside inside = 1;
}

local enum Kind {
  KIND_UNSPECIFIED = 0;
}

message Kinds {
  repeated Kind kinds = 1;
}
"#;

const OPTIONS: &str = r#"edition = "2024";
package latest.options;
import "google/protobuf/descriptor.proto";

extend google.protobuf.FieldOptions {
  string note = 50020;
}
"#;

const USES: &str = r#"edition = "2026";
package latest.uses;
import "defines.proto";
import "google/protobuf/json_enumvalue_options.proto";

export message uses {
  option features.enforce_naming_style = STYLE_LEGACY;
  latest.defines.Shared Shared = 1 [features.enforce_naming_style = STYLE_LEGACY];
  Level level = 2;
}

enum Level {
  option features.enum_type = CLOSED;
  LEVEL_LOW = 3 [(pb.enumvalue.json).string = "low"];
}
"#;

#[test]
fn every_way_in_knows_the_latest_editions() {
    let folder = Folder::new();
    let sources = folder.join("protos");
    fs::create_dir(&sources).unwrap();
    let write = |name, text: &str| fs::write(sources.join(name), text).unwrap();
    write("defines.proto", DEFINES);
    write("options.proto", OPTIONS);
    write("uses.proto", USES);

    let (plugin, generate) = (folder.join("a"), folder.join("b"));
    fs::create_dir(&plugin).unwrap();
    let by_plugin = |files: &[&str]| {
        let mut protoc = protoc();
        protoc.arg(format!("--plugin=protoc-gen-rustrpc={PLUGIN}"));
        protoc.arg(format!("--rustrpc_out={}", plugin.display()));
        protoc.arg("--rustrpc_opt=json,text,views,descriptors=all").arg("-I").arg(&sources);
        protoc.args(files);
        protoc
    };
    let by_generate = |files: &[&str]| {
        let mut program = program();
        program.args(["generate", "--opt", "json", "--opt", "text", "--opt", "views"]);
        program.args(["--opt", "descriptors=all", "-I"]).arg(&sources).arg("--out").arg(&generate);
        program.args(files);
        program
    };
    let files = ["defines.proto", "uses.proto"];
    succeed(&mut by_plugin(&files));
    succeed(&mut by_generate(&files));
    let expected = tree(&plugin);
    let descriptors = &expected[std::path::Path::new("descriptors.rs")];
    assert!(
        descriptors.contains("static DEFINES:") && !descriptors.contains("static OPTIONS:"),
        "{descriptors}"
    );
    assert_eq!(tree(&generate), expected);

    // What the editions forbid is refused by protoc, whoever starts it.
    for (text, problem) in [
        ("message bad_name {}", "bad.proto:4:9: Message name bad_name should be TitleCase"),
        ("message Bad { latest.defines.Kind kind = 1; }", "explicitly marked 'local'"),
        ("message Bad { latest.defines.Shared.Inside inside = 1; }", "explicitly marked 'local'"),
    ] {
        let head = "edition = \"2024\";\npackage bad;\nimport \"defines.proto\";\n";
        write("bad.proto", &format!("{head}{text}\n"));
        for mut way in [by_plugin(&["bad.proto"]), by_generate(&["bad.proto"])] {
            let output = way.output().unwrap();
            assert!(!output.status.success(), "{text}");
            assert!(stderr(&output).contains(problem), "{}", stderr(&output));
        }
    }

    // Nobody has made up his mind about this one.
    write("bad.proto", "edition = \"UNSTABLE\";\n");
    for mut way in [by_plugin(&["bad.proto"]), by_generate(&["bad.proto"])] {
        let output = way.output().unwrap();
        assert!(!output.status.success() && stderr(&output).contains("edition UNSTABLE"));
    }
}
