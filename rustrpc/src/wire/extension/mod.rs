//! Extensions: fields that a message is given outside of its own .proto.
//!
//! The values stay among the message's unknown fields, as they came in. An [`Extension`] says what
//! is to be found there, and [`Extendable`] is how to get at it.

mod codec;
mod constructors;
mod entry;
mod extendable;
mod key;

pub use entry::{ExtensionEntry, ExtensionFormat};
pub use extendable::Extendable;
pub use key::ExtensionKey;

use std::fmt;
use std::marker::PhantomData;

use codec::Codec;
use entry::Formats;

/// An extension of the message `M` which occurs at most once, with values of type `T`.
///
/// The generator writes a constant for each `extend` of a .proto; [`Extendable`] shows what to do
/// with it. One can be written by hand just as well:
///
/// ```
/// use rustrpc::{Extendable, Extension};
///
/// /// extend Order { optional sint32 priority = 100 [default = 5]; }
/// fn priority<Order: Extendable>() -> Extension<Order, i32> {
///     Extension::sint32("acme.rush.priority", 100).with_default(|| 5)
/// }
/// ```
pub struct Extension<M, T: 'static> {
    name: &'static str,
    number: u32,
    codec: &'static Codec<T>,
    default: fn() -> T,
    formats: Formats,
    host: PhantomData<fn(M)>,
}

/// An extension of the message `M` which occurs any number of times, with values of type `T`.
///
/// Like [`Extension`], but that values are set and found as a `Vec`.
pub struct RepeatedExtension<M, T: 'static> {
    name: &'static str,
    number: u32,
    codec: &'static Codec<T>,
    packed: bool,
    formats: Formats,
    host: PhantomData<fn(M)>,
}

impl<M, T> Extension<M, T> {
    /// The full name, such as `acme.rush.priority`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The field number.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The value that stands for an absent one: the default that is declared, or else the type's.
    #[must_use]
    pub fn default_value(&self) -> T {
        (self.default)()
    }

    /// The same with a default that is declared.
    #[must_use]
    pub const fn with_default(self, default: fn() -> T) -> Self {
        Self { default, ..self }
    }

    /// The same with what a text format needs to know of values of this type.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_format(self, format: ExtensionFormat) -> Self {
        Self { formats: self.formats.with(format), ..self }
    }
}

impl<M, T> RepeatedExtension<M, T> {
    /// The full name, such as `acme.rush.stops`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The field number.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The same, written as one run of numbers with a length in front. Both forms are read.
    ///
    /// Only numbers, bools and enums can be packed; with other types it changes nothing.
    #[must_use]
    pub const fn packed(self) -> Self {
        Self { packed: true, ..self }
    }

    /// The same with what a text format needs to know of values of this type.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_format(self, format: ExtensionFormat) -> Self {
        Self { formats: self.formats.with(format), ..self }
    }
}

// By hand, because a derive would ask the same of M and T.
impl<M, T> Clone for Extension<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Extension<M, T> {}

impl<M, T> Clone for RepeatedExtension<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for RepeatedExtension<M, T> {}

impl<M, T> fmt::Debug for Extension<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extension({} = {})", self.name, self.number)
    }
}

impl<M, T> fmt::Debug for RepeatedExtension<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepeatedExtension({} = {})", self.name, self.number)
    }
}
