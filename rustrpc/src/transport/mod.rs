//! Who moves the bytes: drives the HTTP/2 engine over a byte stream, for servers and clients alike.
//!
//! One task, the [`Driver`], owns a connection's engine and its byte stream. Everyone else reaches
//! it through the connection's [`CommandQueue`] and shares one [`CallStream`] with it per call.

mod allocator;
mod answer;
mod batch;
mod byte_stream;
mod call_stream;
mod command;
mod context;
mod driver;
mod fields;
mod keepalive;
mod lifetime;
mod memory;
#[cfg(all(test, rustrpc_loom))]
pub(crate) mod models;
mod outbound;
mod read_buffer;
mod received;
mod role;
mod streaming;
mod sync;
#[cfg(feature = "tls")]
pub mod tls;
mod write_buffer;

pub use byte_stream::{Accept, InProcess};
pub use memory::MemoryBudget;
pub use streaming::Streaming;

/// What the two roles see of the engine that this layer drives for them.
pub(crate) use crate::http2::{
    Config, Connection, Event, FieldBlock, Initiator, Input, OpenError, Payload, Reason, StreamKey,
};
pub(crate) use answer::Answer;
pub(crate) use batch::{AfterBatch, Batch};
pub(crate) use byte_stream::ByteStream;
pub(crate) use call_stream::{CallStream, Gathered, InboundEnd, InboundMode};
pub(crate) use command::{Command, CommandQueue, HandlerReply};
pub(crate) use context::{DeadlineScope, inherited_deadline};
pub(crate) use driver::Driver;
pub(crate) use fields::{
    Origin, RequestBody, RequestHead, ResponseHead, send_bare_response, send_request_head,
    send_trailers_only,
};
pub(crate) use keepalive::KeepaliveSettings;
pub(crate) use lifetime::LifetimeSettings;
pub(crate) use memory::{Account, Charge};
pub(crate) use outbound::OutboundEnd;
pub(crate) use received::{GrpcFields, check_metadata, received_metadata};
pub(crate) use role::{DriverEnd, Role};
pub(crate) use streaming::{ClientRole, Opening, StreamRole};
pub(crate) use sync::{AtomicBool, Mutex, lock};

/// The present, as timers see it: with paused time in tests it is virtual.
pub(crate) fn now() -> std::time::Instant {
    tokio::time::Instant::now().into_std()
}
