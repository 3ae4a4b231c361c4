//! What the elements of repeated fields and the keys and values of maps are.

use super::super::kind::Kind;
use super::super::{BytesField, DecodeError, Enumeration, Reader, WireType, kind};
use super::{ClosedEnum, Group, MessageView, Nested};

/// A protobuf type as an element of a view's repeated field or map.
pub trait Element<'a> {
    /// What iterating gives.
    type Value: Default;

    /// What the message itself holds.
    type Owned;

    /// What the tag of one element says.
    const WIRE_TYPE: WireType;

    /// Reads an element: replaces the old one, or merges into it when it is a message. `tag` is the
    /// tag in front of it.
    #[doc(hidden)]
    fn read(r: &mut Reader<'a>, tag: u32, value: &mut Self::Value) -> Result<(), DecodeError>;

    /// Passes over an element and finds out whether it is valid, unless that is known.
    #[doc(hidden)]
    #[inline(always)]
    fn pass(r: &mut Reader<'a>, tag: u32) -> Result<(), DecodeError> {
        Self::read(r, tag, &mut Self::Value::default())
    }

    /// Whether the element is part of the field: the undeclared values of closed enums are not.
    #[doc(hidden)]
    #[inline(always)]
    fn counts(_value: &Self::Value) -> bool {
        true
    }

    /// The element as the message holds it.
    fn owned(value: Self::Value) -> Self::Owned;
}

/// An element that is a message.
pub trait NestedElement<'a>: Element<'a> {
    /// Reads a message that is written as a group.
    #[doc(hidden)]
    fn read_group(r: &mut Reader<'a>, tag: u32, value: &mut Self::Value)
    -> Result<(), DecodeError>;

    /// The full name of a required field that the message lacks.
    #[doc(hidden)]
    fn missing_required(value: &Self::Value) -> Option<&'static str>;
}

/// Views up to this size are checked on the stack, larger ones on the heap, because a hundred of
/// them may be nested.
const ON_STACK: usize = 1024;

/// Passes over a value that has to be read as a whole to be found valid.
#[inline(always)]
pub(super) fn pass_by_reading<'a, T: Default>(
    r: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>, &mut T) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    if size_of::<T>() <= ON_STACK {
        read(r, &mut T::default())
    } else {
        read(r, &mut Box::<T>::default())
    }
}

macro_rules! scalars {
    ($($kind:ident)*) => {
        $(
            impl<'a> Element<'a> for kind::$kind {
                type Value = <Self as Kind>::Value;
                type Owned = <Self as Kind>::Value;
                const WIRE_TYPE: WireType = <Self as Kind>::WIRE_TYPE;

                #[inline(always)]
                fn read(
                    r: &mut Reader<'a>,
                    _tag: u32,
                    value: &mut Self::Value,
                ) -> Result<(), DecodeError> {
                    <Self as Kind>::read(r, value)
                }

                #[inline(always)]
                fn owned(value: Self::Value) -> Self::Owned {
                    value
                }
            }
        )*
    };
}

scalars! {
    Int32 Int64 Uint32 Uint64 Sint32 Sint64 Bool Fixed32 Fixed64 Sfixed32 Sfixed64 Float Double
}

impl<'a> Element<'a> for kind::String {
    type Value = &'a str;
    type Owned = String;
    const WIRE_TYPE: WireType = WireType::LengthDelimited;

    #[inline]
    fn read(r: &mut Reader<'a>, _tag: u32, value: &mut &'a str) -> Result<(), DecodeError> {
        *value = r.str()?;
        Ok(())
    }

    #[inline]
    fn owned(value: &'a str) -> String {
        value.to_owned()
    }
}

impl<'a, B: BytesField> Element<'a> for kind::Bytes<B> {
    type Value = &'a [u8];
    type Owned = B;
    const WIRE_TYPE: WireType = WireType::LengthDelimited;

    #[inline]
    fn read(r: &mut Reader<'a>, _tag: u32, value: &mut &'a [u8]) -> Result<(), DecodeError> {
        *value = r.slice()?;
        Ok(())
    }

    #[inline]
    fn owned(value: &'a [u8]) -> B {
        B::copied_from(value)
    }
}

impl<'a, E: Enumeration> Element<'a> for kind::Enum<E> {
    type Value = E;
    type Owned = E;
    const WIRE_TYPE: WireType = WireType::Varint;

    #[inline]
    fn read(r: &mut Reader<'a>, _tag: u32, value: &mut E) -> Result<(), DecodeError> {
        *value = r.enumeration()?;
        Ok(())
    }

    #[inline]
    fn owned(value: E) -> E {
        value
    }
}

impl<'a, E: Enumeration> Element<'a> for ClosedEnum<E> {
    type Value = E;
    type Owned = E;
    const WIRE_TYPE: WireType = WireType::Varint;

    #[inline]
    fn read(r: &mut Reader<'a>, _tag: u32, value: &mut E) -> Result<(), DecodeError> {
        *value = r.enumeration()?;
        Ok(())
    }

    #[inline]
    fn counts(value: &E) -> bool {
        value.is_declared()
    }

    #[inline]
    fn owned(value: E) -> E {
        value
    }
}

impl<'a, M: super::super::Message> Element<'a> for kind::Message<M> {
    type Value = M;
    type Owned = M;
    const WIRE_TYPE: WireType = WireType::LengthDelimited;

    #[inline]
    fn read(r: &mut Reader<'a>, _tag: u32, value: &mut M) -> Result<(), DecodeError> {
        r.message(value)
    }

    #[inline]
    fn pass(r: &mut Reader<'a>, _tag: u32) -> Result<(), DecodeError> {
        if r.is_checked() {
            return r.slice().map(drop);
        }
        pass_by_reading(r, |r, value: &mut M| r.message(value))
    }

    #[inline]
    fn owned(value: M) -> M {
        value
    }
}

impl<'a, M: super::super::Message> NestedElement<'a> for kind::Message<M> {
    fn read_group(r: &mut Reader<'a>, tag: u32, value: &mut M) -> Result<(), DecodeError> {
        r.group(tag, value)
    }

    fn missing_required(value: &M) -> Option<&'static str> {
        value.missing_required()
    }
}

impl<'a, V: MessageView<'a>> Element<'a> for Nested<V> {
    type Value = V;
    type Owned = V::Message;
    const WIRE_TYPE: WireType = WireType::LengthDelimited;

    #[inline]
    fn read(r: &mut Reader<'a>, _tag: u32, value: &mut V) -> Result<(), DecodeError> {
        r.view(value)
    }

    #[inline]
    fn pass(r: &mut Reader<'a>, _tag: u32) -> Result<(), DecodeError> {
        if r.is_checked() {
            return r.slice().map(drop);
        }
        pass_by_reading(r, |r, value: &mut V| r.view(value))
    }

    fn owned(value: V) -> V::Message {
        value.to_message()
    }
}

impl<'a, V: MessageView<'a>> NestedElement<'a> for Nested<V> {
    fn read_group(r: &mut Reader<'a>, tag: u32, value: &mut V) -> Result<(), DecodeError> {
        r.group_view(tag, value)
    }

    fn missing_required(value: &V) -> Option<&'static str> {
        value.missing_required()
    }
}

impl<'a, K: NestedElement<'a>> Element<'a> for Group<K> {
    type Value = K::Value;
    type Owned = K::Owned;
    const WIRE_TYPE: WireType = WireType::StartGroup;

    fn read(r: &mut Reader<'a>, tag: u32, value: &mut K::Value) -> Result<(), DecodeError> {
        K::read_group(r, tag, value)
    }

    fn pass(r: &mut Reader<'a>, tag: u32) -> Result<(), DecodeError> {
        if r.is_checked() {
            // Its end has to be looked for, but nothing in it.
            return r.skip(tag);
        }
        pass_by_reading(r, |r, value: &mut K::Value| K::read_group(r, tag, value))
    }

    fn owned(value: K::Value) -> K::Owned {
        K::owned(value)
    }
}

impl<'a, K: NestedElement<'a>> NestedElement<'a> for Group<K> {
    fn read_group(r: &mut Reader<'a>, tag: u32, value: &mut K::Value) -> Result<(), DecodeError> {
        K::read_group(r, tag, value)
    }

    fn missing_required(value: &K::Value) -> Option<&'static str> {
        K::missing_required(value)
    }
}
