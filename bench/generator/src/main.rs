//! Measures generators: their own time and memory, and what their code is like to compile.

mod generator;
mod options;
mod size;
mod usage;

use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    // As a plugin of protoc it only keeps the request.
    if let Some(file) = std::env::var_os(generator::KEEP) {
        return report(generator::keep(file.as_ref()));
    }
    // Cargo takes it for the compiler.
    if let Some(folder) = std::env::var_os(size::compiler::WATCH) {
        return report(size::compiler::run(folder.as_ref()));
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = Options::parse(&arguments).and_then(|options| match options.bench.as_str() {
        "generator" => generator::run(&options),
        "size" => size::run(&options),
        other => Err(format!("no bench is called {other}")),
    });
    report(result)
}

fn report(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
