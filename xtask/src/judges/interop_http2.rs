//! Our client against a server that does something unusual with HTTP/2, by way of the Python package `h2`.

use std::process::Command;

use super::Judge;
use super::interop;
use super::interop_python;
use super::process::Server;
use super::verdict::Verdict;
use super::workshop::Workshop;

pub(super) const JUDGE: Judge = Judge {
    name: "interop-http2",
    about: "our client against a server that resets, pads, pings, limits streams and goes away",
    hear,
};

const CASES: &[&str] = &[
    "goaway",
    "max_streams",
    "ping",
    "rst_after_header",
    "rst_during_data",
    "rst_after_data",
    "data_frame_padding",
];

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let scripts = interop_python::Scripts::prepare(workshop, JUDGE.name)?;
    let ours = workshop.program("interop-client")?;
    let mut verdict = Verdict::default();
    for case in CASES {
        let server = Server::start(|port| {
            let mut server = scripts.command("http2_server.py");
            server.arg(format!("--port={port}")).arg(format!("--test_case={case}"));
            server
        })?;
        let mut client = Command::new(&ours);
        client.args(interop::flags(server.port, case, None));
        let outcome = interop::run(&mut client);
        let said = server.stop();
        // The server speaks up when the client broke a rule, even if the call went well in the end.
        let outcome = if said.is_empty() { outcome } else { outcome.and(Err(String::new())) };
        verdict
            .note(*case, outcome.map_err(|problem| format!("{problem}\nthe server said: {said}")));
    }
    Ok(verdict)
}
