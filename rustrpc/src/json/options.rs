//! How JSON is written and read.

use std::cell::Cell;

use super::{Json, JsonError, JsonReader, JsonType, JsonWriter};
use crate::wire::{ExtensionEntry, Message};

/// A larger buffer is handed out rather than kept by the thread.
const KEPT_SCRATCH: usize = 64 * 1024;

// Kept per thread: once it has grown to the size of a program's messages, printing one costs a
// single allocation of its exact size.
thread_local!(static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) });

/// How messages are written as JSON.
#[derive(Clone, Copy, Debug, Default)]
pub struct Printer {
    pub(crate) enum_numbers: bool,
    pub(crate) proto_names: bool,
    pub(crate) defaults: bool,
    pub(super) types: &'static [JsonType],
    pub(super) extensions: &'static [&'static [ExtensionEntry]],
}

/// How messages are read from JSON.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parser {
    pub(crate) ignore_unknown: bool,
    pub(super) types: &'static [JsonType],
    pub(super) extensions: &'static [&'static [ExtensionEntry]],
}

impl Printer {
    /// Names in lower camel case, enums by name, fields without a value left out.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            enum_numbers: false,
            proto_names: false,
            defaults: false,
            types: &[],
            extensions: &[],
        }
    }

    /// Whether enums are written as their numbers instead of their names.
    #[must_use]
    pub const fn enum_numbers(self, yes: bool) -> Self {
        Self { enum_numbers: yes, ..self }
    }

    /// Whether fields are named as in the .proto instead of in lower camel case.
    #[must_use]
    pub const fn proto_names(self, yes: bool) -> Self {
        Self { proto_names: yes, ..self }
    }

    /// Whether fields without presence (repeated fields and maps among them) are written when they
    /// hold their default.
    #[must_use]
    pub const fn defaults(self, yes: bool) -> Self {
        Self { defaults: yes, ..self }
    }

    /// The types that an `Any` may hold besides the well-known ones.
    #[must_use]
    pub const fn types(self, types: &'static [JsonType]) -> Self {
        Self { types, ..self }
    }

    /// The extensions that are written, as the generated lists `EXTENSIONS` have them; others are
    /// left out, like all unknown fields.
    #[must_use]
    pub const fn extensions(self, extensions: &'static [&'static [ExtensionEntry]]) -> Self {
        Self { extensions, ..self }
    }

    /// The message as text.
    ///
    /// # Errors
    ///
    /// As [`to_string`](super::to_string).
    pub fn to_string<M: Message + Json>(&self, message: &M) -> Result<String, JsonError> {
        let text = self.to_vec(message)?;
        Ok(String::from_utf8(text).expect("only text is written: str, ASCII and nothing else"))
    }

    /// The message as text in UTF-8.
    ///
    /// # Errors
    ///
    /// As [`to_string`](super::to_string).
    pub fn to_vec<M: Message + Json>(&self, message: &M) -> Result<Vec<u8>, JsonError> {
        // A `write_json` that prints another message on its way finds an empty buffer here and is
        // served. So is one that runs while the thread ends.
        let scratch = SCRATCH.try_with(Cell::take).unwrap_or_default();
        let mut writer = JsonWriter::new(*self, scratch);
        message.write_json(&mut writer);
        let mut text = writer.finish(M::NAME)?;
        if text.capacity() > KEPT_SCRATCH {
            return Ok(text);
        }
        let exact = text.as_slice().to_vec();
        text.clear();
        let _ = SCRATCH.try_with(|kept| kept.set(text));
        Ok(exact)
    }
}

impl Parser {
    /// Unknown fields and enum values are refused.
    #[must_use]
    pub const fn new() -> Self {
        Self { ignore_unknown: false, types: &[], extensions: &[] }
    }

    /// Whether fields and names of enum values that the message does not know are skipped instead
    /// of refused.
    #[must_use]
    pub const fn ignore_unknown(self, yes: bool) -> Self {
        Self { ignore_unknown: yes, ..self }
    }

    /// The types that an `Any` may hold besides the well-known ones.
    #[must_use]
    pub const fn types(self, types: &'static [JsonType]) -> Self {
        Self { types, ..self }
    }

    /// The extensions that are read, as the generated lists `EXTENSIONS` have them; others are
    /// unknown fields.
    #[must_use]
    pub const fn extensions(self, extensions: &'static [&'static [ExtensionEntry]]) -> Self {
        Self { extensions, ..self }
    }

    /// The message that the text holds.
    ///
    /// # Errors
    ///
    /// As [`from_str`](super::from_str).
    pub fn from_str<M: Message + Json>(&self, text: &str) -> Result<M, JsonError> {
        let mut reader = JsonReader::new(text, *self);
        reader.finish()
    }

    /// The message that the bytes hold as text in UTF-8.
    ///
    /// # Errors
    ///
    /// As [`from_slice`](super::from_slice).
    pub fn from_slice<M: Message + Json>(&self, bytes: &[u8]) -> Result<M, JsonError> {
        match str::from_utf8(bytes) {
            Ok(text) => self.from_str(text),
            Err(error) => Err(JsonError::not_utf8(bytes, error.valid_up_to()).within(M::NAME)),
        }
    }
}
