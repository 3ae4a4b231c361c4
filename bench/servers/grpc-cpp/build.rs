//! Builds the C++ server below OUT_DIR with the protoc, the plugin and the library that are installed (Debian:
//! `libgrpc++-dev protobuf-compiler protobuf-compiler-grpc g++ pkg-config`).

use std::error::Error;
use std::path::Path;
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=server.cc");
    println!("cargo::rerun-if-changed=../../protos/unary/bench.proto");
    let out = std::env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let plugin = output(Command::new("which").arg("grpc_cpp_plugin"))?;
    run(Command::new("protoc")
        .arg("-I../../protos/unary")
        .arg(format!("--plugin=protoc-gen-grpc={}", plugin.trim()))
        .args(["--cpp_out".as_ref(), out.as_os_str(), "--grpc_out".as_ref(), out.as_os_str()])
        .arg("bench.proto"))?;
    let flags =
        output(Command::new("pkg-config").args(["--cflags", "--libs", "grpc++", "protobuf"]))?;
    run(Command::new("g++")
        .args(["-std=c++17", "-O2", "-I"])
        .arg(out)
        .arg("server.cc")
        .args(["bench.pb.cc", "bench.grpc.pb.cc"].map(|file| out.join(file)))
        .args(flags.split_whitespace())
        .arg("-o")
        .arg(out.join("server")))
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}

fn output(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!("{command:?}: {}", output.status).into())
    }
}
