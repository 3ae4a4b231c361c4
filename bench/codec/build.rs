//! Generates the same messages three times: ours, prost's, buffa's.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::var("OUT_DIR")?;
    let protoc = protoc_bin_vendored::protoc_bin_path()?;
    // SAFETY: a build script has one thread here.
    unsafe { std::env::set_var("PROTOC", protoc) };
    for folder in ["rustrpc", "prost", "buffa"] {
        std::fs::create_dir_all(format!("{out}/{folder}"))?;
    }
    protoc_gen_rustrpc::Build::new()
        .include("protos")
        .file("shapes.proto")
        .out_dir(format!("{out}/rustrpc"))
        .compile()?;
    prost_build::Config::new()
        .out_dir(format!("{out}/prost"))
        .compile_protos(&["protos/shapes.proto"], &["protos"])?;
    buffa_build::Config::new()
        .files(&["protos/shapes.proto"])
        .includes(&["protos"])
        .out_dir(format!("{out}/buffa"))
        .include_file("mod.rs")
        .compile()?;
    Ok(())
}
