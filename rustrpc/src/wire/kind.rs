//! Protobuf's types as Rust types: what names the key and the value of a map in generated code,
//! where `i32` would not say whether it is an `int32` or a `sint32`.

use std::marker::PhantomData;

use super::{BytesField, DecodeError, Enumeration, Reader, WireType, Writer};

/// A type a field can have: how one value of it is read and written.
pub trait Kind {
    /// The Rust type of the value.
    type Value: Default + 'static;

    /// What the tag of a field of this type says.
    const WIRE_TYPE: WireType;

    /// Reads a value: replaces the old one, or merges into it when it is a message.
    #[allow(clippy::missing_errors_doc, reason = "every method of a reader fails alike")]
    fn read(r: &mut Reader<'_>, value: &mut Self::Value) -> Result<(), DecodeError>;

    /// Writes a field with this value.
    fn write(w: &mut Writer, tag: u32, value: &Self::Value);

    /// How many values are read and written in one run, for numbers of all sorts.
    #[doc(hidden)]
    const PACKED: Option<Packed<Self::Value>> = None;

    /// Whether a value counts; one that does not is as good as absent. `None` when all do.
    #[doc(hidden)]
    const COUNTS: Option<fn(&Self::Value) -> bool> = None;

    /// The full name of a required field that a message lacks.
    #[doc(hidden)]
    fn missing_required(_value: &Self::Value) -> Option<&'static str> {
        None
    }
}

/// How values are read and written in one run.
#[doc(hidden)]
#[derive(Debug)]
pub struct Packed<T> {
    pub(super) read: fn(&mut Reader<'_>, &mut Vec<T>) -> Result<(), DecodeError>,
    pub(super) write: fn(&mut Writer, u32, &[T]),
}

macro_rules! scalars {
    ($($kind:ident: $value:ty, $method:ident, $packed:ident, $wire_type:ident;)*) => {
        $(
            #[doc = concat!("`", stringify!($method), "`.")]
            #[derive(Debug)]
            pub enum $kind {}

            impl Kind for $kind {
                type Value = $value;
                const WIRE_TYPE: WireType = WireType::$wire_type;
                const PACKED: Option<Packed<$value>> =
                    Some(Packed { read: |r, values| r.$packed(values), write: Writer::$packed });

                #[inline]
                fn read(r: &mut Reader<'_>, value: &mut $value) -> Result<(), DecodeError> {
                    *value = r.$method()?;
                    Ok(())
                }

                #[inline]
                fn write(w: &mut Writer, tag: u32, value: &$value) {
                    w.$method(tag, *value);
                }
            }
        )*
    };
}

scalars! {
    Int32: i32, int32, packed_int32, Varint;
    Int64: i64, int64, packed_int64, Varint;
    Uint32: u32, uint32, packed_uint32, Varint;
    Uint64: u64, uint64, packed_uint64, Varint;
    Sint32: i32, sint32, packed_sint32, Varint;
    Sint64: i64, sint64, packed_sint64, Varint;
    Bool: bool, bool, packed_bool, Varint;
    Fixed32: u32, fixed32, packed_fixed32, Fixed32;
    Fixed64: u64, fixed64, packed_fixed64, Fixed64;
    Sfixed32: i32, sfixed32, packed_sfixed32, Fixed32;
    Sfixed64: i64, sfixed64, packed_sfixed64, Fixed64;
    Float: f32, float, packed_float, Fixed32;
    Double: f64, double, packed_double, Fixed64;
}

/// `string`.
#[derive(Debug)]
pub enum String {}

impl Kind for String {
    type Value = std::string::String;
    const WIRE_TYPE: WireType = WireType::LengthDelimited;

    #[inline]
    fn read(r: &mut Reader<'_>, value: &mut Self::Value) -> Result<(), DecodeError> {
        *value = r.string()?;
        Ok(())
    }

    #[inline]
    fn write(w: &mut Writer, tag: u32, value: &Self::Value) {
        w.string(tag, value);
    }
}

/// `bytes`, held by a `B`.
#[derive(Debug)]
pub struct Bytes<B>(PhantomData<B>);

impl<B: BytesField> Kind for Bytes<B> {
    type Value = B;
    const WIRE_TYPE: WireType = WireType::LengthDelimited;

    #[inline]
    fn read(r: &mut Reader<'_>, value: &mut B) -> Result<(), DecodeError> {
        *value = r.bytes()?;
        Ok(())
    }

    #[inline]
    fn write(w: &mut Writer, tag: u32, value: &B) {
        w.bytes(tag, value.as_ref());
    }
}

/// An enum that takes any number.
#[derive(Debug)]
pub struct Enum<E>(PhantomData<E>);

impl<E: Enumeration> Kind for Enum<E> {
    type Value = E;
    const WIRE_TYPE: WireType = WireType::Varint;
    const PACKED: Option<Packed<E>> = Some(Packed {
        read: |r, values| r.packed_enumeration(values),
        write: Writer::packed_enumeration,
    });

    #[inline]
    fn read(r: &mut Reader<'_>, value: &mut E) -> Result<(), DecodeError> {
        *value = r.enumeration()?;
        Ok(())
    }

    #[inline]
    fn write(w: &mut Writer, tag: u32, value: &E) {
        w.enumeration(tag, *value);
    }
}

/// An enum that takes the numbers it declares.
#[derive(Debug)]
pub struct ClosedEnum<E>(PhantomData<E>);

impl<E: Enumeration> Kind for ClosedEnum<E> {
    type Value = E;
    const WIRE_TYPE: WireType = WireType::Varint;
    const PACKED: Option<Packed<E>> = Enum::<E>::PACKED;
    const COUNTS: Option<fn(&E) -> bool> = Some(|value| value.is_declared());

    #[inline]
    fn read(r: &mut Reader<'_>, value: &mut E) -> Result<(), DecodeError> {
        Enum::<E>::read(r, value)
    }

    #[inline]
    fn write(w: &mut Writer, tag: u32, value: &E) {
        Enum::<E>::write(w, tag, value);
    }
}

/// A message.
#[derive(Debug)]
pub struct Message<M>(PhantomData<M>);

impl<M: super::Message> Kind for Message<M> {
    type Value = M;
    const WIRE_TYPE: WireType = WireType::LengthDelimited;

    #[inline]
    fn read(r: &mut Reader<'_>, value: &mut M) -> Result<(), DecodeError> {
        r.message(value)
    }

    #[inline]
    fn write(w: &mut Writer, tag: u32, value: &M) {
        w.message(tag, value);
    }

    #[inline]
    fn missing_required(value: &M) -> Option<&'static str> {
        value.missing_required()
    }
}

/// A message between a start and an end tag.
#[derive(Debug)]
pub struct Group<M>(PhantomData<M>);

impl<M: super::Message> Kind for Group<M> {
    type Value = M;
    const WIRE_TYPE: WireType = WireType::StartGroup;

    #[inline]
    fn read(r: &mut Reader<'_>, value: &mut M) -> Result<(), DecodeError> {
        let tag = Self::WIRE_TYPE.tag(r.field_number());
        r.group(tag, value)
    }

    #[inline]
    fn write(w: &mut Writer, tag: u32, value: &M) {
        w.group(tag, value);
    }

    #[inline]
    fn missing_required(value: &M) -> Option<&'static str> {
        value.missing_required()
    }
}
