//! The measurements beside the peers: builds the programs of `bench/` and runs them, keeps what they found.

mod generators;
mod protos;
mod record;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use record::Section;

/// One measurement: a program of the workspace `bench/` that prints a section of Markdown.
struct Bench {
    name: &'static str,
    about: &'static str,
    /// The package whose program of the same name is run, with `name` as its first argument.
    program: &'static str,
    /// What is built with it, such as the servers it starts.
    packages: &'static [&'static str],
    tools: &'static [Tool],
}

/// A program that has to be installed, and the Debian package that has it.
type Tool = (&'static str, &'static str);

const SERVERS: &[&str] = &["bench-server-rustrpc", "bench-server-tonic"];
const SERVERS_AND_CLIENTS: &[&str] =
    &["bench-server-rustrpc", "bench-server-tonic", "bench-client-rustrpc", "bench-client-tonic"];
const PEERS: &[&str] = &[
    "bench-server-rustrpc",
    "bench-server-tonic",
    "bench-server-connect-rust",
    "bench-server-floors",
    "bench-server-grpc-cpp",
    "bench-server-grpc-go",
    "bench-server-h2",
    "bench-server-nghttpd",
    "bench-server-pajamax",
    "bench-server-volo",
];
const LOAD: &[Tool] =
    &[("h2load", "nghttp2-client"), ("nghttp", "nghttp2-client"), ("taskset", "util-linux")];
const PEERS_TOOLS: &[Tool] = &[
    ("g++", "g++"),
    ("go", "golang"),
    ("grpc_cpp_plugin", "protobuf-compiler-grpc libgrpc++-dev"),
    ("h2load", "nghttp2-client"),
    ("nghttp", "nghttp2-client"),
    ("nghttpd", "nghttp2-server"),
    ("pkg-config", "pkg-config"),
    ("protoc", "protobuf-compiler"),
    ("taskset", "util-linux"),
];
const PINNED: &[Tool] = &[("taskset", "util-linux")];
const COUNTERS: &[Tool] = &[
    ("h2load", "nghttp2-client"),
    ("nghttp", "nghttp2-client"),
    ("strace", "strace"),
    ("taskset", "util-linux"),
    ("valgrind", "valgrind"),
];

const NPM: &[Tool] = &[("npm", "npm")];

const CODEC: &[Tool] = &[("cc", "gcc"), ("npm", "npm")];

/// All of them, in the order of the results.
const BENCHES: &[Bench] = &[
    Bench {
        name: "unary",
        about: "servers under small unary calls: CPU time and percentiles",
        program: "bench-runner",
        packages: SERVERS_AND_CLIENTS,
        tools: LOAD,
    },
    Bench {
        name: "peers",
        about: "the same of every other stack, and of the floors; needs Go and C++ gRPC",
        program: "bench-runner",
        packages: PEERS,
        tools: PEERS_TOOLS,
    },
    Bench {
        name: "counts",
        about: "instructions, allocations and system calls of a unary call",
        program: "bench-runner",
        packages: SERVERS,
        tools: COUNTERS,
    },
    Bench {
        name: "tls",
        about: "servers under small unary calls over TLS, and what rustls itself costs",
        program: "bench-runner",
        packages: &["bench-server-rustrpc", "bench-server-tonic", "bench-server-floors"],
        tools: LOAD,
    },
    Bench {
        name: "client",
        about: "clients making small unary calls",
        program: "bench-runner",
        packages: SERVERS_AND_CLIENTS,
        tools: LOAD,
    },
    Bench {
        name: "fields",
        about: "what a deadline and metadata add to small unary calls, on both sides",
        program: "bench-runner",
        packages: SERVERS_AND_CLIENTS,
        tools: PINNED,
    },
    Bench {
        name: "large",
        about: "messages of 64 KiB to 16 MiB, unary and streamed, both ways",
        program: "bench-runner",
        packages: SERVERS_AND_CLIENTS,
        tools: PINNED,
    },
    Bench {
        name: "streams",
        about: "streams of small messages: from the server, to it, ping-pong, flood",
        program: "bench-runner",
        packages: SERVERS_AND_CLIENTS,
        tools: PINNED,
    },
    Bench {
        name: "neighbours",
        about: "how long small calls take beside slow handlers and large messages",
        program: "bench-runner",
        packages: SERVERS_AND_CLIENTS,
        tools: PINNED,
    },
    Bench {
        name: "paced",
        about: "how long small calls take that come at a pace of their own, so many a second",
        program: "bench-runner",
        packages: SERVERS_AND_CLIENTS,
        tools: PINNED,
    },
    Bench {
        name: "memory",
        about: "memory of servers with 10,000 idle connections, and 10,000 open streams",
        program: "bench-runner",
        packages: SERVERS,
        tools: PINNED,
    },
    Bench {
        name: "codec",
        about: "marshalling: decode and encode beside five other crates; needs npm and a C compiler",
        program: "bench-codec",
        packages: &[],
        tools: CODEC,
    },
    Bench {
        name: "json",
        about: "ProtoJSON: decode and encode beside prost with pbjson, and buffa",
        program: "bench-codec",
        packages: &[],
        tools: CODEC,
    },
    Bench {
        name: "generator",
        about: "generators on all of googleapis, beside protoc and protoc-gen-prost; needs npm",
        program: "bench-generator",
        packages: &[],
        tools: NPM,
    },
    Bench {
        name: "size",
        about: "generated code: lines, compile time, machine code, beside prost with tonic and \
                buffa with connect-rust; needs npm",
        program: "bench-generator",
        packages: &[],
        tools: NPM,
    },
];

/// The benches and what they are about, for the help text.
pub(crate) fn list() -> String {
    let width = BENCHES.iter().map(|bench| bench.name.len()).max().unwrap_or_default();
    BENCHES.iter().map(|bench| format!("  {:width$}  {}\n", bench.name, bench.about)).collect()
}

/// Builds everything with one release profile, then runs the benches that are named, or all.
///
/// `--quick` and `--rounds N` are handed on; `--record` keeps what was found in `bench/results/`
/// and puts `bench/RESULTS.md` together anew.
///
/// # Errors
/// When a tool is missing, something does not build, or a peer answers wrongly.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Result<(), String> {
    let order = Order::from_arguments(arguments)?;
    let bench = root.join("bench");
    check_tools(&order.benches)?;
    build(root, &bench, &order.benches)?;
    for wanted in &order.benches {
        eprintln!("{}: {}", wanted.name, wanted.about);
        let mut command = Command::new(program(&bench, wanted.program));
        command.arg(wanted.name).args(&order.handed_on);
        if order.record && wanted.program == "bench-runner" {
            command.arg("--plots").arg(bench.join("results"));
        }
        if wanted.program == "bench-generator" {
            command.args(generators::arguments(wanted, root)?);
        }
        let figures = output(&mut command)?;
        println!("{figures}");
        if order.record {
            Section::new(wanted.name).write(&bench, &figures)?;
        }
    }
    if order.record {
        record::assemble(&bench, BENCHES.iter().map(|bench| bench.name))
    } else {
        Ok(())
    }
}

/// What the command line asks for.
struct Order<'a> {
    benches: Vec<&'static Bench>,
    record: bool,
    /// Options for the programs themselves.
    handed_on: Vec<&'a str>,
}

impl<'a> Order<'a> {
    fn from_arguments(arguments: &[&'a str]) -> Result<Self, String> {
        let mut order = Order { benches: Vec::new(), record: false, handed_on: Vec::new() };
        let mut arguments = arguments.iter().copied();
        while let Some(argument) = arguments.next() {
            match argument {
                "--record" => order.record = true,
                "--quick" => order.handed_on.push(argument),
                "--rounds" => {
                    let number = arguments.next().ok_or("--rounds takes a number")?;
                    order.handed_on.extend([argument, number]);
                }
                name => {
                    let found = BENCHES.iter().find(|bench| bench.name == name);
                    let unknown = || format!("no bench is called {name}; there are:\n{}", list());
                    order.benches.push(found.ok_or_else(unknown)?);
                }
            }
        }
        if order.benches.is_empty() {
            order.benches = BENCHES.iter().collect();
        }
        Ok(order)
    }
}

fn check_tools(benches: &[&Bench]) -> Result<(), String> {
    let mut missing: Vec<&Tool> = benches
        .iter()
        .flat_map(|bench| bench.tools)
        .filter(|(tool, _)| !is_on_path(tool))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.iter().map(|(tool, package)| format!("  {tool} (package {package})\n"));
    Err(format!("these benches need what is not on the PATH:\n{}", list.collect::<String>()))
}

fn build(root: &Path, bench: &Path, benches: &[&Bench]) -> Result<(), String> {
    let packages =
        benches.iter().flat_map(|bench| bench.packages.iter().copied().chain([bench.program]));
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(bench).args(["build", "--release"]);
    build.args(packages.flat_map(|package| ["--package", package]));
    if benches.iter().any(|bench| bench.program == "bench-codec") {
        build.env("BENCH_PROTOS", protos::gather(root, bench)?);
    }
    match build.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{build:?}: {status}")),
        Err(error) => Err(format!("{build:?}: {error}")),
    }
}

fn program(bench: &Path, name: &str) -> PathBuf {
    bench.join("target/release").join(name)
}

/// What a program prints; what it reports on the way goes to the terminal.
fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{command:?}: {error}"))
}

fn is_on_path(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}
