//! Strings with their escapes.

use super::{TextError, TextReader};

impl TextReader<'_> {
    /// A string, which may come in several parts.
    pub(crate) fn string(&mut self) -> Result<String, TextError> {
        self.peek();
        let start = self.at;
        String::from_utf8(self.bytes()?)
            .map_err(|_| self.error_at(start, "the escapes in the string make it no valid UTF-8"))
    }

    /// What the parts of a string stand for, which may be any bytes.
    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, TextError> {
        let mut bytes = Vec::new();
        let Some(quote @ (b'"' | b'\'')) = self.peek() else {
            return Err(self.unexpected("a string"));
        };
        self.part(quote, &mut bytes)?;
        while let Some(quote @ (b'"' | b'\'')) = self.peek() {
            self.part(quote, &mut bytes)?;
        }
        Ok(bytes)
    }

    /// One part, in quotes.
    fn part(&mut self, quote: u8, bytes: &mut Vec<u8>) -> Result<(), TextError> {
        let start = self.at;
        self.at += 1;
        loop {
            let rest = self.rest();
            let is_special = |byte: &u8| *byte == quote || matches!(byte, b'\\' | b'\n' | 0);
            let plain = rest.iter().position(is_special).unwrap_or(rest.len());
            bytes.extend_from_slice(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.rest().first() {
                Some(b'\\') => self.escape(bytes)?,
                Some(b'\n') => {
                    let problem =
                        "a string ends where its line does; write the line break as `\\n`";
                    return Err(self.error(problem));
                }
                Some(0) => return Err(self.error("write the character NUL as `\\000`")),
                Some(_) => {
                    self.at += 1;
                    return Ok(());
                }
                None => {
                    let problem = format!("the string is not ended by `{}`", char::from(quote));
                    return Err(self.error_at(start, problem));
                }
            }
        }
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), TextError> {
        let rest = self.rest();
        let byte = match rest.get(1) {
            Some(b'a') => 0x07,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'v') => 0x0b,
            Some(same @ (b'?' | b'\\' | b'\'' | b'"')) => *same,
            Some(b'0'..=b'7') => {
                let (value, length) = digits(rest, 1, 3, 8);
                self.at += 1 + length;
                let byte = u8::try_from(value).map_err(|_| {
                    self.error_at(self.at - 4, "an octal escape goes up to `\\377`, a byte")
                })?;
                bytes.push(byte);
                return Ok(());
            }
            Some(b'x') => {
                let (value, length) = digits(rest, 2, 2, 16);
                if length == 0 {
                    return Err(self.error("`\\x` needs one or two hexadecimal digits"));
                }
                self.at += 2 + length;
                // Two digits are a byte.
                bytes.push(value as u8);
                return Ok(());
            }
            Some(b'u') => return self.code_point(4, bytes),
            Some(b'U') => return self.code_point(8, bytes),
            _ => return Err(self.error("there is no such escape; write a backslash as `\\\\`")),
        };
        self.at += 2;
        bytes.push(byte);
        Ok(())
    }

    /// A code point of so many hexadecimal digits.
    fn code_point(&mut self, needed: usize, bytes: &mut Vec<u8>) -> Result<(), TextError> {
        let (value, length) = digits(self.rest(), 2, needed, 16);
        if length < needed {
            let problem = if needed == 4 {
                "`\\u` needs four hexadecimal digits"
            } else {
                "`\\U` needs eight hexadecimal digits"
            };
            return Err(self.error(problem));
        }
        let Some(character) = char::from_u32(value) else {
            let problem =
                "there is no such character: surrogates and what is beyond `\\U0010ffff` are none";
            return Err(self.error(problem));
        };
        self.at += 2 + needed;
        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }
}

/// The value of up to `most` digits (no more than eight) from a byte on, and how many they are.
fn digits(text: &[u8], from: usize, most: usize, base: u32) -> (u32, usize) {
    let digits = text.iter().skip(from).take(most);
    let digits = digits.map_while(|digit| char::from(*digit).to_digit(base));
    digits.fold((0, 0), |(value, length), digit| (value * base + digit, length + 1))
}
