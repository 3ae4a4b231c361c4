//! What rust-protobuf generates.

#![allow(warnings, reason = "generated")]

pub use protobuf;

include!(concat!(env!("OUT_DIR"), "/generated/mod.rs"));
