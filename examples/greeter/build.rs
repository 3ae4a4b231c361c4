//! Generates code for `protos/`, without protoc or a plugin installed.

fn main() -> Result<(), protoc_gen_rustrpc::Error> {
    protoc_gen_rustrpc::Build::new().include("protos").file("greeter/v1/greeter.proto").compile()
}
