//! ghz: many calls at once, every one of which must be answered well.

use std::process::Command;
use std::time::Duration;

use super::Judge;
use super::process::{self, Server};
use super::verdict::Verdict;
use super::workshop::{GoTool, Workshop};

pub(super) const JUDGE: Judge =
    Judge { name: "ghz", about: "thousands of calls from ghz to our server, none lost", hear };

const GHZ: GoTool =
    GoTool { name: "ghz", package: "github.com/bojand/ghz/cmd/ghz", version: "v0.93.0" };

/// A load: its name, the method, the request, and how many calls.
const LOADS: &[(&str, &str, &str, u64)] = &[
    ("small unary calls", "UnaryCall", r#"{"response_size": 100}"#, 5000),
    ("large answers", "UnaryCall", r#"{"response_size": 1000000}"#, 100),
    (
        "streams of answers",
        "StreamingOutputCall",
        r#"{"response_parameters": [{"size": 10}, {"size": 20000}, {"size": 30}]}"#,
        1000,
    ),
    ("streams of requests", "StreamingInputCall", r#"[{"payload": {"body": "AAAA"}}, {}]"#, 1000),
    (
        "streams both ways",
        "FullDuplexCall",
        r#"[{"response_parameters": [{"size": 10}]}, {"response_parameters": [{"size": 20}]}]"#,
        1000,
    ),
];

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let ghz = workshop.go(GHZ)?;
    let ours = workshop.program("interop-server")?;
    let server = Server::start(|port| {
        let mut command = Command::new(&ours);
        command.arg(format!("--port={port}"));
        command
    })?;
    let mut verdict = Verdict::default();
    for (name, method, request, calls) in LOADS {
        let mut command = Command::new(&ghz);
        command.args([
            "--insecure",
            "--format",
            "json",
            "--concurrency",
            "40",
            "--connections",
            "4",
        ]);
        command.arg("--import-paths").arg(workshop.file("interop/protos"));
        command.arg("--proto").arg(workshop.file("interop/protos/grpc/testing/test.proto"));
        command.args(["--call", &format!("grpc.testing.TestService/{method}")]);
        command.args(["--data", request, "--total", &calls.to_string()]);
        command.arg(format!("127.0.0.1:{}", server.port));
        let output = process::run(&mut command, Duration::from_mins(2))?.success();
        verdict.note(*name, output.and_then(|output| all_well(&output, *calls)));
    }
    Ok(verdict)
}

/// Whether ghz's report counts `calls` calls, all of them OK.
fn all_well(report: &str, calls: u64) -> Result<(), String> {
    let report: serde_json::Value =
        serde_json::from_str(report).map_err(|error| format!("not a report: {error}\n{report}"))?;
    let statuses = &report["statusCodeDistribution"];
    if report["count"] == calls && statuses["OK"] == calls {
        return Ok(());
    }
    Err(format!("of {calls} calls: {statuses}\n{}", report["errorDistribution"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_and_failed_calls_are_noticed() {
        let report = |count, ok| {
            all_well(
                &format!(r#"{{"count": {count}, "statusCodeDistribution": {{"OK": {ok}}}}}"#),
                10,
            )
        };
        assert!(report(10, 10).is_ok());
        assert!(report(10, 9).is_err());
        assert!(report(9, 9).is_err());
        assert!(all_well("no report", 10).is_err());
    }
}
