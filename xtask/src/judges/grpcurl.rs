//! grpcurl: calls as a person would make them from a shell.

use std::process::Command;
use std::time::Duration;

use super::Judge;
use super::process::{self, Server};
use super::verdict::Verdict;
use super::workshop::{GoTool, Workshop};

pub(super) const JUDGE: Judge =
    Judge { name: "grpcurl", about: "calls of every kind from grpcurl to our server", hear };

const GRPCURL: GoTool = GoTool {
    name: "grpcurl",
    package: "github.com/fullstorydev/grpcurl/cmd/grpcurl",
    version: "v1.9.4",
};

/// A call: what it is, flags, the request, the method, and what grpcurl must say about it.
type Call =
    (&'static str, &'static [&'static str], &'static str, &'static str, &'static [&'static str]);

const CALLS: &[Call] = &[
    ("an empty call", &[], "{}", "EmptyCall", &["{}"]),
    (
        "a unary call",
        &[],
        r#"{"response_size": 3}"#,
        "UnaryCall",
        &[r#""payload": {"#, r#""body": "AAAA""#],
    ),
    (
        "a stream of answers",
        &[],
        r#"{"response_parameters": [{"size": 3}, {"size": 6}]}"#,
        "StreamingOutputCall",
        &[r#""body": "AAAA""#, r#""body": "AAAAAAAA""#],
    ),
    (
        "a stream of requests",
        &[],
        r#"{"payload": {"body": "AAAA"}} {"payload": {"body": "AAAAAAAA"}}"#,
        "StreamingInputCall",
        &[r#""aggregatedPayloadSize": 9"#],
    ),
    (
        "streams both ways",
        &[],
        r#"{"response_parameters": [{"size": 3}]} {"response_parameters": [{"size": 6}]}"#,
        "FullDuplexCall",
        &[r#""body": "AAAA""#, r#""body": "AAAAAAAA""#],
    ),
    (
        "metadata both ways",
        &[
            "-v",
            "-H",
            "x-grpc-test-echo-initial: there",
            "-H",
            "x-grpc-test-echo-trailing-bin: q6ur",
        ],
        "{}",
        "EmptyCall",
        &["x-grpc-test-echo-initial: there", "x-grpc-test-echo-trailing-bin: q6ur"],
    ),
    (
        "a status",
        &[],
        r#"{"response_status": {"code": 5, "message": "no such ☺"}}"#,
        "UnaryCall",
        &["Code: NotFound", "Message: no such ☺"],
    ),
    ("a method that is not there", &[], "{}", "UnimplementedCall", &["Code: Unimplemented"]),
    (
        "a deadline",
        &["-max-time", "0.2"],
        r#"{"response_parameters": [{"size": 1, "interval_us": 20000000}]}"#,
        "StreamingOutputCall",
        &["DeadlineExceeded"],
    ),
];

fn hear(workshop: &Workshop) -> Result<Verdict, String> {
    let grpcurl = workshop.go(GRPCURL)?;
    let ours = workshop.program("interop-server")?;
    let server = Server::start(|port| {
        let mut command = Command::new(&ours);
        command.arg(format!("--port={port}"));
        command
    })?;
    let mut verdict = Verdict::default();
    for (name, flags, request, method, expected) in CALLS {
        let mut command = Command::new(&grpcurl);
        command.arg("-plaintext").arg("-import-path").arg(workshop.file("interop/protos"));
        command.args(["-proto", "grpc/testing/test.proto"]).args(*flags).args(["-d", request]);
        command.arg(format!("127.0.0.1:{}", server.port));
        command.arg(format!("grpc.testing.TestService/{method}"));
        let ended = process::run(&mut command, Duration::from_secs(30))?;
        let missing = expected.iter().find(|text| !ended.output.contains(**text));
        verdict.note(
            *name,
            missing.map_or(Ok(()), |text| Err(format!("`{text}` is not in\n{}", ended.output))),
        );
    }
    Ok(verdict)
}
