//! Marshalling side by side: ours and the peers', in one run with the allocator that programs have
//! by default.
//!
//! `bench-codec codec|json [--quick] [--rounds N] [SHAPE…]` prints the tables as Markdown.
//! `bench-codec loop CONTENDER SHAPE OPERATION COUNT` does one thing so many times, for profilers:
//! `bench-codec loop rustrpc small decode 1000000`.

mod contenders;
mod measure;
mod samples;
mod shape;
mod table;

use std::error::Error;

use contenders::Case;
use measure::Effort;
use shape::Operation;

#[allow(dead_code, reason = "generated")]
mod ours {
    include!(concat!(env!("OUT_DIR"), "/rustrpc/mod.rs"));
}

#[allow(warnings, reason = "generated")]
mod prosts {
    include!(concat!(env!("OUT_DIR"), "/prost/mod.rs"));
}

#[allow(warnings, reason = "generated")]
mod buffas {
    include!(concat!(env!("OUT_DIR"), "/buffa/mod.rs"));
}

#[allow(warnings, reason = "generated")]
mod quicks {
    include!(concat!(env!("OUT_DIR"), "/quick/mod.rs"));
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments.as_slice() {
        ["codec", ref options @ ..] => compare("codec", options, contenders::binary()),
        ["json", ref options @ ..] => compare("json", options, contenders::json()),
        ["loop", contender, shape, operation, count] => {
            repeat(contender, shape, operation, count.parse()?)
        }
        _ => Err("usage: bench-codec codec|json [--quick] [--rounds N] [SHAPE…]\n       \
                  bench-codec loop CONTENDER SHAPE OPERATION COUNT"
            .into()),
    }
}

fn compare(name: &str, options: &[&str], cases: Vec<Case>) -> Result<(), Box<dyn Error>> {
    let (effort, wanted) = Effort::from_options(options)?;
    let mut measured = Vec::new();
    for (shape, contenders) in cases {
        if wanted.is_empty() || wanted.contains(&shape) {
            eprintln!("  {shape}");
            measured.push(effort.measure(contenders));
        }
    }
    print!("{}", table::Report { name, shapes: &measured });
    Ok(())
}

fn repeat(contender: &str, shape: &str, operation: &str, count: u32) -> Result<(), Box<dyn Error>> {
    let operation = Operation::from_name(operation)?;
    let cases = if operation.is_json() { contenders::json() } else { contenders::binary() };
    let entry = cases
        .into_iter()
        .filter(|(name, _)| *name == shape)
        .flat_map(|(_, contenders)| contenders().entries)
        .find(|entry| entry.contender == contender && entry.operation == operation);
    let mut entry = entry.ok_or("no such contender does such an operation on such a shape")?;
    (entry.run)(count);
    Ok(())
}
