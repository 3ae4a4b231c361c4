//! The programs that the connect conformance suite runs: each is told on its standard input what to do and tells on its
//! standard output what came of it.

mod base64;
pub mod client;
pub mod delimited;
mod echo;
pub mod server;
