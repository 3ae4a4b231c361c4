//! Why text is not the message it was taken for.

use std::borrow::Cow;
use std::fmt;

use crate::located::Located;

/// Text that does not fit its message.
///
/// It names the message, the path of the field, where in the text that was, and what to do about
/// it: `acme.Order, items[3].qty, line 4 column 17: expected a number for int32, found a string`.
#[derive(Clone, PartialEq, Eq)]
pub struct TextError(Box<Located>);

impl TextError {
    /// A problem with the text at byte `at`.
    #[cold]
    pub(crate) fn at(text: &[u8], at: usize, problem: String) -> Self {
        Self(Box::new(Located::at(text, at, problem)))
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

    /// The full name of the message that was read, such as `acme.orders.v1.Order`.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The path of the field within that message, such as `items[3].qty`; empty for the message
    /// itself. The elements of a repeated field and the entries of a map are counted from 0, over
    /// all places where the field is given.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The line in the text, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.0.place.map_or(1, |place| place.line)
    }

    /// The character in the line, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.0.place.map_or(1, |place| place.column)
    }

    /// What is wrong, and how to mend it.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.0.problem
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show("text format", f)
    }
}

impl fmt::Debug for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextError({:?})", self.to_string())
    }
}

impl std::error::Error for TextError {}
