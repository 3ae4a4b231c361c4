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
        if scan::is_plain(bytes) {
            self.text.extend_from_slice(bytes);
        } else {
            self.escaped(bytes);
        }
        self.text.push(b'"');
    }

    /// The text of a string that needs an escape.
    #[cold]
    fn escaped(&mut self, mut bytes: &[u8]) {
        while let Some((run, [special, rest @ ..])) = bytes.split_at_checked(scan::plain(bytes)) {
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
        }
        self.text.extend_from_slice(bytes);
    }
}
