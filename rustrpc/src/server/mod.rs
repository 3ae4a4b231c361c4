//! Servers: listeners, the router and the handlers' surroundings.

mod bound;
mod builder;
mod call;
mod calls;
mod connection;
mod connections;
mod deadlines;
mod dispatch;
mod fallback;
mod handler;
#[cfg(feature = "tls")]
mod handshakes;
mod listen;
#[cfg(all(test, rustrpc_loom))]
mod models;
mod request_head;
mod response_stream;
mod router;
mod service;
mod wake;

pub use bound::{Bound, ServeError};
pub use builder::{Server, ServerBuilder};
pub use call::{Reply, ServerCall, unimplemented};
pub use dispatch::Dispatch;
pub use fallback::{FallbackRequest, FallbackResponse};
pub use listen::{ListenAddress, Listener, LocalAddress};
pub use response_stream::Responses;
pub use service::Service;
