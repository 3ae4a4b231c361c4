//! gRPC's tutorial service, one module for what it knows and one for how it answers.

mod features;
mod geography;
mod guide;

/// Generated from `protos/` by `cargo xtask regenerate`, and checked in.
pub mod proto;

pub use features::features;
pub use guide::Guide;
