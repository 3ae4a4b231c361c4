//! The fuzzers of `fuzz/`, one after the other, each for a while and on one core.
//!
//! What they have found worth keeping stays for the next run in a cache outside of the repository,
//! beside the inputs that broke something.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The sanitizer looks at every byte, which takes room; more than this is a finding.
const MOST_MEMORY: &str = "-rss_limit_mb=3000";
/// Nothing of so few bytes takes as many seconds.
const MOST_TIME: &str = "-timeout=25";
/// Longer inputs are mutated at no gain.
const LONGEST: &str = "-max_len=8192";

/// Runs the targets that are named, or all of them. The nightly toolchain has to be there;
/// cargo-fuzz is installed if it is not.
///
/// # Errors
/// When a target finds something, with where its input was put, or when it can't be run.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<(), String> {
    let (named, minutes) = parse(arguments)?;
    let known = targets(root)?;
    if let Some(unknown) = named.iter().find(|name| !known.iter().any(|known| known == *name)) {
        return Err(format!("no such target: {unknown}; there are {}", known.join(", ")));
    }
    let chosen = known.iter().filter(|known| named.is_empty() || named.contains(&known.as_str()));
    let cache = cache()?;
    install()?;
    seeds(root, &cache)?;
    let mut failed = Vec::new();
    for target in chosen {
        if let Err(problem) = fuzz(root, &cache, target, minutes) {
            eprintln!("{problem}");
            failed.push(target.as_str());
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("found something: {}", failed.join(", "))) }
}

/// The targets' names and the minutes for each.
fn parse<'a>(arguments: &[&'a str]) -> Result<(Vec<&'a str>, u32), String> {
    let mut minutes = 10;
    let mut named = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match *argument {
            "--minutes" => {
                let value = arguments.next().ok_or("--minutes needs a number")?;
                minutes = value.parse().map_err(|error| format!("--minutes {value}: {error}"))?;
            }
            other if other.starts_with('-') => return Err(format!("unknown flag {other}")),
            name => named.push(name),
        }
    }
    Ok((named, minutes))
}

/// A target is a file.
fn targets(root: &Path) -> Result<Vec<String>, String> {
    let folder = root.join("fuzz/fuzz_targets");
    let at = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(at)? {
        let path = entry.map_err(at)?.path();
        if path.extension() == Some(OsStr::new("rs")) {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn fuzz(root: &Path, cache: &Path, target: &str, minutes: u32) -> Result<(), String> {
    let corpus = folder(cache.join("corpus").join(target))?;
    let artifacts = folder(cache.join("artifacts").join(target))?;
    let seconds = minutes.saturating_mul(60);
    println!("{target}: {minutes} minutes, {} inputs to begin with", count(&corpus)?);
    let status = cargo_fuzz(root, "run", target)
        .args([&corpus, &cache.join("seeds").join(target)].into_iter().filter(|at| at.is_dir()))
        .arg("--")
        .args([MOST_MEMORY, MOST_TIME, LONGEST, "-print_final_stats=1"])
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !status.success() {
        return Err(format!("{target}: {status}; what did it is in {}", artifacts.display()));
    }
    minimize(root, target, &corpus)
}

/// Keeps of the inputs those that are needed to reach all that was reached.
fn minimize(root: &Path, target: &str, corpus: &Path) -> Result<(), String> {
    let before = count(corpus)?;
    let status = cargo_fuzz(root, "cmin", target).arg(corpus).arg("--").arg(LONGEST).status();
    let status = status.map_err(|error| format!("cannot run cargo: {error}"))?;
    if !status.success() {
        return Err(format!("{target}: cannot minimise {}: {status}", corpus.display()));
    }
    println!("{target}: {} of {before} inputs kept in {}", count(corpus)?, corpus.display());
    Ok(())
}

/// Optimised, with checked arithmetic and assertions and the address sanitizer, as cargo-fuzz has it.
fn cargo_fuzz(root: &Path, what: &str, target: &str) -> Command {
    let mut command = Command::new("rustup");
    command
        .args(["run", "nightly", "cargo", "fuzz", what, "--target-dir"])
        .arg(root.join("target/fuzz"))
        .arg(target)
        .current_dir(root.join("fuzz"));
    command
}

fn install() -> Result<(), String> {
    let there = Command::new("cargo").args(["fuzz", "--version"]).output();
    if there.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    let status = Command::new("cargo").args(["install", "--locked", "cargo-fuzz"]).status();
    let status = status.map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("cannot install cargo-fuzz: {status}")) }
}

/// Writes what fuzzing begins with, where that was not done yet.
fn seeds(root: &Path, cache: &Path) -> Result<(), String> {
    let seeds = cache.join("seeds");
    if seeds.is_dir() {
        return Ok(());
    }
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--quiet", "--package", "protoc-gen-rustrpc", "--example", "seeds", "--"])
        .arg(&seeds)
        .current_dir(root)
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("cannot write seeds: {status}")) }
}

fn cache() -> Result<PathBuf, String> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))
        .ok_or("neither XDG_CACHE_HOME nor HOME is set: the corpus has no place to stay")?;
    folder(cache.join("rustrpc-fuzz"))
}

fn folder(path: PathBuf) -> Result<PathBuf, String> {
    fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

fn count(folder: &Path) -> Result<usize, String> {
    let entries = fs::read_dir(folder);
    entries.map(Iterator::count).map_err(|error| format!("{}: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_named_before_or_behind_the_minutes() {
        assert_eq!(parse(&[]), Ok((vec![], 10)));
        let both = Ok((vec!["json", "text"], 3));
        assert_eq!(parse(&["json", "--minutes", "3", "text"]), both);
        assert!(parse(&["--minutes"]).is_err() && parse(&["--minutes", "x"]).is_err());
        assert!(parse(&["--hours"]).is_err());
    }

    #[test]
    fn every_target_is_a_program_of_the_package() {
        let root = crate::root();
        let manifest = fs::read_to_string(root.join("fuzz/Cargo.toml")).expect("it is there");
        let targets = targets(&root).expect("they are there");
        for target in &targets {
            assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "{target}");
        }
        assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
    }
}
