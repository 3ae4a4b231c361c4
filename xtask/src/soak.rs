//! Our clients against our server for a long time: `interop/src/soak/`.

use std::path::Path;
use std::process::Command;

/// Runs it with these arguments, among them `--minutes`. Optimised, so that there is more
/// of it in a minute, with checked arithmetic and assertions.
///
/// # Errors
/// When something did not hold; what, it has said itself.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args([
            "run",
            "--quiet",
            "--profile",
            "soak",
            "--package",
            "interop",
            "--bin",
            "soak",
            "--",
        ])
        .args(arguments)
        .current_dir(root)
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the soak failed: {status}")) }
}
