//! The generators themselves, on all of googleapis: as plugins, on the request that protoc makes for
//! them, beside what protoc takes to parse the files.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::options::Options;
use crate::usage::Usage;

/// The environment variable that names the file in which the request is kept.
pub const KEEP: &str = "BENCH_KEEP_REQUEST";

/// A `CodeGeneratorResponse` without files, which says that optional fields of proto3 and all editions
/// are fine: `supported_features` (2), `minimum_edition` (3) and `maximum_edition` (4).
const ANSWER: [u8; 8] = [2 << 3, 3, 3 << 3, 0xe6, 0x07, 4 << 3, 0xe9, 0x07];

/// Acts as the plugin that keeps the request in a file.
pub fn keep(file: &Path) -> Result<(), String> {
    let write = || {
        std::io::copy(&mut std::io::stdin().lock(), &mut File::create(file)?)?;
        std::io::stdout().write_all(&ANSWER)
    };
    write().map_err(|error| format!("{}: {error}", file.display()))
}

/// Measures, and prints a section of Markdown.
pub fn run(options: &Options) -> Result<(), String> {
    let protoc = protoc_bin_vendored::protoc_bin_path().map_err(|error| error.to_string())?;
    let include = protoc_bin_vendored::include_path().map_err(|error| error.to_string())?;
    let scratch = std::env::temp_dir().join(format!("bench-generator-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let request = scratch.join("request");
    let parse = || {
        let mut command = Command::new(&protoc);
        command.arg("-I").arg(&options.protos).arg("-I").arg(&include);
        command.arg(format!("@{}", options.list.display())).stderr(Stdio::null());
        command
    };

    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut keep = parse();
    keep.arg(format!("--plugin=protoc-gen-keep={}", own.display()));
    keep.arg(format!("--keep_out={}", scratch.display())).env(KEEP, &request);
    Usage::of(&mut keep)?;

    let mut rows = [
        ("protoc, parsing alone", Vec::new()),
        ("rustrpc", Vec::new()),
        ("protoc-gen-prost", Vec::new()),
    ];
    for round in 0..options.rounds {
        eprintln!("round {} of {}", round + 1, options.rounds);
        let [parsing, rustrpc, prost] = &mut rows;
        parsing.1.push(Usage::of(parse().args(["-o", "/dev/null"]))?);
        rustrpc.1.push(plugin(&options.rustrpc, &request)?);
        prost.1.push(plugin(&options.prost, &request)?);
    }
    let size = std::fs::metadata(&request).map_or(0, |data| data.len());
    let files = std::fs::read_to_string(&options.list).map_or(0, |list| list.lines().count());
    drop(std::fs::remove_dir_all(&scratch));

    println!(
        "### Generators on all of googleapis: {files} files, a request of {} MB, rounds: {}\n",
        size / 1_000_000,
        options.rounds,
    );
    println!("| | user time, s | system time, s | peak memory, MB |\n|---|---|---|---|");
    for (name, usages) in &rows {
        let seconds = |time: fn(&Usage) -> f64| median(usages.iter().map(time).collect());
        println!(
            "| {name} | {:.2} | {:.2} | {:.0} |",
            seconds(|usage| usage.user.as_secs_f64()),
            seconds(|usage| usage.system.as_secs_f64()),
            median(usages.iter().map(|usage| usage.peak as f64 / 1e6).collect()),
        );
    }
    Ok(())
}

/// A plugin on its own: protoc would hand it the request by a pipe.
fn plugin(program: &Path, request: &Path) -> Result<Usage, String> {
    let request = File::open(request).map_err(|error| format!("{}: {error}", request.display()))?;
    Usage::of(Command::new(program).stdin(request).stdout(Stdio::null()))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
