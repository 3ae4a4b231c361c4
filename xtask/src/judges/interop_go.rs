//! grpc-go's interop client and server.

use std::process::Command;

use super::Judge;
use super::interop::{self, Peer};
use super::verdict::Verdict;
use super::workshop::{GoTool, Workshop, command};

pub(super) const JUDGE: Judge =
    Judge { name: "interop-go", about: "gRPC's interop cases with grpc-go, both directions", hear };

const VERSION: &str = "v1.85.0";
const CLIENT: GoTool = GoTool {
    name: "grpc-go-client",
    package: "google.golang.org/grpc/interop/client",
    version: VERSION,
};
const SERVER: GoTool = GoTool {
    name: "grpc-go-server",
    package: "google.golang.org/grpc/interop/server",
    version: VERSION,
};

const NO_CACHE: &str = "grpc-go has no cacheable_unary";
const NO_COMPRESSION: &str = "grpc-go has no compression cases";

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let client = workshop.go(CLIENT)?;
    let server = workshop.go(SERVER)?;
    let peer = Peer {
        name: "grpc-go",
        client: &|port, case| command(&client, interop::flags(port, case)),
        server: &|port| {
            let mut command = Command::new(&server);
            command.arg(format!("--port={port}"));
            command
        },
        client_lacks: &[
            ("cacheable_unary", NO_CACHE),
            ("client_compressed_unary", NO_COMPRESSION),
            ("server_compressed_unary", NO_COMPRESSION),
            ("client_compressed_streaming", NO_COMPRESSION),
            ("server_compressed_streaming", NO_COMPRESSION),
        ],
        server_lacks: &[
            ("cacheable_unary", NO_CACHE),
            ("client_compressed_unary", "grpc-go's interop server cannot inflate gzip"),
            ("client_compressed_streaming", "grpc-go's interop server cannot inflate gzip"),
            ("server_compressed_unary", "grpc-go's server answers without compression"),
            ("server_compressed_streaming", "grpc-go's server answers without compression"),
        ],
        server_checks_compression: false,
    };
    interop::hear(workshop, &peer)
}
