//! Runs servers and clients side by side under the same loads and prints tables of ratios.
//!
//! `bench-runner BENCH [--quick] [--rounds N] [--plots FOLDER]`. What is timed is CPU time of the process in question, run
//! interleaved and reported as medians, because these figures are read on shared machines.

mod bare;
mod benches;
mod certificate;
mod count;
mod echo;
mod h2load;
mod options;
mod plot;
mod process;
mod server;
mod table;

use std::error::Error;

use options::Options;

/// Prints its tables.
type Bench = fn(&Options) -> Result<(), Box<dyn Error>>;

const BENCHES: [(&str, Bench); 11] = [
    ("unary", benches::unary::run),
    ("peers", benches::peers::run),
    ("counts", benches::counts::run),
    ("tls", benches::tls::run),
    ("client", benches::client::run),
    ("fields", benches::fields::run),
    ("large", benches::large::run),
    ("streams", benches::streams::run),
    ("neighbours", benches::neighbours::run),
    ("paced", benches::paced::run),
    ("memory", benches::memory::run),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let options = Options::from_arguments(arguments)?;
    let (_, bench) = BENCHES.iter().find(|(known, _)| *known == name).ok_or_else(|| {
        let names: Vec<&str> = BENCHES.iter().map(|(name, _)| *name).collect();
        format!("usage: bench-runner {} [--quick] [--rounds N]", names.join("|"))
    })?;
    bench(&options)
}
