//! JSON text on its way out.

mod number;
mod string;

use super::extension;
use super::{Json, JsonError, JsonField, JsonType, Printer};
use crate::base64;
use crate::wire::{Enumeration, Message, RECURSION_LIMIT, UnknownFields};

/// Takes a message's JSON form, used by generated code.
///
/// What can't be written is remembered, so that the code that writes goes straight on; the first
/// such problem is what the whole writing ends with.
#[derive(Debug)]
pub struct JsonWriter {
    text: Vec<u8>,
    printer: Printer,
    error: Option<JsonError>,
    /// How many messages the value to be written is in.
    depth: u32,
    /// The type URL of the `Any` whose message comes next, to be its first member.
    type_url: Option<String>,
}

impl JsonWriter {
    /// A writer that appends to `text`.
    pub(crate) fn new(printer: Printer, text: Vec<u8>) -> Self {
        Self { text, printer, error: None, depth: 0, type_url: None }
    }

    pub(crate) fn finish(
        self,
        message: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Result<Vec<u8>, JsonError> {
        match self.error {
            None => Ok(self.text),
            Some(error) => Err(error.within(message)),
        }
    }

    /// An object with the members that `members` writes.
    #[inline]
    pub fn message(&mut self, members: impl FnOnce(&mut Self)) {
        self.text.push(b'{');
        if self.type_url.is_some() {
            self.type_member();
        }
        self.depth += 1;
        members(self);
        self.depth -= 1;
        self.text.push(b'}');
    }

    /// A field of a message, unless it is absent.
    #[inline]
    pub fn field<J: Json>(&mut self, field: &JsonField, value: &J) {
        if !value.is_absent() || (self.printer.defaults && !J::PRESENCE) {
            self.present(field, value);
        }
    }

    /// A field that is written even when it holds its default, such as the set case of a oneof.
    #[inline]
    pub fn present<J: Json>(&mut self, field: &JsonField, value: &J) {
        if self.printer.proto_names {
            self.name(field.proto);
        } else {
            self.written_name(field.written);
        }
        if J::INFALLIBLE {
            return value.write_json(self);
        }
        let sound = self.error.is_none();
        value.write_json(self);
        if sound && self.error.is_some() {
            self.locate(|error| error.in_field(field.json));
        }
    }

    /// A member of an object that is no field of a message: its name, to be followed by its value.
    pub fn name(&mut self, name: &str) {
        if self.text.last() != Some(&b'{') {
            self.text.push(b',');
        }
        self.string(name);
        self.text.push(b':');
    }

    /// An array of the values.
    #[inline]
    pub fn list<'v, J: Json + 'v>(&mut self, values: impl IntoIterator<Item = &'v J>) {
        self.text.push(b'[');
        let mut sound = self.error.is_none();
        for (index, value) in values.into_iter().enumerate() {
            if index != 0 {
                self.text.push(b',');
            }
            value.write_json(self);
            if !J::INFALLIBLE && sound && self.error.is_some() {
                self.locate(|error| error.in_element(index));
                sound = false;
            }
        }
        self.text.push(b']');
    }

    /// A member of a map.
    pub(super) fn entry<J: Json>(&mut self, value: &J, key: &str) {
        let sound = self.error.is_none();
        value.write_json(self);
        if sound && self.error.is_some() {
            self.locate(|error| error.in_entry(key));
        }
    }

    /// `null`, `true` or `false`, or a number that was made elsewhere.
    #[inline]
    pub fn literal(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    /// Bytes in base64.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.text.push(b'"');
        base64::encode(bytes, &mut self.text);
        self.text.push(b'"');
    }

    /// An enum value by its name, or its number where it has none or numbers are asked for.
    /// `renamed` has the names that JSON knows by other ones.
    pub fn enumeration<E: Enumeration>(&mut self, value: E, renamed: &[(&str, &str)]) {
        match if self.printer.enum_numbers { None } else { value.name() } {
            Some(name) => match renamed.iter().find(|(known, _)| *known == name) {
                Some((_, json)) => self.string(json),
                None => self.identifier(name),
            },
            None => self.int32(value.number()),
        }
    }

    /// Has the next message begin with `"@type"`.
    pub fn announce_type(&mut self, url: &str) {
        self.type_url = Some(url.to_owned());
    }

    /// Writes the type of the `Any` that was announced.
    #[cold]
    pub fn type_member(&mut self) {
        if let Some(url) = self.type_url.take() {
            self.name("@type");
            self.string(&url);
        }
    }

    /// The extensions of the message `M` that are known, from its unknown fields.
    pub fn extensions<M: Message>(&mut self, fields: &UnknownFields) {
        if fields.is_empty() {
            return;
        }
        for entry in self.printer.extensions.iter().copied().flatten() {
            if entry.extendee() == M::NAME {
                extension::write_member(entry, fields, self);
            }
        }
    }

    /// The types that an `Any` may hold besides the well-known ones.
    pub fn types(&self) -> &'static [JsonType] {
        self.printer.types
    }

    /// Whether bytes that are kept encoded are nested too deep to be opened, which is noted then.
    ///
    /// Opening them counts the depth of messages anew: without this, a peer that nests what is kept
    /// encoded (an `Any` in an `Any`, an extension in an extension) could exhaust the stack.
    pub fn is_too_deep(&mut self) -> bool {
        let too_deep = self.depth >= RECURSION_LIMIT;
        if too_deep {
            self.fail(format!("nested deeper than {RECURSION_LIMIT} levels"));
        }
        too_deep
    }

    /// Notes that the value has no JSON form.
    #[cold]
    pub fn fail(&mut self, problem: impl Into<String>) {
        if self.error.is_none() {
            self.error = Some(JsonError::writing(problem.into()));
        }
    }

    /// Has `write` write a part; a problem in it is said to be at `place`.
    #[cfg(feature = "reflect")]
    pub(crate) fn part(
        &mut self,
        place: impl FnOnce(JsonError) -> JsonError,
        write: impl FnOnce(&mut Self),
    ) {
        let sound = self.error.is_none();
        write(self);
        if sound && self.error.is_some() {
            self.locate(place);
        }
    }

    /// What is asked of the text.
    #[cfg(feature = "reflect")]
    pub(crate) fn printer(&self) -> &Printer {
        &self.printer
    }

    /// Says where the problem is that has just been noted.
    #[cold]
    fn locate(&mut self, place: impl FnOnce(JsonError) -> JsonError) {
        self.error = self.error.take().map(place);
    }

    #[inline]
    fn written_name(&mut self, written: &str) {
        let written = written.as_bytes();
        // The names are written with a comma in front, which the first one has no use for.
        let skipped = usize::from(self.text.last() == Some(&b'{'));
        self.text.extend_from_slice(written.get(skipped..).unwrap_or_default());
    }

    /// A string of which every character stands for itself.
    fn identifier(&mut self, text: &str) {
        self.text.push(b'"');
        self.text.extend_from_slice(text.as_bytes());
        self.text.push(b'"');
    }
}
