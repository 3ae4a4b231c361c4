//! Generates pajamax' stubs with the protoc that the crates carry.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let protoc = protoc_bin_vendored::protoc_bin_path()?;
    // SAFETY: a build script has one thread at this point.
    unsafe { std::env::set_var("PROTOC", protoc) };
    pajamax_build::compile_protos_in_local(
        &["../../protos/unary/bench.proto"],
        &["../../protos/unary"],
    )?;
    Ok(())
}
