//! Google's own .proto files, thousands of them: each goes through the generator, and what comes
//! out of the largest services compiles without a warning.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::verdict::Verdict;
use super::workshop::Workshop;
use super::{Judge, process};

pub(super) const JUDGE: Judge = Judge {
    name: "googleapis",
    about: "every .proto of googleapis through the generator, six of its services compiled",
    hear,
};

const PACKAGE: &str = "google-proto-files@5.0.3";

/// Builds and runs over all files; a slow machine that does other things beside may need it.
const LIMIT: Duration = Duration::from_mins(15);

/// The services that are compiled.
const COMPILED: &[&str] = &[
    "google/bigtable",
    "google/firestore",
    "google/logging",
    "google/longrunning",
    "google/pubsub",
    "google/spanner",
];

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let protos = folder(workshop)?;
    let scratch = workshop.scratch(JUDGE.name)?;
    // In a debug build the generator would take minutes for this.
    let plugin = release_build(workshop)?;

    let files = files(&protos)?;
    let mut verdict = Verdict::default();
    match generate(&plugin, &protos, &files, &scratch.join("all")) {
        Ok(()) => verdict.pass_all("files generated", files.len()),
        Err(error) => verdict.fail("generate all files", error),
    }

    let below = |file: &&String| COMPILED.iter().any(|folder| Path::new(file).starts_with(folder));
    let wanted = with_imports(&protos, files.iter().filter(below).cloned().collect())?;
    let krate = scratch.join("crate");
    let compiled = generate(&plugin, &protos, &wanted, &krate.join("src/proto"))
        .and_then(|()| compile(workshop, &krate));
    for service in COMPILED {
        verdict.note(format!("{service} compiles without a warning"), compiled.clone());
    }
    Ok(verdict)
}

/// Our generator as users have it.
pub(crate) fn release_build(workshop: &Workshop) -> Result<PathBuf, String> {
    let mut build = cargo();
    build.args(["build", "--quiet", "--release", "--package", "protoc-gen-rustrpc"]);
    build.arg("--manifest-path").arg(workshop.file("Cargo.toml"));
    process::run(&mut build, LIMIT)?.success()?;
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| workshop.file("target"), PathBuf::from);
    Ok(target.join("release/protoc-gen-rustrpc"))
}

fn generate(plugin: &Path, protos: &Path, files: &[String], out: &Path) -> Result<(), String> {
    let mut command = Command::new(plugin);
    command.arg("generate").arg("-I").arg(protos).arg("--out").arg(out);
    // Named from the include folder, where protoc looks them up.
    command.args(files).current_dir(protos);
    process::run(&mut command, LIMIT)?.success().map(drop)
}

/// Checks the code as the crate of a user who takes no warnings.
fn compile(workshop: &Workshop, krate: &Path) -> Result<(), String> {
    let runtime = workshop.file("rustrpc");
    let manifest = format!(
        "[package]\nname = \"googleapis\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [workspace]\n\n[dependencies]\nrustrpc = {{ path = {runtime:?} }}\n"
    );
    write(&krate.join("Cargo.toml"), &manifest)?;
    write(&krate.join("src/lib.rs"), "#![deny(warnings)]\npub mod proto;\n")?;
    let mut check = cargo();
    check.args(["check", "--quiet"]).current_dir(krate);
    process::run(&mut check, LIMIT)?.success().map(drop)
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The .proto files below a folder by their names in imports. Of those that come with protoc itself
/// only the descriptors are taken, which some files refer to: most others the runtime has, and the
/// rest are protoc's own tests, which miss their imports here.
fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) -> Result<(), String> {
    let at = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(at)? {
        let path = entry.map_err(at)?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            if !name.starts_with("google/protobuf/") || name == "google/protobuf/descriptor.proto" {
                files.push(name);
            }
        }
    }
    files.sort();
    Ok(())
}

/// The names of all the files.
pub(crate) fn files(protos: &Path) -> Result<Vec<String>, String> {
    let mut files = Vec::new();
    collect(protos, protos, &mut files)?;
    Ok(files)
}

/// The folder of all the files, fetched on first use.
pub(crate) fn folder(workshop: &Workshop) -> Result<PathBuf, String> {
    let programs = workshop.npm(PACKAGE)?;
    let modules = programs.parent().ok_or("npm put its programs nowhere")?;
    Ok(modules.join("google-proto-files"))
}

/// The files and all that they import, but for the well-known types.
pub(crate) fn with_imports(protos: &Path, mut open: Vec<String>) -> Result<Vec<String>, String> {
    let mut found = BTreeSet::new();
    while let Some(file) = open.pop() {
        if file.starts_with("google/protobuf/") || !found.insert(file.clone()) {
            continue;
        }
        let path = protos.join(&file);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let imports = text.lines().filter(|line| line.starts_with("import "));
        open.extend(imports.filter_map(|line| Some(line.split('"').nth(1)?.to_owned())));
    }
    Ok(found.into_iter().collect())
}

fn write(path: &Path, content: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, content))
        .map_err(|error| format!("{}: {error}", path.display()))
}
