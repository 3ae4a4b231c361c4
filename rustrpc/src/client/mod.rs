//! Clients: channels, their connections, and the calls that are made over them.

mod answer;
mod backoff;
mod bidi_streaming;
mod builder;
mod channel;
mod client_streaming;
mod connection;
mod connector;
mod handle;
mod options;
mod outgoing;
mod pool;
mod sender;
mod server_streaming;
mod target;
mod unary;

pub use bidi_streaming::BidiStreamingCall;
pub use builder::ChannelBuilder;
pub use channel::Channel;
pub use client_streaming::{ClientStreamingCall, PendingResponse};
pub use sender::Sender;
pub use server_streaming::ServerStreamingCall;
pub use unary::UnaryCall;

/// What a call's future is: boxed, so that calls of all kinds can be named.
type CallFuture<T> = std::pin::Pin<Box<dyn Future<Output = Result<T, crate::rpc::Status>> + Send>>;
