//! Strings with their escapes.

use super::JsonWriter;
use crate::json::scan;

impl JsonWriter {
    /// A string in quotes, escaped where JSON demands it.
    #[inline]
    pub fn string(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.text.reserve(bytes.len() + 2);
        self.text.push(b'"');
        let plain = scan::plain(bytes);
        if plain == bytes.len() {
            self.text.extend_from_slice(bytes);
        } else {
            self.escaped(bytes, plain);
        }
        self.text.push(b'"');
    }

    /// The rest of a string whose first `plain` bytes need no escape.
    #[cold]
    fn escaped(&mut self, mut bytes: &[u8], mut plain: usize) {
        while let Some((run, [special, rest @ ..])) = bytes.split_at_checked(plain) {
            self.text.extend_from_slice(run);
            match special {
                b'"' => self.literal("\\\""),
                b'\\' => self.literal("\\\\"),
                b'\n' => self.literal("\\n"),
                b'\r' => self.literal("\\r"),
                b'\t' => self.literal("\\t"),
                0x08 => self.literal("\\b"),
                0x0c => self.literal("\\f"),
                control => {
                    let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 15)];
                    self.literal("\\u00");
                    self.text.extend_from_slice(&[digit(control >> 4), digit(*control)]);
                }
            }
            bytes = rest;
            plain = scan::plain(bytes);
        }
        self.text.extend_from_slice(bytes);
    }
}
