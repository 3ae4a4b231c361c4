//! Text on its way out.

mod string;
mod unknown;

use std::fmt::Write as _;

use super::{Printer, Text, TextField, TextType, extension};
use crate::wire::{Enumeration, Message, UnknownFields};

/// What a level is indented by.
const INDENT: usize = 2;

/// How many messages that are kept encoded, in an `Any` or an extension, are shown within each
/// other. Each is decoded for that, so that all of them are in memory at once.
const ENCODED_DEPTH: u32 = 10;

/// Takes a message's text form, used by generated code.
#[derive(Debug)]
pub struct TextWriter {
    text: String,
    printer: Printer,
    /// How many messages are open.
    level: usize,
    /// How many more messages that are kept encoded may be opened within each other.
    encoded_depth: u32,
}

impl TextWriter {
    pub(crate) fn new(printer: Printer) -> Self {
        Self { text: String::new(), printer, level: 0, encoded_depth: ENCODED_DEPTH }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// A field of a message, unless it is absent.
    pub fn field<T: Text>(&mut self, field: &TextField, value: &T) {
        if !value.is_absent() {
            value.write_field(self, field.name);
        }
    }

    /// A field that is written even when it holds its default, such as the set case of a oneof.
    pub fn present<T: Text>(&mut self, field: &TextField, value: &T) {
        value.write_field(self, field.name);
    }

    /// The unknown fields of the message `M`: its extensions that are known by name, the others by
    /// number if that is asked for.
    pub fn unknown_fields<M: Message>(&mut self, fields: &UnknownFields) {
        if !fields.is_empty() {
            self.not_generated(M::NAME, fields);
        }
    }

    /// A field that is a message, whose fields `fields` writes.
    pub(crate) fn message(&mut self, name: &str, fields: impl FnOnce(&mut Self)) {
        self.open(name);
        let start = self.text.len();
        fields(self);
        self.close(start);
    }

    /// A field that is a scalar, which `value` writes by one of the methods below.
    pub(crate) fn scalar(&mut self, name: &str, value: impl FnOnce(&mut Self)) {
        self.name(name);
        self.text.push_str(": ");
        value(self);
        self.end();
    }

    /// A number.
    pub(crate) fn signed(&mut self, value: i64) {
        self.number(value);
    }

    /// A number.
    pub(crate) fn unsigned(&mut self, value: u64) {
        self.number(value);
    }

    /// The shortest number that is read back as the same `float`.
    pub(crate) fn float(&mut self, value: f32) {
        if value.is_finite() {
            self.fraction(value);
        } else {
            self.not_finite(value.into());
        }
    }

    /// The shortest number that is read back as the same `double`.
    pub(crate) fn double(&mut self, value: f64) {
        if value.is_finite() {
            self.fraction(value);
        } else {
            self.not_finite(value);
        }
    }

    /// `true` and `false`, names of enum values.
    pub(crate) fn word(&mut self, word: &str) {
        self.text.push_str(word);
    }

    /// An enum value by its name, or its number where it has none.
    pub fn enumeration<E: Enumeration>(&mut self, value: E) {
        match value.name() {
            Some(name) => self.word(name),
            None => self.signed(value.number().into()),
        }
    }

    /// Has `write` write a message that is kept encoded, and say whether it did. Where that would be
    /// too deep it is not asked, so that the bytes are to be shown instead.
    pub(crate) fn in_encoded(&mut self, write: impl FnOnce(&mut Self) -> bool) -> bool {
        let Some(left) = self.encoded_depth.checked_sub(1) else { return false };
        let around = std::mem::replace(&mut self.encoded_depth, left);
        let written = write(self);
        self.encoded_depth = around;
        written
    }

    /// Whether fields that the message does not know are to be written.
    #[cfg(feature = "reflect")]
    pub(crate) fn shows_unknown_fields(&self) -> bool {
        self.printer.unknown_fields
    }

    /// The types, besides the well-known ones, whose messages are shown.
    pub(crate) fn types(&self) -> &'static [TextType] {
        self.printer.types
    }

    #[cold]
    fn not_generated(&mut self, message: &str, fields: &UnknownFields) {
        let mut unknown = self.printer.unknown_fields.then(|| fields.clone());
        for entry in self.printer.extensions.iter().copied().flatten() {
            let written =
                entry.extendee() == message && extension::write_field(entry, fields, self);
            if let Some(unknown) = unknown.as_mut().filter(|_| written) {
                entry.clear(unknown);
            }
        }
        if let Some(unknown) = unknown {
            self.numbered(unknown.iter());
        }
    }

    /// Begins a message.
    fn open(&mut self, name: &str) {
        self.name(name);
        self.text.push_str(" {");
        self.level += 1;
        if !self.printer.single_line {
            self.text.push('\n');
        }
    }

    /// Ends the message whose fields begin at `start`.
    fn close(&mut self, start: usize) {
        self.level -= 1;
        match (self.text.len() == start, self.printer.single_line) {
            (false, false) => self.indent(),
            (false, true) => self.text.push(' '),
            (true, false) => self.text.truncate(start - 1),
            (true, true) => {}
        }
        self.text.push('}');
        self.end();
    }

    /// What stands in front of a field's value.
    fn name(&mut self, name: &str) {
        if !self.printer.single_line {
            self.indent();
        } else if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(name);
    }

    /// What stands behind a field's value.
    fn end(&mut self) {
        if !self.printer.single_line {
            self.text.push('\n');
        }
    }

    fn indent(&mut self) {
        let width = self.level * INDENT;
        write!(self.text, "{:width$}", "").expect(TAKES_ALL);
    }

    fn number(&mut self, value: impl std::fmt::Display) {
        write!(self.text, "{value}").expect(TAKES_ALL);
    }

    /// A finite number in its shortest form.
    fn fraction(&mut self, value: impl zmij::Float) {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(value);
        self.word(text.strip_suffix(".0").unwrap_or(text));
    }

    fn not_finite(&mut self, value: f64) {
        self.word(match value {
            f64::INFINITY => "inf",
            f64::NEG_INFINITY => "-inf",
            _ => "nan",
        });
    }
}

/// Why writing into a `String` can't fail.
const TAKES_ALL: &str = "a String takes all that is written";
