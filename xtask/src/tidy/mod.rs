//! What rustfmt and clippy do not look at: the walls between the layers, forbidden words, sizes and manners.

mod layers;
mod manners;
mod source;

use std::fmt;
use std::path::Path;
use std::process::Command;

/// Something to put right, and how.
#[derive(Debug)]
pub(crate) struct Finding {
    pub severity: Severity,
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    pub what: String,
    pub cure: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    Warning,
    Error,
}

/// A text file of the repository.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root, with `/`.
    pub path: String,
    pub text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Written by a program: held to the walls, not to sizes and manners.
    fn is_generated(&self) -> bool {
        self.text.lines().take(3).any(|line| line.starts_with("// @generated"))
    }

    /// Rust that is not code of ours at work: text to be copied, and the expected output of tests.
    fn is_specimen(&self) -> bool {
        self.path.starts_with("templates/") || self.path.starts_with("fixtures/")
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{}:{}: {kind}: {}; {}", self.file, self.line, self.what, self.cure)
    }
}

/// Looks the whole repository through and prints what is found.
///
/// # Errors
/// When there is anything worse than a warning, or the repository cannot be read.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let files = files(root)?;
    let mut findings = layers::check(&files);
    findings.extend(manners::check(&files));
    findings.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let warnings = findings.len() - errors;
    println!("tidy: {} files, {errors} errors, {warnings} warnings", files.len());
    if errors == 0 { Ok(()) } else { Err(format!("tidy found {errors} errors")) }
}

/// The text files that git knows or would add.
fn files(root: &Path) -> Result<Vec<File>, String> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|error| {
            format!("git could not be started: {error}; tidy asks it for the files")
        })?;
    if !listing.status.success() {
        return Err(format!("git ls-files: {}", String::from_utf8_lossy(&listing.stderr).trim()));
    }
    let mut files = Vec::new();
    for name in listing.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
        let path = String::from_utf8_lossy(name).into_owned();
        match std::fs::read(root.join(&path)) {
            // Binary files have nothing to read; a file that git knows may be deleted here.
            Ok(bytes) => {
                files.extend(String::from_utf8(bytes).ok().map(|text| File { path, text }))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{path}: {error}")),
        }
    }
    Ok(files)
}
