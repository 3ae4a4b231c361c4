//! How long small unary calls take when they come at a pace of their own.

use std::error::Error;

use bench_load::Scenario;

use crate::h2load::Shape;
use crate::options::Options;
use crate::process::Client;
use crate::server::Kind;
use crate::table::Table;

/// Calls a second: half of what tonic as it comes can answer on one core, and what our own client can make on one core
/// without getting late by itself when each call is a connection's only one at a time, and so takes its own read and
/// write. That is more than tonic can answer at all.
const RATES: [u32; 2] = [20_000, 50_000];
const SECONDS: u32 = 4;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut tables = ["Half", "99 of 100", "999 of 1,000"].map(|share| {
        Table::new(format!("{share} of the calls took at most, ms after they were due"), 2)
    });
    let mut busy = Table::new("How busy the client was meanwhile, % of its core", 0);
    for _ in 0..options.rounds {
        for Shape { connections: channels, streams } in [Shape::new(10, 100), Shape::new(256, 100)]
        {
            for rate in RATES {
                let calls = options.amount(SECONDS * rate);
                let scenario = Scenario::Paced { channels, streams, rate, calls };
                let load = format!("{channels} × {streams}, {} k/s", rate / 1000);
                for kind in Kind::ALL {
                    let report = super::run(kind, Client::Rustrpc, scenario)?;
                    let figures = [report.p50, report.p99, report.p999];
                    busy.add(kind.name(), &load, 100.0 * report.client_cpu / report.wall);
                    for (table, figure) in tables.iter_mut().zip(figures) {
                        table.add(kind.name(), &load, figure / 1000.0);
                    }
                }
            }
        }
    }
    for table in tables {
        print!("{table}");
    }
    print!("{busy}");
    Ok(())
}
