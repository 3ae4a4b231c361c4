//! Programs beside this one, each with a core of its own.

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

use bench_load::{Report, Scenario};

use crate::server::Server;

/// The core of the servers, and the one of the loads.
pub const SERVER_CORE: &str = "0";
pub const LOAD_CORE: &str = "1";

/// A binary built beside this one.
pub fn sibling(name: &str) -> PathBuf {
    std::env::current_exe().expect("the running program has a path").with_file_name(name)
}

/// A client under test, or one that is the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Rustrpc,
    RustrpcTuned,
    Tonic,
    TonicTuned,
}

impl Client {
    pub const ALL: [Client; 4] =
        [Client::Rustrpc, Client::RustrpcTuned, Client::Tonic, Client::TonicTuned];

    pub fn name(self) -> &'static str {
        match self {
            Client::Rustrpc => "rustrpc",
            Client::RustrpcTuned => "rustrpc, tuned",
            Client::Tonic => "tonic",
            Client::TonicTuned => "tonic, tuned",
        }
    }

    /// Makes the calls of `scenario` to `server`.
    pub fn run(self, server: &Server, scenario: Scenario) -> Result<Report, Box<dyn Error>> {
        let (program, flag) = match self {
            Client::Rustrpc => ("bench-client-rustrpc", None),
            Client::RustrpcTuned => ("bench-client-rustrpc", Some("--tuned")),
            Client::Tonic => ("bench-client-tonic", None),
            Client::TonicTuned => ("bench-client-tonic", Some("--tuned")),
        };
        let mut command = Command::new("taskset");
        command
            .args(["-c", LOAD_CORE])
            .arg(sibling(program))
            .arg(server.port.to_string())
            .args(flag);
        if flag.is_some() {
            command.envs(TUNED);
        }
        command.args(["--server", &server.process().to_string()]).args(scenario.words());
        let output = command.output()?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{} failed at {scenario:?}: {complaint}", self.name()).into());
        }
        let line = String::from_utf8_lossy(&output.stdout);
        line.parse().map_err(|error: bench_load::Failure| error.to_string().into())
    }
}

/// glibc's malloc at its best for these loads: what was freed is not given back to the kernel.
pub const TUNED: [(&str, &str); 2] =
    [("MALLOC_TRIM_THRESHOLD_", "2147483648"), ("MALLOC_TOP_PAD_", "67108864")];
