//! The client that the connect conformance suite tests: reads tests from standard input, several at a time, and writes to
//! standard output what came of each.

use std::process::ExitCode;
use std::sync::Arc;

use interop::conformance::client::{self, CONCURRENT_TESTS};
use interop::conformance::delimited;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("conformance-client: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let mut input = tokio::io::stdin();
    let output = Arc::new(Mutex::new(tokio::io::stdout()));
    let places = Arc::new(Semaphore::new(CONCURRENT_TESTS));
    let mut tests = JoinSet::new();
    while let Some(test) = delimited::read(&mut input).await.map_err(|error| error.to_string())? {
        let place = Arc::clone(&places).acquire_owned().await.map_err(|error| error.to_string())?;
        let output = Arc::clone(&output);
        tests.spawn(async move {
            let result = client::run(test).await;
            drop(place);
            delimited::write(&mut *output.lock().await, &result).await
        });
    }
    while let Some(ended) = tests.join_next().await {
        ended.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    }
    Ok(())
}
