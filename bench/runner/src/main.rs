//! Runs the servers side by side under the same loads and prints one table of ratios.
//!
//! `bench-runner [--quick] [--rounds N]`. Timed cells are CPU time of the server process, run
//! interleaved and reported as medians, because these figures are read on shared machines.
//! Instructions, allocations and system calls are counted as the difference between a long and
//! a short run of the same server, so that start-up and shut-down cancel out.

mod count;
mod load;
mod server;
mod table;

use std::error::Error;

use load::Shape;
use server::Kind;

/// Loads as (connections, streams on each).
const SHAPES: [Shape; 5] =
    [Shape::new(1, 1), Shape::new(1, 100), Shape::new(10, 100), Shape::new(50, 1), Shape::new(256, 100)];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let options = Options::from_arguments(arguments)?;
    server::check_answers()?;
    match name.as_str() {
        "unary" => unary(&options),
        "counts" => counts(),
        _ => Err("usage: bench-runner unary|counts [--quick] [--rounds N]".into()),
    }
}

fn unary(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut timed = table::Table::new("CPU µs per call (median; slowest call of the load beside it)");
    for shape in SHAPES {
        let calls = options.calls(shape);
        let mut rounds = vec![Vec::new(); Kind::ALL.len()];
        for _ in 0..options.rounds {
            for (kind, samples) in Kind::ALL.iter().zip(&mut rounds) {
                samples.push(load::run(*kind, shape, calls)?);
            }
        }
        for (kind, samples) in Kind::ALL.iter().zip(rounds) {
            timed.timed(*kind, shape, samples);
        }
    }
    print!("{timed}");
    Ok(())
}

fn counts() -> Result<(), Box<dyn Error>> {
    let mut counted = table::Table::new("user instructions / allocations / system calls per call");
    for shape in [Shape::new(1, 1), Shape::new(1, 100)] {
        for kind in Kind::ALL {
            counted.counted(kind, shape, count::per_call(kind, shape)?);
        }
    }
    print!("{counted}");
    Ok(())
}

/// What the command line asks for.
struct Options {
    rounds: usize,
    quick: bool,
}

impl Options {
    fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut options = Options { rounds: 5, quick: false };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options = Options { rounds: 3, quick: true },
                "--rounds" => {
                    options.rounds = arguments.next().ok_or("--rounds takes a number")?.parse()?;
                }
                other => return Err(format!("{other}: known are --quick and --rounds N").into()),
            }
        }
        Ok(options)
    }

    /// How many calls one sample makes: enough that the kernel's 10 ms clock tick is noise.
    fn calls(&self, shape: Shape) -> u64 {
        let full = if shape.streams > 1 { 400_000 } else { 60_000 };
        if self.quick { full / 4 } else { full }
    }
}
