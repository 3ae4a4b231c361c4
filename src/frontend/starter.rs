//! The starter project.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use super::{Error, Generated, Sources, temporary::TemporaryFolder};

/// The whole starter project: path, text. In the texts, `@name@`, `@crate@` and `@rustrpc@` stand
/// for what differs.
const FILES: [(&str, &str); 9] = [
    (".gitignore", include_str!("../../templates/starter/gitignore")),
    ("Cargo.toml", include_str!("../../templates/starter/Cargo.toml.in")),
    ("README.md", include_str!("../../templates/starter/README.md.in")),
    ("buf.gen.yaml", include_str!("../../templates/starter/buf.gen.yaml")),
    ("buf.yaml", include_str!("../../templates/starter/buf.yaml")),
    (PROTO, include_str!("../../templates/starter/proto/hello/v1/hello.proto")),
    ("src/lib.rs", include_str!("../../templates/starter/src/lib.rs")),
    ("src/main.rs", include_str!("../../templates/starter/src/main.rs.in")),
    ("tests/hello.rs", include_str!("../../templates/starter/tests/hello.rs.in")),
];

const PROTO: &str = "proto/hello/v1/hello.proto";

/// A project to start from: a service with its `.proto`, its generated code, a server, a client and
/// a test.
#[derive(Clone, Debug)]
pub struct Starter {
    /// The folder to create; its last part is the package's name.
    pub folder: PathBuf,
    /// The folder of the `rustrpc` crate to depend on. Without it, the crate of the checkout this
    /// generator was built in; failing that, the published one.
    pub rustrpc: Option<PathBuf>,
    /// The protoc to parse with, as in [`Sources`].
    pub protoc: Option<PathBuf>,
}

/// A starter project that is there now; prints as what to do with it.
#[derive(Clone, Debug)]
pub struct Created {
    folder: PathBuf,
    dependency: Dependency,
}

/// Where the project gets the runtime from.
#[derive(Clone, Debug)]
enum Dependency {
    Folder(PathBuf),
    Published,
}

impl Starter {
    /// Writes the project. Nothing is left behind when something is refused.
    pub fn create(&self) -> Result<Created, Error> {
        let name = package_name(&self.folder)?;
        let dependency = self.dependency()?;
        let generated = self.generate()?;

        claim(&self.folder)?;
        let identifier = name.replace('-', "_");
        for (path, text) in FILES {
            let text = text
                .replace("@name@", name)
                .replace("@crate@", &identifier)
                .replace("@rustrpc@", &dependency.to_string());
            write(&self.folder.join(path), &text)?;
        }
        generated.write(&self.folder.join("src/proto"))?;
        Ok(Created { folder: self.folder.clone(), dependency })
    }

    fn dependency(&self) -> Result<Dependency, Error> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("rustrpc");
        let folder = match &self.rustrpc {
            Some(folder) if !is_rustrpc(folder) => {
                return Err(Error::Usage(format!(
                    "{} is not the folder of the rustrpc crate: it has no Cargo.toml with that name",
                    folder.display()
                )));
            }
            Some(folder) => folder,
            None if is_rustrpc(&here) => &here,
            None => return Ok(Dependency::Published),
        };
        let folder =
            fs::canonicalize(folder).map_err(Error::io(format!("resolve {}", folder.display())))?;
        Ok(Dependency::Folder(folder))
    }

    /// The code for the template's `.proto`, by way of a folder where protoc can see it.
    fn generate(&self) -> Result<Generated, Error> {
        let folder = TemporaryFolder::create()?;
        for (path, text) in FILES.iter().filter(|(path, _)| *path == PROTO) {
            write(&folder.path().join(path), text)?;
        }
        Sources {
            includes: vec![folder.path().join("proto").into()],
            files: vec![folder.path().join(PROTO)],
            options: vec!["root=crate::proto".to_owned()],
            protoc: self.protoc.clone(),
        }
        .generate()
    }
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "created {}, which depends on {}",
            self.folder.display(),
            match &self.dependency {
                Dependency::Folder(folder) => format!("the rustrpc in {}", folder.display()),
                Dependency::Published =>
                    format!("rustrpc {VERSION} from crates.io (--rustrpc FOLDER chooses another)"),
            }
        )?;
        write!(f, "next:\n  cd {}\n  cargo run\n  cargo test", self.folder.display())
    }
}

/// The workspace's crates are released together.
const VERSION: &str = env!("CARGO_PKG_VERSION");

impl fmt::Display for Dependency {
    /// As the right-hand side in a Cargo.toml.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A TOML basic string: the escapes of Rust's Debug for quotes and backslashes are
            // TOML's as well.
            Self::Folder(folder) => write!(f, "{{ path = {:?} }}", folder.display().to_string()),
            Self::Published => write!(f, "{VERSION:?}"),
        }
    }
}

fn is_rustrpc(folder: &Path) -> bool {
    fs::read_to_string(folder.join("Cargo.toml"))
        .is_ok_and(|text| text.lines().any(|line| line.trim() == "name = \"rustrpc\""))
}

/// The last part of the folder, if cargo takes it for a package's name and rustc for a crate's.
fn package_name(folder: &Path) -> Result<&str, Error> {
    let refuse = |name: &str, reason: &str| {
        Err(Error::Usage(format!(
            "`{name}` cannot be a package's name: {reason}. Choose a name such as `hello-grpc`"
        )))
    };
    let Some(name) = folder.file_name() else {
        return refuse(&folder.display().to_string(), "it names no new folder");
    };
    let Some(name) = name.to_str() else {
        return refuse(&name.to_string_lossy(), "it is not UTF-8");
    };
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return refuse(name, "it does not begin with a letter");
    }
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return refuse(name, "only letters, digits, `-` and `_` may be in it");
    }
    // Also the crates the project uses, which its own would hide.
    let taken = ["std", "core", "alloc", "test", "proc_macro", "rustrpc", "tokio"];
    if taken.contains(&name.replace('-', "_").as_str()) {
        return refuse(name, "there is a crate of that name already");
    }
    if syn::parse_str::<syn::Ident>(&name.replace('-', "_")).is_err() {
        return refuse(name, "it is a keyword of Rust");
    }
    Ok(name)
}

/// Makes sure that `folder` is there, and empty.
fn claim(folder: &Path) -> Result<(), Error> {
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => {
                Err(Error::Usage(format!("{} is there already and not empty", folder.display())))
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(Error::io(format!("create {}", folder.display())))
        }
        Err(error) => Err(Error::io(format!("look into {}", folder.display()))(error)),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(Error::io(format!("create {}", parent.display())))?;
    }
    fs::write(path, text).map_err(Error::io(format!("write {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_not_build_are_refused() {
        for good in ["hello", "hello-grpc", "some/where/Hello_2"] {
            assert!(package_name(Path::new(good)).is_ok(), "{good}");
        }
        for bad in ["", "..", "2fast", "a b", "fn", "std", "tokio", "grüße"] {
            let error = package_name(Path::new(bad)).expect_err(bad).to_string();
            assert!(error.contains("cannot be a package's name"), "{error}");
        }
    }

    #[test]
    fn every_placeholder_is_filled() {
        for (path, text) in FILES {
            let left = text.replace("@name@", "").replace("@crate@", "").replace("@rustrpc@", "");
            assert!(!left.contains('@'), "{path}");
        }
    }

    #[test]
    fn the_dependency_is_toml() {
        let folder = Dependency::Folder("/a \"b\"/c".into());
        assert_eq!(folder.to_string(), r#"{ path = "/a \"b\"/c" }"#);
    }
}
