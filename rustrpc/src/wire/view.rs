//! Views: messages that borrow from the bytes they were decoded from.
//!
//! A view has a field for each field of its message, and numbers, strings, bytes and nested messages
//! lie in it ready to be read. Repeated fields and maps stay in the bytes: decoding checks them and
//! notes where they are, and iterating reads them. So a view takes no memory of its own but for
//! what is rare: messages nested in themselves, whose views are boxed, and unknown or repeated
//! fields that lie scattered.
//!
//! The type parameters of [`Repeated`] and [`Map`] name protobuf's types, because `i32` would not
//! say how it is encoded; what iterating gives is a plain `i32`.

mod element;
mod kind;
mod map;
mod of;
mod reader;
mod repeated;
mod unknown;

pub use super::kind::{
    Bool, Bytes, ClosedEnum, Double, Enum, Fixed32, Fixed64, Float, Int32, Int64, Message,
    Sfixed32, Sfixed64, Sint32, Sint64, String, Uint32, Uint64,
};
pub use element::{Element, NestedElement};
pub use kind::{Group, Nested};
pub use map::{Map, MapIter};
pub use of::{HasView, ViewOf};
pub use repeated::{Repeated, RepeatedIter};
pub use unknown::UnknownFields;

use super::{DecodeError, Reader};

/// A look at an encoded message, which borrows from its bytes: what the generator implements for
/// the views that the option `views` asks for.
///
/// [`decode`](Self::decode) accepts exactly what [`Message::decode`](crate::Message::decode) accepts,
/// and [`to_message`](Self::to_message) gives exactly the message that it would have given.
pub trait MessageView<'a>: Default + Clone {
    /// The message that this is a view of.
    type Message: super::Message;

    /// Merges fields into this view up to the end of the bytes it was given.
    #[doc(hidden)]
    fn read(&mut self, r: &mut Reader<'a>) -> Result<(), DecodeError>;

    /// The full name of a required field, here or below, that is not set.
    #[doc(hidden)]
    fn missing_required(&self) -> Option<&'static str> {
        None
    }

    /// The message itself, which borrows nothing.
    fn to_message(&self) -> Self::Message;

    /// A view of the message that `bytes` encode.
    ///
    /// # Errors
    ///
    /// When the bytes are malformed anywhere, when they are nested deeper than
    /// [`RECURSION_LIMIT`](super::RECURSION_LIMIT), or when a required field is missing.
    fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        // Filled where it is returned: a large struct is not moved then.
        let mut decoded = Ok(Self::default());
        if let Ok(view) = &mut decoded
            && let Err(error) = Reader::new(bytes).finish_view(view)
        {
            decoded = Err(error);
        }
        decoded
    }
}

impl<'a, V: MessageView<'a>> MessageView<'a> for Box<V> {
    type Message = Box<V::Message>;

    #[inline]
    fn read(&mut self, r: &mut Reader<'a>) -> Result<(), DecodeError> {
        V::read(self, r)
    }

    #[inline]
    fn missing_required(&self) -> Option<&'static str> {
        V::missing_required(self)
    }

    fn to_message(&self) -> Self::Message {
        Box::new(V::to_message(self))
    }
}
