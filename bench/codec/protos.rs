//! A module of the build scripts: the .proto files that are measured.

use std::path::{Path, PathBuf};

/// Where `cargo xtask bench codec` put them: the shapes of this folder, and those of googleapis with
/// all they import.
pub fn folder() -> PathBuf {
    println!("cargo:rerun-if-env-changed=BENCH_PROTOS");
    let folder = std::env::var_os("BENCH_PROTOS").map(PathBuf::from);
    let folder = folder.expect("BENCH_PROTOS names no folder; `cargo xtask bench codec` sets it");
    println!("cargo:rerun-if-changed={}", folder.display());
    folder
}

/// The names of the files in it, as imports spell them.
pub fn files(root: &Path) -> Vec<String> {
    let (mut files, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("it is a folder") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).expect("it is below").to_owned();
                files.push(name.into_os_string().into_string().expect("names are text"));
            }
        }
    }
    files.sort();
    files
}
