//! What is needed to measure generators: files of googleapis, and the plugins as they are installed.

use std::ffi::OsString;
use std::path::Path;

use super::Bench;
use crate::judges::googleapis;
use crate::judges::workshop::Workshop;

const PROST: (&str, &str) = ("protoc-gen-prost", "0.5.0");

/// The services of googleapis whose code is compiled: what they import comes along.
const COMPILED: [&str; 4] = [
    "google/firestore/v1/firestore.proto",
    "google/logging/v2/logging.proto",
    "google/pubsub/v1/pubsub.proto",
    "google/spanner/v1/spanner.proto",
];

/// The arguments that tell the program where everything is.
pub(super) fn arguments(bench: &Bench, root: &Path) -> Result<Vec<OsString>, String> {
    let workshop = Workshop::new(root)?;
    let protos = googleapis::folder(&workshop)?;
    let (files, mut named) = if bench.name == "size" {
        let files = googleapis::with_imports(&protos, COMPILED.map(str::to_owned).into())?;
        (files, vec![("--repository", root.to_owned())])
    } else {
        let rustrpc = googleapis::release_build(&workshop)?;
        let (krate, version) = PROST;
        let prost = workshop.cargo(krate, version)?;
        (googleapis::files(&protos)?, vec![("--rustrpc", rustrpc), ("--prost", prost)])
    };
    let list = root.join("bench/target").join(bench.name).with_extension("txt");
    std::fs::write(&list, files.join("\n"))
        .map_err(|error| format!("{}: {error}", list.display()))?;
    named.extend([("--protos", protos), ("--list", list)]);
    Ok(named.into_iter().flat_map(|(name, path)| [name.into(), path.into()]).collect())
}
