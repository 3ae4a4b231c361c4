//! h2load as the load, pinned to the second core.

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

use crate::server::{Kind, Server};

/// How many connections, and how many calls in flight on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub connections: u64,
    pub streams: u64,
}

impl Shape {
    pub const fn new(connections: u64, streams: u64) -> Self {
        Shape { connections, streams }
    }
}

/// One sample of one server under one load.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Server CPU time per call, microseconds.
    pub cpu: f64,
    /// The load's slowest request, milliseconds (h2load prints no percentiles).
    pub slowest: f64,
}

/// Starts `kind`, warms it up, loads it with `calls` calls and measures its CPU time.
pub fn run(kind: Kind, shape: Shape, calls: u64) -> Result<Sample, Box<dyn Error>> {
    let server = Server::start(kind, &[])?;
    drive(&server, shape, calls / 10)?;
    let before = server.cpu_micros()?;
    let slowest = drive(&server, shape, calls)?;
    let cpu = (server.cpu_micros()? - before) / calls as f64;
    server.stop()?;
    Ok(Sample { cpu, slowest })
}

/// Sends `calls` calls and returns the slowest one's time in milliseconds; any call that failed is an error.
pub fn drive(server: &Server, shape: Shape, calls: u64) -> Result<f64, Box<dyn Error>> {
    let calls = calls.max(shape.connections * shape.streams);
    let output = Command::new("taskset")
        .args(["-c", "1", "h2load", "-t", "1"])
        .args(["-c", &shape.connections.to_string(), "-m", &shape.streams.to_string()])
        .args(["-n", &calls.to_string()])
        .args(["-H", "content-type: application/grpc", "-H", "te: trailers", "-d"])
        .arg(request_file()?)
        .arg(url(server.port))
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !text.contains(&format!("{calls} succeeded, 0 failed, 0 errored, 0 timeout")) {
        return Err(format!("calls failed under load {shape:?}:\n{text}").into());
    }
    let line = text.lines().find(|line| line.starts_with("time for request:"));
    let slowest = line.and_then(|line| line.split_whitespace().nth(4)).ok_or("no request times")?;
    milliseconds(slowest)
}

/// The file with the request body: the 5-byte prefix and `HelloRequest { name: "world" }`.
pub fn request_file() -> Result<PathBuf, Box<dyn Error>> {
    let path = std::env::temp_dir().join("rustrpc-bench-request.bin");
    std::fs::write(&path, b"\0\0\0\0\x07\x0a\x05world")?;
    Ok(path)
}

/// Where the greeter's method lives.
pub fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}/bench.greeter.v1.Greeter/SayHello")
}

/// h2load's figures carry their unit: `812us`, `3.20ms`, `1.02s`.
fn milliseconds(text: &str) -> Result<f64, Box<dyn Error>> {
    let (digits, scale) = if let Some(digits) = text.strip_suffix("us") {
        (digits, 0.001)
    } else if let Some(digits) = text.strip_suffix("ms") {
        (digits, 1.0)
    } else {
        (text.strip_suffix('s').ok_or_else(|| format!("{text}: no unit"))?, 1000.0)
    };
    Ok(digits.parse::<f64>()? * scale)
}
