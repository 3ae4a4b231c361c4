//! Servers under small unary calls over TLS.

use std::error::Error;

use super::unary::{SHAPES, calls};
use crate::h2load;
use crate::options::Options;
use crate::server::{Kind, check_answers};
use crate::table::Table;

pub fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    check_answers(&Kind::TLS)?;
    let mut cpu = Table::new(
        "Server CPU per unary call over TLS, µs; connections × calls in flight on each",
        2,
    );
    let mut floor = Table::new("rustls alone: what TLS adds to the floor, µs per call", 2);
    for _ in 0..options.rounds {
        for shape in SHAPES {
            let calls = calls(options, shape);
            for kind in Kind::TLS {
                let sample = h2load::run(kind, shape, calls)?;
                cpu.add(kind.name(), &shape.name(), sample.server_cpu);
                if kind == Kind::FramesTls {
                    let plain = h2load::run(Kind::Frames, shape, calls)?.server_cpu;
                    floor.add("rustls", &shape.name(), sample.server_cpu - plain);
                }
            }
        }
    }
    print!("{cpu}{}{floor}", options.plot("tls", &cpu)?);
    Ok(())
}
