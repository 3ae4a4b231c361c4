//! Strings with their escapes.

use std::borrow::Cow;

use super::{JsonError, JsonReader};
use crate::json::scan;

impl<'a> JsonReader<'a> {
    /// A string, borrowed from the text where it has no escapes.
    pub fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a string"));
        }
        self.at += 1;
        let start = self.at;
        let plain = self.plain();
        if self.rest().first() == Some(&b'"') {
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        self.unescaped(start, plain.to_owned()).map(Cow::Owned)
    }

    /// The text up to the next character that does not stand for itself.
    #[inline]
    fn plain(&mut self) -> &'a str {
        let start = self.at;
        self.at += scan::plain(self.rest());
        self.text.get(start..self.at).expect("both ends are next to ASCII or at the end of text")
    }

    /// The rest of a string that began at `start`, behind `text`.
    #[cold]
    fn unescaped(&mut self, start: usize, mut text: String) -> Result<String, JsonError> {
        loop {
            match self.rest() {
                [b'"', ..] => {
                    self.at += 1;
                    return Ok(text);
                }
                [b'\\', ..] => text.push(self.escape()?),
                [control, ..] => {
                    let problem = format!("the control character {control:#04x} has to be escaped");
                    return Err(self.error(problem));
                }
                [] => return Err(self.error_at(start - 1, "the string is not ended by `\"`")),
            }
            text.push_str(self.plain());
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let character = match self.rest().get(1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.error("JSON has no such escape; write a backslash as `\\\\`")),
        };
        self.at += 2;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        const LONE: &str = "half of a surrogate pair: both halves have to be there, in order";
        let start = self.at;
        let first = self.unit()?;
        let code = match first {
            0xd800..0xdc00 => {
                if !self.rest().starts_with(b"\\u") {
                    return Err(self.error_at(start, LONE));
                }
                let second = self.unit()?;
                let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400);
                let low = low.ok_or_else(|| self.error_at(start, LONE))?;
                0x1_0000 + ((first - 0xd800) << 10) + low
            }
            _ => first,
        };
        char::from_u32(code).ok_or_else(|| self.error_at(start, LONE))
    }

    /// The four digits of a `\u`.
    fn unit(&mut self) -> Result<u32, JsonError> {
        let digits = self.rest().get(2..6).unwrap_or_default();
        let mut unit = 0;
        for digit in digits {
            let Some(digit) = char::from(*digit).to_digit(16) else {
                return Err(self.error("`\\u` needs four hexadecimal digits"));
            };
            unit = unit << 4 | digit;
        }
        if digits.len() < 4 {
            return Err(self.error("`\\u` needs four hexadecimal digits"));
        }
        self.at += 6;
        Ok(unit)
    }
}
