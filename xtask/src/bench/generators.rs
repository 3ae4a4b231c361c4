//! What is needed to measure generators: all of googleapis, and the plugins as they are installed.

use std::ffi::OsString;
use std::path::Path;

use crate::judges::googleapis;
use crate::judges::workshop::Workshop;

const PROST: (&str, &str) = ("protoc-gen-prost", "0.5.0");

/// The arguments that tell the program where everything is.
pub(super) fn arguments(root: &Path, bench: &Path) -> Result<Vec<OsString>, String> {
    let workshop = Workshop::new(root)?;
    let protos = googleapis::folder(&workshop)?;
    let list = bench.join("target/googleapis.txt");
    std::fs::write(&list, googleapis::files(&protos)?.join("\n"))
        .map_err(|error| format!("{}: {error}", list.display()))?;
    let rustrpc = googleapis::release_build(&workshop)?;
    let (krate, version) = PROST;
    let prost = workshop.cargo(krate, version)?;
    let named =
        [("--protos", protos), ("--list", list), ("--rustrpc", rustrpc), ("--prost", prost)];
    Ok(named.into_iter().flat_map(|(name, path)| [name.into(), path.into()]).collect())
}
