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
    let mut rustls = Table::new("rustls alone: what TLS adds to the floor, µs per call", 2);
    let mut rest = Table::new("Server CPU per unary call over TLS without what rustls adds, µs", 2);
    for _ in 0..options.rounds {
        for shape in SHAPES {
            let (calls, load) = (calls(options, shape), shape.name());
            let plain = h2load::run(Kind::Frames, shape, calls)?.server_cpu;
            let added = h2load::run(Kind::FramesTls, shape, calls)?.server_cpu - plain;
            rustls.add("rustls", &load, added);
            for kind in Kind::TLS {
                let sample = h2load::run(kind, shape, calls)?.server_cpu;
                cpu.add(kind.name(), &load, sample);
                rest.add(kind.name(), &load, sample - added);
            }
        }
    }
    print!("{cpu}{}{rustls}{rest}", options.plot("tls", &cpu)?);
    Ok(())
}
