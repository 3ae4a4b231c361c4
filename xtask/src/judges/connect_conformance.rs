//! connectrpc's conformance suite, in gRPC mode.

use std::process::Command;
use std::time::Duration;

use super::Judge;
use super::process;
use super::verdict::Verdict;
use super::workshop::{GoTool, Workshop};

pub(super) const SERVER: Judge = Judge {
    name: "conformance-server",
    about: "connectrpc's conformance suite against our server: gRPC, plaintext and TLS",
    hear: |workshop| hear(workshop, "server", 566),
};

pub(super) const CLIENT: Judge = Judge {
    name: "conformance-client",
    about: "connectrpc's conformance suite against our client: gRPC, plaintext and TLS",
    hear: |workshop| hear(workshop, "client", 634),
};

const SUITE: GoTool = GoTool {
    name: "connectconformance",
    package: "connectrpc.com/conformance/cmd/connectconformance",
    version: "v1.0.5",
};

/// Runs the suite against `conformance-{role}`; `cases` is how many there are with our configuration, so that none can
/// get lost.
fn hear(workshop: &Workshop, role: &str, cases: usize) -> Result<Verdict, String> {
    let suite = workshop.go(SUITE)?;
    let program = workshop.program(&format!("conformance-{role}"))?;
    let mut command = Command::new(suite);
    command.arg("--conf").arg(workshop.file("interop/conformance/grpc.yaml"));
    command.args(["--mode", role, "--"]).arg(program);
    // It ends with 1 when a case fails, and says which.
    let ended = process::run(&mut command, Duration::from_mins(10))?;
    read(&ended.output, cases)
}

fn read(output: &str, cases: usize) -> Result<Verdict, String> {
    let mut verdict = Verdict::default();
    let total = output
        .lines()
        .find_map(|line| line.strip_prefix("Total cases: ")?.trim().parse::<usize>().ok())
        .ok_or_else(|| format!("the suite came to no end\n{output}"))?;
    let mut lines = output.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("FAILED: ") else { continue };
        let mut detail = String::new();
        while let Some(said) = lines.next_if(|line| line.starts_with(['\t', ' '])) {
            detail.push_str(said.trim());
            detail.push('\n');
        }
        verdict.fail(name.trim_end_matches(':'), detail);
    }
    verdict.pass_all("cases that the suite does not name", total - verdict.failed.len().min(total));
    if total != cases {
        verdict.fail("the number of cases", format!("{total} instead of {cases}"));
    }
    Ok(verdict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suites_output_is_read() {
        let output =
            "FAILED: A/B/c:\n\tactual error\n\tmore\n\nTotal cases: 3\n2 passed, 1 failed\n";
        let verdict = read(output, 3).expect("there is a total");
        assert_eq!(verdict.passes(), 2);
        assert_eq!(verdict.failed[0].case, "A/B/c");
        assert_eq!(verdict.failed[0].detail, "actual error\nmore\n");
        assert_eq!(read(output, 4).expect("there is a total").failed.len(), 2);
        assert!(read("panic", 3).is_err());
    }
}
