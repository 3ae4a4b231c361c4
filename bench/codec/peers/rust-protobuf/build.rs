//! Generates the messages with rust-protobuf's generator; the well-known types are its runtime's.

use std::path::PathBuf;

#[path = "../../protos.rs"]
mod protos;

fn main() {
    let protos = protos::folder();
    protobuf_codegen::Codegen::new()
        .protoc()
        .protoc_path(&protoc_bin_vendored::protoc_bin_path().expect("it is vendored"))
        .include(&protos)
        .inputs(protos::files(&protos).iter().map(|file| protos.join(file)))
        .cargo_out_dir("generated")
        .run_from_script();
    mend_keyword();
}

/// `type.proto` becomes `type_.rs`, which the list of modules calls by its first name.
fn mend_keyword() {
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).expect("cargo sets OUT_DIR");
    let list = out.join("generated/mod.rs");
    let modules = std::fs::read_to_string(&list).expect("it was generated");
    std::fs::write(list, modules.replace("mod type;", "mod type_;")).expect("it can be written");
}
