//! What is wrong with a message's text form, and where: the inside of the errors of JSON and of
//! text format.

use std::borrow::Cow;
use std::fmt;

/// How much of a map's key goes into an error's path.
const SHOWN_KEY: usize = 40;

/// A problem, the field it is about, and where in the text that is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Located {
    /// The full name of the outermost message, empty until it is known.
    pub(crate) message: Cow<'static, str>,
    /// From the outermost message; built from the end while the error travels up.
    pub(crate) path: String,
    /// None for a message that was being written.
    pub(crate) place: Option<Place>,
    pub(crate) problem: String,
}

/// A character of a text, line and column counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Located {
    /// A problem with the text at byte `at`.
    #[cold]
    pub(crate) fn at(text: &[u8], at: usize, problem: String) -> Self {
        Self { place: Some(Place::of(text, at)), ..Self::nowhere(problem) }
    }

    /// A problem with a value that has no place in a text.
    #[cold]
    pub(crate) fn nowhere(problem: String) -> Self {
        Self { message: Cow::Borrowed(""), path: String::new(), place: None, problem }
    }

    /// Puts the field it happened in in front of the path.
    #[cold]
    pub(crate) fn in_field(&mut self, name: &str) {
        if !self.path.is_empty() && !self.path.starts_with('[') {
            self.path.insert(0, '.');
        }
        self.path.insert_str(0, name);
    }

    /// Puts the element it happened in in front of the path.
    #[cold]
    pub(crate) fn in_element(&mut self, index: usize) {
        self.in_field(&format!("[{index}]"));
    }

    /// Puts the map entry it happened in in front of the path.
    #[cold]
    pub(crate) fn in_entry(&mut self, key: &str) {
        let shown: String = key.chars().take(SHOWN_KEY).collect();
        let dots = if shown.len() < key.len() { "…" } else { "" };
        self.in_field(&format!("[{shown:?}{dots}]"));
    }

    /// Shows it; `format` stands for a message that is not known.
    pub(crate) fn show(&self, format: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.message.is_empty() { format } else { &self.message })?;
        if !self.path.is_empty() {
            write!(f, ", {}", self.path)?;
        }
        if let Some(Place { line, column }) = self.place {
            write!(f, ", line {line} column {column}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl Place {
    fn of(text: &[u8], at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let is_character = |byte: &&u8| **byte & 0xc0 != 0x80;
        Self {
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            column: before[line_start..].iter().filter(is_character).count() + 1,
        }
    }
}

/// As much of a text from the peer as an error shows.
#[cold]
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text[..end].escape_debug()),
        None => text.escape_debug().to_string(),
    }
}

/// The problem that an enum has no value of that name; `names` are those it has.
#[cold]
pub(crate) fn unknown_value<'n>(
    enumeration: &str,
    name: &str,
    mut names: impl Iterator<Item = &'n str>,
) -> String {
    /// How many names are listed.
    const LISTED: usize = 12;
    let mut problem = format!("{enumeration} has no value `{}`; it has ", shown(name));
    for (index, known) in names.by_ref().take(LISTED).enumerate() {
        problem.push_str(if index == 0 { "" } else { ", " });
        problem.push_str(known);
    }
    if names.next().is_some() {
        problem.push_str(", …");
    }
    problem
}
