//! The process edge: standard streams, arguments and exit codes. What there is to decide is decided
//! in `cli` and in the library.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
