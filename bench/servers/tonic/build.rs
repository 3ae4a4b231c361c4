//! Generates tonic's stubs with the protoc that the crates carry.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let protoc = protoc_bin_vendored::protoc_bin_path()?;
    // SAFETY: a build script has one thread at this point.
    unsafe { std::env::set_var("PROTOC", protoc) };
    tonic_prost_build::configure()
        .build_client(false)
        .compile_protos(&["../../protos/bench.proto"], &["../../protos"])?;
    Ok(())
}
