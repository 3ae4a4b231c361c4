//! Finding a protoc and running it.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use prost_types::compiler::Version;
use protobuf::{Message, descriptor::FileDescriptorSet};

use super::{Error, temporary::TemporaryFolder};

/// The file by which protoc, and we, recognise a folder that holds the well-known types.
const LANDMARK: &str = "google/protobuf/descriptor.proto";

/// The file that protobuf-parse is asked to parse; the user's files come along.
const ANCHOR: &str = "protoc-gen-rustrpc-anchor.proto";

/// A protoc that can be run.
#[derive(Debug)]
pub(crate) struct Protoc {
    program: PathBuf,
}

/// What protoc made of the files.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// A serialised `FileDescriptorSet`: the files and all they import, each after what it imports,
    /// with comments and positions.
    pub(crate) descriptor_set: Vec<u8>,
    /// What protoc had to say although it succeeded, such as unused imports.
    pub(crate) warnings: Vec<String>,
}

impl Protoc {
    /// The first there is of: `explicit`, the environment's `PROTOC`, the one built in (feature
    /// `vendored-protoc`), the first on the `PATH`.
    ///
    /// The one built in goes before the `PATH` so that the same sources give the same code on every
    /// machine; whoever wants another one says so.
    pub(crate) fn find(explicit: Option<&Path>) -> Result<Self, Error> {
        let from_environment = || env::var_os("PROTOC").filter(|value| !value.is_empty());
        if let Some(program) =
            explicit.map(Path::to_owned).or_else(|| from_environment().map(PathBuf::from))
        {
            return Ok(Self { program: on_path(&program).unwrap_or(program) });
        }
        let mut tried = vec!["the environment variable PROTOC: not set".to_owned()];
        match vendored() {
            Some((program, _)) if program.is_file() => return Ok(Self { program }),
            // It lives where cargo unpacked it, and caches get cleaned.
            Some((program, _)) => {
                tried.push(format!("the one built in: {} is gone", program.display()))
            }
            None if cfg!(feature = "vendored-protoc") => {
                tried.push("the one built in: there is none for this platform".to_owned());
            }
            None => tried.push("the one built in: the feature `vendored-protoc` is off".to_owned()),
        }
        match on_path(Path::new("protoc")) {
            Some(program) => Ok(Self { program }),
            None => {
                tried.push("the PATH: no protoc on it".to_owned());
                Err(Error::NoProtoc { tried })
            }
        }
    }

    /// Its version in the form in which it would introduce itself to a plugin.
    pub(crate) fn version(&self) -> Result<Version, Error> {
        let output = self.run(&[OsStr::new("--version")])?;
        let said = String::from_utf8_lossy(&output.stdout);
        let version = said.trim().strip_prefix("libprotoc ").and_then(parse_version);
        version.ok_or_else(|| {
            let complaint = String::from_utf8_lossy(&output.stderr);
            let said = said.trim().lines().next().unwrap_or_default();
            let answer = complaint.lines().last().unwrap_or(said);
            let reason = format!("to --version it answers `{answer}` and not `libprotoc …`");
            Error::NotProtoc { program: self.program.clone(), reason }
        })
    }

    /// Parses `files` as protoc does before it calls a plugin. `includes` are values of `-I`,
    /// searched in order.
    pub(crate) fn parse(&self, includes: &[OsString], files: &[PathBuf]) -> Result<Parsed, Error> {
        let folder = TemporaryFolder::create()?;
        let arguments = folder.path().join("arguments");
        // By way of a file, since thousands of files do not fit on every platform's command line.
        // No --retain_options: protoc strips options that live in the source alone from what it
        // lets a plugin generate, too, and the descriptors embedded in generated code have to be
        // the same.
        let lines = ["--include_source_info".into()]
            .into_iter()
            .chain(includes.iter().map(|include| flag("-I", include)))
            .chain(files.iter().map(|file| file.as_os_str().to_owned()));
        let lines: Vec<u8> =
            lines.flat_map(|line| [line.as_encoded_bytes(), b"\n"].concat()).collect();
        fs::write(&arguments, lines)
            .map_err(Error::io(format!("write {}", arguments.display())))?;

        // protobuf-parse wants an input that stands literally below an include, which is less than
        // protoc understands (import names, `virtual=disk`, lists of folders). So it gets a file of
        // ours, and protoc finds the real ones among the arguments.
        let anchor = folder.path().join(ANCHOR);
        fs::write(&anchor, "syntax = \"proto3\";\n")
            .map_err(Error::io(format!("write {}", anchor.display())))?;
        let run = |more: Option<OsString>| {
            protobuf_parse::Parser::new()
                .protoc()
                .protoc_path(&self.program)
                .include(folder.path())
                .input(&anchor)
                .protoc_extra_args(more.into_iter().chain([flag("@", arguments.as_os_str())]))
                .capture_stderr()
                .parse_and_typecheck()
                .map_err(|error| report(&format!("{error:#}")))
        };
        // protobuf-parse keeps what protoc says to itself unless protoc fails. So it is to fail over
        // warnings, too; when it does, a second run tells whether they were no more than that.
        let (parsed, warnings) = match run(Some("--fatal_warnings".into())) {
            Ok(parsed) => (parsed, String::new()),
            Err(report) => match run(None) {
                Ok(parsed) => (parsed, report),
                Err(report) => return Err(Error::Parse { report }),
            },
        };
        let mut set = FileDescriptorSet::new();
        set.file = parsed.file_descriptors;
        set.file.retain(|file| file.name() != ANCHOR);
        let descriptor_set = set
            .write_to_bytes()
            .map_err(|error| Error::Usage(format!("what protoc wrote cannot be kept: {error}")))?;
        Ok(Parsed { descriptor_set, warnings: warnings.lines().map(str::to_owned).collect() })
    }

    /// The built-in folder of the well-known types, where this protoc comes without one of its own.
    pub(crate) fn missing_well_known_types(&self) -> Option<PathBuf> {
        // protoc looks next to itself, following links (Debian's finds /usr/include that way).
        let program = fs::canonicalize(&self.program).unwrap_or_else(|_| self.program.clone());
        let folder = program.parent()?;
        if [folder.join(LANDMARK), folder.join("../include").join(LANDMARK)]
            .iter()
            .any(|path| path.exists())
        {
            return None;
        }
        vendored().map(|(_, include)| include).filter(|include| include.join(LANDMARK).exists())
    }

    fn run(&self, arguments: &[&OsStr]) -> Result<Output, Error> {
        Command::new(&self.program).args(arguments).stdin(Stdio::null()).output().map_err(|error| {
            let reason = match error.kind() {
                io::ErrorKind::NotFound => "there is no such program".to_owned(),
                _ => error.to_string(),
            };
            Error::NotProtoc { program: self.program.clone(), reason }
        })
    }
}

#[cfg(feature = "vendored-protoc")]
fn vendored() -> Option<(PathBuf, PathBuf)> {
    Some((protoc_bin_vendored::protoc_bin_path().ok()?, protoc_bin_vendored::include_path().ok()?))
}

#[cfg(not(feature = "vendored-protoc"))]
fn vendored() -> Option<(PathBuf, PathBuf)> {
    None
}

/// Where a bare program name is found; `None` for a path and for a name that is nowhere.
fn on_path(program: &Path) -> Option<PathBuf> {
    if program.components().count() != 1 {
        return None;
    }
    let file = format!(
        "{}{}",
        program.to_str()?,
        if program.extension().is_some() { "" } else { env::consts::EXE_SUFFIX }
    );
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

/// protoc's own words, each line with its `file:line:column`: protobuf-parse quotes them at the end
/// of its error as a Rust string.
fn report(error: &str) -> String {
    let quoted = error.split_once("; stderr: ").map_or(error, |(_, stderr)| stderr);
    match syn::parse_str::<syn::LitStr>(quoted) {
        Ok(words) if words.value().trim().is_empty() => "it gave no reason".to_owned(),
        Ok(words) => words.value().trim_end().to_owned(),
        Err(_) => error.to_owned(),
    }
}

fn flag(name: &str, value: &OsStr) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(value);
    flag
}

/// `3.21.12` or `36.2` or `36.0-rc1`. Since 22, protoc no longer prints the number of the C++
/// runtime's epoch, but still tells it to plugins.
fn parse_version(text: &str) -> Option<Version> {
    let (numbers, suffix) = text.split_once('-').unwrap_or((text, ""));
    let numbers: Vec<i32> =
        numbers.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (major, minor, patch) = match numbers[..] {
        [major, minor, patch] => (major, minor, patch),
        [minor, patch] => (epoch(minor), minor, patch),
        _ => return None,
    };
    Some(Version {
        major: Some(major),
        minor: Some(minor),
        patch: Some(patch),
        suffix: Some(suffix.to_owned()),
    })
}

/// The C++ runtime's major version in a release of protoc.
fn epoch(minor: i32) -> i32 {
    match minor {
        ..=25 => 4,
        26..=29 => 5,
        30..=33 => 6,
        34.. => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_read_as_protoc_tells_them_to_plugins() {
        let read = |text| {
            parse_version(text).map(|v| (v.major(), v.minor(), v.patch(), v.suffix().to_owned()))
        };
        assert_eq!(read("3.21.12"), Some((3, 21, 12, String::new())));
        assert_eq!(read("25.3"), Some((4, 25, 3, String::new())));
        assert_eq!(read("29.0-rc1"), Some((5, 29, 0, "rc1".to_owned())));
        assert_eq!(read("36.2"), Some((7, 36, 2, String::new())));
        assert_eq!(read("abc"), None);
        assert_eq!(read("3"), None);
    }

    #[test]
    fn what_protoc_said_is_read_back_line_by_line() {
        let error = r#"using protoc parser: protoc command "x" exited with non-zero code; stderr: "a.proto:1:2: \"é\"\nb""#;
        assert_eq!(report(error), "a.proto:1:2: \"é\"\nb");
        assert_eq!(report("something else"), "something else");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error =
            Protoc::find(Some(Path::new("/nowhere/protoc"))).unwrap().version().unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot use /nowhere/protoc as protoc: there is no such program"
        );
    }
}
