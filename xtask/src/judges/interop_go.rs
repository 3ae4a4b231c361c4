//! grpc-go's interop client and server.

use std::process::Command;

use super::Judge;
use super::certificates::Certificates;
use super::interop::{self, Peer};
use super::verdict::Verdict;
use super::workshop::{GoTool, Workshop, command};

pub(super) const JUDGE: Judge = Judge {
    name: "interop-go",
    about: "gRPC's interop cases with grpc-go, both directions",
    hear: |workshop| hear(workshop, None),
};

pub(super) const TLS: Judge = Judge {
    name: "interop-go-tls",
    about: "some of them over TLS",
    hear: |workshop| {
        let certificates = Certificates::make(&workshop.scratch("interop-go-tls")?)?;
        hear(workshop, Some(&certificates))
    },
};

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

fn hear(workshop: &Workshop, tls: Option<&Certificates>) -> Result<Verdict, String> {
    let client = workshop.go(CLIENT)?;
    let server = workshop.go(SERVER)?;
    let peer = Peer {
        name: "grpc-go",
        client: &|port, case| {
            let mut command = command(&client, interop::flags(port, case, tls));
            command.args(tls.map(|tls| format!("--ca_file={}", tls.authority.display())));
            command
        },
        server: &|port| {
            let mut command = Command::new(&server);
            command.arg(format!("--port={port}"));
            command.args(tls.into_iter().flat_map(Certificates::server_flags));
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
        tls,
    };
    interop::hear(workshop, &peer)
}
