//! Small calls on a connection that has something slow or large on it.

use std::error::Error;

use bench_load::Scenario;

use crate::options::Options;
use crate::process::Client;
use crate::server::{Kind, Server};
use crate::table::Table;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let calls = options.amount(4_000);
    let loads = [
        ("nothing", Scenario::BesideNothing { calls }),
        ("a handler that computes for 20 ms", Scenario::BesideSlow { calls: calls / 8 }),
        ("100 MiB both ways", Scenario::BesideLarge { calls }),
    ];
    let title =
        "of 100 small calls, one at a time, took at most, ms; on the same connection meanwhile:";
    let mut half = Table::new(format!("50 {title}"), 2);
    let mut most = Table::new(format!("99 {title}"), 2);
    let pairs = [
        (Kind::Rustrpc, Client::Rustrpc),
        (Kind::Tonic, Client::Tonic),
        (Kind::TonicTuned, Client::TonicTuned),
    ];
    for _ in 0..options.rounds {
        for (server, client) in pairs {
            for (name, scenario) in loads {
                // With more than one core, or a busy handler would leave no server any choice.
                let running = Server::start_anywhere(server)?;
                let report = client.run(&running, scenario)?;
                running.stop()?;
                half.add(server.name(), name, report.p50 / 1000.0);
                most.add(server.name(), name, report.p99 / 1000.0);
            }
        }
    }
    print!("{half}{most}");
    Ok(())
}
