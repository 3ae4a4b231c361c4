//! `google.protobuf.Any`: a message in a message, by the name of its type.

use std::fmt;

use super::{Any, AnyView};
use crate::wire::{DecodeError, Message, MessageView};

/// What stands in front of the message's name, by custom.
const PREFIX: &str = "type.googleapis.com/";

impl Any {
    /// Encodes `message` and notes its type.
    ///
    /// ```
    /// use rustrpc::types::{Any, Duration};
    ///
    /// let any = Any::pack(&Duration { seconds: 3, nanos: 0 });
    /// assert_eq!(any.type_url, "type.googleapis.com/google.protobuf.Duration");
    /// assert_eq!(any.unpack::<Duration>()?.seconds, 3);
    /// # Ok::<(), rustrpc::types::UnpackError>(())
    /// ```
    #[must_use]
    pub fn pack<M: Message>(message: &M) -> Self {
        Self {
            type_url: format!("{PREFIX}{}", M::NAME),
            value: message.encode_to_vec(),
            ..Self::default()
        }
    }

    /// Decodes the message as an `M`.
    ///
    /// # Errors
    ///
    /// When a message of another type is inside, or when its bytes are malformed.
    pub fn unpack<M: Message>(&self) -> Result<M, UnpackError> {
        check::<M>(&self.type_url)?;
        M::decode(&self.value).map_err(UnpackError::Malformed)
    }

    /// Whether the message inside is an `M`.
    #[must_use]
    pub fn is<M: Message>(&self) -> bool {
        self.type_name() == Some(M::NAME)
    }

    /// The full name of the message inside: what the URL says behind its last slash. `None` when
    /// there is no slash or nothing behind it.
    #[must_use]
    pub fn type_name(&self) -> Option<&str> {
        type_name(&self.type_url)
    }
}

impl<'a> AnyView<'a> {
    /// Decodes the message as an `M`.
    ///
    /// # Errors
    ///
    /// As [`Any::unpack`].
    pub fn unpack<M: Message>(&self) -> Result<M, UnpackError> {
        check::<M>(self.type_url)?;
        M::decode(self.value).map_err(UnpackError::Malformed)
    }

    /// The view of the message inside, which borrows from the same bytes.
    ///
    /// # Errors
    ///
    /// As [`Any::unpack`].
    pub fn view<V: MessageView<'a>>(&self) -> Result<V, UnpackError> {
        check::<V::Message>(self.type_url)?;
        V::decode(self.value).map_err(UnpackError::Malformed)
    }

    /// Whether the message inside is an `M`.
    #[must_use]
    pub fn is<M: Message>(&self) -> bool {
        self.type_name() == Some(M::NAME)
    }

    /// The full name of the message inside, as [`Any::type_name`].
    #[must_use]
    pub fn type_name(&self) -> Option<&'a str> {
        type_name(self.type_url)
    }
}

fn type_name(type_url: &str) -> Option<&str> {
    let (_, name) = type_url.rsplit_once('/')?;
    (!name.is_empty()).then_some(name)
}

/// Refuses a type that is not `M`.
fn check<M: Message>(type_url: &str) -> Result<(), UnpackError> {
    if type_name(type_url) == Some(M::NAME) {
        return Ok(());
    }
    Err(UnpackError::OtherType { expected: M::NAME, found: type_url.to_owned() })
}

/// Why an [`Any`] could not be unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnpackError {
    /// It holds a message of another type.
    OtherType {
        /// The full name of the message that was asked for.
        expected: &'static str,
        /// The URL of the type it says it holds.
        found: String,
    },
    /// It holds bytes that are no such message.
    Malformed(DecodeError),
}

impl fmt::Display for UnpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherType { expected, found } => {
                write!(f, "the Any holds a `{found}` and not a {expected}")
            }
            Self::Malformed(_) => f.write_str("the Any holds a malformed message"),
        }
    }
}

impl std::error::Error for UnpackError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::OtherType { .. } => None,
            Self::Malformed(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Duration, Timestamp};
    use super::*;

    #[test]
    fn only_the_type_that_was_packed_comes_out() {
        let any = Any::pack(&Timestamp { seconds: 7, nanos: 0 });
        assert!(any.is::<Timestamp>() && !any.is::<Duration>());
        assert_eq!(any.unpack::<Timestamp>(), Ok(Timestamp { seconds: 7, nanos: 0 }));
        let error = any.unpack::<Duration>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the Any holds a `type.googleapis.com/google.protobuf.Timestamp` and not a \
             google.protobuf.Duration"
        );
    }

    #[test]
    fn any_prefix_will_do_but_there_must_be_one() {
        let with = |url: &str| Any { type_url: url.into(), ..Any::default() };
        assert!(with("example.org/x/google.protobuf.Duration").is::<Duration>());
        assert!(with("/google.protobuf.Duration").is::<Duration>());
        assert_eq!(with("google.protobuf.Duration").type_name(), None);
        assert_eq!(with("x/").type_name(), None);
    }

    #[test]
    fn a_view_of_one_unpacks_too() {
        let inside = Any::pack(&Timestamp { seconds: 7, nanos: 0 });
        let bytes = Any::pack(&inside).encode_to_vec();
        let outside = AnyView::decode(&bytes).expect("it was just encoded");
        assert!(outside.is::<Any>() && !outside.is::<Timestamp>());
        assert_eq!(outside.unpack::<Any>().as_ref(), Ok(&inside));
        let view: AnyView<'_> = outside.view().expect("an Any is inside");
        assert_eq!(view.type_name(), Some("google.protobuf.Timestamp"));
        assert_eq!(view.to_message(), inside);
        assert!(matches!(outside.unpack::<Timestamp>(), Err(UnpackError::OtherType { .. })));
        assert!(matches!(view.view::<AnyView<'_>>(), Err(UnpackError::OtherType { .. })));
    }

    #[test]
    fn malformed_bytes_are_reported() {
        let any = Any { value: vec![8], ..Any::pack(&Duration::default()) };
        assert!(matches!(any.unpack::<Duration>(), Err(UnpackError::Malformed(_))));
    }
}
