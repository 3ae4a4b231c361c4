//! Runs one of gRPC's interop cases against a test server, with the flags of the official clients.

use std::process::ExitCode;
use std::time::Duration;

use interop::client::{self, Soak, Target};
use interop::flags::Flags;

const FLAGS: &[(&str, &str)] = &[
    ("server_host", "the server's name or address (localhost unless given)"),
    ("server_port", "the server's port (8080 unless given)"),
    ("server_host_override", "the name to call the server by, also in its certificate"),
    ("test_case", "the case to run (large_unary unless given)"),
    ("use_tls", "whether to encrypt (false unless given)"),
    ("use_test_ca", "whether to trust the CA in `ca_file` instead of those of the system"),
    ("ca_file", "the CA to trust, in PEM"),
    ("soak_iterations", "how many calls a soak case makes (10 unless given)"),
    ("soak_max_failures", "how many of them may fail (0 unless given)"),
    ("soak_per_iteration_max_acceptable_latency_ms", "when one is late (1000 unless given)"),
    ("soak_overall_timeout_seconds", "when the soak case is over (10 unless given)"),
    ("soak_request_size", "bytes in each request of a soak case (271828 unless given)"),
    ("soak_response_size", "bytes in each answer of a soak case (314159 unless given)"),
];

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("interop-client: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let flags = Flags::of_process(FLAGS)?;
    let tls = flags.client_tls()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let host = flags.value("server_host", "localhost".to_owned())?;
    let port = flags.value("server_port", 8080_u16)?;
    let authority = flags.value("server_host_override", String::new())?;
    let milliseconds = |name| flags.value(name, 1000).map(Duration::from_millis);
    let target = Target {
        address: format!("{scheme}://{host}:{port}"),
        tls,
        authority: (!authority.is_empty()).then_some(authority),
        soak: Soak {
            iterations: flags.value("soak_iterations", 10)?,
            max_failures: flags.value("soak_max_failures", 0)?,
            max_latency: milliseconds("soak_per_iteration_max_acceptable_latency_ms")?,
            overall: Duration::from_secs(flags.value("soak_overall_timeout_seconds", 10)?),
            request_size: flags.value("soak_request_size", 271_828)?,
            response_size: flags.value("soak_response_size", 314_159)?,
        },
    };
    let case = flags.value("test_case", "large_unary".to_owned())?;
    client::run(&case, &target).await.map_err(|problem| format!("{case}: {problem}"))
}
