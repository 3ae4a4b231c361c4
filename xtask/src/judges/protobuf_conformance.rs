//! Protobuf's own conformance tests: thousands of messages, taken in one format and given back in
//! another.
//!
//! The runner is built from Debian's source package; so are the test messages that our program is
//! built with. None of it is ours, and none of it is in the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::verdict::Verdict;
use super::workshop::{Workshop, require};
use super::{Judge, process};

pub(super) const JUDGE: Judge = Judge {
    name: "protobuf-conformance",
    about: "protobuf's conformance tests 3.21.12, binary, JSON and text, recommended ones enforced",
    hear,
};

/// The version of Debian 12.
const VERSION: &str = "3.21.12";

/// What the runner is built with, as Debian calls it.
const PACKAGES: &[&str] = &["libprotobuf-dev", "libprotobuf32", "libprotoc32", "protobuf-compiler"];

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

/// For a step of the runner's making: the compiler takes a minute for the larger sources.
const STEP: Duration = Duration::from_mins(10);

/// All the tests together take a second.
const LIMIT: Duration = Duration::from_mins(5);

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let tools = workshop.made(&format!("protobuf-conformance-{VERSION}"), make)?;
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package", "protobuf-conformance", "--target-dir"]);
    // A folder of its own: what is generated from the test messages stays out of other builds.
    let target = workshop.file("target/judges/protobuf-conformance-build");
    build.arg(&target).current_dir(workshop.file(""));
    build.env("PROTOBUF_CONFORMANCE_PROTOS", tools.join("source/src"));
    process::run(&mut build, STEP)?.success()?;

    let mut verdict = Verdict::default();
    // Once by generated code, once by descriptors alone.
    for (way, argument) in [("generated", None), ("dynamic", Some("--dynamic"))] {
        let mut runner = Command::new(tools.join("runner"));
        runner.arg("--enforce_recommended").arg(target.join("debug/protobuf-conformance"));
        runner.args(argument);
        // It leaves lists of what failed where it is started.
        runner.current_dir(workshop.scratch(JUDGE.name)?);
        runner.env("LD_LIBRARY_PATH", libraries(&tools)?);
        read(&process::run(&mut runner, LIMIT)?.output, way, &mut verdict);
    }
    Ok(verdict)
}

/// Reads what the runner says: each failure on a line, and a line of sums for each of its suites.
fn read(output: &str, way: &str, verdict: &mut Verdict) {
    let before = (verdict.passed.len(), verdict.failed.len());
    for line in output.lines() {
        if let Some(failure) = line.strip_prefix("ERROR, test=") {
            let (case, detail) = failure.split_once(": ").unwrap_or((failure, ""));
            verdict.fail(format!("{way} {case}"), detail);
        } else if let Some(sums) = line.strip_prefix("CONFORMANCE SUITE ") {
            let number = |of: &str| {
                let before = sums.split(of).next().unwrap_or_default();
                before.split_whitespace().next_back().and_then(|word| word.parse().ok())
            };
            let sums = format!("{way} {sums}");
            let sums = sums.as_str();
            verdict.pass_all(sums, number(" successes").unwrap_or(0));
            if number(" skipped") != Some(0) {
                verdict.set_aside(sums, "our program does not do what these cases are about");
            }
        }
    }
    if verdict.passed.len() < before.0 + 2 && verdict.failed.len() == before.1 {
        verdict.fail(format!("the runner, {way}"), output);
    }
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
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())?.flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "deb") {
            let mut unpack = Command::new(require("dpkg")?);
            step(unpack.arg("--extract").arg(entry.path()).arg(folder.join("debian")))?;
        }
    }

    let libraries = libraries(folder)?;
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
    link.arg(libraries.join("libprotobuf.so")).arg("-pthread");
    step(link.arg("-o").arg(folder.join("runner")))
}

fn step(command: &mut Command) -> Result<(), String> {
    process::run(command, STEP)?.success().map(drop)
}

/// The folder of the libraries that the packages brought, which is called after the machine.
fn libraries(folder: &Path) -> Result<PathBuf, String> {
    let parent = folder.join("debian/usr/lib");
    let entries =
        fs::read_dir(&parent).map_err(|error| format!("{}: {error}", parent.display()))?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.join("libprotobuf.so").exists())
        .ok_or_else(|| format!("there is no libprotobuf.so below {}", parent.display()))
}

/// apt with the machine's own sources of Debian, those of source packages in addition, and with
/// lists of its own, so that the machine stays as it is.
struct Apt<'a> {
    folder: &'a Path,
}

impl<'a> Apt<'a> {
    fn new(folder: &'a Path) -> Result<Self, String> {
        let sources = folder.join("sources");
        for path in [&sources, &folder.join("lists/partial")] {
            fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
        let parts = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten();
        files.extend(parts.map(|entry| entry.path()));
        let mut found = 0;
        for file in files {
            let Some(name) = file.file_name() else { continue };
            let text = fs::read_to_string(&file).unwrap_or_default();
            let text = if file.extension().is_some_and(|extension| extension == "sources") {
                with_sources(&text)
            } else {
                with_source_lines(&text)
            };
            if !text.is_empty() {
                found += 1;
                let copy = sources.join(name);
                fs::write(&copy, text).map_err(|error| format!("{}: {error}", copy.display()))?;
            }
        }
        if found == 0 {
            return Err("/etc/apt names no source of Debian packages: this judge needs one".into());
        }
        Ok(Self { folder })
    }

    fn run(&self, arguments: &[&str]) -> Result<(), String> {
        let option =
            |name: &str, path: &str| format!("{name}={}", self.folder.join(path).display());
        let mut command = Command::new(require("apt-get")?);
        command.arg("--quiet").current_dir(self.folder);
        command.args(["-o", "Dir::Etc::SourceList=/dev/null", "-o"]);
        command.arg(option("Dir::Etc::SourceParts", "sources")).arg("-o");
        command.arg(option("Dir::State::Lists", "lists")).arg("-o");
        command.arg(option("Dir::Cache", "cache"));
        step(command.args(arguments))
    }
}

/// The stanzas of Debian's archive, with their source packages.
fn with_sources(text: &str) -> String {
    text.split("\n\n")
        .filter(|stanza| is_debian(stanza))
        .map(|stanza| {
            let lines = stanza.lines().map(|line| match line.strip_prefix("Types:") {
                Some(_) => "Types: deb deb-src\n".to_owned(),
                None => format!("{line}\n"),
            });
            lines.chain(["\n".to_owned()]).collect::<String>()
        })
        .collect()
}

/// The same in the older form.
fn with_source_lines(text: &str) -> String {
    let lines = text.lines().filter(|line| line.starts_with("deb ") && is_debian(line));
    lines.map(|line| format!("{line}\ndeb-src{}\n", &line["deb".len()..])).collect()
}

/// Whether sources are those of Debian itself, not of someone who packages for it.
fn is_debian(text: &str) -> bool {
    text.split_whitespace().any(|word| word.trim_end_matches('/').ends_with("/debian"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runner_says_is_read() {
        let output = "\nCONFORMANCE TEST BEGIN ====\n\n\
            ERROR, test=Required.X: Expected JSON. request=..., response=...\n\n  Required.X\n\n\
            CONFORMANCE SUITE FAILED: 2016 successes, 0 skipped, 0 expected failures, 1 unexpected failures.\n";
        let mut verdict = Verdict::default();
        read(output, "dynamic", &mut verdict);
        assert_eq!(verdict.passes(), 2016);
        assert_eq!(verdict.failed.len(), 1);
        assert_eq!(verdict.failed[0].case, "dynamic Required.X");
        assert!(verdict.set_aside.is_empty());
        read("Segmentation fault", "generated", &mut verdict);
        assert_eq!(verdict.failed.len(), 2);
    }

    #[test]
    fn sources_of_debian_get_their_source_packages() {
        let text = "Types: deb\nURIs: http://mirror/debian\nSuites: bookworm\n\nTypes: deb\nURIs: http://other/x\n";
        let expected = "Types: deb deb-src\nURIs: http://mirror/debian\nSuites: bookworm\n\n";
        assert_eq!(with_sources(text), expected);
        let lines = "deb http://mirror/debian bookworm main\ndeb https://other/apt x main\n";
        let expected =
            "deb http://mirror/debian bookworm main\ndeb-src http://mirror/debian bookworm main\n";
        assert_eq!(with_source_lines(lines), expected);
    }
}
