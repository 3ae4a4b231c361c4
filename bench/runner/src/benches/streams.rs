//! Streams of small messages, and what all benches of streams share.

use std::error::Error;

use bench_load::{Report, Scenario};

use crate::options::Options;
use crate::process::Client;
use crate::server::Kind;
use crate::table::Table;

/// Who serves and who calls: each stack with itself, and each server under the other's client.
pub const PAIRS: [(Kind, Client); 7] = [
    (Kind::Rustrpc, Client::Rustrpc),
    (Kind::RustrpcTuned, Client::RustrpcTuned),
    (Kind::Tonic, Client::Tonic),
    (Kind::TonicTuned, Client::TonicTuned),
    (Kind::Rustrpc, Client::TonicTuned),
    (Kind::Tonic, Client::Rustrpc),
    (Kind::TonicTuned, Client::Rustrpc),
];

const SMALL: u32 = 32;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut costs = Costs::new("message", "small messages", |report| report.units);
    for _ in 0..options.rounds {
        for (server, client) in PAIRS {
            let calls = options.amount(200);
            let down = Scenario::Download { size: SMALL, count: 5_000, calls };
            costs.measure(server, client, "5,000 from the server", down)?;
            let up = Scenario::Upload { size: SMALL, count: 5_000, calls };
            costs.measure(server, client, "5,000 to the server", up)?;
            let count = options.amount(60_000);
            costs.measure(
                server,
                client,
                "ping-pong",
                Scenario::PingPong { size: SMALL, count },
            )?;
            let count = options.amount(1_000_000);
            costs.measure(
                server,
                client,
                "flood both ways",
                Scenario::Flood { size: SMALL, count },
            )?;
        }
    }
    costs.print("streams", options)
}

/// What pairs of server and client cost, each side by itself and together.
pub struct Costs {
    /// How many units a report is about.
    units: fn(&Report) -> f64,
    server: Table,
    client: Table,
    both: Table,
}

impl Costs {
    pub fn new(unit: &str, what: &str, units: fn(&Report) -> f64) -> Self {
        let table = |who: &str| Table::new(format!("{who} CPU per {unit}, µs: {what}"), 2);
        Costs {
            units,
            server: table("Server"),
            client: table("Client"),
            both: table("Server and client together,"),
        }
    }

    /// Runs one load between one pair. Where both are of one stack, all tables have it; a server
    /// under another's client stands in the server's table, and a client before another's server in the client's.
    pub fn measure(
        &mut self,
        server: Kind,
        client: Client,
        load: &str,
        scenario: Scenario,
    ) -> Result<(), Box<dyn Error>> {
        let report = super::run(server, client, scenario)?;
        let units = (self.units)(&report);
        let (server_cpu, client_cpu) = (report.server_cpu / units, report.client_cpu / units);
        if server.name() == client.name() {
            self.server.add(server.name(), load, server_cpu);
            self.client.add(client.name(), load, client_cpu);
            self.both.add(server.name(), load, server_cpu + client_cpu);
        } else {
            let (serving, calling) = (server.name(), client.name());
            self.server.add(&format!("{serving}, called by {calling}"), load, server_cpu);
            self.client.add(&format!("{calling}, served by {serving}"), load, client_cpu);
        }
        Ok(())
    }

    /// Adds what the bytes alone take.
    pub fn floor(&mut self, load: &str, server: f64, client: f64) {
        const FLOOR: &str = "floor: fresh memory and a socket";
        self.server.add(FLOOR, load, server);
        self.client.add(FLOOR, load, client);
        self.both.add(FLOOR, load, server + client);
    }

    /// Prints the tables, and an image of the costs of both sides.
    pub fn print(&self, name: &str, options: &Options) -> Result<(), Box<dyn Error>> {
        let plot = options.plot(name, &self.both)?;
        print!("{}{plot}{}{}", self.both, self.server, self.client);
        Ok(())
    }
}
