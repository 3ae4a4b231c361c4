//! Small unary calls that carry more than their message, beside those that don't.

use std::error::Error;

use bench_load::Scenario;

use crate::h2load::Shape;
use crate::options::Options;
use crate::process::Client;
use crate::server::Kind;
use crate::table::Table;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let shape = Shape::new(1, 100);
    let calls = super::unary::calls(options, shape);
    let Shape { connections: channels, streams } = shape;
    let without = Scenario::Hello { channels, streams, calls };
    let within = Scenario::Within { channels, streams, calls };
    let labelled = Scenario::Labelled { channels, streams, calls };
    let each = [
        ("without", without),
        ("with a deadline", within),
        ("with a deadline and metadata", labelled),
    ];
    let mut servers = Table::new(
        format!("Server CPU per unary call, µs; {} of each client in flight", shape.name()),
        2,
    );
    let mut clients = Table::new(
        format!("Client CPU per unary call to our server, µs; {} in flight", shape.name()),
        2,
    );
    for _ in 0..options.rounds {
        for (name, scenario) in each {
            for client in [Client::Rustrpc, Client::Tonic] {
                for kind in Kind::ALL {
                    let report = super::run(kind, client, scenario)?;
                    let column = format!("{}, {name}", client.name());
                    servers.add(kind.name(), &column, report.server_cpu / report.units);
                }
            }
            for client in Client::ALL {
                let report = super::run(Kind::Rustrpc, client, scenario)?;
                clients.add(client.name(), name, report.client_cpu / report.units);
            }
        }
    }
    print!("{servers}{clients}");
    Ok(())
}
