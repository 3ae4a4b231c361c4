//! The crates that generated code is compiled in: for each contender one with the code, and one that
//! calls it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::compiler;
use super::contender::{CONTENDERS, Contender};

/// A workspace with nothing else in it, so that nobody's features are switched on for anybody else.
pub struct Workspace {
    folder: PathBuf,
}

/// What the compiler took for a contender, in seconds of its own time.
#[derive(Clone, Copy, Debug)]
pub struct Seconds {
    pub generated: f64,
    pub callers: f64,
}

/// How far code is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// As `cargo check` does.
    Checked,
    /// As `cargo build --release` does.
    Optimized,
}

impl Seconds {
    /// For the code and its callers.
    pub fn sum(&self) -> f64 {
        self.generated + self.callers
    }
}

impl Workspace {
    /// Writes all manifests. The versions of everything are those of `lock`.
    pub fn new(folder: &Path, lock: &Path, runtime: &Path) -> Result<Self, String> {
        let workspace = Self { folder: folder.to_owned() };
        let ids = CONTENDERS.iter().flat_map(|contender| {
            [format!("{:?}", contender.id), format!("{:?}", callers(contender))]
        });
        let members: Vec<String> = ids.collect();
        let manifest =
            format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
        write(&folder.join("Cargo.toml"), &manifest)?;
        let lock = fs::read_to_string(lock).map_err(|error| format!("{lock:?}: {error}"))?;
        write(&folder.join("Cargo.lock"), &lock)?;
        for contender in &CONTENDERS {
            let package = |name: &str| {
                format!(
                    "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{}",
                    contender.dependencies(runtime)
                )
            };
            let (id, callers) = (contender.id, callers(contender));
            write(&folder.join(id).join("Cargo.toml"), &package(id))?;
            let lib = "#![allow(warnings)]\npub mod proto;\n";
            write(&folder.join(id).join("src/lib.rs"), lib)?;
            let manifest = format!(
                "{}{}generated = {{ package = {id:?}, path = \"../{id}\" }}\n",
                package(&callers),
                contender.callers
            );
            write(&folder.join(&callers).join("Cargo.toml"), &manifest)?;
            write(&folder.join(&callers).join("src/lib.rs"), "")?;
        }
        Ok(workspace)
    }

    /// Where a contender's code goes.
    pub fn code(&self, contender: &Contender) -> PathBuf {
        self.folder.join(contender.id).join("src/proto")
    }

    /// What calls it.
    pub fn set_callers(&self, contender: &Contender, text: &str) -> Result<(), String> {
        write(&self.folder.join(callers(contender)).join("src/lib.rs"), text)
    }

    /// Compiles what a contender's code depends on.
    pub fn compile_dependencies(&self, contender: &Contender) -> Result<(), String> {
        write(&self.code(contender).join("mod.rs"), "")?;
        self.set_callers(contender, "")?;
        self.compile(contender, Depth::Checked)?;
        self.compile(contender, Depth::Optimized).map(drop)
    }

    /// Compiles both crates of a contender anew; what they depend on stays.
    pub fn compile(&self, contender: &Contender, depth: Depth) -> Result<Seconds, String> {
        let root = self.folder.join(contender.id).join("src/lib.rs");
        // With this cargo sees that it has changed, and so has who depends on it.
        let text = fs::read_to_string(&root).map_err(|error| format!("{root:?}: {error}"))?;
        write(&root, &text)?;
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        match depth {
            Depth::Checked => cargo.arg("check"),
            Depth::Optimized => cargo.args(["build", "--release"]),
        };
        cargo.args(["--quiet", "--package", contender.id, "--package", &callers(contender)]);
        cargo.current_dir(&self.folder).stdout(Stdio::null());
        // A target folder of the caller's would mix this up with other builds.
        cargo.env("CARGO_TARGET_DIR", self.target()).env("CARGO_INCREMENTAL", "0");
        let usage = self.folder.join("usage");
        drop(fs::remove_dir_all(&usage));
        fs::create_dir_all(&usage).map_err(|error| format!("{usage:?}: {error}"))?;
        compiler::watch(&mut cargo, &usage)?;
        match cargo.status() {
            Ok(status) if status.success() => Ok(Seconds {
                generated: compiler::seconds(&usage, contender.id)?,
                callers: compiler::seconds(&usage, &callers(contender))?,
            }),
            Ok(status) => Err(format!("{cargo:?}: {status}")),
            Err(error) => Err(format!("{cargo:?}: {error}")),
        }
    }

    /// A contender's code with all macros expanded, after it was checked.
    pub fn expanded(&self, contender: &Contender) -> Result<String, String> {
        let path = compiler::expanded(&self.folder.join("usage"), contender.id);
        fs::read_to_string(&path).map_err(|error| format!("{path:?}: {error}"))
    }

    /// The optimized libraries of a contender: the code, and what calls it.
    pub fn libraries(&self, contender: &Contender) -> [PathBuf; 2] {
        [contender.id, &callers(contender)].map(|package| {
            self.target().join("release").join(format!("lib{}.rlib", package.replace('-', "_")))
        })
    }

    fn target(&self) -> PathBuf {
        self.folder.join("target")
    }
}

fn callers(contender: &Contender) -> String {
    format!("{}-callers", contender.id)
}

/// Makes the folder, too.
fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}
