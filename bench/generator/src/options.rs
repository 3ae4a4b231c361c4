//! What the command line says.

use std::path::PathBuf;

#[derive(Debug, Default)]
pub struct Options {
    pub bench: String,
    /// The folder of googleapis.
    pub protos: PathBuf,
    /// A file that names those of its .proto files that are wanted, one on a line.
    pub list: PathBuf,
    /// The folder of this repository.
    pub repository: PathBuf,
    /// Our plugin.
    pub rustrpc: PathBuf,
    /// The plugin protoc-gen-prost.
    pub prost: PathBuf,
    /// How often everything is measured.
    pub rounds: usize,
}

impl Options {
    /// # Errors
    /// What is wrong with the arguments.
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Options { rounds: 3, ..Options::default() };
        let mut arguments = arguments.iter();
        options.bench = arguments.next().ok_or("which bench?")?.clone();
        while let Some(argument) = arguments.next() {
            if argument == "--quick" {
                options.rounds = 1;
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{argument} takes a value"))?;
            match argument.as_str() {
                "--protos" => options.protos = value.into(),
                "--list" => options.list = value.into(),
                "--repository" => options.repository = value.into(),
                "--rustrpc" => options.rustrpc = value.into(),
                "--prost" => options.prost = value.into(),
                "--rounds" => {
                    let rounds = value.parse().ok().filter(|rounds| *rounds > 0);
                    options.rounds = rounds.ok_or("--rounds takes a number from 1 on")?;
                }
                _ => return Err(format!("no option is called {argument}")),
            }
        }
        Ok(options)
    }
}
