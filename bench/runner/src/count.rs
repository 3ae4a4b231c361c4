//! Counts that do not depend on the machine's mood: instructions (callgrind), allocations
//! (memcheck's heap summary) and system calls (strace), each as a long run minus a short one.

use std::error::Error;

use crate::h2load::{Shape, drive};
use crate::server::{Kind, Server};

const SHORT: u32 = 1_000;
const LONG: u32 = 11_000;

/// Costs of one call.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    pub instructions: f64,
    pub allocations: f64,
    pub system_calls: f64,
}

/// Counts what one call costs `kind` under `shape`.
pub fn per_call(kind: Kind, shape: Shape) -> Result<Counts, Box<dyn Error>> {
    Ok(Counts {
        instructions: difference(kind, shape, instructions)?,
        allocations: difference(kind, shape, allocations)?,
        system_calls: difference(kind, shape, system_calls)?,
    })
}

type Measure = fn(Kind, Shape, u32) -> Result<u64, Box<dyn Error>>;

fn difference(kind: Kind, shape: Shape, measure: Measure) -> Result<f64, Box<dyn Error>> {
    let (short, long) = (measure(kind, shape, SHORT)?, measure(kind, shape, LONG)?);
    Ok((long as f64 - short as f64) / f64::from(LONG - SHORT))
}

fn instructions(kind: Kind, shape: Shape, calls: u32) -> Result<u64, Box<dyn Error>> {
    let log = traced(kind, shape, calls, |log| {
        vec![
            "valgrind".into(),
            "--tool=callgrind".into(),
            "--callgrind-out-file=/dev/null".into(),
            format!("--log-file={log}"),
        ]
    })?;
    number_after(&log, "Collected :")
}

fn allocations(kind: Kind, shape: Shape, calls: u32) -> Result<u64, Box<dyn Error>> {
    let log = traced(kind, shape, calls, |log| {
        vec!["valgrind".into(), "--leak-check=no".into(), format!("--log-file={log}")]
    })?;
    number_after(&log, "total heap usage:")
}

fn system_calls(kind: Kind, shape: Shape, calls: u32) -> Result<u64, Box<dyn Error>> {
    let log = traced(kind, shape, calls, |log| {
        vec!["strace".into(), "-f".into(), "-c".into(), "-o".into(), log.into()]
    })?;
    let total =
        log.lines().rfind(|line| line.ends_with(" total")).ok_or("strace wrote no total")?;
    Ok(total.split_whitespace().nth(3).ok_or("strace's total has no count")?.parse()?)
}

/// Runs the server under a tracer that writes `log`, drives `calls` calls, ends it, reads the log.
fn traced(
    kind: Kind,
    shape: Shape,
    calls: u32,
    tracer: impl Fn(&str) -> Vec<String>,
) -> Result<String, Box<dyn Error>> {
    let log = std::env::temp_dir().join(format!("rustrpc-bench-{}.log", std::process::id()));
    let under = tracer(&log.display().to_string());
    let server = Server::start_traced(kind, &under.iter().map(String::as_str).collect::<Vec<_>>())?;
    drive(&server, shape, calls)?;
    server.stop()?;
    Ok(std::fs::read_to_string(log)?)
}

/// The first number after `label`, with thousands separators taken out.
fn number_after(log: &str, label: &str) -> Result<u64, Box<dyn Error>> {
    let (_, rest) = log.split_once(label).ok_or_else(|| format!("no \"{label}\" in:\n{log}"))?;
    let digits: String = rest
        .trim_start()
        .chars()
        .take_while(|c| !c.is_whitespace())
        .filter(char::is_ascii_digit)
        .collect();
    Ok(digits.parse()?)
}
