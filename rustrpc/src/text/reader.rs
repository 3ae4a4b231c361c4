//! Text on its way in.

mod fields;
mod name;
mod number;
mod skip;
mod string;

use std::borrow::Cow;

pub(crate) use name::{Name, is_url_character};

use super::{Parser, Text, TextError, TextType};
use crate::located::{shown, unknown_value};
use crate::wire::{Enumeration, ExtensionEntry, Message, RECURSION_LIMIT};

/// A cursor over text, used by generated code.
#[derive(Debug)]
pub struct TextReader<'a> {
    text: &'a str,
    at: usize,
    /// How many more messages may be entered.
    depth: u32,
    parser: Parser,
    /// What ends the message this is in, `None` for the end of the text.
    closing: Option<u8>,
    /// Where the field's name was that was read last.
    name_at: usize,
    /// Whether the field whose value comes next was given before.
    again: bool,
    /// The extension whose value comes next.
    extension: Option<&'static ExtensionEntry>,
}

impl<'a> TextReader<'a> {
    pub(crate) fn new(text: &'a str, parser: Parser) -> Self {
        Self {
            text,
            at: 0,
            depth: RECURSION_LIMIT,
            parser,
            closing: None,
            name_at: 0,
            again: false,
            extension: None,
        }
    }

    /// Refuses a message that lacks required fields.
    pub(crate) fn complete<M: Message>(&self, message: &M) -> Result<(), TextError> {
        match message.missing_required() {
            None => Ok(()),
            Some(name) => Err(self.error(format!("the required field {name} is missing"))),
        }
    }

    /// Reads a value that stands alone: a scalar, or a message in braces.
    pub(crate) fn value<T: Text>(&mut self, value: &mut T) -> Result<(), TextError> {
        if T::MESSAGE { self.braced(|r| value.read_text(r)) } else { value.read_text(self) }
    }

    /// Takes the colon between a field's name and its value, which may be missing before messages.
    pub(crate) fn colon(&mut self, optional: bool) -> Result<(), TextError> {
        if self.takes(b':') || optional { Ok(()) } else { Err(self.unexpected("`:`")) }
    }

    /// Reads a message in braces or angle brackets; `fields` reads what is inside.
    pub(crate) fn braced(
        &mut self,
        fields: impl FnOnce(&mut Self) -> Result<(), TextError>,
    ) -> Result<(), TextError> {
        let closing = match self.peek() {
            Some(b'{') => b'}',
            Some(b'<') => b'>',
            _ => return Err(self.unexpected("a message in `{` and `}`")),
        };
        let Some(depth) = self.depth.checked_sub(1) else {
            return Err(self.error(format!("nested deeper than {RECURSION_LIMIT} levels")));
        };
        self.depth = depth;
        self.at += 1;
        let around = self.closing.replace(closing);
        fields(self)?;
        if !self.takes(closing) {
            let needed = if closing == b'}' { "a field or `}`" } else { "a field or `>`" };
            return Err(self.unexpected(needed));
        }
        self.closing = around;
        self.depth += 1;
        Ok(())
    }

    /// Reads a list in brackets, or one value without them; `element` is called in front of each.
    pub(crate) fn elements(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<(), TextError>,
    ) -> Result<(), TextError> {
        if !self.takes(b'[') {
            return element(self);
        }
        if self.takes(b']') {
            return Ok(());
        }
        loop {
            element(self)?;
            if self.takes(b']') {
                return Ok(());
            }
            if !self.takes(b',') {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
    }

    /// A bool: a word, or 0 or 1.
    pub(crate) fn bool(&mut self) -> Result<bool, TextError> {
        const NEEDED: &str = "true or false";
        self.peek();
        let start = self.at;
        let value = match self.word() {
            Some("true" | "True" | "t") => Some(true),
            Some("false" | "False" | "f") => Some(false),
            Some(_) => None,
            None if matches!(self.peek(), Some(b'0'..=b'9')) => {
                return Ok(self.integer("bool", 0, 1)? == 1);
            }
            None => None,
        };
        value.ok_or_else(|| {
            self.at = start;
            self.unexpected(NEEDED)
        })
    }

    /// An enum value by name or number. A closed enum has no numbers but the declared ones.
    pub fn enumeration<E: Enumeration>(&mut self, closed: bool) -> Result<E, TextError> {
        let names = || E::VALUES.iter().map(|(_, name)| *name);
        self.peek();
        let start = self.at;
        let value = match self.word() {
            Some(name) => E::from_name(name).ok_or_else(|| unknown_value(E::NAME, name, names())),
            None => {
                let number = self.integer(E::NAME, i32::MIN.into(), i32::MAX.into())?;
                let value = E::from(number as i32);
                let known = !closed || value.is_declared();
                known
                    .then_some(value)
                    .ok_or_else(|| unknown_value(E::NAME, &number.to_string(), names()))
            }
        };
        value.map_err(|problem| self.error_at(start, problem))
    }

    /// The types, besides the well-known ones, that an `Any` may spell out.
    pub(crate) fn types(&self) -> &'static [TextType] {
        self.parser.types
    }

    /// The next byte that is neither white space nor in a comment.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.rest().first()? {
                b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r' => self.at += 1,
                b'#' => {
                    let rest = self.rest();
                    let line = rest.iter().position(|byte| *byte == b'\n');
                    self.at += line.unwrap_or(rest.len());
                }
                byte => return Some(*byte),
            }
        }
    }

    /// Takes that byte if it is the next one.
    pub(crate) fn takes(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Where the reader is, for [`Self::error_at`].
    #[cfg(feature = "reflect")]
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Takes an identifier, if one is next.
    pub(crate) fn word(&mut self) -> Option<&'a str> {
        if !is_letter(self.peek()?) {
            return None;
        }
        let rest = self.rest();
        let length = rest.iter().position(|byte| !is_letter(*byte) && !byte.is_ascii_digit());
        let start = self.at;
        self.at += length.unwrap_or(rest.len());
        self.text.get(start..self.at)
    }

    /// The error that what comes next is not what is needed here.
    #[cold]
    pub(crate) fn unexpected(&mut self, needed: &str) -> TextError {
        self.peek();
        let found = self.found();
        self.error(format!("expected {needed}, found {found}"))
    }

    /// The error that the field whose name was read last was given before.
    #[cold]
    pub(crate) fn given_twice(&self) -> TextError {
        self.error_at(self.name_at, "the field is given twice; keep one")
    }

    /// An error at the token that comes next.
    #[cold]
    pub(crate) fn error(&self, problem: impl Into<String>) -> TextError {
        self.error_at(self.at, problem)
    }

    /// An error at a byte of the text.
    #[cold]
    pub(crate) fn error_at(&self, at: usize, problem: impl Into<String>) -> TextError {
        TextError::at(self.text.as_bytes(), at, problem.into())
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// What comes next, for an error.
    #[cold]
    fn found(&self) -> Cow<'static, str> {
        let known = match self.rest().first() {
            None => "the end of the text",
            Some(b'{' | b'<') => "a message",
            Some(b'[') => "a list",
            Some(b'"' | b'\'') => "a string",
            Some(b'0'..=b'9') => "a number",
            Some(_) => "",
        };
        if !known.is_empty() {
            return known.into();
        }
        // Words such as `null` are shown whole, other characters alone.
        let rest = self.text.get(self.at..).unwrap_or_default();
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let word = word.unwrap_or(rest.len()).max(rest.chars().next().map_or(0, char::len_utf8));
        format!("`{}`", shown(rest.get(..word).unwrap_or_default())).into()
    }
}

/// What an identifier may begin with.
fn is_letter(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphabetic()
}
