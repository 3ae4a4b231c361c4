//! The measurements beside the peers: builds the servers of `bench/` and runs them in turn.

use std::path::Path;
use std::process::Command;

/// What the runner starts, and the Debian package that has it.
const TOOLS: [(&str, &str); 5] = [
    ("h2load", "nghttp2-client"),
    ("nghttp", "nghttp2-client"),
    ("strace", "strace"),
    ("taskset", "util-linux"),
    ("valgrind", "valgrind"),
];

/// Builds everything with one release profile, then runs `bench-runner` with `arguments`.
///
/// # Errors
/// When a tool is missing, something does not build, or a server answers wrongly.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<(), String> {
    let missing: Vec<_> = TOOLS.iter().filter(|(tool, _)| !is_on_path(tool)).collect();
    if !missing.is_empty() {
        let list = missing.iter().map(|(tool, package)| format!("  {tool} (package {package})\n"));
        return Err(format!(
            "the bench needs what is not on the PATH:\n{}",
            list.collect::<String>()
        ));
    }
    let bench = root.join("bench");
    let servers = ["bench-runner", "bench-server-rustrpc", "bench-server-tonic"];
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(&bench).args(["build", "--release"]);
    build.args(servers.iter().flat_map(|package| ["--package", package]));
    succeed(&mut build)?;
    succeed(Command::new(bench.join("target/release/bench-runner")).args(arguments))
}

fn is_on_path(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

fn succeed(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}
