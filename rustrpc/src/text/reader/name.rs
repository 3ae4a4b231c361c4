//! The names in front of values.

use std::borrow::Cow;

use super::{TextError, TextReader, is_letter};

/// What a field is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    /// A field of the message.
    Field(&'a str),
    /// What stands in brackets: the name of an extension, or in an `Any` the URL of a type.
    Bracketed(Cow<'a, str>),
}

impl<'a> TextReader<'a> {
    /// The name of the next field of the message this is in, `None` at the message's end, which is
    /// left to whoever entered the message.
    pub(crate) fn name(&mut self) -> Result<Option<Name<'a>>, TextError> {
        let next = self.peek();
        self.name_at = self.at;
        match next {
            None if self.closing.is_none() => return Ok(None),
            Some(closing) if self.closing == Some(closing) => return Ok(None),
            Some(b'[') => {
                self.at += 1;
                return self.bracketed().map(|name| Some(Name::Bracketed(name)));
            }
            Some(b'0'..=b'9') => {
                return Err(self.error("a field has to be given by its name, not by its number"));
            }
            _ => {}
        }
        match (self.word(), self.closing) {
            (Some(word), _) => Ok(Some(Name::Field(word))),
            (None, Some(b'}')) => Err(self.unexpected("a field or `}`")),
            (None, Some(_)) => Err(self.unexpected("a field or `>`")),
            (None, None) => Err(self.unexpected("a field")),
        }
    }

    /// Takes what may stand between two fields.
    pub(crate) fn separator(&mut self) {
        let _ = self.takes(b',') || self.takes(b';');
    }

    /// Where the name was that was read last, for [`Self::error_at`].
    pub(crate) fn name_position(&self) -> usize {
        self.name_at
    }

    /// The rest of a name in brackets. Between its parts there may be white space.
    fn bracketed(&mut self) -> Result<Cow<'a, str>, TextError> {
        let mut name = Cow::Borrowed("");
        loop {
            self.peek();
            let (start, rest) = (self.at, self.rest());
            let length = rest.iter().position(|byte| !is_url_character(*byte));
            let part = self.text.get(start..start + length.unwrap_or(rest.len()));
            let part = part.unwrap_or_default();
            let is_word = |byte: Option<&u8>| {
                byte.is_some_and(|byte| is_letter(*byte) || byte.is_ascii_digit())
            };
            if part.is_empty() {
                break;
            }
            if is_word(name.as_bytes().last()) && is_word(part.as_bytes().first()) {
                return Err(self.unexpected("`.`, `/` or `]`"));
            }
            self.at += part.len();
            name += part;
        }
        if name.is_empty() {
            return Err(self.unexpected("the full name of an extension, or the URL of a type"));
        }
        if !self.takes(b']') {
            return Err(self.unexpected("`]`"));
        }
        Ok(name)
    }
}

/// Whether the URL of a type may have that byte in text format.
pub(crate) fn is_url_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&()*+,;=%/".contains(&byte)
}
