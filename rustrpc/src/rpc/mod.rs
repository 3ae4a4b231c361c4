//! What gRPC adds to HTTP/2 and protobuf: status, metadata, deadlines, length-prefixed messages, compression and the types of a call.
//!
//! Everything here is a pure value or a pure function: no I/O, no tasks and no clock. Where a point in time is needed, the caller passes it in.

mod append;
mod cancellation;
mod code;
mod compression;
mod content_type;
mod deadline;
mod deframer;
mod extensions;
mod framing;
mod metadata;
mod method;
mod peer;
mod percent;
mod request;
mod response;
mod status;

pub use cancellation::{CancellationToken, Cancelled};
pub use code::Code;
pub use compression::{Compression, CompressionSwitch};
pub use extensions::Extensions;
pub use metadata::{Metadata, MetadataError, Value};
pub use method::{Idempotency, MethodDescriptor, MethodKind, ServiceDescriptor};
pub use peer::PeerAddress;
pub use request::Request;
pub use response::Response;
pub use status::Status;

pub(crate) use append::{append, claimed_length};
pub(crate) use cancellation::CallContext;
pub(crate) use compression::{AcceptedCompression, Meter};
pub(crate) use content_type::is_grpc;
pub(crate) use deadline::{Deadline, Timeout, TimeoutText, parse_timeout};
pub(crate) use deframer::{Deframer, Value as ApartValue};
pub(crate) use framing::{
    MessageLimit, OwnedFrame, PREFIX_LENGTH, RequestFrame, malformed, message_of, put_message,
    split_only_frame,
};
pub(crate) use metadata::ReceivedFields;
pub(crate) use peer::Peer;
