//! gRPC's interop cases, in both directions, with the official flags.

use std::process::Command;
use std::time::Duration;

use super::certificates::Certificates;
use super::process::{self, Server};
use super::verdict::Verdict;
use super::workshop::Workshop;

/// How long one case may take, the soak cases and the start of a JVM included.
const CASE: Duration = Duration::from_secs(60);

/// The standard cases that need no credentials, and the two soaks.
const CASES: &[&str] = &[
    "empty_unary",
    "cacheable_unary",
    "large_unary",
    "client_compressed_unary",
    "server_compressed_unary",
    "client_streaming",
    "client_compressed_streaming",
    "server_streaming",
    "server_compressed_streaming",
    "ping_pong",
    "empty_stream",
    "custom_metadata",
    "status_code_and_message",
    "special_status_message",
    "unimplemented_method",
    "unimplemented_service",
    "cancel_after_begin",
    "cancel_after_first_response",
    "timeout_on_sleeping_server",
    "rpc_soak",
    "channel_soak",
];

/// Those that show whether bytes go through TLS in all sizes and at all times.
const TLS_CASES: &[&str] = &[
    "empty_unary",
    "large_unary",
    "client_streaming",
    "server_streaming",
    "ping_pong",
    "custom_metadata",
    "cancel_after_first_response",
    "timeout_on_sleeping_server",
    "channel_soak",
];

/// Another implementation of the test service.
pub(super) struct Peer<'a> {
    pub(super) name: &'a str,
    /// Its client, for our server on a port and a case.
    pub(super) client: &'a dyn Fn(u16, &str) -> Command,
    /// Its server, for a port.
    pub(super) server: &'a dyn Fn(u16) -> Command,
    /// Cases that its client does not have, with the reason.
    pub(super) client_lacks: &'a [(&'a str, &'static str)],
    /// Cases that its server does not have, with the reason.
    pub(super) server_lacks: &'a [(&'a str, &'static str)],
    /// Whether its server refuses an uncompressed request that said it would be compressed. Most do not, and are
    /// spared that question.
    pub(super) server_checks_compression: bool,
    /// When everything is encrypted, what our side is told.
    pub(super) tls: Option<&'a Certificates>,
}

/// Its client against our server, then our client against its server.
///
/// # Errors
/// When one of the servers does not start.
pub(super) fn hear(workshop: &Workshop, peer: &Peer<'_>) -> Result<Verdict, String> {
    let mut verdict = Verdict::default();
    let cases = if peer.tls.is_some() { TLS_CASES } else { CASES };
    let ours = workshop.program("interop-server")?;
    let server = Server::start(|port| {
        let mut command = Command::new(&ours);
        command.arg(format!("--port={port}"));
        command.args(peer.tls.into_iter().flat_map(Certificates::server_flags));
        command
    })?;
    for case in cases {
        let name = format!("{} client, our server: {case}", peer.name);
        if let Some(reason) = lacks(peer.client_lacks, case) {
            verdict.set_aside(name, reason);
            continue;
        }
        verdict.note(name, run(&mut (peer.client)(server.port, case)));
    }
    drop(server);

    let ours = workshop.program("interop-client")?;
    let server = Server::start(peer.server)?;
    for case in cases {
        let name = format!("our client, {} server: {case}", peer.name);
        if let Some(reason) = lacks(peer.server_lacks, case) {
            verdict.set_aside(name, reason);
            continue;
        }
        let probes = matches!(*case, "client_compressed_unary" | "client_compressed_streaming");
        let suffix = if probes && !peer.server_checks_compression { "_noprobe" } else { "" };
        let mut client = Command::new(&ours);
        client.args(flags(server.port, &format!("{case}{suffix}"), peer.tls));
        client.args(peer.tls.map(|tls| format!("--ca_file={}", tls.authority.display())));
        verdict.note(name, run(&mut client));
    }
    if !verdict.failed.is_empty() {
        let said = server.stop();
        for failure in verdict.failed.iter_mut().filter(|failure| failure.case.starts_with("our")) {
            failure.detail.push_str(&format!("\n{} server said:\n{said}", peer.name));
        }
    }
    Ok(verdict)
}

/// The official flags of a client.
pub(super) fn flags(port: u16, case: &str, tls: Option<&Certificates>) -> Vec<String> {
    let mut flags = vec![
        "--server_host=127.0.0.1".to_owned(),
        format!("--server_port={port}"),
        format!("--use_tls={}", tls.is_some()),
        format!("--test_case={case}"),
    ];
    if let Some(tls) = tls {
        flags.push("--use_test_ca=true".to_owned());
        flags.push(format!("--server_host_override={}", tls.name));
    }
    if case.ends_with("_soak") {
        // Whether every call succeeds is the question here, not how fast a busy machine is.
        flags.push("--soak_per_iteration_max_acceptable_latency_ms=30000".to_owned());
        flags.push("--soak_overall_timeout_seconds=50".to_owned());
    }
    flags
}

/// # Errors
/// What the client says when it is not content.
pub(super) fn run(client: &mut Command) -> Result<(), String> {
    process::run(client, CASE)?.success().map(drop)
}

fn lacks(cases: &[(&str, &'static str)], case: &str) -> Option<&'static str> {
    cases.iter().find(|(name, _)| *name == case).map(|(_, reason)| *reason)
}
