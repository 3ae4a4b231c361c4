//! What the workspace depends on: under which licences, from where, and how much of it every user of the runtime gets.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The most crates in the runtime's tree with default features, itself included.
const LARGEST_TREE: usize = 15;

/// The same with all features: TLS, roots, compression.
const LARGEST_FULL_TREE: usize = 45;

/// What the runtime stands in for. Tests may compare it with them.
const REPLACED: &[&str] = &["h2", "hyper", "prost", "protobuf", "tonic"];

/// Holds the dependencies against `deny.toml` and the runtime's tree against its limit.
///
/// # Errors
/// What is too much or not allowed, all of it at once.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let policy = Policy::read(&root.join("deny.toml"))?;
    let metadata = cargo(root, &["metadata", "--format-version", "1"])?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let mut findings: Vec<String> = packages
        .iter()
        .filter_map(Package::of)
        .filter_map(|package| policy.refuse(&package))
        .collect();

    let usual = tree(root, &[])?;
    let full = tree(root, &["--all-features"])?;
    findings.extend(judge(&usual, LARGEST_TREE, "tree"));
    findings.extend(judge(&full, LARGEST_FULL_TREE, "tree with all features"));
    println!(
        "dependencies: {} packages, {} crates in the runtime's tree, {} with all features",
        packages.len(),
        usual.len(),
        full.len()
    );
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n")) }
}

/// What is wrong with a tree of the runtime's, which may have so many crates.
fn judge(tree: &BTreeSet<String>, most: usize, what: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let names: BTreeSet<&str> =
        tree.iter().filter_map(|crate_| crate_.split_once(' ')).map(|(name, _)| name).collect();
    if tree.len() > most {
        findings.push(format!(
            "the runtime's {what} has {} crates and may have {most}: {}",
            tree.len(),
            tree.iter().cloned().collect::<Vec<_>>().join(", ")
        ));
    }
    for name in REPLACED.iter().filter(|name| names.contains(*name)) {
        findings.push(format!("{name} is in the runtime's {what}: `cargo tree --invert {name}`"));
    }
    if names.len() < tree.len() {
        findings.push(format!("the runtime's {what} has a crate in two versions: {tree:?}"));
    }
    findings
}

/// What `deny.toml` allows.
struct Policy {
    licences: Vec<String>,
    registries: Vec<String>,
}

/// A package that is not ours.
struct Package<'a> {
    name: &'a str,
    licence: &'a str,
    source: &'a str,
}

impl<'a> Package<'a> {
    fn of(package: &'a Value) -> Option<Self> {
        Some(Self {
            // Ours have no source.
            source: package["source"].as_str()?,
            name: package["name"].as_str().unwrap_or_default(),
            licence: package["license"].as_str().unwrap_or_default(),
        })
    }
}

impl Policy {
    fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let table: toml::Table =
            text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
        let strings = |table_name: &str, key: &str| -> Vec<String> {
            let entries = table.get(table_name).and_then(|inner| inner.get(key)?.as_array());
            let name = |entry: &toml::Value| entry.as_str().map(str::to_owned);
            entries.into_iter().flatten().filter_map(name).collect()
        };
        Ok(Self {
            licences: strings("licenses", "allow"),
            registries: strings("sources", "allow-registry"),
        })
    }

    /// Why a package may not be depended on.
    fn refuse(&self, package: &Package<'_>) -> Option<String> {
        let Package { name, licence, source } = package;
        if !self.registries.iter().any(|registry| source.ends_with(registry.as_str())) {
            return Some(format!("{name} comes from {source}, which deny.toml does not allow"));
        }
        let words = words(licence);
        if !alternatives(&mut words.as_slice(), &|term| {
            self.licences.iter().any(|known| known == term)
        }) {
            return Some(format!("{name} is under `{licence}`, which deny.toml does not allow"));
        }
        None
    }
}

/// The crates of the runtime's tree with these features, as `name version`.
fn tree(root: &Path, features: &[&str]) -> Result<BTreeSet<String>, String> {
    let usual = ["tree", "--package", "rustrpc", "--edges", "normal", "--prefix", "none"];
    let tree = cargo(root, &[&usual[..], features].concat())?;
    let crates = tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?))
    });
    Ok(crates.collect())
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// An SPDX expression in words; `/` is how old packages write `OR`.
fn words(licence: &str) -> Vec<String> {
    let spaced = licence.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// `A OR B …`: whether one of them holds.
fn alternatives(words: &mut &[String], holds: &dyn Fn(&str) -> bool) -> bool {
    let mut any = requirements(words, holds);
    while words.first().is_some_and(|word| word == "OR") {
        *words = &words[1..];
        any |= requirements(words, holds);
    }
    any
}

/// `A AND B …`: whether all of them hold.
fn requirements(words: &mut &[String], holds: &dyn Fn(&str) -> bool) -> bool {
    let mut all = term(words, holds);
    while words.first().is_some_and(|word| word == "AND") {
        *words = &words[1..];
        all &= term(words, holds);
    }
    all
}

/// A licence, maybe with an exception, or an expression in parentheses.
fn term(words: &mut &[String], holds: &dyn Fn(&str) -> bool) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    *words = rest;
    if first == "(" {
        let inner = alternatives(words, holds);
        *words = words.get(1..).unwrap_or_default();
        return inner;
    }
    match *words {
        [with, exception, rest @ ..] if with == "WITH" => {
            *words = rest;
            holds(&format!("{first} WITH {exception}"))
        }
        _ => holds(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(licence: &str) -> bool {
        let words = words(licence);
        alternatives(&mut words.as_slice(), &|term| ["MIT", "ISC", "A WITH e"].contains(&term))
    }

    #[test]
    fn licences_are_weighed() {
        for good in
            ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "(GPL-3.0 OR MIT) AND ISC", "A WITH e OR X"]
        {
            assert!(allows(good), "{good}");
        }
        for bad in ["", "GPL-3.0", "GPL-3.0 AND MIT", "(MIT OR X) AND GPL-3.0", "A", "MIT AND"] {
            assert!(!allows(bad), "{bad}");
        }
    }
}
