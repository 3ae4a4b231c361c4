//! The one door through which generated code reaches the runtime. Not for people: no stability promise beyond the generated-code version.

pub use crate::json::{JsonField, JsonReader, JsonWriter};
pub use crate::server::{Reply, Responses, ServerCall, unimplemented};
pub use crate::wire::{Reader, Writer, kind};
pub use crate::{json_enumeration, json_fields};
