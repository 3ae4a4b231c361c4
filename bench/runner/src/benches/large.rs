//! Large messages, both ways.

use std::error::Error;

use bench_load::Scenario;

use super::streams::{Costs, PAIRS};
use crate::bare;
use crate::options::Options;

const KIB: u32 = 1 << 10;
const MIB: u32 = 1 << 20;
const UNARY: [(u32, &str); 3] = [(64 * KIB, "64 KiB"), (MIB, "1 MiB"), (16 * MIB, "16 MiB")];
/// How much is moved in each load, all in all.
const TOTAL: u32 = 1 << 30;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut costs =
        Costs::new("MB", "a message or a stream of messages", |report| report.bytes / 1e6);
    let total = options.amount(TOTAL);
    for _ in 0..options.rounds {
        for (server, client) in PAIRS {
            for (size, name) in UNARY {
                let calls = total / size;
                let one = |sent, received| Scenario::Exchange { sent, received, calls };
                costs.measure(server, client, &format!("unary, {name} out"), one(0, size))?;
                costs.measure(server, client, &format!("unary, {name} in"), one(size, 0))?;
            }
            for (size, name) in [(64 * KIB, "64 KiB"), (MIB, "1 MiB")] {
                let (calls, count) = (4, total / size / 4);
                let down = Scenario::Download { size, count, calls };
                costs.measure(server, client, &format!("stream, {name} out"), down)?;
                let up = Scenario::Upload { size, count, calls };
                costs.measure(server, client, &format!("stream, {name} in"), up)?;
            }
        }
        for (size, name) in UNARY {
            let bare::Cost { sending, receiving } = bare::run(size, total / size)?;
            costs.floor(&format!("unary, {name} out"), sending, receiving);
            costs.floor(&format!("unary, {name} in"), receiving, sending);
        }
    }
    costs.print("large", options)
}
