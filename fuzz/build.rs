//! Generates with prost what marshalling is held against.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let (include, file) = ("../fixtures/codec/protos", "acme/modern.proto");
    println!("cargo::rerun-if-changed={include}/{file}");
    // SAFETY: a build script has one thread here.
    unsafe { std::env::set_var("PROTOC", protoc_bin_vendored::protoc_bin_path()?) };
    prost_build::Config::new()
        .btree_map(["."])
        .compile_well_known_types()
        .include_file("mod.rs")
        .compile_protos(&[format!("{include}/{file}")], &[include])?;
    Ok(())
}
