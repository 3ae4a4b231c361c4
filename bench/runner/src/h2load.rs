//! h2load as the load of unary calls.

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

use crate::process::LOAD_CORE;
use crate::server::{Kind, Server};

/// How many connections, and how many calls in flight on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub connections: u32,
    pub streams: u32,
}

impl Shape {
    pub const fn new(connections: u32, streams: u32) -> Self {
        Shape { connections, streams }
    }

    /// As the tables call it.
    pub fn name(self) -> String {
        format!("{} × {}", self.connections, self.streams)
    }
}

/// One sample of one server under one load.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Server CPU time per call, microseconds.
    pub server_cpu: f64,
    /// h2load's own, microseconds.
    pub load_cpu: f64,
    /// What 99 of 100 calls did not exceed, milliseconds.
    pub p99: f64,
}

/// Starts `kind`, warms it up, loads it with `calls` calls and measures.
pub fn run(kind: Kind, shape: Shape, calls: u32) -> Result<Sample, Box<dyn Error>> {
    let server = Server::start(kind)?;
    drive(&server, shape, calls / 10)?;
    let before = (server.cpu_micros()?, children_cpu_micros()?);
    let times = drive(&server, shape, calls)?;
    let after = (server.cpu_micros()?, children_cpu_micros()?);
    server.stop()?;
    let per_call = |micros: f64| micros / f64::from(calls);
    Ok(Sample {
        server_cpu: per_call(after.0 - before.0),
        load_cpu: per_call(after.1 - before.1),
        p99: f64::from(times[(times.len() * 99 / 100).min(times.len() - 1)]) / 1000.0,
    })
}

/// Sends `calls` calls and returns their times in microseconds, sorted; any call that failed is an error.
pub fn drive(server: &Server, shape: Shape, calls: u32) -> Result<Vec<u32>, Box<dyn Error>> {
    let calls = calls.max(shape.connections * shape.streams);
    let log = std::env::temp_dir().join(format!("rustrpc-bench-h2load-{}", std::process::id()));
    // h2load appends.
    std::fs::write(&log, "")?;
    let output = Command::new("taskset")
        .args(["-c", LOAD_CORE, "h2load", "-t", "1"])
        .args(["-c", &shape.connections.to_string(), "-m", &shape.streams.to_string()])
        .args(["-n", &calls.to_string()])
        .arg("--log-file")
        .arg(&log)
        .args(["-H", "content-type: application/grpc", "-H", "te: trailers", "-d"])
        .arg(request_file()?)
        .arg(url(server))
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !text.contains(&format!("{calls} succeeded, 0 failed, 0 errored, 0 timeout")) {
        return Err(format!("calls failed under load {shape:?}:\n{text}").into());
    }
    let lines = std::fs::read_to_string(&log)?;
    std::fs::remove_file(&log)?;
    // A line is: when it began, the HTTP status, how long it took.
    let third = |line: &str| line.split_whitespace().nth(2).and_then(|word| word.parse().ok());
    let mut times: Vec<u32> = lines.lines().filter_map(third).collect();
    if times.is_empty() {
        return Err("h2load's log has no times".into());
    }
    times.sort_unstable();
    Ok(times)
}

/// The file with the request body: the 5-byte prefix and `HelloRequest { name: "world" }`.
pub fn request_file() -> Result<PathBuf, Box<dyn Error>> {
    let path = std::env::temp_dir().join("rustrpc-bench-request.bin");
    std::fs::write(&path, b"\0\0\0\0\x07\x0a\x05world")?;
    Ok(path)
}

/// Where the smallest method lives.
pub fn url(server: &Server) -> String {
    format!("{}/bench.v1.Bench/SayHello", server.origin)
}

/// User and system time of children that have ended, in microseconds, to a hundredth of a second
/// (proc(5), `cutime` and `cstime`).
fn children_cpu_micros() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("no command in stat")?;
    let ticks: Vec<f64> =
        fields.split_whitespace().skip(13).take(2).filter_map(|word| word.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() * 10_000.0)
}
