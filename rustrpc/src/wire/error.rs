//! Why bytes are not the message they were taken for.

use std::borrow::Cow;
use std::fmt;

/// Bytes that are not a valid encoding of the message they were decoded as.
///
/// It says which message and field were being read, at which byte, and what is wrong there.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    message: Cow<'static, str>,
    field: u32,
    offset: usize,
    cause: DecodeErrorCause,
}

/// What is wrong with the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorCause {
    /// The bytes end inside a value, or a length reaches beyond the message it is in.
    Truncated,
    /// A varint has more than ten bytes or more than 64 bits.
    VarintOverflow,
    /// A tag is no 32-bit number, or its field number is 0.
    InvalidTag,
    /// A tag has wire type 6 or 7.
    InvalidWireType,
    /// A string is not UTF-8.
    InvalidUtf8,
    /// A packed field of fixed-size elements is no whole number of them long.
    InvalidPackedLength,
    /// A group ends that was not open, or with another number.
    UnexpectedEndGroup,
    /// A group is not ended where the message around it ends.
    UnterminatedGroup,
    /// Messages or groups are nested deeper than [`RECURSION_LIMIT`](super::RECURSION_LIMIT).
    TooDeep,
    /// A required field, given by its full name, is not there.
    MissingRequired(Cow<'static, str>),
}

impl DecodeError {
    #[cold]
    pub(super) fn new(cause: DecodeErrorCause, field: u32, offset: usize) -> Self {
        Self(Box::new(Inner { message: Cow::Borrowed(""), field, offset, cause }))
    }

    /// Names the message; the innermost one speaks first and stays.
    #[cold]
    pub(crate) fn within(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        if self.0.message.is_empty() {
            self.0.message = message.into();
        }
        self
    }

    /// The full name of the innermost message that was being read, such as `acme.orders.v1.Order`.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The number of the field that was being read; 0 when it was none.
    #[must_use]
    pub fn field(&self) -> u32 {
        self.0.field
    }

    /// Where in the decoded bytes it was noticed, counted from 0.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// What is wrong.
    #[must_use]
    pub fn cause(&self) -> DecodeErrorCause {
        self.0.cause.clone()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { message, field, offset, cause } = &*self.0;
        write!(f, "invalid {}", if message.is_empty() { "message" } else { message })?;
        if *field != 0 {
            write!(f, ", field {field}")?;
        }
        write!(f, ", byte {offset}: {cause}")
    }
}

impl fmt::Display for DecodeErrorCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "the value reaches beyond the end",
            Self::VarintOverflow => "the varint has more than 64 bits",
            Self::InvalidTag => "the tag's field number is out of range",
            Self::InvalidWireType => "the tag has a wire type that does not exist",
            Self::InvalidUtf8 => "the string is not UTF-8",
            Self::InvalidPackedLength => "the packed field holds no whole number of elements",
            Self::UnexpectedEndGroup => "a group ends that is not open",
            Self::UnterminatedGroup => "a group is not ended",
            Self::TooDeep => "nested too deep",
            Self::MissingRequired(name) => {
                return write!(f, "the required field {name} is missing");
            }
        })
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("message", &self.0.message)
            .field("field", &self.0.field)
            .field("offset", &self.0.offset)
            .field("cause", &self.0.cause)
            .finish()
    }
}

impl std::error::Error for DecodeError {}
