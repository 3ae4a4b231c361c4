//! What the command line asks for.

use std::error::Error;
use std::path::{Path, PathBuf};

use crate::plot;
use crate::table::Table;

/// How long and how often to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many samples each median is taken of.
    pub rounds: usize,
    quick: bool,
    /// Where images go, if they are wanted.
    plots: Option<PathBuf>,
}

impl Options {
    pub fn from_arguments(
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut quick = false;
        let (mut rounds, mut plots) = (None, None);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => quick = true,
                "--rounds" => {
                    rounds = Some(arguments.next().ok_or("--rounds takes a number")?.parse()?)
                }
                "--plots" => plots = Some(arguments.next().ok_or("--plots takes a folder")?.into()),
                other => {
                    return Err(
                        format!("{other}: known are --quick, --rounds N, --plots FOLDER").into()
                    );
                }
            }
        }
        Ok(Options { rounds: rounds.unwrap_or(if quick { 3 } else { 5 }).max(1), quick, plots })
    }

    /// How much of a load to make: all of it, or a quarter.
    pub fn amount(&self, full: u32) -> u32 {
        if self.quick { full / 4 } else { full }
    }

    /// Draws `table` as `NAME.svg`, if images are wanted, and returns the Markdown that shows it.
    pub fn plot(&self, name: &str, table: &Table) -> Result<String, Box<dyn Error>> {
        let Some(folder) = &self.plots else { return Ok(String::new()) };
        let file = Path::new(name).with_extension("svg");
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(&file), plot::svg(table))?;
        Ok(format!("\n![{}](results/{})\n", table.title(), file.display()))
    }
}
