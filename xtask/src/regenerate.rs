//! The generated code that is kept in the repository, and the .proto files it comes from.

use std::path::{Path, PathBuf};

use protoc_gen_rustrpc::frontend::Sources;
use sets::{FIXTURES, Set};

#[path = "../../fixtures/sets.rs"]
mod sets;

/// What stands outside of the fixtures.
const OTHERS: &[Set] = &[
    // Times, wrappers, lists and structs are settled for good: they keep no unknown fields, and times are
    // plain values. The boxed struct keeps values small, of which JSON has many.
    Set {
        protos: "rustrpc/protos",
        files: &[],
        out: "rustrpc/src/types/generated",
        options: &[
            "root=crate::types::generated",
            "boxed=.google.protobuf.Value.struct_value",
            "well_known_types=own",
            "descriptors=all",
            "json",
            "text",
            "attribute=.google.protobuf.Duration=#[derive(Copy, Eq, Hash, PartialOrd, Ord)]",
            "attribute=.google.protobuf.Timestamp=#[derive(Copy, Eq, Hash, PartialOrd, Ord)]",
            "unknown_fields=.google.protobuf.Timestamp=drop",
            "unknown_fields=.google.protobuf.Duration=drop",
            "unknown_fields=.google.protobuf.ListValue=drop",
            "unknown_fields=.google.protobuf.Struct=drop",
            "unknown_fields=.google.protobuf.DoubleValue=drop",
            "unknown_fields=.google.protobuf.FloatValue=drop",
            "unknown_fields=.google.protobuf.Int64Value=drop",
            "unknown_fields=.google.protobuf.UInt64Value=drop",
            "unknown_fields=.google.protobuf.Int32Value=drop",
            "unknown_fields=.google.protobuf.UInt32Value=drop",
            "unknown_fields=.google.protobuf.BoolValue=drop",
            "unknown_fields=.google.protobuf.StringValue=drop",
            "unknown_fields=.google.protobuf.BytesValue=drop",
            "views=.google.protobuf.Any",
            "views=.google.protobuf.BytesValue",
            "views=.google.protobuf.Empty",
            "views=.google.protobuf.FieldMask",
            "views=.google.protobuf.StringValue",
            "views=.google.protobuf.Struct",
        ],
    },
    Set {
        protos: "interop/protos",
        files: &[],
        out: "interop/src/proto",
        options: &["root=crate::proto"],
    },
    Set {
        protos: "examples/route_guide/protos",
        files: &[],
        out: "examples/route_guide/src/proto",
        options: &["root=crate::proto"],
    },
];

/// Writes every set anew, or only says what is stale.
///
/// # Errors
/// When the generator refuses a file, or with `check` when anything is stale: each file by name.
pub(crate) fn run(root: &Path, check: bool) -> Result<(), String> {
    let mut stale = Vec::new();
    for set in OTHERS.iter().chain(FIXTURES) {
        let generated = generate(root, set)?;
        let out = root.join(set.out);
        if check {
            let differences = generated.differences(&out).map_err(|error| error.to_string())?;
            stale.extend(differences.iter().map(ToString::to_string));
            continue;
        }
        for file in generated.write(&out).map_err(|error| error.to_string())? {
            println!("wrote {}", file.display());
        }
        for file in generated.leftovers(&out).map_err(|error| error.to_string())? {
            std::fs::remove_file(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            println!("removed {}", file.display());
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("{}\nstale: run `cargo xtask regenerate`", stale.join("\n")))
}

fn generate(root: &Path, set: &Set) -> Result<protoc_gen_rustrpc::frontend::Generated, String> {
    let protos = root.join(set.protos);
    let mut files: Vec<PathBuf> = set.files.iter().map(PathBuf::from).collect();
    if files.is_empty() {
        proto_files(&protos, &mut files)?;
        files.sort();
    }
    let sources = Sources {
        includes: vec![protos.into()],
        files,
        options: set.options.iter().map(ToString::to_string).collect(),
        ..Sources::default()
    };
    sources.generate().map_err(|error| format!("{}: {error}", set.protos))
}

fn proto_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let at = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(at)? {
        let path = entry.map_err(at)?.path();
        if path.is_dir() {
            proto_files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_generated_is_stale() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        run(&root, true).expect("the repository holds what the generator writes today");
    }
}
