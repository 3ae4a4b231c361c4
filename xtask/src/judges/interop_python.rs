//! C-core, by way of its Python package: our own scripts of the interop client and server.

use std::process::Command;
use std::time::Duration;

use super::Judge;
use super::interop::{self, Peer};
use super::process;
use super::verdict::Verdict;
use super::workshop::{Workshop, command};

pub(super) const JUDGE: Judge = Judge {
    name: "interop-python",
    about: "gRPC's interop cases with C-core, both directions",
    hear,
};

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let python = workshop.python()?;
    let generated = workshop.scratch("interop-python")?;
    let protos = workshop.file("interop/protos");
    let mut generate = command(&python, ["-m", "grpc_tools.protoc"]);
    generate.arg("--proto_path").arg(&protos);
    for plugin in ["--python_out", "--grpc_python_out"] {
        generate.arg(plugin).arg(&generated);
    }
    for file in ["empty", "messages", "test"] {
        generate.arg(format!("grpc/testing/{file}.proto"));
    }
    process::run(&mut generate, Duration::from_secs(60))?.success()?;

    let script = |name: &str| {
        let mut command = Command::new(&python);
        command.arg(workshop.file("interop/peers/python").join(name));
        command.env("GRPC_TESTING_GENERATED", &generated).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    };
    let peer = Peer {
        name: "C-core",
        client: &|port, case| {
            let mut client = script("client.py");
            client.args(interop::flags(port, case));
            client
        },
        server: &|port| {
            let mut server = script("server.py");
            server.arg(format!("--port={port}"));
            server
        },
        client_lacks: &[],
        server_lacks: &[],
        server_checks_compression: false,
    };
    interop::hear(workshop, &peer)
}
