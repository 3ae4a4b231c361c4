//! Generates the same messages with every generator that needs no crate of its own for it.

use std::error::Error;
use std::path::{Path, PathBuf};

mod protos;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let protos = protos::folder();
    let files = protos::files(&protos);
    let paths: Vec<PathBuf> = files.iter().map(|file| protos.join(file)).collect();
    // SAFETY: a build script has one thread here.
    unsafe { std::env::set_var("PROTOC", protoc_bin_vendored::protoc_bin_path()?) };
    for folder in ["rustrpc", "prost", "buffa", "quick"] {
        std::fs::create_dir_all(out.join(folder))?;
    }
    rustrpc(&protos, &files, &out.join("rustrpc"))?;
    prost(&protos, &paths, &out.join("prost"))?;
    buffa_build::Config::new()
        .files(&paths)
        .includes(&[&protos])
        .generate_json(true)
        .out_dir(out.join("buffa"))
        .include_file("mod.rs")
        .compile()?;
    // Our own shapes alone: with the files of googleapis its parser was never tried.
    let shapes = pb_rs::ConfigBuilder::new(
        &[protos.join("shapes.proto")],
        None,
        Some(&out.join("quick")),
        &[protos],
    )?;
    pb_rs::types::FileDescriptor::run(&shapes.build())?;
    Ok(())
}

fn rustrpc(protos: &Path, files: &[String], out: &Path) -> Result<(), Box<dyn Error>> {
    let mut build = protoc_gen_rustrpc::Build::new();
    build = build
        .include(protos)
        .out_dir(out)
        .option("json")
        .option("views")
        .option("root=crate::ours");
    for file in files {
        build = build.file(file);
    }
    Ok(build.compile()?)
}

/// With pbjson's well-known types, because those of prost have no JSON form. Both are derived.
fn prost(protos: &Path, paths: &[PathBuf], out: &Path) -> Result<(), Box<dyn Error>> {
    let descriptors = out.join("descriptors.bin");
    prost_build::Config::new()
        .file_descriptor_set_path(&descriptors)
        .compile_well_known_types()
        .extern_path(".google.protobuf", "::pbjson_types")
        .out_dir(out)
        .include_file("mod.rs")
        .compile_protos(paths, &[protos])?;
    pbjson_build::Builder::new()
        .register_descriptors(&std::fs::read(descriptors)?)?
        .extern_path(".google.protobuf", "::pbjson_types")
        .out_dir(out)
        .build(&["."])?;
    // The list of modules knows nothing of the JSON form: it is put where the messages are.
    for entry in std::fs::read_dir(out)? {
        let path = entry?.path();
        let name = path.to_string_lossy();
        if let Some(messages) = name.strip_suffix(".serde.rs") {
            let messages = PathBuf::from(format!("{messages}.rs"));
            // Of the well-known types there are none here.
            if messages.exists() {
                let text = std::fs::read_to_string(&messages)? + &std::fs::read_to_string(&path)?;
                std::fs::write(messages, text)?;
            }
        }
    }
    Ok(())
}
