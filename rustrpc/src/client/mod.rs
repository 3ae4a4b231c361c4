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
mod response;
mod sender;
mod server_streaming;
mod target;
mod unary;
mod wakes;

pub use bidi_streaming::BidiStreamingCall;
pub use builder::ChannelBuilder;
pub use channel::Channel;
pub use client_streaming::{ClientStreamingCall, StreamedCall};
pub use response::{PendingMessage, PendingResponse};
pub use sender::Sender;
pub use server_streaming::{PendingStream, ServerStreamingCall};
pub use unary::UnaryCall;
