//! The protobuf wire format: messages to bytes and back. Pure: no I/O, no async, no clock.
//!
//! [`Message`] is what generated types implement. Encoding runs back to front through a [`Writer`],
//! so that a length is known when it is written and no size pass is needed; decoding runs over a
//! [`Reader`], a cursor over a slice that knows the end of the message it is in. What the
//! generated code does not know stays in [`UnknownFields`].
//!
//! Memory is only ever reserved for bytes that are present, never for a length that was claimed.

mod apart;
mod bits;
mod bytes_field;
mod copy;
mod enumeration;
mod error;
mod extension;
mod fixed;
pub mod kind;
mod map;
mod message;
mod message_set;
mod outline;
mod packed;
mod proto_file;
mod reader;
mod received;
mod repeated;
mod unknown;
mod utf8;
mod varint;
pub mod view;
mod wire_type;
mod writer;

#[cfg(test)]
mod tests;

pub(crate) use apart::Place;
pub use bytes_field::BytesField;
pub use enumeration::Enumeration;
pub use error::{DecodeError, DecodeErrorCause};
pub use extension::{
    Extendable, Extension, ExtensionEntry, ExtensionFormat, ExtensionKey, RepeatedExtension,
};
pub use map::Map;
pub use message::Message;
pub(crate) use message::encode_or_outline;
pub(crate) use outline::Outline;
pub use proto_file::ProtoFile;
pub use reader::Reader;
pub use received::Received;
pub use unknown::{UnknownField, UnknownFields, UnknownRecords, UnknownValue};
pub use view::MessageView;
pub use wire_type::WireType;
pub use writer::Writer;

/// How deep messages and groups may be nested, unknown groups included: protobuf's own default.
pub const RECURSION_LIMIT: u32 = 100;
