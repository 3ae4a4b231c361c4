//! Servers under small unary calls.

use std::error::Error;

use bench_load::Scenario;

use crate::h2load::{self, Shape};
use crate::options::Options;
use crate::process::Client;
use crate::server::{Kind, check_answers};
use crate::table::Table;

/// Loads as connections and calls in flight on each.
pub const SHAPES: [Shape; 5] = [
    Shape::new(1, 1),
    Shape::new(1, 100),
    Shape::new(10, 100),
    Shape::new(50, 1),
    Shape::new(256, 100),
];

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    check_answers(&Kind::ALL)?;
    let mut cpu =
        Table::new("Server CPU per unary call, µs; connections × calls in flight on each", 2);
    let mut p99 = Table::new("99 of 100 of these calls took at most, ms", 2);
    for _ in 0..options.rounds {
        for shape in SHAPES {
            for kind in Kind::ALL {
                let sample = h2load::run(kind, shape, calls(options, shape))?;
                cpu.add(kind.name(), &shape.name(), sample.server_cpu);
                p99.add(kind.name(), &shape.name(), sample.p99);
            }
        }
    }
    print!("{cpu}{}{p99}", options.plot("unary", &cpu)?);
    let later = |channels, streams, calls| Scenario::Later { channels, streams, calls };
    let shapes = [Shape::new(1, 1), Shape::new(1, 100)];
    print!("{}", waiting(options, "that another task answers", &shapes, later)?);
    let after = |channels, streams, calls| Scenario::After { channels, streams, calls };
    let what = "whose handler waits on a timer of 1 ms";
    print!("{}", waiting(options, what, &shapes[1..], after)?);
    Ok(())
}

/// Calls whose handler waits for something.
fn waiting(
    options: &Options,
    what: &str,
    shapes: &[Shape],
    scenario: impl Fn(u32, u32, u32) -> Scenario,
) -> Result<Table, Box<dyn Error>> {
    let mut table = Table::new(format!("Server CPU per unary call {what}, µs"), 2);
    for _ in 0..options.rounds {
        for shape in shapes.iter().copied() {
            let Shape { connections: channels, streams } = shape;
            for kind in Kind::ALL {
                let scenario = scenario(channels, streams, calls(options, shape));
                let report = super::run(kind, Client::Rustrpc, scenario)?;
                table.add(kind.name(), &shape.name(), report.server_cpu / report.units);
            }
        }
    }
    Ok(table)
}

/// How many calls a sample makes.
pub fn calls(options: &Options, shape: Shape) -> u32 {
    options.amount(if shape.streams > 1 { 400_000 } else { 60_000 })
}
