//! Generates volo's stubs.

fn main() {
    volo_build::Builder::protobuf()
        .add_service("../../protos/unary/bench.proto")
        .include_dirs(vec!["../../protos/unary".into()])
        .write()
        .expect("volo-build reads the service");
}
