//! grpc-java's interop client and server.

use std::ffi::OsStr;
use std::process::Command;
use std::time::Duration;

use super::Judge;
use super::certificates::Certificates;
use super::interop::{self, Peer};
use super::process;
use super::verdict::Verdict;
use super::workshop::{self, Workshop};

pub(super) const JUDGE: Judge = Judge {
    name: "interop-java",
    about: "gRPC's interop cases with grpc-java, both directions",
    hear: |workshop| hear(workshop, None),
};

pub(super) const TLS: Judge = Judge {
    name: "interop-java-tls",
    about: "some of them over TLS, by the certificates that gRPC's interop programs have built in",
    hear: |workshop| hear(workshop, Some(&official(workshop)?)),
};

/// The certificates that come with grpc-java, and cannot be chosen there.
fn official(workshop: &Workshop) -> Result<Certificates, String> {
    let folder = workshop.scratch("interop-java-tls")?;
    let jars = workshop.jars()?;
    let jars = jars.parent().ok_or("the class path is no folder")?;
    let jar = std::fs::read_dir(jars)
        .map_err(|error| format!("{}: {error}", jars.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.file_name().is_some_and(is_grpc_testing))
        .ok_or_else(|| format!("no grpc-testing-….jar in {}", jars.display()))?;
    let mut unpack = Command::new(workshop::require("python3")?);
    unpack.args(["-m", "zipfile", "-e"]).arg(&jar).arg(&folder);
    process::run(&mut unpack, UNPACK)?.success()?;
    let file = |name: &str| folder.join("certs").join(name);
    Ok(Certificates {
        authority: file("ca.pem"),
        certificate: file("server1.pem"),
        key: file("server1.key"),
        name: "foo.test.google.fr",
    })
}

fn is_grpc_testing(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("grpc-testing-") && name.ends_with(".jar"))
}

/// How long the certificates may take to unpack.
const UNPACK: Duration = Duration::from_secs(60);
const PACKAGE: &str = "io.grpc.testing.integration";

fn hear(workshop: &Workshop, tls: Option<&Certificates>) -> Result<Verdict, String> {
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
            client.args(interop::flags(port, case, tls));
            client
        },
        server: &|port| {
            let mut server = program("TestServiceServer");
            server.arg(format!("--port={port}")).arg(format!("--use_tls={}", tls.is_some()));
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
        tls,
    };
    interop::hear(workshop, &peer)
}
