//! What the command line asks for.

use std::error::Error;

/// How long and how often to measure.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many samples each median is taken of.
    pub rounds: usize,
    quick: bool,
}

impl Options {
    pub fn from_arguments(
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut quick = false;
        let mut rounds = None;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => quick = true,
                "--rounds" => {
                    rounds = Some(arguments.next().ok_or("--rounds takes a number")?.parse()?)
                }
                other => return Err(format!("{other}: known are --quick and --rounds N").into()),
            }
        }
        Ok(Options { rounds: rounds.unwrap_or(if quick { 3 } else { 5 }).max(1), quick })
    }

    /// How much of a load to make: all of it, or a quarter.
    pub fn amount(self, full: u32) -> u32 {
        if self.quick { full / 4 } else { full }
    }
}
