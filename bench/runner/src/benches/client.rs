//! Clients making small unary calls on one channel, all of them to our server.

use std::error::Error;

use bench_load::Scenario;

use crate::h2load::{self, Shape};
use crate::options::Options;
use crate::process::Client;
use crate::server::Kind;
use crate::table::Table;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut cpu =
        Table::new("Client CPU per unary call, µs; channels × calls in flight on each", 2);
    let mut p99 = Table::new("99 of 100 of these calls took at most, ms", 2);
    for _ in 0..options.rounds {
        for shape in [Shape::new(1, 1), Shape::new(1, 100), Shape::new(10, 100)] {
            let calls = options.amount(if shape.streams > 1 { 400_000 } else { 60_000 });
            let Shape { connections: channels, streams } = shape;
            for client in Client::ALL {
                let scenario = Scenario::Hello { channels, streams, calls };
                let report = super::run(Kind::Rustrpc, client, scenario)?;
                cpu.add(client.name(), &shape.name(), report.client_cpu / report.units);
                p99.add(client.name(), &shape.name(), report.p99 / 1000.0);
            }
            let sample = h2load::run(Kind::Rustrpc, shape, calls)?;
            cpu.add("h2load, a floor in C", &shape.name(), sample.load_cpu);
            p99.add("h2load, a floor in C", &shape.name(), sample.p99);
        }
    }
    print!("{cpu}{}{p99}", options.plot("client", &cpu)?);
    Ok(())
}
