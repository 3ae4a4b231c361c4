//! C-core, by way of its Python package: our own scripts of the interop client and server.

use std::path::PathBuf;
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

/// How long generating the messages may take.
const GENERATE: Duration = Duration::from_secs(60);

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let scripts = Scripts::prepare(workshop, JUDGE.name)?;
    let peer = Peer {
        name: "C-core",
        client: &|port, case| {
            let mut client = scripts.command("client.py");
            client.args(interop::flags(port, case, None));
            client
        },
        server: &|port| {
            let mut server = scripts.command("server.py");
            server.arg(format!("--port={port}"));
            server
        },
        client_lacks: &[],
        server_lacks: &[],
        server_checks_compression: false,
        tls: None,
    };
    interop::hear(workshop, &peer)
}

/// The scripts in `interop/peers/python`, with a Python to run them and the messages they import.
pub(super) struct Scripts {
    python: PathBuf,
    folder: PathBuf,
    generated: PathBuf,
}

impl Scripts {
    /// # Errors
    /// When Python or its packages cannot be had.
    pub(super) fn prepare(workshop: &Workshop, judge: &str) -> Result<Self, String> {
        let python = workshop.python()?;
        let folder = workshop.file("interop/peers/python");
        let generated = workshop.scratch(judge)?;
        let mut generate = command(&python, ["-m", "grpc_tools.protoc", "--proto_path"]);
        generate.arg(workshop.file("interop/protos"));
        for plugin in ["--python_out", "--grpc_python_out"] {
            generate.arg(plugin).arg(&generated);
        }
        for file in ["empty", "messages", "test"] {
            generate.arg(format!("grpc/testing/{file}.proto"));
        }
        process::run(&mut generate, GENERATE)?.success()?;
        Ok(Self { python, folder, generated })
    }

    pub(super) fn command(&self, script: &str) -> Command {
        let mut command = command(&self.python, [self.folder.join(script)]);
        command.env("GRPC_TESTING_GENERATED", &self.generated);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }
}
