//! The benches, one to a file.

pub mod client;
pub mod counts;
pub mod fields;
pub mod large;
pub mod memory;
pub mod neighbours;
pub mod paced;
pub mod peers;
pub mod streams;
pub mod tls;
pub mod unary;

use std::error::Error;

use bench_load::{Report, Scenario};

use crate::process::Client;
use crate::server::{Kind, Server};

/// Starts `kind` and lets `client` make the calls of `scenario` to it.
fn run(kind: Kind, client: Client, scenario: Scenario) -> Result<Report, Box<dyn Error>> {
    let server = Server::start(kind)?;
    let report = client.run(&server, scenario)?;
    server.stop()?;
    Ok(report)
}
