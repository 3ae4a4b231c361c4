//! Becomes nghttpd with a file in the place of the answer: `bench-server-nghttpd PORT`. No gRPC, but HTTP/2 in C.

use std::os::unix::process::CommandExt;
use std::process::Command;

/// The message that a gRPC server would send.
const MESSAGE: &[u8] = b"\0\0\0\0\x0f\x0a\x0dHello, world!";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).ok_or("usage: bench-server-nghttpd PORT")?;
    let documents =
        std::env::temp_dir().join(format!("rustrpc-bench-nghttpd-{}", std::process::id()));
    std::fs::create_dir_all(documents.join("bench.v1.Bench"))?;
    std::fs::write(documents.join("bench.v1.Bench/SayHello"), MESSAGE)?;
    let mut command = Command::new("nghttpd");
    command.args(["--no-tls", "--address=127.0.0.1", "--htdocs"]).arg(documents).arg(port);
    Err(command.exec().into())
}
