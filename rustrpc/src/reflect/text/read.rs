//! From text to messages.

use std::collections::BTreeSet;

use super::{any, text_name};
use crate::located::unknown_value;
use crate::reflect::data::{Content, EnumData, FieldData, KindData, last_word};
use crate::reflect::{DynamicMessage, MapKey, MessageDescriptor, Value};
use crate::text::{Name, TextError, TextReader};

/// Reads the fields of a message up to its end.
pub(super) fn fields(
    message: &mut DynamicMessage,
    r: &mut TextReader<'_>,
) -> Result<(), TextError> {
    let pool = message.descriptor.pool.clone();
    let content = &pool.content;
    let is_any = message.descriptor.full_name() == any::ANY;
    let mut seen = BTreeSet::new();
    while let Some(name) = r.name()? {
        match &name {
            Name::Bracketed(url) if is_any => any::read_spelled_out(message, url, r)?,
            _ => match find(&message.descriptor, &name) {
                Some(index) => {
                    let field = content.field(index);
                    let first = seen.insert(index);
                    self::field(message, index, first, r).map_err(|error| {
                        match field.extension {
                            true => error.in_field(&format!("[{}]", field.full_name)),
                            false => error.in_field(text_name(field, content)),
                        }
                    })?;
                }
                None if is_reserved(&message.descriptor, &name) => r.skip()?,
                None => r.unknown(&name, message.descriptor.full_name())?,
            },
        }
        r.separator();
    }
    Ok(())
}

/// Refuses a message that lacks required fields.
pub(super) fn complete(message: &DynamicMessage, r: &TextReader<'_>) -> Result<(), TextError> {
    match message.missing_required() {
        None => Ok(()),
        Some(name) => Err(r.error(format!("the required field {name} is missing"))),
    }
}

fn find(descriptor: &MessageDescriptor, name: &Name<'_>) -> Option<u32> {
    let content = &descriptor.pool.content;
    match name {
        Name::Bracketed(name) => content.extension_by_name(descriptor.index, name),
        Name::Field(name) => content.field_by_name(descriptor.index, name).or_else(|| {
            let mut fields = descriptor.data().fields.clone();
            fields.find(|index| text_name(content.field(*index), content) == *name)
        }),
    }
}

fn is_reserved(descriptor: &MessageDescriptor, name: &Name<'_>) -> bool {
    match name {
        Name::Field(name) => descriptor.data().reserved_names.iter().any(|word| word == name),
        Name::Bracketed(_) => false,
    }
}

fn field(
    message: &mut DynamicMessage,
    index: u32,
    first: bool,
    r: &mut TextReader<'_>,
) -> Result<(), TextError> {
    let pool = message.descriptor.pool.clone();
    let content = &pool.content;
    let field = content.field(index);
    let is_message = matches!(field.kind, KindData::Message(_));
    if field.map {
        r.colon(true)?;
        return r.elements(|r| {
            let count = message.fields.get(field.number);
            let count = count.and_then(|slot| slot.value.as_map()).map_or(0, |map| map.len());
            let (key, value) = entry(message, field, r).map_err(|error| error.in_element(count))?;
            if let Some(key) = key {
                message.map(index).insert(key, value);
            }
            Ok(())
        });
    }
    if field.repeated() {
        r.colon(is_message)?;
        return r.elements(|r| {
            let count = message.fields.get(field.number);
            let count = count.and_then(|slot| slot.value.as_list()).map_or(0, |list| list.len());
            let value = value(message, field.kind, r).map_err(|error| error.in_element(count))?;
            message.list(index).push(value);
            Ok(())
        });
    }
    if !first {
        return Err(r.given_twice());
    }
    if let Some(oneof) = field.oneof {
        let siblings = &content.message(field.message).oneofs[oneof as usize].fields;
        let is_set = |field: &u32| message.fields.contains(content.field(*field).number);
        if siblings.iter().any(is_set) {
            let problem = "another field of the same oneof is set already; keep one";
            return Err(r.error_at(r.name_position(), problem));
        }
    }
    r.colon(is_message)?;
    let value = value(message, field.kind, r)?;
    message.store(index, value);
    Ok(())
}

/// An entry of a map in braces; what it lacks has its default.
fn entry(
    message: &DynamicMessage,
    field: &FieldData,
    r: &mut TextReader<'_>,
) -> Result<(Option<MapKey>, Value), TextError> {
    let pool = &message.descriptor.pool;
    let parts = |content: &Content| match field.kind {
        KindData::Message(entry) => content.entry(entry).map(|(key, value)| (key.kind, value.kind)),
        _ => None,
    };
    let Some((key_kind, value_kind)) = parts(&pool.content) else {
        return Err(r.unexpected("a field that is a map"));
    };
    let (mut key, mut given) = (None, None);
    r.braced(|r| {
        while let Some(name) = r.name()? {
            let (part, kind, called) = match &name {
                Name::Field("key") => (&mut key, key_kind, "key"),
                Name::Field("value") => (&mut given, value_kind, "value"),
                _ => {
                    r.unknown(&name, "a map's entry")?;
                    r.separator();
                    continue;
                }
            };
            let read = if part.is_some() {
                Err(r.given_twice())
            } else {
                r.colon(matches!(kind, KindData::Message(_))).and_then(|()| value(message, kind, r))
            };
            *part = Some(read.map_err(|error| error.in_field(called))?);
            r.separator();
        }
        Ok(())
    })?;
    let key = key.unwrap_or_else(|| Value::default_of_kind(key_kind, pool));
    let given = given.unwrap_or_else(|| Value::default_of_kind(value_kind, pool));
    Ok((MapKey::of(key), given))
}

/// One value of a kind of the message's pool.
fn value(
    message: &DynamicMessage,
    kind: KindData,
    r: &mut TextReader<'_>,
) -> Result<Value, TextError> {
    // The reader has made sure of the range before an integer is narrowed.
    Ok(match kind {
        KindData::Double => Value::F64(r.float("double")?),
        KindData::Float => Value::F32(r.float("float")?),
        KindData::Int32 | KindData::Sint32 | KindData::Sfixed32 => {
            Value::I32(r.integer("int32", i32::MIN.into(), i32::MAX.into())? as i32)
        }
        KindData::Int64 | KindData::Sint64 | KindData::Sfixed64 => {
            Value::I64(r.integer("int64", i64::MIN.into(), i64::MAX.into())? as i64)
        }
        KindData::Uint32 | KindData::Fixed32 => {
            Value::U32(r.integer("uint32", 0, u32::MAX.into())? as u32)
        }
        KindData::Uint64 | KindData::Fixed64 => {
            Value::U64(r.integer("uint64", 0, u64::MAX.into())? as u64)
        }
        KindData::Bool => Value::Bool(r.bool()?),
        KindData::String => Value::String(r.string()?),
        KindData::Bytes => Value::Bytes(r.bytes()?),
        KindData::Enum(index) => Value::Enum(enumeration(message.content().enumeration(index), r)?),
        KindData::Message(index) => {
            let descriptor = MessageDescriptor::new(&message.descriptor.pool, index);
            let mut inner = DynamicMessage::new(descriptor);
            r.braced(|r| fields(&mut inner, r))?;
            Value::from(inner)
        }
    })
}

/// An enum value by name or number. A closed enum has no numbers but the declared ones.
fn enumeration(enumeration: &EnumData, r: &mut TextReader<'_>) -> Result<i32, TextError> {
    let problem = |given: &str| {
        let names = enumeration.values.iter().map(|value| last_word(&value.full_name));
        unknown_value(&enumeration.full_name, given, names)
    };
    r.peek();
    let start = r.position();
    match r.word() {
        Some(name) => match enumeration.by_name(name) {
            Some(place) => Ok(enumeration.values[place as usize].number),
            None => Err(r.error_at(start, problem(name))),
        },
        None => {
            let number =
                r.integer(&enumeration.full_name, i32::MIN.into(), i32::MAX.into())? as i32;
            if enumeration.closed && enumeration.by_number(number).is_none() {
                return Err(r.error_at(start, problem(&number.to_string())));
            }
            Ok(number)
        }
    }
}
