//! Fields as they are read.

use super::FieldKind;

/// A field, and what was found out about its name and its value. Tables remember it, so that it is
/// found out once per entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JudgedField<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) value: &'a [u8],
    pub(crate) kind: FieldKind,
    /// RFC 9113 §8.2.1: no NUL, CR or LF anywhere, no whitespace at the ends.
    pub(crate) value_is_valid: bool,
}

impl<'a> JudgedField<'a> {
    /// A field whose value nobody has looked at yet.
    #[inline]
    pub(crate) fn new(name: &'a [u8], value: &'a [u8], kind: FieldKind) -> Self {
        Self { name, value, kind, value_is_valid: is_valid_value(value) }
    }
}

fn is_valid_value(value: &[u8]) -> bool {
    let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    !blank(value.first())
        && !blank(value.last())
        // One pass without early exit, which the compiler turns into vector code.
        && !value.iter().fold(false, |bad, &byte| bad | (byte == 0) | (byte == b'\r') | (byte == b'\n'))
}
