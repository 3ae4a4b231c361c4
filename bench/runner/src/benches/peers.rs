//! All servers there are, and the floors, under small unary calls.

use std::error::Error;

use super::unary::{SHAPES, calls};
use crate::echo;
use crate::h2load;
use crate::options::Options;
use crate::server::{Kind, check_answers};
use crate::table::Table;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    check_answers(&Kind::UNARY)?;
    let mut cpu =
        Table::new("Server CPU per unary call, µs; connections × calls in flight on each", 2);
    let mut p99 = Table::new("99 of 100 of these calls took at most, ms", 2);
    for _ in 0..options.rounds {
        for shape in SHAPES {
            let calls = calls(options, shape);
            for kind in Kind::UNARY {
                let sample = h2load::run(kind, shape, calls)?;
                cpu.add(kind.name(), &shape.name(), sample.server_cpu);
                p99.add(kind.name(), &shape.name(), sample.p99);
            }
            cpu.add(Kind::Echo.name(), &shape.name(), echo::run(shape, calls)?);
        }
    }
    print!("{cpu}{}{p99}", options.plot("peers", &cpu)?);
    Ok(())
}
