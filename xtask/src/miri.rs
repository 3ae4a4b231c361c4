//! The tests that come by `unsafe` code, under miri, which sees undefined behaviour.

use std::path::Path;
use std::process::Command;

/// The room with all of the runtime's `unsafe`, which `cargo xtask tidy` sees to. Its tests are cut
/// down for miri where they would take long.
const ROOM: &str = "wire::";

/// Runs them. It needs the nightly toolchain with its components `miri` and `rust-src`.
///
/// # Errors
/// When a test fails, or does what is not defined; what, miri has said.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let status = Command::new("rustup")
        .args(["run", "nightly", "cargo", "miri", "test", "--quiet", "--package", "rustrpc"])
        .args(["--lib", "--no-default-features", "--features", "reflect", ROOM])
        .env("MIRIFLAGS", "-Zmiri-strict-provenance -Zmiri-symbolic-alignment-check")
        .env("CARGO_TARGET_DIR", root.join("target/miri"))
        .current_dir(root)
        .status()
        .map_err(|error| format!("cannot run rustup: {error}"))?;
    if status.success() {
        return Ok(());
    }
    Err(format!(
        "miri failed: {status}; if it is not there: \
         rustup toolchain install nightly --component miri --component rust-src"
    ))
}
