//! Keeps what benches found: a file for each in `bench/results/`, and all of them in `bench/RESULTS.md`.

use std::fs;
use std::path::{Path, PathBuf};

const HEAD: &str = "# Results\n\n\
    Put together by `cargo xtask bench --record` from the files in [results](results). What is measured, and how: \
    [README.md](README.md). Each section says when it was measured and on what.\n";

/// What one bench found.
pub(super) struct Section<'a> {
    name: &'a str,
}

impl<'a> Section<'a> {
    pub(super) fn new(name: &'a str) -> Self {
        Section { name }
    }

    /// Writes the section, with the date and the machine below it.
    pub(super) fn write(&self, bench: &Path, figures: &str) -> Result<(), String> {
        let path = self.path(bench);
        let text = format!("{}\n\n{}\n", figures.trim_end(), circumstances(self.name));
        fs::create_dir_all(bench.join("results"))
            .and_then(|()| fs::write(&path, text))
            .map_err(|error| format!("{}: {error}", path.display()))
    }

    fn path(&self, bench: &Path) -> PathBuf {
        bench.join("results").join(self.name).with_extension("md")
    }
}

/// Writes `RESULTS.md` from the sections that exist, in the order of `names`.
pub(super) fn assemble<'a>(
    bench: &Path,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), String> {
    let mut text = HEAD.to_owned();
    for name in names {
        let path = Section::new(name).path(bench);
        if path.exists() {
            let section = fs::read_to_string(&path);
            let section = section.map_err(|error| format!("{}: {error}", path.display()))?;
            text.push('\n');
            text.push_str(&section);
        }
    }
    let path = bench.join("RESULTS.md");
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// When and where, as far as it matters to whoever compares: the date, the processor, the compiler.
fn circumstances(name: &str) -> String {
    let date = command("date", &["+%Y-%m-%d"]).unwrap_or_else(|| "date unknown".to_owned());
    let rustc = command("rustc", &["--version"]).unwrap_or_else(|| "rustc unknown".to_owned());
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let model = processor().unwrap_or_else(|| "processor unknown".to_owned());
    format!(
        "<sub>`cargo xtask bench {name} --record`, {date}, {processors} × {model}, {rustc}.</sub>"
    )
}

fn processor() -> Option<String> {
    let information = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = information.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn command(program: &str, arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
