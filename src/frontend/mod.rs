//! From `.proto` files to generated code on disk, without protoc calling us: the ways in that are
//! not the plugin.
//!
//! `protoc-gen-rustrpc generate` and a build script both go through here:
//! [`Sources`] name the `.proto` files, a protoc that we run parses them into a request that says
//! what the one it sends to a plugin says, [`crate::generate`] answers it, and the [`Generated`]
//! files are written or compared. Because the requests say the same, so does the output.

mod build_script;
mod error;
mod generated;
mod protoc;
mod request;
mod sources;
mod starter;
mod temporary;

pub use build_script::Build;
pub use error::Error;
pub use generated::{Difference, Generated};
pub use sources::Sources;
pub use starter::{Created, Starter};
