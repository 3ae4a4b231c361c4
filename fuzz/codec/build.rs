//! Generates the same messages with our generator and with prost's.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::var("OUT_DIR")?;
    // SAFETY: a build script has one thread here.
    unsafe { std::env::set_var("PROTOC", protoc_bin_vendored::protoc_bin_path()?) };
    for folder in ["rustrpc", "prost"] {
        std::fs::create_dir_all(format!("{out}/{folder}"))?;
    }
    let (include, file) = ("../../fixtures/codec/protos", "acme/modern.proto");
    protoc_gen_rustrpc::Build::new()
        .include(include)
        .file(file)
        .out_dir(format!("{out}/rustrpc"))
        .compile()?;
    prost_build::Config::new()
        .btree_map(["."])
        .compile_well_known_types()
        .out_dir(format!("{out}/prost"))
        .include_file("mod.rs")
        .compile_protos(&[format!("{include}/{file}")], &[include])?;
    Ok(())
}
