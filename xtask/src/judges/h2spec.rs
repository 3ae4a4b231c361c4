//! h2spec: RFC 7540 and RFC 7541, sentence by sentence.

use std::process::Command;
use std::time::Duration;

use super::Judge;
use super::certificates::Certificates;
use super::process::{self, Server};
use super::verdict::Verdict;
use super::workshop::{GoTool, Workshop};

pub(super) const JUDGE: Judge = Judge {
    name: "h2spec",
    about: "HTTP/2 and HPACK on the wire, strict cases included",
    hear: |workshop| hear(workshop, "h2spec", false),
};

pub(super) const TLS: Judge = Judge {
    name: "h2spec-tls",
    about: "the same over TLS",
    hear: |workshop| hear(workshop, "h2spec-tls", true),
};

/// The newest that the module proxy can tell a version of; later tags lack the `/v2` that their number asks for.
const H2SPEC: GoTool = GoTool {
    name: "h2spec",
    package: "github.com/summerwind/h2spec/cmd/h2spec",
    version: "v2.2.1+incompatible",
};

/// What RFC 7540 asked for and RFC 9113 no longer does.
const REMOVED: &[(&str, &str)] = &[
    (
        "http2/5.3.1: Sends HEADERS frame that depends on itself",
        "RFC 9113 §5.3.2 ignores priority signals, dependencies included",
    ),
    (
        "http2/5.3.1: Sends PRIORITY frame that depend on itself",
        "RFC 9113 §5.3.2 ignores priority signals, dependencies included",
    ),
];

fn hear(workshop: &Workshop, judge: &str, tls: bool) -> Result<Verdict, String> {
    let h2spec = workshop.go(H2SPEC)?;
    let ours = workshop.program("h2spec-server")?;
    let folder = workshop.scratch(judge)?;
    let report = folder.join("report.xml");
    let certificates = if tls { Some(Certificates::make(&folder)?) } else { None };
    let server = Server::start(|port| {
        let mut command = Command::new(&ours);
        command.arg(format!("--port={port}"));
        command.args(certificates.iter().flat_map(Certificates::server_flags));
        command
    })?;
    let mut command = Command::new(h2spec);
    command.args(["--host", "127.0.0.1", "--port", &server.port.to_string(), "--strict"]);
    command.args(["--timeout", "5", "--junit-report"]).arg(&report);
    if tls {
        command.args(["--tls", "--insecure"]);
    }
    // It ends with 1 when a case fails; the report says which.
    let ended = process::run(&mut command, Duration::from_mins(10))?;
    let report = std::fs::read_to_string(&report)
        .map_err(|error| format!("h2spec left no report: {error}\n{}", ended.output))?;
    Ok(read(&report, &ended.output))
}

/// Reads h2spec's JUnit report. `output` has the details that the report spares.
fn read(report: &str, output: &str) -> Verdict {
    let mut verdict = Verdict::default();
    for case in report.split("<testcase ").skip(1) {
        let case = case.split("</testcase>").next().unwrap_or_default();
        let name = format!("{}: {}", attribute(case, "package"), attribute(case, "classname"));
        if case.contains("<skipped") {
            verdict.set_aside(
                name,
                "h2spec skipped it: the server's settings leave it nothing to test",
            );
        } else if !case.contains("<failure") && !case.contains("<error") {
            verdict.pass(name);
        } else if let Some((_, reason)) = REMOVED.iter().find(|(removed, _)| *removed == name) {
            verdict.set_aside(name, reason);
        } else {
            let title = attribute(case, "classname");
            verdict.fail(name, details(output, &title));
        }
    }
    verdict
}

fn attribute(element: &str, name: &str) -> String {
    let start = format!("{name}=\"");
    let value = element.split_once(start.as_str()).map_or("", |(_, rest)| rest);
    let value = value.split('"').next().unwrap_or_default();
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(value.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

/// The lines that follow a failed case in h2spec's own list of failures.
fn details(output: &str, title: &str) -> String {
    let failures = output.split_once("Failures:").map_or(output, |(_, failures)| failures);
    let mut lines = failures.lines().skip_while(|line| !line.contains(title)).skip(1);
    let mut details: Vec<&str> = Vec::new();
    for line in lines.by_ref() {
        let line = line.trim();
        let tells = ["->", "Expected:", "Actual:"].iter().any(|word| line.starts_with(word));
        // What is expected goes on for lines, each a frame with its properties.
        let goes_on = !details.is_empty() && line.contains('(');
        if !tells && !goes_on {
            break;
        }
        details.push(line);
    }
    details.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read() {
        let report = r#"<testsuite>
            <testcase package="http2/5.1" classname="A" time="0.1"></testcase>
            <testcase package="http2/5.2" classname="B &lt; C" time="0.1"><failure></failure></testcase>
            <testcase package="http2/5.3" classname="D" time="0"><skipped></skipped></testcase>
            <testcase package="http2/5.3.1" classname="Sends HEADERS frame that depends on itself"
              time="0"><failure></failure></testcase>"#;
        let verdict =
            read(report, "Failures:\n  × 1: B < C\n    -> It MUST.\n    Actual: Timeout\n\nX");
        assert_eq!(verdict.passed, [("http2/5.1: A".to_owned(), 1)]);
        assert_eq!(verdict.failed.len(), 1);
        assert_eq!(verdict.failed[0].case, "http2/5.2: B < C");
        assert_eq!(verdict.failed[0].detail, "-> It MUST.\nActual: Timeout");
        assert_eq!(verdict.set_aside.len(), 2);
    }
}
