//! Strings and bytes with their escapes.

use std::fmt::Write as _;

use super::{TAKES_ALL, TextWriter};

impl TextWriter {
    /// A string: in quotes, control characters escaped, everything else as it is.
    pub(crate) fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match u8::try_from(character) {
                Ok(byte @ 0..0x80) => self.ascii(byte),
                // So that what is shown on a terminal can't steer it.
                Ok(control @ 0x80..0xa0) => {
                    write!(self.text, "\\u{control:04x}").expect(TAKES_ALL);
                }
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }

    /// Bytes: in quotes, what is no printable ASCII escaped.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.text.push('"');
        for byte in bytes {
            self.ascii(*byte);
        }
        self.text.push('"');
    }

    fn ascii(&mut self, byte: u8) {
        match byte {
            b'"' => self.text.push_str("\\\""),
            b'\\' => self.text.push_str("\\\\"),
            b'\n' => self.text.push_str("\\n"),
            b'\r' => self.text.push_str("\\r"),
            b'\t' => self.text.push_str("\\t"),
            b' '..=b'~' => self.text.push(char::from(byte)),
            // Three digits, so that a digit behind them is not taken for one more.
            _ => write!(self.text, "\\{byte:03o}").expect(TAKES_ALL),
        }
    }
}
