//! What can go wrong with descriptors and dynamic messages.

use std::fmt;

use crate::wire::DecodeError;

/// Why files can't make a pool: which file, which element, what is wrong and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolError {
    file: String,
    element: String,
    problem: String,
}

impl PoolError {
    #[cold]
    pub(super) fn new(file: &str, element: &str, problem: impl Into<String>) -> Self {
        Self { file: shown(file), element: shown(element), problem: problem.into() }
    }

    /// The file, such as `acme/orders/v1/orders.proto`; empty when it is none.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The full name of the element, such as `acme.orders.v1.Order.items`; empty for a file.
    #[must_use]
    pub fn element(&self) -> &str {
        &self.element
    }

    /// What is wrong, and what helps.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, element, problem } = self;
        f.write_str(if file.is_empty() { "descriptors" } else { file })?;
        if !element.is_empty() {
            write!(f, ", {element}")?;
        }
        write!(f, ": {problem}")
    }
}

impl std::error::Error for PoolError {}

/// Why a field of a dynamic message can't be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetError {
    /// The message has no such field.
    NoSuchField {
        /// The full name of the message.
        message: String,
        /// The field that was asked for.
        field: String,
    },
    /// The value is not of the field's type.
    WrongType {
        /// The full name of the field.
        field: String,
        /// What the field takes.
        expected: String,
    },
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchField { message, field } => write!(f, "{message} has no field {field}"),
            Self::WrongType { field, expected } => write!(f, "the field {field} takes {expected}"),
        }
    }
}

impl std::error::Error for SetError {}

/// Why a message can't become one of another kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TranscodeError {
    /// The pool has no message of that name.
    UnknownMessage(String),
    /// The message is of another type than the one asked for.
    OtherType {
        /// The full name of the message asked for.
        expected: String,
        /// The full name of the message that is there.
        found: String,
    },
    /// Its bytes do not fit: the two were made from different versions of a .proto.
    Malformed(DecodeError),
}

impl fmt::Display for TranscodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMessage(name) => {
                write!(f, "the pool has no message {name}; add the file that defines it")
            }
            Self::OtherType { expected, found } => {
                write!(f, "expected a {expected}, found a {found}")
            }
            Self::Malformed(_) => f.write_str("the two descriptions of the message differ"),
        }
    }
}

impl std::error::Error for TranscodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            Self::UnknownMessage(_) | Self::OtherType { .. } => None,
        }
    }
}

impl From<DecodeError> for TranscodeError {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

/// As much of a name from elsewhere as an error shows.
#[cold]
pub(super) fn shown(name: &str) -> String {
    const MOST: usize = 200;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", name[..end].escape_debug()),
        None => name.escape_debug().to_string(),
    }
}
