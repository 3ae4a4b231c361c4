//! rustc, watched: cargo runs this program where it would run the compiler for a crate of the
//! workspace, and this program runs the compiler and notes what it took.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::usage::Usage;

/// The environment variable that names the folder where what was seen is kept.
pub const WATCH: &str = "BENCH_WATCH_COMPILER";

/// Has a cargo run the compiler through this program.
pub fn watch(cargo: &mut Command, folder: &Path) -> Result<(), String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    cargo.env("RUSTC_WORKSPACE_WRAPPER", own).env(WATCH, folder);
    Ok(())
}

/// The user time that the compiler took for a package, in seconds.
pub fn seconds(folder: &Path, package: &str) -> Result<f64, String> {
    let path = folder.join(package.replace('-', "_"));
    let text = fs::read_to_string(&path).map_err(|error| format!("{path:?}: {error}"))?;
    text.parse().map_err(|error| format!("{path:?}: {error}"))
}

/// Where a package's code is with all macros expanded.
pub fn expanded(folder: &Path, package: &str) -> PathBuf {
    folder.join(package.replace('-', "_")).with_extension("rs")
}

/// Acts as the compiler: the arguments are its path and its own.
pub fn run(folder: &Path) -> Result<(), String> {
    let mut arguments = std::env::args_os().skip(1);
    let rustc = arguments.next().ok_or("cargo names the compiler")?;
    let arguments: Vec<OsString> = arguments.collect();
    let usage = Usage::of(Command::new(&rustc).args(&arguments))?;
    // Without a name cargo only asks for the version.
    let mut from = arguments.iter().skip_while(|argument| *argument != "--crate-name").skip(1);
    let Some(name) = from.next() else { return Ok(()) };
    let path = folder.join(name);
    fs::write(&path, usage.user.as_secs_f64().to_string())
        .map_err(|error| format!("{path:?}: {error}"))?;
    // An optimizing compiler would see the same.
    if arguments.iter().any(|argument| argument.to_string_lossy().starts_with("opt-level")) {
        return Ok(());
    }
    let path = path.with_extension("rs");
    let file = File::create(&path).map_err(|error| format!("{path:?}: {error}"))?;
    let mut expand = Command::new(rustc);
    expand.args(&arguments).arg("-Zunpretty=expanded").stdout(file).stderr(Stdio::null());
    // A flag of the nightly compiler, which the stable one understands when it is told that it may.
    Usage::of(expand.env("RUSTC_BOOTSTRAP", "1")).map(drop)
}
