//! The builder for a `build.rs`.

use std::{env, ffi::OsString, path::PathBuf};

use super::{Error, Generated, Sources};

/// Generates code from a build script, with no protoc installed and no plugin on the `PATH`.
///
/// ```no_run
/// // build.rs
/// fn main() -> Result<(), protoc_gen_rustrpc::Error> {
///     protoc_gen_rustrpc::Build::new().include("protos").file("acme/orders/v1/orders.proto").compile()
/// }
/// ```
///
/// and where the code is wanted, at the place that the option `root` names (`crate::proto` unless
/// told otherwise):
///
/// ```ignore
/// pub mod proto {
///     include!(concat!(env!("OUT_DIR"), "/mod.rs"));
/// }
/// ```
///
/// Paths are relative to the package's folder, as in every build script.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is generated before `compile`"]
pub struct Build {
    sources: Sources,
    out_dir: Option<PathBuf>,
}

impl Build {
    /// A build of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a folder in which imports are looked for, as protoc's `-I`. Without any, it is the
    /// package's folder.
    pub fn include(mut self, folder: impl Into<OsString>) -> Self {
        self.sources.includes.push(folder.into());
        self
    }

    /// Adds several such folders.
    pub fn includes(mut self, folders: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.sources.includes.extend(folders.into_iter().map(Into::into));
        self
    }

    /// Adds a `.proto` file to generate code for, as a path or relative to an include folder.
    pub fn file(mut self, file: impl Into<PathBuf>) -> Self {
        self.sources.files.push(file.into());
        self
    }

    /// Adds several such files. Whatever shares a module tree belongs into one build, since each
    /// writes a `mod.rs` of its own.
    pub fn files(mut self, files: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        self.sources.files.extend(files.into_iter().map(Into::into));
        self
    }

    /// Adds an option of the generator: `root=crate::api`.
    pub fn option(mut self, option: impl Into<String>) -> Self {
        self.sources.options.push(option.into());
        self
    }

    /// Where the files go; the environment's `OUT_DIR` unless told otherwise.
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(folder.into());
        self
    }

    /// The protoc to parse with, before the environment's `PROTOC`, the one built in, and the
    /// `PATH`.
    pub fn protoc(mut self, program: impl Into<PathBuf>) -> Self {
        self.sources.protoc = Some(program.into());
        self
    }

    /// Generates the code, writes what changed, and tells cargo which files to watch.
    pub fn compile(&self) -> Result<(), Error> {
        let folder = match &self.out_dir {
            Some(folder) => folder.clone(),
            None => env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| {
                Error::Usage(
                    "OUT_DIR is not set: call this from a build script, or name a folder with `out_dir`".to_owned(),
                )
            })?,
        };
        let generated = self.sources.generate()?;
        generated.write(&folder)?;
        // Not said when something fails: a build script that failed is run again in any case.
        for line in directives(&generated) {
            println!("{line}");
        }
        Ok(())
    }
}

/// What cargo is told: when to generate again, and what protoc remarked.
fn directives(generated: &Generated) -> Vec<String> {
    let mut lines = vec!["cargo:rerun-if-env-changed=PROTOC".to_owned()];
    let inputs = generated.inputs().iter();
    lines.extend(inputs.map(|input| format!("cargo:rerun-if-changed={}", input.display())));
    lines.extend(generated.warnings().iter().map(|warning| format!("cargo:warning={warning}")));
    lines
}

#[cfg(all(test, feature = "vendored-protoc"))]
mod tests {
    use super::*;

    #[test]
    fn cargo_watches_every_file_that_was_read() {
        let sources = Sources {
            includes: vec!["tests/protos".into()],
            files: vec!["acme/orders/v1/orders.proto".into(), "acme/common/v1/money.proto".into()],
            ..Sources::default()
        };
        let mut lines = directives(&sources.generate().unwrap());
        lines.sort();
        // Imports are among them, but not what protoc brought itself.
        assert_eq!(
            lines,
            [
                "cargo:rerun-if-changed=tests/protos/acme/common/v1/money.proto",
                "cargo:rerun-if-changed=tests/protos/acme/orders/v1/options.proto",
                "cargo:rerun-if-changed=tests/protos/acme/orders/v1/orders.proto",
                "cargo:rerun-if-env-changed=PROTOC",
            ]
        );
    }

    #[test]
    fn an_error_prints_as_it_reads() {
        let error = Build::new().out_dir("unused").compile().unwrap_err();
        assert_eq!(format!("{error:?}"), "no .proto file named: there is nothing to generate");
    }
}
