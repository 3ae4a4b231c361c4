//! What protoc generates for Google's own Rust runtime.

#![allow(warnings, reason = "generated")]

pub use protobuf;

include!(concat!(env!("OUT_DIR"), "/protobuf_generated/generated.rs"));
