//! A complete gRPC runtime for Rust.
//!
//! Knowledge flows one way through the modules:
//! [`wire`] → `http2` → `rpc` → `transport` → `client` | `server`; [`json`] and [`text`] stand
//! beside `http2`.
#![deny(missing_docs)]

extern crate self as rustrpc;

pub mod client;
pub mod http2;
pub mod json;
#[cfg(feature = "reflect")]
pub mod reflect;
pub mod rpc;
pub mod server;
pub mod stream;
pub mod text;
pub mod transport;
pub mod types;
pub mod wire;

mod base64;
mod located;
#[cfg(test)]
mod testing;

#[doc(hidden)]
pub mod gencode;

pub use bytes::Bytes;
pub use client::Channel;
pub use futures_core::Stream;
pub use rpc::{
    Code, Compression, Extensions, Idempotency, Metadata, MethodDescriptor, MethodKind, Request,
    Response, ServiceDescriptor, Status,
};
pub use server::Server;
#[cfg(feature = "tls")]
pub use transport::tls;
pub use transport::{MemoryBudget, Streaming};
pub use wire::{
    DecodeError, Enumeration, Extendable, Extension, ExtensionEntry, Message, MessageView,
    ProtoFile, RepeatedExtension, UnknownFields, view,
};
