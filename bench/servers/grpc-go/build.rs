//! Builds the Go server below OUT_DIR; the Go tool fetches what it needs.

use std::error::Error;
use std::path::Path;
use std::process::Command;

const GENERATORS: [&str; 2] = [
    "google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.10",
    "google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.5.1",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=go");
    println!("cargo::rerun-if-changed=../../protos/unary/bench.proto");
    let out = std::env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let module = out.join("module");
    std::fs::create_dir_all(module.join("benchpb"))?;
    for file in ["main.go", "go.mod"] {
        std::fs::copy(Path::new("go").join(file), module.join(file))?;
    }
    for generator in GENERATORS {
        run(Command::new("go").args(["install", generator]).env("GOBIN", out.join("bin")))?;
    }
    let path = std::env::var("PATH").unwrap_or_default();
    run(Command::new(protoc_bin_vendored::protoc_bin_path()?)
        .env("PATH", format!("{}:{path}", out.join("bin").display()))
        .arg("-I../../protos/unary")
        .args(["--go_out", &module.display().to_string(), "--go_opt=module=benchserver"])
        .args(["--go-grpc_out", &module.display().to_string(), "--go-grpc_opt=module=benchserver"])
        .args([
            "--go_opt=Mbench.proto=benchserver/benchpb",
            "--go-grpc_opt=Mbench.proto=benchserver/benchpb",
        ])
        .arg("bench.proto"))?;
    run(Command::new("go").args(["mod", "tidy"]).current_dir(&module))?;
    run(Command::new("go")
        .args(["build", "-o"])
        .arg(out.join("server"))
        .arg(".")
        .current_dir(&module))
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}
