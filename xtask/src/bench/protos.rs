//! The .proto files that marshalling is measured on: our own shapes, and messages of googleapis,
//! which are fetched and not kept in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::judges::googleapis;
use crate::judges::workshop::Workshop;

/// The files of googleapis with the messages that are measured.
const MEASURED: [&str; 3] = [
    "google/firestore/v1/document.proto",
    "google/logging/v2/logging.proto",
    "google/spanner/v1/result_set.proto",
];

/// Puts the files into one folder; what is there already is not touched, so that nothing is built
/// anew for it.
pub(super) fn gather(root: &Path, bench: &Path) -> Result<PathBuf, String> {
    let googleapis = googleapis::folder(&Workshop::new(root)?)?;
    let folder = bench.join("target/protos");
    copy(&bench.join("codec/protos/shapes.proto"), &folder.join("shapes.proto"))?;
    for file in googleapis::with_imports(&googleapis, MEASURED.map(str::to_owned).into())? {
        copy(&googleapis.join(&file), &folder.join(&file))?;
    }
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let text = fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
    if fs::read(to).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(to, text))
        .map_err(|error| format!("{}: {error}", to.display()))
}
