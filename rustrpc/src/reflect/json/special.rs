//! The well-known types whose JSON form is no object of their fields.

use crate::json::{Json, JsonError, JsonReader, JsonWriter};
use crate::reflect::data::KindData;
use crate::reflect::{DynamicMessage, MapKey, Value};
use crate::types::{Duration, FieldMask, Timestamp};
use crate::wire::Message;

use super::{any, read, write};

/// How such a message is written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Special {
    Any,
    /// One of the wrappers: the value by itself.
    Wrapper,
    Timestamp,
    Duration,
    FieldMask,
    Struct,
    ListValue,
    Value,
}

/// The numbers of `google.protobuf.Value`'s fields.
const NULL: u32 = 1;
const NUMBER: u32 = 2;
const STRING: u32 = 3;
const BOOL: u32 = 4;
const STRUCT: u32 = 5;
const LIST: u32 = 6;

impl Special {
    pub(super) fn of(full_name: &str) -> Option<Self> {
        Some(match full_name.strip_prefix("google.protobuf.")? {
            "Any" => Self::Any,
            "BoolValue" | "BytesValue" | "DoubleValue" | "FloatValue" | "Int32Value"
            | "Int64Value" | "StringValue" | "UInt32Value" | "UInt64Value" => Self::Wrapper,
            "Timestamp" => Self::Timestamp,
            "Duration" => Self::Duration,
            "FieldMask" => Self::FieldMask,
            "Struct" => Self::Struct,
            "ListValue" => Self::ListValue,
            "Value" => Self::Value,
            _ => return None,
        })
    }

    pub(super) fn write(self, message: &DynamicMessage, w: &mut JsonWriter) {
        match self {
            Self::Any => any::write(message, w),
            Self::Timestamp => write_as::<Timestamp>(message, w),
            Self::Duration => write_as::<Duration>(message, w),
            Self::FieldMask => write_as::<FieldMask>(message, w),
            Self::Wrapper => match (message.get(1), value_kind(message)) {
                (Some(value), Some(kind)) => write::value(message, kind, &value, w),
                _ => w.fail(odd(message)),
            },
            Self::Struct => write_or_fail(message, message.get(1).as_deref(), w, |entries| {
                matches!(entries, Value::Map(_))
            }),
            Self::ListValue => write_or_fail(message, message.get(1).as_deref(), w, |list| {
                matches!(list, Value::List(_))
            }),
            Self::Value => write_value(message, w),
        }
    }

    pub(super) fn read(
        self,
        message: &mut DynamicMessage,
        r: &mut JsonReader<'_>,
    ) -> Result<(), JsonError> {
        match self {
            Self::Any => any::read(message, r),
            Self::Timestamp => read_as::<Timestamp>(message, r),
            Self::Duration => read_as::<Duration>(message, r),
            Self::FieldMask => read_as::<FieldMask>(message, r),
            Self::Wrapper => match value_kind(message) {
                Some(kind) => match read::value(message, kind, r)? {
                    Some(value) => put(message, 1, value, r),
                    None => Ok(()),
                },
                None => Err(r.error(odd(message))),
            },
            Self::Struct | Self::ListValue => match message.descriptor.field_by_number(1) {
                Some(field) if field.is_map() || field.is_list() => {
                    read::field(message, field.index, r)
                }
                _ => Err(r.error(odd(message))),
            },
            Self::Value => read_value(message, r),
        }
    }
}

/// The type of field 1, if it is a single one.
fn value_kind(message: &DynamicMessage) -> Option<KindData> {
    let field = message.descriptor.field_by_number(1)?;
    let data = field.data();
    (!data.repeated()).then_some(data.kind)
}

/// Writes the list or the map that is all of a message.
fn write_or_fail(
    message: &DynamicMessage,
    value: Option<&Value>,
    w: &mut JsonWriter,
    is_sound: impl FnOnce(&Value) -> bool,
) {
    match (value, message.descriptor.field_by_number(1)) {
        (Some(value), Some(field)) if is_sound(value) => {
            write::field_value(message, field.data(), value, w);
        }
        _ => w.fail(odd(message)),
    }
}

fn write_value(message: &DynamicMessage, w: &mut JsonWriter) {
    let Some(slot) = message.fields.iter().next() else {
        return w.fail("a google.protobuf.Value has no kind; null is a kind as well");
    };
    match (slot.number, &slot.value) {
        (NULL, Value::Enum(_)) => w.literal("null"),
        (NUMBER, Value::F64(number)) if !number.is_finite() => {
            w.fail(format!("a google.protobuf.Value can't be the number {number} in JSON"));
        }
        (NUMBER, Value::F64(number)) => w.double(*number),
        (STRING, Value::String(text)) => w.string(text),
        (BOOL, Value::Bool(truth)) => w.literal(if *truth { "true" } else { "false" }),
        (STRUCT | LIST, Value::Message(inner)) => write::message(inner, w),
        _ => w.fail(odd(message)),
    }
}

fn read_value(message: &mut DynamicMessage, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
    let (number, value) = match r.peek() {
        Some(b'n') => {
            r.null()?;
            (NULL, Value::Enum(0))
        }
        Some(b't' | b'f') => (BOOL, Value::Bool(r.bool()?)),
        Some(b'"') => (STRING, Value::String(r.string()?.into_owned())),
        Some(b'-' | b'0'..=b'9') => (NUMBER, Value::F64(r.float("double")?)),
        Some(bracket @ (b'{' | b'[')) => {
            let number = if bracket == b'{' { STRUCT } else { LIST };
            return match message.message_mut(number) {
                Ok(inner) => read::message(inner, r, false),
                Err(_) => Err(r.error(odd(message))),
            };
        }
        _ => return Err(r.unexpected("a value")),
    };
    put(message, number, value, r)
}

fn put(
    message: &mut DynamicMessage,
    number: u32,
    value: Value,
    r: &JsonReader<'_>,
) -> Result<(), JsonError> {
    message.set(number, value).map_err(|_| r.error(odd(message)))
}

/// By way of the generated type.
fn write_as<M: Message + Json>(message: &DynamicMessage, w: &mut JsonWriter) {
    match M::decode(&message.encode_to_vec()) {
        Ok(generated) => generated.write_json(w),
        Err(_) => w.fail(odd(message)),
    }
}

fn read_as<M: Message + Json>(
    message: &mut DynamicMessage,
    r: &mut JsonReader<'_>,
) -> Result<(), JsonError> {
    let mut generated = M::default();
    generated.read_json(r)?;
    message.merge(&generated.encode_to_vec()).map_err(|_| r.error(odd(message)))
}

/// The well-known type is not defined as protobuf defines it.
#[cold]
pub(super) fn odd(message: &DynamicMessage) -> String {
    let name = message.descriptor.full_name();
    format!("the pool's {name} is not protobuf's; add the file that comes with protoc")
}

/// Keys of maps go as the names of members.
pub(super) fn key_name(key: &MapKey) -> std::borrow::Cow<'_, str> {
    match key {
        MapKey::Bool(key) => if *key { "true" } else { "false" }.into(),
        MapKey::I32(key) => key.to_string().into(),
        MapKey::I64(key) => key.to_string().into(),
        MapKey::U32(key) => key.to_string().into(),
        MapKey::U64(key) => key.to_string().into(),
        MapKey::String(key) => key.as_str().into(),
    }
}
