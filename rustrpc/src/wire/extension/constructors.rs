//! Extensions of each type a field can have, under the name the .proto gives the type.

use std::marker::PhantomData;

use super::codec::{Codec, Table};
use super::entry::Formats;
use super::{Extension, RepeatedExtension};
use crate::wire::kind;
use crate::wire::{BytesField, Enumeration, Extendable, Message};

impl<M: Extendable, T: Default> Extension<M, T> {
    const fn of(name: &'static str, number: u32, codec: &'static Codec<T>) -> Self {
        let (default, formats) = (T::default, Formats::NONE);
        Self { name, number, codec, default, formats, host: PhantomData }
    }
}

impl<M: Extendable, T> RepeatedExtension<M, T> {
    const fn of(name: &'static str, number: u32, codec: &'static Codec<T>) -> Self {
        let formats = Formats::NONE;
        Self { name, number, codec, packed: false, formats, host: PhantomData }
    }
}

/// Defines the constructors of both types of extensions, one for each kind of value.
macro_rules! constructors {
    ($($constructor:ident: $kind:ty, $value:ty $(, $parameter:ident: $bound:path)?;)*) => {
        $(
            impl<M: Extendable $(, $parameter: $bound)?> Extension<M, $value> {
                #[doc = concat!("An extension by its full name and number: `", stringify!($constructor), "`.")]
                #[must_use]
                pub const fn $constructor(name: &'static str, number: u32) -> Self {
                    Self::of(name, number, <$kind as Table>::CODEC)
                }
            }

            impl<M: Extendable $(, $parameter: $bound)?> RepeatedExtension<M, $value> {
                #[doc = concat!("An extension by its full name and number: `repeated ", stringify!($constructor), "`.")]
                #[must_use]
                pub const fn $constructor(name: &'static str, number: u32) -> Self {
                    Self::of(name, number, <$kind as Table>::CODEC)
                }
            }
        )*
    };
}

constructors! {
    int32: kind::Int32, i32;
    int64: kind::Int64, i64;
    uint32: kind::Uint32, u32;
    uint64: kind::Uint64, u64;
    sint32: kind::Sint32, i32;
    sint64: kind::Sint64, i64;
    fixed32: kind::Fixed32, u32;
    fixed64: kind::Fixed64, u64;
    sfixed32: kind::Sfixed32, i32;
    sfixed64: kind::Sfixed64, i64;
    float: kind::Float, f32;
    double: kind::Double, f64;
    bool: kind::Bool, bool;
    string: kind::String, String;
    bytes: kind::Bytes<B>, B, B: BytesField;
    enumeration: kind::Enum<E>, E, E: Enumeration;
    closed_enumeration: kind::ClosedEnum<E>, E, E: Enumeration;
    message: kind::Message<N>, N, N: Message;
    group: kind::Group<N>, N, N: Message;
}
