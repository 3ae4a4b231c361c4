//! The messages that protobuf itself defines, with the conversions one expects of them, and those
//! that describe gRPC errors in [`rpc`].
//!
//! Generated code refers to `google.protobuf.Timestamp` and its like as `rustrpc::types::Timestamp`.

mod any;
mod duration;
mod field_mask;
#[rustfmt::skip]
mod generated;
mod json;
mod mapping;
mod rfc3339;
mod text;
mod timestamp;
mod wrappers;

pub use any::UnpackError;
pub use duration::DurationError;
pub use generated::descriptors;
pub use generated::google::protobuf::*;
pub use timestamp::TimestampError;

/// The messages of `google.rpc`: [`Status`](rpc::Status), which `grpc-status-details-bin` carries,
/// and the details that go into it.
pub mod rpc {
    pub use super::generated::google::rpc::*;
}
