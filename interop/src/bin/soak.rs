//! Our clients against our server in one process, for minutes or hours; `cargo xtask soak` runs it.

use std::process::ExitCode;
use std::time::Duration;

use interop::flags::Flags;
use interop::soak::{self, Plan};

const FLAGS: &[(&str, &str)] = &[
    ("minutes", "how long (10 unless given)"),
    ("callers", "how many calls at once (24 unless given)"),
    ("seed", "what kinds, sizes and disturbances follow from (1 unless given)"),
];

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("soak: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let flags = Flags::of_process(FLAGS)?;
    let minutes = flags.value("minutes", 10.0_f64)?;
    let time = Duration::try_from_secs_f64(minutes * 60.0)
        .map_err(|error| format!("--minutes={minutes}: {error}"))?;
    let (callers, seed) = (flags.value("callers", 24)?, flags.value("seed", 1)?);
    soak::run(Plan { time, callers, seed }).await
}
