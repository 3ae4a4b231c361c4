//! Generates connect-rust's stubs with the protoc that the crates carry.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let protoc = protoc_bin_vendored::protoc_bin_path()?;
    // SAFETY: a build script has one thread at this point.
    unsafe { std::env::set_var("PROTOC", protoc) };
    connectrpc_build::Config::new()
        .files(&["../../protos/unary/bench.proto"])
        .includes(&["../../protos/unary"])
        .include_file("_connectrpc.rs")
        .compile()?;
    Ok(())
}
