//! How text is written and read.

use super::{Text, TextError, TextReader, TextType, TextWriter};
use crate::wire::{ExtensionEntry, Message};

/// How messages are written as text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Printer {
    pub(super) single_line: bool,
    pub(super) unknown_fields: bool,
    pub(super) types: &'static [TextType],
    pub(super) extensions: &'static [&'static [ExtensionEntry]],
}

/// How messages are read from text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parser {
    pub(super) ignore_unknown: bool,
    pub(super) types: &'static [TextType],
    pub(super) extensions: &'static [&'static [ExtensionEntry]],
}

impl Printer {
    /// A line for each field, unknown fields left out.
    #[must_use]
    pub const fn new() -> Self {
        Self { single_line: false, unknown_fields: false, types: &[], extensions: &[] }
    }

    /// Whether everything goes into one line, without a line break at its end.
    #[must_use]
    pub const fn single_line(self, yes: bool) -> Self {
        Self { single_line: yes, ..self }
    }

    /// Whether fields that the message does not know are written by their numbers, as far as their
    /// form on the wire tells what they hold. That is for people: no reader takes numbers for
    /// names.
    #[must_use]
    pub const fn unknown_fields(self, yes: bool) -> Self {
        Self { unknown_fields: yes, ..self }
    }

    /// The types, besides the well-known ones, whose messages are shown when an `Any` holds them.
    /// Others are written as the bytes they are.
    #[must_use]
    pub const fn types(self, types: &'static [TextType]) -> Self {
        Self { types, ..self }
    }

    /// The extensions that are written by name, as the generated lists `EXTENSIONS` have them; others
    /// are unknown fields.
    #[must_use]
    pub const fn extensions(self, extensions: &'static [&'static [ExtensionEntry]]) -> Self {
        Self { extensions, ..self }
    }

    /// The message as text.
    #[must_use]
    pub fn to_string<M: Message + Text>(&self, message: &M) -> String {
        let mut writer = TextWriter::new(*self);
        message.write_text(&mut writer);
        writer.finish()
    }
}

impl Parser {
    /// Unknown fields are refused.
    #[must_use]
    pub const fn new() -> Self {
        Self { ignore_unknown: false, types: &[], extensions: &[] }
    }

    /// Whether fields and extensions that the message does not know are skipped instead of
    /// refused. Unknown names of enum values are refused all the same.
    #[must_use]
    pub const fn ignore_unknown(self, yes: bool) -> Self {
        Self { ignore_unknown: yes, ..self }
    }

    /// The types, besides the well-known ones, that an `Any` may spell out.
    #[must_use]
    pub const fn types(self, types: &'static [TextType]) -> Self {
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
    pub fn from_str<M: Message + Text>(&self, text: &str) -> Result<M, TextError> {
        let mut message = M::default();
        let mut reader = TextReader::new(text, *self);
        match message.read_text(&mut reader).and_then(|()| reader.complete(&message)) {
            Ok(()) => Ok(message),
            Err(error) => Err(error.within(M::NAME)),
        }
    }

    /// The message that the bytes hold as text in UTF-8.
    ///
    /// # Errors
    ///
    /// As [`from_slice`](super::from_slice).
    pub fn from_slice<M: Message + Text>(&self, bytes: &[u8]) -> Result<M, TextError> {
        match str::from_utf8(bytes) {
            Ok(text) => self.from_str(text),
            Err(error) => {
                let problem = "the text is not UTF-8, which text format has to be".to_owned();
                Err(TextError::at(bytes, error.valid_up_to(), problem).within(M::NAME))
            }
        }
    }
}
