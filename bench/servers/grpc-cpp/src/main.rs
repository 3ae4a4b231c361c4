//! Becomes C++ gRPC's server, which the build script built: `bench-server-grpc-cpp PORT`.

use std::os::unix::process::CommandExt;
use std::process::Command;

fn main() -> std::io::Result<()> {
    let server = concat!(env!("OUT_DIR"), "/server");
    Err(Command::new(server).args(std::env::args().skip(1)).exec())
}
