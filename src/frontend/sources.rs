//! Which files to generate from, and the request made of them.

use std::{
    collections::HashSet,
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use crate::request::Malformed;

use super::{
    Error, Generated,
    protoc::Protoc,
    request::{self, DescriptorSet},
};

/// Which `.proto` files to generate from, and how.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Where imports are looked for, in order; as protoc's `-I`, so `virtual=disk` and `a:b` have
    /// their meaning there. None at all means the current folder.
    pub includes: Vec<OsString>,
    /// The files to generate code for, as paths on disk or relative to an include.
    pub files: Vec<PathBuf>,
    /// The generator's options, each `name=value`.
    pub options: Vec<String>,
    /// The protoc to parse with. Otherwise the environment's `PROTOC`, the one built in, or the one
    /// on the `PATH`, in this order.
    pub protoc: Option<PathBuf>,
}

/// A request for [`crate::generate`] and what was learnt on the way.
#[derive(Debug)]
struct Parsed {
    request: Vec<u8>,
    inputs: Vec<PathBuf>,
    warnings: Vec<String>,
}

impl Sources {
    /// Parses the files and generates the code, in memory.
    pub fn generate(&self) -> Result<Generated, Error> {
        let Parsed { request, inputs, warnings } = self.parse()?;
        Generated::answer(&request, inputs, warnings)
    }

    /// The serialised `CodeGeneratorRequest` that protoc would send to the plugin for these
    /// sources.
    ///
    /// But for the order in which its fields are encoded, which protobuf-parse chooses, and for what
    /// concerns readers of the source alone: options with `RETENTION_SOURCE` are
    /// stripped from imports, too, and `source_file_descriptors`, which repeats them, is left out.
    pub fn request(&self) -> Result<Vec<u8>, Error> {
        Ok(self.parse()?.request)
    }

    fn parse(&self) -> Result<Parsed, Error> {
        if self.files.is_empty() {
            return Err(Error::Usage(
                "no .proto file named: there is nothing to generate".to_owned(),
            ));
        }
        let protoc = Protoc::find(self.protoc.as_deref())?;
        let version = protoc.version()?;

        let mut includes = self.includes.clone();
        if includes.is_empty() {
            includes.push(".".into());
        }
        includes.extend(protoc.missing_well_known_types().map(OsString::from));
        let mappings = mappings(&includes);
        let parsed = protoc
            .parse(&includes, &self.files)
            .map_err(|error| self.missing(&mappings).unwrap_or(error))?;

        let set = DescriptorSet::read(&parsed.descriptor_set).map_err(damaged)?;
        let names = set.names().map_err(damaged)?;

        let known: HashSet<&str> = names.iter().copied().collect();
        let mut seen = HashSet::new();
        let mut to_generate = Vec::new();
        for file in &self.files {
            let name = import_name(file, &mappings, &known).ok_or_else(|| {
                Error::Usage(format!("{} lies below none of the include folders", file.display()))
            })?;
            if seen.insert(name) {
                to_generate.push(name);
            }
        }
        let inputs = names.iter().filter_map(|name| disk_path(name, &mappings)).collect();
        let request = request::assemble(&to_generate, &self.options.join(","), version, &set);
        Ok(Parsed { request, inputs, warnings: parsed.warnings })
    }
}

impl Sources {
    /// Why protoc could not find a file, for it does not say it well.
    fn missing(&self, mappings: &[Mapping]) -> Option<Error> {
        let found =
            |file: &Path| slashes(file).is_some_and(|name| disk_path(&name, mappings).is_some());
        if let Some(folder) = self.files.iter().find(|file| file.is_dir()) {
            let problem = format!("{} is a folder: name the .proto files in it", folder.display());
            return Some(Error::Usage(problem));
        }
        let file = self.files.iter().find(|file| !file.exists() && !found(file))?;
        let folders: Vec<_> =
            mappings.iter().map(|mapping| mapping.disk.display().to_string()).collect();
        Some(Error::Usage(format!(
            "there is no file {}, neither by that path nor below the include folders ({})",
            file.display(),
            folders.join(", "),
        )))
    }
}

fn damaged(error: Malformed) -> Error {
    Error::Usage(format!("what protoc wrote is no FileDescriptorSet: {error}"))
}

/// One folder of the import path: files below `disk` are imported as if they were below `import`.
#[derive(Debug)]
struct Mapping {
    import: String,
    disk: PathBuf,
}

/// Reads values of `-I` as protoc does: a list of folders, each perhaps with an import prefix of
/// its own.
fn mappings(includes: &[OsString]) -> Vec<Mapping> {
    includes
        .iter()
        .flat_map(env::split_paths)
        .filter(|entry| !entry.as_os_str().is_empty())
        .map(mapping)
        .collect()
}

fn mapping(entry: PathBuf) -> Mapping {
    match entry.to_str().and_then(|text| text.split_once('=')) {
        Some((import, disk)) => Mapping { import: import.to_owned(), disk: disk.into() },
        None => Mapping { import: String::new(), disk: entry },
    }
}

/// The one among the `known` names by which `file` would be imported. protoc has already refused
/// files for which this is not clear.
fn import_name<'a>(file: &Path, mappings: &[Mapping], known: &HashSet<&'a str>) -> Option<&'a str> {
    let below = |mapping: &Mapping| {
        let rest = lexical(file).strip_prefix(lexical(&mapping.disk)).ok()?.to_owned();
        slashes(&Path::new(&mapping.import).join(rest))
    };
    let mut candidates = mappings.iter().filter_map(below).chain(slashes(file));
    candidates.find_map(|candidate| known.get(candidate.as_str()).copied())
}

/// Where an import was found; `None` for those that protoc brought itself.
fn disk_path(name: &str, mappings: &[Mapping]) -> Option<PathBuf> {
    let candidate = |mapping: &Mapping| {
        let rest = Path::new(name).strip_prefix(&mapping.import).ok()?;
        Some(mapping.disk.join(rest)).filter(|path| path.is_file())
    };
    mappings.iter().find_map(candidate)
}

/// The path without its `.` components, which is all the normalising that protoc does.
fn lexical(path: &Path) -> PathBuf {
    path.components().filter(|part| part.as_os_str() != OsStr::new(".")).collect()
}

fn slashes(path: &Path) -> Option<String> {
    let path = lexical(path);
    let parts: Vec<&str> = path.iter().map(OsStr::to_str).collect::<Option<_>>()?;
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of<'a>(file: &str, includes: &[&str], known: &[&'a str]) -> Option<&'a str> {
        let includes: Vec<OsString> = includes.iter().map(OsString::from).collect();
        import_name(Path::new(file), &mappings(&includes), &known.iter().copied().collect())
    }

    #[test]
    fn a_file_is_imported_relative_to_the_first_folder_that_holds_it() {
        assert_eq!(name_of("protos/a/b.proto", &["protos"], &["a/b.proto"]), Some("a/b.proto"));
        assert_eq!(name_of("./protos/a/b.proto", &["protos/."], &["a/b.proto"]), Some("a/b.proto"));
        assert_eq!(name_of("a/b.proto", &["."], &["a/b.proto"]), Some("a/b.proto"));
        assert_eq!(name_of("/x/a/b.proto", &["y", "/x"], &["a/b.proto"]), Some("a/b.proto"));
        assert_eq!(name_of("x/a/b.proto", &["x/a", "x"], &["b.proto"]), Some("b.proto"));
    }

    #[test]
    fn a_file_may_be_named_by_its_import_name() {
        assert_eq!(name_of("a/b.proto", &["protos"], &["a/b.proto"]), Some("a/b.proto"));
        assert_eq!(name_of("c.proto", &["protos"], &["a/b.proto"]), None);
    }

    #[test]
    #[cfg(unix)]
    fn include_values_are_read_as_protoc_reads_them() {
        assert_eq!(name_of("d/b.proto", &["x:v/w=d"], &["v/w/b.proto"]), Some("v/w/b.proto"));
    }
}
