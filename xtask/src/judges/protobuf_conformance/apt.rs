//! Packages of Debian, fetched without touching the machine's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::step;
use crate::judges::workshop::require;

/// apt with the machine's own sources of Debian, those of source packages in addition, and with
/// lists of its own, so that the machine stays as it is.
pub(super) struct Apt<'a> {
    folder: &'a Path,
}

impl<'a> Apt<'a> {
    /// The packages of the machine's own release; what is fetched goes into the folder.
    pub(super) fn new(folder: &'a Path) -> Result<Self, String> {
        Self::with(folder, None)
    }

    /// The packages of another release.
    pub(super) fn of_release(folder: &'a Path, release: &str) -> Result<Self, String> {
        Self::with(folder, Some(release))
    }

    fn with(folder: &'a Path, release: Option<&str>) -> Result<Self, String> {
        let sources = folder.join("sources");
        for path in [&sources, &folder.join("lists/partial")] {
            fs::create_dir_all(path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
        let parts = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten();
        files.extend(parts.map(|entry| entry.path()));
        let mut found = 0;
        for file in files {
            let Some(name) = file.file_name() else { continue };
            let text = fs::read_to_string(&file).unwrap_or_default();
            let text = if file.extension().is_some_and(|extension| extension == "sources") {
                with_sources(&text, release)
            } else {
                with_source_lines(&text, release)
            };
            if !text.is_empty() {
                found += 1;
                let copy = sources.join(name);
                fs::write(&copy, text).map_err(|error| format!("{}: {error}", copy.display()))?;
            }
        }
        if found == 0 {
            return Err("/etc/apt names no source of Debian packages: this judge needs one".into());
        }
        Ok(Self { folder })
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Result<(), String> {
        let option =
            |name: &str, path: &str| format!("{name}={}", self.folder.join(path).display());
        let mut command = Command::new(require("apt-get")?);
        command.arg("--quiet").current_dir(self.folder);
        command.args(["-o", "Dir::Etc::SourceList=/dev/null", "-o"]);
        command.arg(option("Dir::Etc::SourceParts", "sources")).arg("-o");
        command.arg(option("Dir::State::Lists", "lists")).arg("-o");
        command.arg(option("Dir::Cache", "cache"));
        step(command.args(arguments))
    }
}

/// The stanzas of Debian's archive, with their source packages, for the release if one is given.
fn with_sources(text: &str, release: Option<&str>) -> String {
    text.split("\n\n")
        .filter(|stanza| is_debian(stanza))
        .map(|stanza| {
            let lines = stanza.lines().map(|line| match (line.split_once(':'), release) {
                (Some(("Types", _)), _) => "Types: deb deb-src\n".to_owned(),
                (Some(("Suites", _)), Some(release)) => format!("Suites: {release}\n"),
                _ => format!("{line}\n"),
            });
            lines.chain(["\n".to_owned()]).collect::<String>()
        })
        .collect()
}

/// The same in the older form.
fn with_source_lines(text: &str, release: Option<&str>) -> String {
    let lines = text.lines().filter(|line| line.starts_with("deb ") && is_debian(line));
    lines
        .map(|line| {
            // The suite stands behind the address.
            let archive = |word: &&str| is_debian(word);
            let suite = line.split_whitespace().skip_while(|word| !archive(word)).nth(1);
            let line = match (suite, release) {
                (Some(suite), Some(release)) => {
                    line.replacen(&format!(" {suite} "), &format!(" {release} "), 1)
                }
                _ => line.to_owned(),
            };
            format!("{line}\ndeb-src{}\n", &line["deb".len()..])
        })
        .collect()
}

/// Whether sources are those of Debian itself, not of someone who packages for it.
fn is_debian(text: &str) -> bool {
    text.split_whitespace().any(|word| word.trim_end_matches('/').ends_with("/debian"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_debian_get_their_source_packages() {
        let text = "Types: deb\nURIs: http://mirror/debian\nSuites: bookworm\n\nTypes: deb\nURIs: http://other/x\n";
        let expected = "Types: deb deb-src\nURIs: http://mirror/debian\nSuites: bookworm\n\n";
        assert_eq!(with_sources(text, None), expected);
        let lines = "deb http://mirror/debian bookworm main\ndeb https://other/apt x main\n";
        let expected =
            "deb http://mirror/debian bookworm main\ndeb-src http://mirror/debian bookworm main\n";
        assert_eq!(with_source_lines(lines, None), expected);
    }
    #[test]
    fn another_release_takes_the_place_of_the_own_one() {
        let text = "Types: deb\nURIs: http://mirror/debian\nSuites: bookworm bookworm-updates\n";
        let expected = "Types: deb deb-src\nURIs: http://mirror/debian\nSuites: trixie\n\n";
        assert_eq!(with_sources(text, Some("trixie")), expected);
        let line = "deb [arch=amd64] http://mirror/debian bookworm main\n";
        let expected = "deb [arch=amd64] http://mirror/debian trixie main\n\
            deb-src [arch=amd64] http://mirror/debian trixie main\n";
        assert_eq!(with_source_lines(line, Some("trixie")), expected);
    }
}
