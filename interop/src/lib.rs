//! What other implementations of gRPC test us with: the interop test service and its client, and the programs of the
//! connect conformance suite.

pub mod client;
pub mod conformance;
pub mod flags;
pub mod proto;
pub mod soak;
pub mod test_service;
