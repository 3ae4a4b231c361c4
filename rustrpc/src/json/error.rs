//! Why text is not the message it was taken for, or a message has no JSON form.

use std::fmt;

/// How much of a map's key goes into an error's path.
const SHOWN_KEY: usize = 40;

/// JSON text that does not fit its message, or a message that has no JSON form.
///
/// It names the message, the path of the field, where in the text that was, and what to do about
/// it: `acme.Order, items[3].qty, line 4 column 17: expected an integer for int32, found a list`.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    message: &'static str,
    /// From the outermost message; built from the end while the error travels up.
    path: String,
    place: Option<Place>,
    problem: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
}

impl JsonError {
    /// A problem with the text at byte `at`.
    #[cold]
    pub(super) fn reading(text: &str, at: usize, problem: String) -> Self {
        let place = Some(Place::of(text.as_bytes(), at));
        Self(Box::new(Inner { message: "", path: String::new(), place, problem }))
    }

    /// A problem with the value that was to be written.
    #[cold]
    pub(super) fn writing(problem: String) -> Self {
        Self(Box::new(Inner { message: "", path: String::new(), place: None, problem }))
    }

    /// Bytes that are not UTF-8 from byte `at` on.
    #[cold]
    pub(super) fn not_utf8(bytes: &[u8], at: usize) -> Self {
        let place = Some(Place::of(bytes, at));
        let problem = "the text is not UTF-8, which JSON has to be".to_owned();
        Self(Box::new(Inner { message: "", path: String::new(), place, problem }))
    }

    /// Names the outermost message.
    #[cold]
    pub(super) fn within(mut self, message: &'static str) -> Self {
        self.0.message = message;
        self
    }

    /// Puts the field it happened in in front of the path.
    #[cold]
    pub(crate) fn in_field(mut self, name: &str) -> Self {
        let path = &mut self.0.path;
        if !path.is_empty() && !path.starts_with('[') {
            path.insert(0, '.');
        }
        path.insert_str(0, name);
        self
    }

    /// Puts the element it happened in in front of the path.
    #[cold]
    pub(super) fn in_element(self, index: usize) -> Self {
        self.in_brackets(&index.to_string())
    }

    /// Puts the map entry it happened in in front of the path.
    #[cold]
    pub(super) fn in_entry(self, key: &str) -> Self {
        let shown: String = key.chars().take(SHOWN_KEY).collect();
        let dots = if shown.len() < key.len() { "…" } else { "" };
        self.in_brackets(&format!("{shown:?}{dots}"))
    }

    fn in_brackets(mut self, inside: &str) -> Self {
        let path = &mut self.0.path;
        if !path.is_empty() && !path.starts_with('[') {
            path.insert(0, '.');
        }
        path.insert_str(0, &format!("[{inside}]"));
        self
    }

    /// The full name of the message that was read or written, such as `acme.orders.v1.Order`.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.0.message
    }

    /// The path of the field within that message, such as `items[3].qty`; empty for the message
    /// itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The line in the text, counted from 1; `None` when a message was being written.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.0.place.map(|place| place.line)
    }

    /// The character in the line, counted from 1; `None` when a message was being written.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.0.place.map(|place| place.column)
    }

    /// What is wrong, and how to mend it.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.0.problem
    }
}

impl Place {
    fn of(bytes: &[u8], at: usize) -> Self {
        let before = bytes.get(..at).unwrap_or(bytes);
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let is_character = |byte: &&u8| **byte & 0xc0 != 0x80;
        Self {
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            column: before[line_start..].iter().filter(is_character).count() + 1,
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { message, path, place, problem } = &*self.0;
        f.write_str(if message.is_empty() { "JSON" } else { message })?;
        if !path.is_empty() {
            write!(f, ", {path}")?;
        }
        if let Some(Place { line, column }) = place {
            write!(f, ", line {line} column {column}")?;
        }
        write!(f, ": {problem}")
    }
}

impl fmt::Debug for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonError({:?})", self.to_string())
    }
}

impl std::error::Error for JsonError {}
