//! What a load found, as one line between the client program and whoever started it.

use std::fmt;
use std::str::FromStr;

use crate::Failure;

/// The figures of one load.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// Calls, or messages where the scenario is about those.
    pub units: f64,
    /// Payload bytes, both directions.
    pub bytes: f64,
    /// Wall-clock time, microseconds.
    pub wall: f64,
    /// Processor time of the client, microseconds.
    pub client_cpu: f64,
    /// Processor time of the server, microseconds; 0 when it was not said which process that is.
    pub server_cpu: f64,
    /// The time, in microseconds, that half of the calls did not exceed.
    pub p50: f64,
    /// The time that 99 of 100 calls did not exceed.
    pub p99: f64,
    /// The time that 999 of 1,000 calls did not exceed.
    pub p999: f64,
    /// The slowest call.
    pub slowest: f64,
}

impl Report {
    fn figures(&self) -> [f64; 9] {
        let Report { units, bytes, wall, client_cpu, server_cpu, p50, p99, p999, slowest } = *self;
        [units, bytes, wall, client_cpu, server_cpu, p50, p99, p999, slowest]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> =
            self.figures().iter().map(|figure| format!("{figure:.1}")).collect();
        f.write_str(&words.join(" "))
    }
}

impl FromStr for Report {
    type Err = Failure;

    fn from_str(line: &str) -> Result<Self, Failure> {
        let figures: Result<Vec<f64>, _> = line.split_whitespace().map(str::parse).collect();
        let figures: [f64; 9] =
            figures?.try_into().map_err(|_| format!("not a report: {line:?}"))?;
        let [units, bytes, wall, client_cpu, server_cpu, p50, p99, p999, slowest] = figures;
        Ok(Report { units, bytes, wall, client_cpu, server_cpu, p50, p99, p999, slowest })
    }
}
