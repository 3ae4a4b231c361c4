//! What an extension is to the methods of [`Extendable`](super::Extendable).

use super::codec::Place;
use super::{Extension, RepeatedExtension};
use crate::wire::{DecodeError, UnknownFields};

/// An extension of the message `M`: an [`Extension`] or a [`RepeatedExtension`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no extension of `{M}`",
    label = "extends another message",
    note = "each extension has the message it extends in its type: `Extension<Message, Value>`"
)]
pub trait ExtensionKey<M>: Copy + Sealed {
    /// What is set: `T`, or `Vec<T>` when the extension is repeated.
    type Value;

    /// What is found: `Option<T>`, or `Vec<T>` when the extension is repeated.
    type Found;

    #[doc(hidden)]
    #[allow(private_interfaces, reason = "the trait is sealed: nobody else has to name it")]
    fn place(self, message_set: bool) -> Place;

    #[doc(hidden)]
    #[allow(private_interfaces, reason = "the trait is sealed: nobody else has to name it")]
    fn find(self, place: Place, fields: &UnknownFields) -> Result<Self::Found, DecodeError>;

    #[doc(hidden)]
    #[allow(private_interfaces, reason = "the trait is sealed: nobody else has to name it")]
    fn is_in(self, place: Place, fields: &UnknownFields) -> bool;

    #[doc(hidden)]
    #[allow(private_interfaces, reason = "the trait is sealed: nobody else has to name it")]
    fn put(self, place: Place, fields: &mut UnknownFields, value: &Self::Value);
}

/// Keeps other types from being extensions.
pub trait Sealed {}

impl<M, T> Sealed for Extension<M, T> {}

impl<M, T> Sealed for RepeatedExtension<M, T> {}

#[allow(private_interfaces, reason = "the trait is sealed: nobody else has to name it")]
impl<M, T> ExtensionKey<M> for Extension<M, T> {
    type Value = T;
    type Found = Option<T>;

    fn place(self, message_set: bool) -> Place {
        Place { name: self.name, number: self.number, message_set }
    }

    fn find(self, place: Place, fields: &UnknownFields) -> Result<Option<T>, DecodeError> {
        self.codec.one(place, fields)
    }

    fn is_in(self, place: Place, fields: &UnknownFields) -> bool {
        self.codec.is_in(place, fields, false)
    }

    fn put(self, place: Place, fields: &mut UnknownFields, value: &T) {
        self.codec.push(place, fields, value);
    }
}

#[allow(private_interfaces, reason = "the trait is sealed: nobody else has to name it")]
impl<M, T> ExtensionKey<M> for RepeatedExtension<M, T> {
    type Value = Vec<T>;
    type Found = Vec<T>;

    fn place(self, message_set: bool) -> Place {
        Place { name: self.name, number: self.number, message_set }
    }

    fn find(self, place: Place, fields: &UnknownFields) -> Result<Vec<T>, DecodeError> {
        self.codec.many(place, fields)
    }

    fn is_in(self, place: Place, fields: &UnknownFields) -> bool {
        self.codec.is_in(place, fields, true)
    }

    fn put(self, place: Place, fields: &mut UnknownFields, value: &Vec<T>) {
        self.codec.extend(place, fields, value, self.packed);
    }
}
