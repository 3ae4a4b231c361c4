//! What fields hold.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::data::{Content, FieldData, KindData};
use super::{DescriptorPool, DynamicMessage, MessageDescriptor};

/// The value of a field, of an element of a list, or of a map's entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `bool`
    Bool(bool),
    /// `int32`, `sint32`, `sfixed32`
    I32(i32),
    /// `int64`, `sint64`, `sfixed64`
    I64(i64),
    /// `uint32`, `fixed32`
    U32(u32),
    /// `uint64`, `fixed64`
    U64(u64),
    /// `float`
    F32(f32),
    /// `double`
    F64(f64),
    /// `string`
    String(String),
    /// `bytes`
    Bytes(Vec<u8>),
    /// An enum by its number.
    Enum(i32),
    /// A message or a group.
    Message(Box<DynamicMessage>),
    /// A repeated field.
    List(Vec<Value>),
    /// A map field.
    Map(BTreeMap<MapKey, Value>),
}

/// The key of a map's entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MapKey {
    /// `bool`
    Bool(bool),
    /// `int32`, `sint32`, `sfixed32`
    I32(i32),
    /// `int64`, `sint64`, `sfixed64`
    I64(i64),
    /// `uint32`, `fixed32`
    U32(u32),
    /// `uint64`, `fixed64`
    U64(u64),
    /// `string`
    String(String),
}

impl Value {
    /// What a field holds while it is not set.
    pub(super) fn default_of(field: &FieldData, pool: &DescriptorPool) -> Self {
        if field.map {
            return Self::Map(BTreeMap::new());
        }
        if field.repeated() {
            return Self::List(Vec::new());
        }
        match &field.default {
            Some(value) => value.clone(),
            None => Self::default_of_kind(field.kind, pool),
        }
    }

    pub(super) fn default_of_kind(kind: KindData, pool: &DescriptorPool) -> Self {
        match kind {
            KindData::Message(index) => {
                Self::from(DynamicMessage::new(MessageDescriptor::new(pool, index)))
            }
            KindData::Enum(index) => Self::Enum(pool.content.enumeration(index).default_number()),
            KindData::Double => Self::F64(0.0),
            KindData::Float => Self::F32(0.0),
            KindData::Int32 | KindData::Sint32 | KindData::Sfixed32 => Self::I32(0),
            KindData::Int64 | KindData::Sint64 | KindData::Sfixed64 => Self::I64(0),
            KindData::Uint32 | KindData::Fixed32 => Self::U32(0),
            KindData::Uint64 | KindData::Fixed64 => Self::U64(0),
            KindData::Bool => Self::Bool(false),
            KindData::String => Self::String(String::new()),
            KindData::Bytes => Self::Bytes(Vec::new()),
        }
    }

    /// Whether a field without presence is as good as not set with this value.
    pub(super) fn is_implied(&self, field: &FieldData, content: &Content) -> bool {
        match self {
            Self::Bool(value) => !value,
            Self::I32(value) => *value == 0,
            Self::I64(value) => *value == 0,
            Self::U32(value) => *value == 0,
            Self::U64(value) => *value == 0,
            // By bits, because a negative zero is not the default.
            Self::F32(value) => value.to_bits() == 0,
            Self::F64(value) => value.to_bits() == 0,
            Self::String(value) => value.is_empty(),
            Self::Bytes(value) => value.is_empty(),
            Self::Enum(number) => match field.kind {
                KindData::Enum(index) => *number == content.enumeration(index).default_number(),
                _ => *number == 0,
            },
            Self::Message(_) => false,
            Self::List(values) => values.is_empty(),
            Self::Map(entries) => entries.is_empty(),
        }
    }

    /// Whether the field can hold the value.
    pub(super) fn fits(&self, field: &FieldData, pool: &DescriptorPool) -> bool {
        match (self, field.kind) {
            (Self::Map(entries), KindData::Message(entry)) if field.map => {
                pool.content.entry(entry).is_some_and(|(key, value)| {
                    entries.iter().all(|(given_key, given)| {
                        given_key.is_of(key.kind) && given.is_of(value.kind, pool)
                    })
                })
            }
            (Self::List(values), kind) if field.repeated() && !field.map => {
                values.iter().all(|value| value.is_of(kind, pool))
            }
            (value, kind) => !field.repeated() && value.is_of(kind, pool),
        }
    }

    /// Whether it is one value of that kind.
    pub(super) fn is_of(&self, kind: KindData, pool: &DescriptorPool) -> bool {
        match (self, kind) {
            (Self::Message(message), KindData::Message(index)) => {
                *message.descriptor() == MessageDescriptor::new(pool, index)
            }
            (Self::Enum(_), KindData::Enum(_))
            | (Self::F64(_), KindData::Double)
            | (Self::F32(_), KindData::Float)
            | (Self::I32(_), KindData::Int32 | KindData::Sint32 | KindData::Sfixed32)
            | (Self::I64(_), KindData::Int64 | KindData::Sint64 | KindData::Sfixed64)
            | (Self::U32(_), KindData::Uint32 | KindData::Fixed32)
            | (Self::U64(_), KindData::Uint64 | KindData::Fixed64)
            | (Self::Bool(_), KindData::Bool)
            | (Self::String(_), KindData::String)
            | (Self::Bytes(_), KindData::Bytes) => true,
            _ => false,
        }
    }

    /// The truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if it is an integer or an enum's and `i64` can hold it.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::I32(value) | Self::Enum(value) => Some((*value).into()),
            Self::I64(value) => Some(*value),
            Self::U32(value) => Some((*value).into()),
            Self::U64(value) => (*value).try_into().ok(),
            _ => None,
        }
    }

    /// The number, if it is an integer and not negative.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::U64(value) => Some(*value),
            other => other.as_i64()?.try_into().ok(),
        }
    }

    /// The number, if it is a `float` or a `double`.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::F32(value) => Some((*value).into()),
            Self::F64(value) => Some(*value),
            _ => None,
        }
    }

    /// The text, if it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(value) => Some(value),
            _ => None,
        }
    }

    /// The bytes, if it is some.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(value) => Some(value),
            _ => None,
        }
    }

    /// The message, if it is one.
    #[must_use]
    pub fn as_message(&self) -> Option<&DynamicMessage> {
        match self {
            Self::Message(message) => Some(message),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(values) => Some(values),
            _ => None,
        }
    }

    /// The entries, if it is a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&BTreeMap<MapKey, Value>> {
        match self {
            Self::Map(entries) => Some(entries),
            _ => None,
        }
    }
}

impl MapKey {
    fn is_of(&self, kind: KindData) -> bool {
        matches!(
            (self, kind),
            (Self::Bool(_), KindData::Bool)
                | (Self::I32(_), KindData::Int32 | KindData::Sint32 | KindData::Sfixed32)
                | (Self::I64(_), KindData::Int64 | KindData::Sint64 | KindData::Sfixed64)
                | (Self::U32(_), KindData::Uint32 | KindData::Fixed32)
                | (Self::U64(_), KindData::Uint64 | KindData::Fixed64)
                | (Self::String(_), KindData::String)
        )
    }

    /// The key as a value; `None` for a value that keys can't have.
    pub(super) fn of(value: Value) -> Option<Self> {
        Some(match value {
            Value::Bool(value) => Self::Bool(value),
            Value::I32(value) => Self::I32(value),
            Value::I64(value) => Self::I64(value),
            Value::U32(value) => Self::U32(value),
            Value::U64(value) => Self::U64(value),
            Value::String(value) => Self::String(value),
            _ => return None,
        })
    }
}

macro_rules! from {
    ($($type:ty => |$value:ident| $to:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $to
            }
        })*
    };
}

from! {
    bool => |value| Self::Bool(value);
    i32 => |value| Self::I32(value);
    i64 => |value| Self::I64(value);
    u32 => |value| Self::U32(value);
    u64 => |value| Self::U64(value);
    f32 => |value| Self::F32(value);
    f64 => |value| Self::F64(value);
    &str => |value| Self::String(value.to_owned());
    String => |value| Self::String(value);
    &[u8] => |value| Self::Bytes(value.to_vec());
    Bytes => |value| Self::Bytes(value.into());
    DynamicMessage => |value| Self::Message(Box::new(value));
}

/// A list.
impl<V: Into<Value>> FromIterator<V> for Value {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

/// A map.
impl<K: Into<MapKey>, V: Into<Value>> FromIterator<(K, V)> for Value {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), value.into()));
        Self::Map(entries.collect())
    }
}

macro_rules! keys {
    ($($type:ty => $variant:ident;)*) => {
        $(impl From<$type> for MapKey {
            fn from(key: $type) -> Self {
                Self::$variant(key.into())
            }
        })*
    };
}

keys! {
    bool => Bool;
    i32 => I32;
    i64 => I64;
    u32 => U32;
    u64 => U64;
    &str => String;
    String => String;
}
