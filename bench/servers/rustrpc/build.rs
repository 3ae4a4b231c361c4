//! Generates the stubs with this repository's generator.

fn main() -> Result<(), protoc_gen_rustrpc::Error> {
    protoc_gen_rustrpc::Build::new().include("../../protos").file("bench.proto").compile()
}
