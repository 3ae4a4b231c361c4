//! Comments of a .proto file on their way to rustdoc.

use super::markdown;
use crate::request::Place;

/// The documentation of an element: lines of Markdown, without leading `///`.
///
/// The text is written so that rustdoc neither runs anything in it as a test nor warns about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    pub lines: Vec<String>,
}

impl Comments {
    /// The comments around an element: the one before it, then the one behind it.
    pub(super) fn new(place: &Place<'_>) -> Self {
        let mut comments = Self::default();
        for text in place.leading.iter().chain(&place.trailing) {
            // protoc takes the second star of `/**` for text.
            let text = match text.strip_prefix('*') {
                Some(rest) if rest.is_empty() || rest.starts_with([' ', '\n']) => rest,
                _ => text,
            };
            comments.append(Self { lines: markdown::lines(text) });
        }
        comments
    }

    /// Adds a paragraph.
    pub(super) fn append(&mut self, more: Self) {
        if !self.lines.is_empty() && !more.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.lines.extend(more.lines);
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}
