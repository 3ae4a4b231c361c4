//! grpc-java's interop client and server.

use std::process::Command;

use super::Judge;
use super::interop::{self, Peer};
use super::verdict::Verdict;
use super::workshop::{self, Workshop};

pub(super) const JUDGE: Judge = Judge {
    name: "interop-java",
    about: "gRPC's interop cases with grpc-java, both directions",
    hear,
};

const PACKAGE: &str = "io.grpc.testing.integration";

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let java = workshop::require("java")?;
    let jars = workshop.jars()?;
    let program = |class: &str| {
        let mut command = Command::new(&java);
        // Processes this short are not worth compiling well.
        command.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp"]);
        command.arg(&jars).arg(format!("{PACKAGE}.{class}"));
        command
    };
    let peer = Peer {
        name: "grpc-java",
        client: &|port, case| {
            let mut client = program("TestServiceClient");
            client.args(interop::flags(port, case));
            client
        },
        server: &|port| {
            let mut server = program("TestServiceServer");
            server.arg(format!("--port={port}")).arg("--use_tls=false");
            server
        },
        client_lacks: &[],
        server_lacks: &[
            ("cacheable_unary", "grpc-java's server does not implement it"),
            (
                "server_compressed_streaming",
                "grpc-java's server compresses unary answers only, whatever a stream asks for",
            ),
        ],
        server_checks_compression: false,
    };
    interop::hear(workshop, &peer)
}
