//! The models of threads: the queue and the wakers under loom, which tries every order.

use std::path::Path;
use std::process::Command;

/// Runs the tests that are models. They are built apart, since loom's locks work nowhere else.
///
/// # Errors
/// When an order breaks one; what, the tests have said.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "--quiet", "--package", "rustrpc", "--lib", "models"])
        .env("RUSTFLAGS", "--cfg rustrpc_loom")
        .env("CARGO_TARGET_DIR", root.join("target/loom"))
        .current_dir(root)
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the models failed: {status}")) }
}
