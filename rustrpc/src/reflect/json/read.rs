//! From text to messages.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::special::Special;
use crate::json::{JsonError, JsonKey, JsonReader};
use crate::located::{shown, unknown_value};
use crate::reflect::data::{EnumData, KindData, last_word};
use crate::reflect::{DynamicMessage, MapKey, MessageDescriptor, Value};

/// The enum whose value is `null`.
pub(super) const NULL_VALUE: &str = "google.protobuf.NullValue";

/// A message, special or not. One in an `Any` may have the member `@type`.
pub(super) fn message(
    message: &mut DynamicMessage,
    r: &mut JsonReader<'_>,
    typed: bool,
) -> Result<(), JsonError> {
    match Special::of(message.descriptor.full_name()) {
        Some(special) => special.read(message, r),
        None => members(message, r, typed),
    }
}

fn members(
    message: &mut DynamicMessage,
    r: &mut JsonReader<'_>,
    mut typed: bool,
) -> Result<(), JsonError> {
    let mut seen = BTreeSet::new();
    r.object(|r, name, at| {
        let Some(index) = find(&message.descriptor, &name) else {
            if name == "@type" && std::mem::take(&mut typed) {
                return r.skip();
            }
            return r.unknown_member(at, &name, message.descriptor.full_name());
        };
        let pool = message.descriptor.pool.clone();
        let field = pool.content.field(index);
        let in_field = |error: JsonError| match field.extension {
            true => error.in_field(&format!("[{}]", field.full_name)),
            false => error.in_field(&field.json_name),
        };
        if !seen.insert(index) {
            return Err(in_field(r.error_at(at, "the field is given twice; keep one")));
        }
        self::field(message, index, r).map_err(in_field)
    })
}

/// The field that JSON calls so: by its name there, its name in the .proto, or an extension by its
/// full name in brackets.
fn find(descriptor: &MessageDescriptor, name: &str) -> Option<u32> {
    let content = &descriptor.pool.content;
    match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(extension) => content.extension_by_name(descriptor.index, extension),
        None => content
            .field_by_json_name(descriptor.index, name)
            .or_else(|| content.field_by_name(descriptor.index, name)),
    }
}

/// What a field holds. `null` leaves it as it is, unless that is one of its values.
pub(super) fn field(
    message: &mut DynamicMessage,
    index: u32,
    r: &mut JsonReader<'_>,
) -> Result<(), JsonError> {
    let pool = message.descriptor.pool.clone();
    let content = &pool.content;
    let field = content.field(index);
    let nullable = !field.repeated()
        && match field.kind {
            KindData::Message(inner) => {
                Special::of(&content.message(inner).full_name) == Some(Special::Value)
            }
            KindData::Enum(inner) => &*content.enumeration(inner).full_name == NULL_VALUE,
            _ => false,
        };
    if !nullable && r.null()? {
        return Ok(());
    }
    if let Some(oneof) = field.oneof {
        let siblings = &content.message(field.message).oneofs[oneof as usize].fields;
        let is_set = |field: &u32| message.fields.contains(content.field(*field).number);
        if siblings.iter().any(is_set) {
            return Err(r.error("another field of the same oneof is set already; keep one"));
        }
    }
    let read = if field.map {
        map(message, field.kind, r)?
    } else if field.repeated() {
        let mut values = Vec::new();
        r.list(|r| {
            values.extend(value(message, field.kind, r)?);
            Ok(())
        })?;
        Value::List(values)
    } else {
        match value(message, field.kind, r)? {
            Some(value) => value,
            None => return Ok(()),
        }
    };
    message.store(index, read);
    Ok(())
}

fn map(
    message: &DynamicMessage,
    kind: KindData,
    r: &mut JsonReader<'_>,
) -> Result<Value, JsonError> {
    let mut entries = BTreeMap::new();
    let KindData::Message(entry) = kind else { return Ok(Value::Map(entries)) };
    let content = message.content();
    let Some((key_field, value_field)) = content.entry(entry) else {
        return Ok(Value::Map(entries));
    };
    r.object(|r, name, at| {
        let key = key(key_field.kind, &name).map_err(|needed| {
            let name = shown(&name);
            r.error_at(at, format!("expected {needed} as key, found \"{name}\""))
        })?;
        let value = value(message, value_field.kind, r).map_err(|error| error.in_entry(&name))?;
        let Some(value) = value else { return Ok(()) };
        match entries.entry(key) {
            Entry::Vacant(place) => {
                place.insert(value);
                Ok(())
            }
            Entry::Occupied(_) => {
                Err(r.error_at(at, format!("the key \"{}\" is given twice", shown(&name))))
            }
        }
    })?;
    Ok(Value::Map(entries))
}

fn key(kind: KindData, name: &str) -> Result<MapKey, &'static str> {
    Ok(match kind {
        KindData::Bool => MapKey::Bool(bool::from_name(name)?),
        KindData::Int32 | KindData::Sint32 | KindData::Sfixed32 => {
            MapKey::I32(i32::from_name(name)?)
        }
        KindData::Int64 | KindData::Sint64 | KindData::Sfixed64 => {
            MapKey::I64(i64::from_name(name)?)
        }
        KindData::Uint32 | KindData::Fixed32 => MapKey::U32(u32::from_name(name)?),
        KindData::Uint64 | KindData::Fixed64 => MapKey::U64(u64::from_name(name)?),
        _ => MapKey::String(name.to_owned()),
    })
}

/// One value of a kind of the message's pool; `None` for a name of an enum that is to be skipped.
pub(super) fn value(
    message: &DynamicMessage,
    kind: KindData,
    r: &mut JsonReader<'_>,
) -> Result<Option<Value>, JsonError> {
    Ok(Some(match kind {
        KindData::Double => Value::F64(r.float("double")?),
        KindData::Float => Value::F32(r.float("float")?),
        KindData::Int32 | KindData::Sint32 | KindData::Sfixed32 => Value::I32(r.integer("int32")?),
        KindData::Int64 | KindData::Sint64 | KindData::Sfixed64 => Value::I64(r.integer("int64")?),
        KindData::Uint32 | KindData::Fixed32 => Value::U32(r.integer("uint32")?),
        KindData::Uint64 | KindData::Fixed64 => Value::U64(r.integer("uint64")?),
        KindData::Bool => Value::Bool(r.bool()?),
        KindData::String => Value::String(r.string()?.into_owned()),
        KindData::Bytes => Value::Bytes(r.bytes()?),
        KindData::Enum(index) => {
            let number = enumeration(message.content().enumeration(index), r)?;
            return Ok(number.map(Value::Enum));
        }
        KindData::Message(index) => {
            let descriptor = MessageDescriptor::new(&message.descriptor.pool, index);
            let mut inner = DynamicMessage::new(descriptor);
            self::message(&mut inner, r, false)?;
            Value::from(inner)
        }
    }))
}

/// A number of an enum, by name or by number; `None` for one that is to be skipped.
fn enumeration(enumeration: &EnumData, r: &mut JsonReader<'_>) -> Result<Option<i32>, JsonError> {
    if &*enumeration.full_name == NULL_VALUE && r.null()? {
        return Ok(Some(0));
    }
    let (start, given) = if r.peek() == Some(b'"') {
        let start = r.position();
        let name = r.string()?;
        match enumeration.by_json_name(&name) {
            Some(place) => return Ok(Some(enumeration.values[place as usize].number)),
            None => (start, name.into_owned()),
        }
    } else {
        let start = r.position();
        let number: i32 = r.integer(&enumeration.full_name)?;
        if !enumeration.closed || enumeration.by_number(number).is_some() {
            return Ok(Some(number));
        }
        (start, number.to_string())
    };
    if r.parser().ignore_unknown {
        return Ok(None);
    }
    let names = enumeration.values.iter().map(|value| last_word(&value.full_name));
    let problem = unknown_value(&enumeration.full_name, &given, names);
    Err(r.error_at(start, problem))
}
