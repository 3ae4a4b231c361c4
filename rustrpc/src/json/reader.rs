//! JSON text on its way in.

mod number;
mod object;
mod string;

pub(super) use number::integer_of;

use std::borrow::Cow;

use super::extension;
use super::{Json, JsonError, JsonType, Parser};
use crate::base64::{self, Invalid};
use crate::located::{self, shown};
use crate::wire::{Enumeration, ExtensionEntry, Message, RECURSION_LIMIT, UnknownFields};

/// A cursor over JSON text, used by generated code.
#[derive(Debug)]
pub struct JsonReader<'a> {
    text: &'a str,
    at: usize,
    /// How many more objects and arrays may be entered.
    depth: u32,
    parser: Parser,
    /// Whether the value just read was one to be left out.
    skipped: bool,
    /// Whether the next message is an `Any`'s and may have a member `@type`.
    typed: bool,
    /// The extension whose value comes next.
    extension: Option<&'static ExtensionEntry>,
}

impl<'a> JsonReader<'a> {
    pub(crate) fn new(text: &'a str, parser: Parser) -> Self {
        Self {
            text,
            at: 0,
            depth: RECURSION_LIMIT,
            parser,
            skipped: false,
            typed: false,
            extension: None,
        }
    }

    /// The message that is the whole text.
    pub(super) fn finish<M: Message + Json>(&mut self) -> Result<M, JsonError> {
        let mut message = M::default();
        self.whole(&mut message).map_err(|error| error.within(M::NAME))?;
        Ok(message)
    }

    fn whole<M: Message + Json>(&mut self, message: &mut M) -> Result<(), JsonError> {
        message.read_json(self)?;
        self.end()?;
        self.complete(message)
    }

    /// Refuses whatever is left of the text.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        if self.peek().is_some() {
            let found = self.found();
            return Err(self.error(format!("the text goes on with {found} after its end")));
        }
        Ok(())
    }

    /// Refuses a message that lacks required fields.
    pub(super) fn complete<M: Message>(&self, message: &M) -> Result<(), JsonError> {
        match message.missing_required() {
            None => Ok(()),
            Some(name) => Err(self.error(format!("the required field {name} is missing"))),
        }
    }

    /// Reads the value of a field. `null` leaves it as it is, unless that is one of its values.
    #[inline]
    pub fn field<J: Json>(&mut self, value: &mut J) -> Result<(), JsonError> {
        if !J::NULLABLE && self.null()? {
            return Ok(());
        }
        value.read_json(self)?;
        if J::SKIPPABLE {
            self.skipped = false;
        }
        Ok(())
    }

    /// Reads the value of a field in a oneof, to be made a case of it. `null` sets nothing.
    #[inline]
    pub fn oneof<J: Json, O>(
        &mut self,
        oneof: &mut Option<O>,
        case: impl FnOnce(J) -> O,
    ) -> Result<(), JsonError> {
        if !J::NULLABLE && self.null()? {
            return Ok(());
        }
        if oneof.is_some() {
            return Err(self.error("another field of the same oneof is set already; keep one"));
        }
        *oneof = self.element()?.map(case);
        Ok(())
    }

    /// Reads the value of the extension that was met.
    pub fn extension(&mut self, fields: &mut UnknownFields) -> Result<(), JsonError> {
        match self.extension.take() {
            Some(entry) => extension::read_member(entry, fields, self),
            None => Ok(()),
        }
    }

    /// Reads a value; `None` when it is one to be left out.
    #[inline]
    pub fn element<J: Json>(&mut self) -> Result<Option<J>, JsonError> {
        let mut value = J::default();
        value.read_json(self)?;
        if J::SKIPPABLE && std::mem::take(&mut self.skipped) {
            return Ok(None);
        }
        Ok(Some(value))
    }

    /// Reads a value to the end of a list, unless it is one to be left out.
    #[inline]
    pub(super) fn push<J: Json>(&mut self, list: &mut Vec<J>) -> Result<(), JsonError> {
        // Read where it stays: messages are large, and moving them is a cost.
        list.push_mut(J::default()).read_json(self)?;
        if J::SKIPPABLE && std::mem::take(&mut self.skipped) {
            list.pop();
        }
        Ok(())
    }

    /// Reads an array; `element` is called at the begin of each of its values.
    #[inline]
    pub fn list(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.enter(b'[', "an array")?;
        let mut index = 0;
        while self.goes_on(index == 0, b']')? {
            element(self).map_err(|error| error.in_element(index))?;
            index += 1;
        }
        self.leave();
        Ok(())
    }

    /// `true` or `false`.
    pub fn bool(&mut self) -> Result<bool, JsonError> {
        match self.peek() {
            Some(b't') => self.literal("true").map(|()| true),
            Some(b'f') => self.literal("false").map(|()| false),
            _ => Err(self.unexpected("true or false")),
        }
    }

    /// Whether the value is `null`, which is taken then.
    #[inline]
    pub fn null(&mut self) -> Result<bool, JsonError> {
        if self.peek() == Some(b'n') {
            self.literal("null")?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Bytes, in base64.
    pub fn bytes(&mut self) -> Result<Vec<u8>, JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a string of base64"));
        }
        let start = self.at;
        let digits = self.string()?;
        base64::STANDARD_OR_URL_SAFE.decode(digits.as_bytes()).map_err(|invalid| {
            let problem = match invalid {
                Invalid::Digit => "only letters, digits, `+` `/` or `-` `_` are base64",
                Invalid::Length => "a digit is left over: base64 comes in groups of four",
            };
            self.error_at(start, format!("no base64: {problem}"))
        })
    }

    /// An enum value, by name or by number. `renamed` has the names that JSON knows by other ones,
    /// too.
    pub fn enumeration<E: Enumeration>(
        &mut self,
        value: &mut E,
        renamed: &[(&str, &str)],
    ) -> Result<(), JsonError> {
        if self.peek() != Some(b'"') {
            *value = E::from(self.integer(E::NAME)?);
            return Ok(());
        }
        let start = self.at;
        let name = self.string()?;
        let renamed = renamed.iter().find(|(_, json)| *json == name);
        match E::from_name(renamed.map_or(&*name, |(known, _)| known)) {
            Some(known) => *value = known,
            None if self.parser.ignore_unknown => self.skipped = true,
            None => return Err(self.error_at(start, unknown_value::<E>(&name))),
        }
        Ok(())
    }

    /// An enum value whose number has to be a declared one.
    pub fn closed_enumeration<E: Enumeration>(
        &mut self,
        value: &mut E,
        renamed: &[(&str, &str)],
    ) -> Result<(), JsonError> {
        self.peek();
        let start = self.at;
        let mut read = E::default();
        self.enumeration(&mut read, renamed)?;
        if read.is_declared() {
            *value = read;
        } else if self.parser.ignore_unknown {
            self.skipped = true;
        } else {
            let problem = unknown_value::<E>(&read.number().to_string());
            return Err(self.error_at(start, problem));
        }
        Ok(())
    }

    /// Takes a value of whatever kind, checking that it is JSON.
    pub fn skip(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'{') => self.object(|r, _, _| r.skip()),
            Some(b'[') => self.list(Self::skip),
            Some(b'"') => self.string().map(drop),
            Some(b't' | b'f') => self.bool().map(drop),
            Some(b'n') => self.literal("null"),
            Some(b'-' | b'0'..=b'9') => self.number().map(drop),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// The next byte that is not white space.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// What is asked of the text.
    #[cfg(feature = "reflect")]
    pub(crate) fn parser(&self) -> &Parser {
        &self.parser
    }

    /// The types that an `Any` may hold besides the well-known ones.
    pub fn types(&self) -> &'static [JsonType] {
        self.parser.types
    }

    /// The error that what comes next is not what is needed here.
    #[cold]
    pub fn unexpected(&mut self, needed: &str) -> JsonError {
        self.peek();
        let found = self.found();
        self.error(format!("expected {needed}, found {found}"))
    }

    /// An error at the value or token that comes next.
    #[cold]
    pub fn error(&self, problem: impl Into<String>) -> JsonError {
        self.error_at(self.at, problem)
    }

    /// An error at a byte of the text.
    #[cold]
    pub fn error_at(&self, at: usize, problem: impl Into<String>) -> JsonError {
        JsonError::reading(self.text, at, problem.into())
    }

    /// Where in the text the reader is, for [`Self::error_at`].
    #[inline]
    pub fn position(&self) -> usize {
        self.at
    }

    /// Takes an opening bracket.
    #[inline]
    fn enter(&mut self, bracket: u8, what: &str) -> Result<(), JsonError> {
        if self.peek() != Some(bracket) {
            return Err(self.unexpected(what));
        }
        let Some(depth) = self.depth.checked_sub(1) else {
            return Err(self.error(format!("nested deeper than {RECURSION_LIMIT} levels")));
        };
        self.depth = depth;
        self.at += 1;
        Ok(())
    }

    /// The counterpart of [`Self::enter`], once the closing bracket is taken.
    #[inline]
    fn leave(&mut self) {
        self.depth += 1;
    }

    /// Whether another element follows, in front of which the reader then is; takes the comma
    /// before it or the closing bracket.
    #[inline]
    fn goes_on(&mut self, first: bool, closing: u8) -> Result<bool, JsonError> {
        match self.peek() {
            Some(byte) if byte == closing => {
                self.at += 1;
                Ok(false)
            }
            _ if first => Ok(true),
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            _ => Err(self.unexpected(if closing == b'}' { "`,` or `}`" } else { "`,` or `]`" })),
        }
    }

    fn literal(&mut self, literal: &str) -> Result<(), JsonError> {
        if !self.rest().starts_with(literal.as_bytes()) {
            return Err(self.error(format!("expected `{literal}`")));
        }
        self.at += literal.len();
        Ok(())
    }

    #[inline]
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// What comes next, for an error.
    #[cold]
    fn found(&self) -> Cow<'static, str> {
        let known = match self.rest().first() {
            None => "the end of the text",
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(_) => "",
        };
        if !known.is_empty() {
            return known.into();
        }
        // Words such as `null` are shown whole, other characters alone.
        let rest = self.text.get(self.at..).unwrap_or_default();
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let shown: String = rest.chars().take(word.clamp(1, 10)).collect();
        format!("`{}`", shown.escape_debug()).into()
    }
}

#[cold]
fn unknown_value<E: Enumeration>(name: &str) -> String {
    located::unknown_value(E::NAME, name, E::VALUES.iter().map(|(_, known)| *known))
}
