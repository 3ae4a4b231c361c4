//! grpc-js: our own scripts of the interop client and server.

use super::Judge;
use super::interop::{self, Peer};
use super::verdict::Verdict;
use super::workshop::{self, Workshop, command};

pub(super) const JUDGE: Judge = Judge {
    name: "interop-node",
    about: "gRPC's interop cases with grpc-js, both directions",
    hear,
};

const NO_COMPRESSION: &str = "grpc-js does not compress answers";

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let node = workshop::require("node")?;
    let modules = workshop.node_modules("interop/peers/node")?;
    let script = |name: &str| {
        let mut command = command(&node, [workshop.file("interop/peers/node").join(name)]);
        command.env("NODE_PATH", &modules);
        command
    };
    let peer = Peer {
        name: "grpc-js",
        client: &|port, case| {
            let mut client = script("client.js");
            client.args(interop::flags(port, case, None));
            client
        },
        server: &|port| {
            let mut server = script("server.js");
            server.arg(format!("--port={port}"));
            server
        },
        client_lacks: &[],
        server_lacks: &[
            ("server_compressed_unary", NO_COMPRESSION),
            ("server_compressed_streaming", NO_COMPRESSION),
        ],
        server_checks_compression: false,
        tls: None,
    };
    interop::hear(workshop, &peer)
}
