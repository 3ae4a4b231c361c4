//! The one door through which generated code reaches the runtime. Not for people: no stability promise beyond the generated-code version.

pub use crate::json::{JsonField, JsonReader, JsonWriter, read_json_as, write_json_as};
pub use crate::server::{Reply, Responses, ServerCall, unimplemented};
pub use crate::text::{TextField, TextReader, TextWriter, read_text_as, write_text_as};
pub use crate::wire::{Reader, Writer, kind};
pub use crate::{json_enumeration, json_fields, text_enumeration, text_fields};

/// Named by every generated file. A runtime that can't serve what this generator wrote no longer
/// has it, so that the compiler points at the file instead of at some line inside.
pub const GENERATED_CODE_V1: () = ();
