//! From messages to text.

use super::{any, text_name};
use crate::reflect::data::{FieldData, KindData};
use crate::reflect::{DynamicMessage, MapKey, Value};
use crate::text::TextWriter;

/// The fields of a message.
pub(super) fn message(message: &DynamicMessage, w: &mut TextWriter) {
    if message.descriptor.full_name() != any::ANY || !any::spelled_out(message, w) {
        fields(message, w);
    }
    if w.shows_unknown_fields() {
        w.numbered(message.unknown_fields.iter());
    }
}

fn fields(message: &DynamicMessage, w: &mut TextWriter) {
    let content = message.content();
    for index in message.descriptor.data().fields.clone() {
        let field = content.field(index);
        if let Some(slot) = message.fields.get(field.number) {
            self::field(message, field, text_name(field, content), &slot.value, w);
        }
    }
    for slot in message.fields.iter() {
        let field = content.field(slot.field);
        if field.extension {
            self::field(message, field, &format!("[{}]", field.full_name), &slot.value, w);
        }
    }
}

fn field(
    message: &DynamicMessage,
    field: &FieldData,
    name: &str,
    value: &Value,
    w: &mut TextWriter,
) {
    match value {
        Value::Map(entries) => {
            let KindData::Message(entry) = field.kind else { return };
            let Some((_, value_field)) = message.content().entry(entry) else { return };
            for (key, value) in entries {
                w.message(name, |w| {
                    w.scalar("key", |w| self::key(key, w));
                    one(message, value_field.kind, "value", value, w);
                });
            }
        }
        Value::List(values) => {
            values.iter().for_each(|value| one(message, field.kind, name, value, w));
        }
        value => one(message, field.kind, name, value, w),
    }
}

/// A field with one value.
fn one(message: &DynamicMessage, kind: KindData, name: &str, value: &Value, w: &mut TextWriter) {
    match value {
        Value::Message(inner) => w.message(name, |w| self::message(inner, w)),
        Value::Bool(value) => w.scalar(name, |w| w.word(if *value { "true" } else { "false" })),
        Value::I32(value) => w.scalar(name, |w| w.signed((*value).into())),
        Value::I64(value) => w.scalar(name, |w| w.signed(*value)),
        Value::U32(value) => w.scalar(name, |w| w.unsigned((*value).into())),
        Value::U64(value) => w.scalar(name, |w| w.unsigned(*value)),
        Value::F32(value) => w.scalar(name, |w| w.float(*value)),
        Value::F64(value) => w.scalar(name, |w| w.double(*value)),
        Value::String(value) => w.scalar(name, |w| w.string(value)),
        Value::Bytes(value) => w.scalar(name, |w| w.bytes(value)),
        Value::Enum(number) => {
            let known = match kind {
                KindData::Enum(index) => message.content().enumeration(index).name_of(*number),
                _ => None,
            };
            w.scalar(name, |w| match known {
                Some(known) => w.word(known),
                None => w.signed((*number).into()),
            });
        }
        // Lists and maps do not stand in others.
        Value::List(_) | Value::Map(_) => {}
    }
}

fn key(key: &MapKey, w: &mut TextWriter) {
    match key {
        MapKey::Bool(key) => w.word(if *key { "true" } else { "false" }),
        MapKey::I32(key) => w.signed((*key).into()),
        MapKey::I64(key) => w.signed(*key),
        MapKey::U32(key) => w.unsigned((*key).into()),
        MapKey::U64(key) => w.unsigned(*key),
        MapKey::String(key) => w.string(key),
    }
}
