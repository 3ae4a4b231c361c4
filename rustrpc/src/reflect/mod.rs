//! Descriptors at run time, and messages of types that no code was generated for.
//!
//! A [`DescriptorPool`] holds .proto files as protoc compiled them: those that generated code
//! carries along ([`ProtoFile`](crate::ProtoFile)), or a `FileDescriptorSet` from elsewhere. Its
//! descriptors say what the files define, with the features of proto2, proto3 and editions
//! resolved. A [`DynamicMessage`] is a message by its descriptor: binary, JSON, text
//! format, fields by name.
//!
//! ```
//! use rustrpc::reflect::{DescriptorPool, DynamicMessage, Value};
//! use rustrpc::types::{Duration, descriptors::GOOGLE_PROTOBUF_DURATION};
//!
//! let pool = DescriptorPool::embedded(&[&GOOGLE_PROTOBUF_DURATION])?;
//! let descriptor = pool.message("google.protobuf.Duration").expect("is in the file");
//! let mut message = DynamicMessage::new(descriptor);
//! message.set("seconds", 90_i64)?;
//! assert_eq!(message.get("nanos").as_deref(), Some(&Value::I32(0)));
//! assert_eq!(message.to_message::<Duration>()?, Duration { seconds: 90, nanos: 0 });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What comes from a peer is checked: descriptors when the pool is built, messages when they are
//! decoded, under the same limits as generated code.

mod build;
mod data;
mod decode;
mod default_value;
mod dynamic;
mod encode;
mod enumeration;
mod error;
mod features;
mod field;
mod fields;
mod file;
mod handle;
mod json;
mod key;
mod message;
mod pool;
mod service;
mod text;
mod value;

#[cfg(test)]
mod tests;

pub use dynamic::DynamicMessage;
pub use enumeration::{EnumDescriptor, EnumValueDescriptor};
pub use error::{PoolError, SetError, TranscodeError};
pub use field::{Cardinality, FieldDescriptor, Kind, OneofDescriptor};
pub use file::FileDescriptor;
pub use key::FieldKey;
pub use message::MessageDescriptor;
pub use pool::{DescriptorPool, PoolBuilder};
pub use service::{MethodDescriptor, ServiceDescriptor};
pub use value::{MapKey, Value};
