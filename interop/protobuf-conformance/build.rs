//! Generates code from our own words for the runner's protocol, and from the test messages where
//! they are at hand.

use std::path::{Path, PathBuf};
use std::{env, fs};

use protoc_gen_rustrpc::Build;

/// Folders with the test messages, as in `PATH`. They belong to protobuf and come with the runner.
const FOLDERS: &str = "PROTOBUF_CONFORMANCE_PROTOS";

/// The files with test messages, each with the message the runner asks for.
const TESTED: &[(&str, &str)] = &[
    ("google/protobuf/test_messages_proto2.proto", "proto2::TestAllTypesProto2"),
    ("google/protobuf/test_messages_proto3.proto", "proto3::TestAllTypesProto3"),
    (
        "conformance/test_protos/test_messages_edition2023.proto",
        "editions::TestAllTypesEdition2023",
    ),
    ("editions/golden/test_messages_proto2_editions.proto", "editions::proto2::TestAllTypesProto2"),
    ("editions/golden/test_messages_proto3_editions.proto", "editions::proto3::TestAllTypesProto3"),
];

fn main() {
    println!("cargo:rerun-if-env-changed={FOLDERS}");
    let folders: Vec<PathBuf> =
        env::var_os(FOLDERS).map(|set| env::split_paths(&set).collect()).unwrap_or_default();
    let mut build = Build::new().option("json").include("protos").file("protos/conformance.proto");
    // One of our own, so that there is something to exchange in any case.
    let mut paths = vec!["crate::proto::conformance::ConformanceRequest".to_owned()];
    for (file, message) in TESTED {
        if folders.iter().any(|folder| folder.join(file).exists()) {
            build = build.file(file);
            paths.push(format!("crate::proto::protobuf_test_messages::{message}"));
        }
    }
    if let Err(error) = build.includes(folders).compile() {
        panic!("{error}");
    }
    let out = env::var_os("OUT_DIR").expect("cargo sets it for build scripts");
    let extended = paths.iter().any(|path| path.ends_with("::proto2::TestAllTypesProto2"));
    fs::write(Path::new(&out).join("tested.rs"), table(&paths) + extensions(extended))
        .expect("OUT_DIR can be written");
}

/// The extension that JSON is tested with.
fn extensions(extended: bool) -> &'static str {
    if extended {
        "\nstatic EXTENSIONS: &[JsonExtension] = &[JsonExtension::of::<rustrpc::wire::kind::Int32>(\n    \
             \"protobuf_test_messages.proto2.TestAllTypesProto2\",\n    \
             \"protobuf_test_messages.proto2.extension_int32\",\n    120,\n)];\n"
    } else {
        "\nstatic EXTENSIONS: &[JsonExtension] = &[];\n"
    }
}

/// The tables of the messages: for the runner's requests, and for what an `Any` may hold.
fn table(paths: &[String]) -> String {
    let entries = |of: &str| {
        paths.iter().map(|path| format!("    {of}::of::<{path}>(),\n")).collect::<String>()
    };
    format!(
        "static TESTED: &[Tested] = &[\n{}];\n\nstatic JSON_TYPES: &[JsonType] = &[\n{}];\n",
        entries("Tested"),
        entries("JsonType")
    )
}
