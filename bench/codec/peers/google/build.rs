//! Generates the messages with protoc's own Rust generator, the well-known types among them.

#[path = "../../protos.rs"]
mod protos;

fn main() {
    let protos = protos::folder();
    let mut inputs = protos::files(&protos);
    // The list of modules is put beside the first of them.
    inputs.sort_by_key(|name| name.contains('/'));
    for name in
        ["any", "descriptor", "duration", "empty", "field_mask", "struct", "timestamp", "wrappers"]
    {
        inputs.push(format!("google/protobuf/{name}.proto"));
    }
    protobuf_codegen::CodeGen::new()
        .protoc_path(protoc_bin_vendored::protoc_bin_path().expect("it is vendored"))
        .inputs(inputs)
        .include(protos)
        .include(protoc_bin_vendored::include_path().expect("it is vendored"))
        .generate_and_compile()
        .expect("protoc generates them");
}
