//! The runner of Debian's source package, built here.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::apt::Apt;
use super::{Runner, libraries, step, unpack_packages};
use crate::judges::workshop::{Workshop, require};

/// The version of Debian 12.
const VERSION: &str = "3.21.12";

/// What the runner is built with, as Debian calls it.
const PACKAGES: &[&str] = &["libprotobuf-dev", "libprotobuf32", "libprotoc32", "protobuf-compiler"];

const LIBRARY: &str = "libprotobuf.so";

const PROTOS: &[&str] = &[
    "conformance.proto",
    "google/protobuf/test_messages_proto2.proto",
    "google/protobuf/test_messages_proto3.proto",
];

const SOURCES: &[&str] = &[
    "generated/conformance.pb.cc",
    "generated/google/protobuf/test_messages_proto2.pb.cc",
    "generated/google/protobuf/test_messages_proto3.pb.cc",
    "source/conformance/binary_json_conformance_suite.cc",
    "source/conformance/conformance_test.cc",
    "source/conformance/conformance_test_main.cc",
    "source/conformance/conformance_test_runner.cc",
    "source/conformance/text_format_conformance_suite.cc",
    "source/conformance/third_party/jsoncpp/jsoncpp.cpp",
];

pub(super) fn runner(workshop: &Workshop) -> Result<Runner, String> {
    let tools = workshop.made(&format!("protobuf-conformance-{VERSION}"), make)?;
    let mut command = Command::new(tools.join("runner"));
    command.env("LD_LIBRARY_PATH", libraries(&tools, LIBRARY)?);
    Ok(Runner { version: VERSION, command, options: &[] })
}

/// Makes the runner in `folder`.
fn make(folder: &Path) -> Result<(), String> {
    let compiler = require("g++")?;
    let apt = Apt::new(folder)?;
    apt.run(&["update"])?;
    apt.run(&["--download-only", "source", "protobuf"])?;
    apt.run(&[&["download"], PACKAGES].concat())?;

    let source = folder.join("source");
    fs::create_dir_all(&source).map_err(|error| format!("{}: {error}", source.display()))?;
    let archive = folder.join(format!("protobuf_{VERSION}.orig.tar.gz"));
    if !archive.exists() {
        return Err(format!("apt's source of protobuf is not {VERSION}, which Debian 12 has"));
    }
    let mut unpack = Command::new(require("tar")?);
    unpack.arg("--extract").arg("--file").arg(&archive).arg("--strip-components=1");
    step(unpack.arg("--directory").arg(&source))?;
    unpack_packages(folder)?;

    let libraries = libraries(folder, LIBRARY)?;
    let generated = folder.join("generated");
    fs::create_dir_all(&generated).map_err(|error| format!("{}: {error}", generated.display()))?;
    let mut protoc = Command::new(folder.join("debian/usr/bin/protoc"));
    protoc.env("LD_LIBRARY_PATH", &libraries).arg("-I").arg(source.join("src"));
    protoc.arg("-I").arg(source.join("conformance")).args(PROTOS);
    step(protoc.arg(format!("--cpp_out={}", generated.display())))?;

    // One at a time: it has to run on small machines, and it is done once.
    let mut link = Command::new(&compiler);
    for (index, file) in SOURCES.iter().enumerate() {
        let object = folder.join(format!("{index}.o"));
        let mut compile = Command::new(&compiler);
        compile.args(["-std=c++17", "-w", "-c", file, "-o"]).arg(&object).current_dir(folder);
        compile.args(["-Igenerated", "-Igenerated/google/protobuf", "-Isource/conformance"]);
        compile.args(["-Isource/src", "-Idebian/usr/include"]);
        step(&mut compile)?;
        link.arg(object);
    }
    link.arg(libraries.join(LIBRARY)).arg("-pthread");
    step(link.arg("-o").arg(folder.join("runner")))
}
