//! Why text is not the message it was taken for, or a message has no JSON form.

use std::borrow::Cow;
use std::fmt;

use crate::located::Located;

/// JSON text that does not fit its message, or a message that has no JSON form.
///
/// It names the message, the path of the field, where in the text that was, and what to do about
/// it: `acme.Order, items[3].qty, line 4 column 17: expected an integer for int32, found a list`.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonError(Box<Located>);

impl JsonError {
    /// A problem with the text at byte `at`.
    #[cold]
    pub(super) fn reading(text: &str, at: usize, problem: String) -> Self {
        Self(Box::new(Located::at(text.as_bytes(), at, problem)))
    }

    /// A problem with the value that was to be written.
    #[cold]
    pub(super) fn writing(problem: String) -> Self {
        Self(Box::new(Located::nowhere(problem)))
    }

    /// Bytes that are not UTF-8 from byte `at` on.
    #[cold]
    pub(super) fn not_utf8(bytes: &[u8], at: usize) -> Self {
        let problem = "the text is not UTF-8, which JSON has to be".to_owned();
        Self(Box::new(Located::at(bytes, at, problem)))
    }

    /// Names the outermost message.
    #[cold]
    pub(crate) fn within(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.0.message = message.into();
        self
    }

    /// Puts the field it happened in in front of the path.
    #[cold]
    pub(crate) fn in_field(mut self, name: &str) -> Self {
        self.0.in_field(name);
        self
    }

    /// Puts the element it happened in in front of the path.
    #[cold]
    pub(crate) fn in_element(mut self, index: usize) -> Self {
        self.0.in_element(index);
        self
    }

    /// Puts the map entry it happened in in front of the path.
    #[cold]
    pub(crate) fn in_entry(mut self, key: &str) -> Self {
        self.0.in_entry(key);
        self
    }

    /// The full name of the message that was read or written, such as `acme.orders.v1.Order`.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
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

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show("JSON", f)
    }
}

impl fmt::Debug for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonError({:?})", self.to_string())
    }
}

impl std::error::Error for JsonError {}
