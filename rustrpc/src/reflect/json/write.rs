//! From messages to text.

use super::special::{Special, key_name};
use crate::json::JsonWriter;
use crate::reflect::data::{FieldData, KindData};
use crate::reflect::{DynamicMessage, Value};

/// A message, special or not.
pub(super) fn message(message: &DynamicMessage, w: &mut JsonWriter) {
    match Special::of(message.descriptor.full_name()) {
        Some(special) => special.write(message, w),
        None => w.message(|w| members(message, w)),
    }
}

fn members(message: &DynamicMessage, w: &mut JsonWriter) {
    let content = message.content();
    for index in message.descriptor.data().fields.clone() {
        let field = content.field(index);
        match message.fields.get(field.number) {
            Some(slot) => member(message, field, &slot.value, w),
            None if w.printer().defaults && !field.presence => {
                let value = Value::default_of(field, &message.descriptor.pool);
                member(message, field, &value, w);
            }
            None => {}
        }
    }
    for slot in message.fields.iter() {
        let field = content.field(slot.field);
        if field.extension {
            let name = format!("[{}]", field.full_name);
            w.name(&name);
            w.part(|error| error.in_field(&name), |w| field_value(message, field, &slot.value, w));
        }
    }
}

fn member(message: &DynamicMessage, field: &FieldData, value: &Value, w: &mut JsonWriter) {
    let name = if w.printer().proto_names { field.name() } else { &*field.json_name };
    w.name(name);
    w.part(|error| error.in_field(&field.json_name), |w| field_value(message, field, value, w));
}

/// What a field holds. The message is one of the field's pool.
pub(super) fn field_value(
    message: &DynamicMessage,
    field: &FieldData,
    value: &Value,
    w: &mut JsonWriter,
) {
    match value {
        Value::Map(entries) => {
            let KindData::Message(entry) = field.kind else { return };
            let Some((_, value_field)) = message.content().entry(entry) else { return };
            w.message(|w| {
                for (key, value) in entries {
                    let name = key_name(key);
                    w.name(&name);
                    w.part(
                        |error| error.in_entry(&name),
                        |w| self::value(message, value_field.kind, value, w),
                    );
                }
            });
        }
        Value::List(values) => {
            w.literal("[");
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    w.literal(",");
                }
                w.part(
                    |error| error.in_element(index),
                    |w| self::value(message, field.kind, value, w),
                );
            }
            w.literal("]");
        }
        value => self::value(message, field.kind, value, w),
    }
}

/// One value.
pub(super) fn value(message: &DynamicMessage, kind: KindData, value: &Value, w: &mut JsonWriter) {
    match value {
        Value::Bool(value) => w.literal(if *value { "true" } else { "false" }),
        Value::I32(value) => w.int32(*value),
        Value::I64(value) => w.int64(*value),
        Value::U32(value) => w.uint32(*value),
        Value::U64(value) => w.uint64(*value),
        Value::F32(value) => w.float(*value),
        Value::F64(value) => w.double(*value),
        Value::String(value) => w.string(value),
        Value::Bytes(value) => w.bytes(value),
        Value::Message(inner) => self::message(inner, w),
        Value::Enum(number) => {
            let KindData::Enum(index) = kind else { return w.int32(*number) };
            let enumeration = message.content().enumeration(index);
            let at = enumeration.by_number(*number).filter(|_| !w.printer().enum_numbers);
            match at {
                _ if &*enumeration.full_name == super::read::NULL_VALUE => w.literal("null"),
                Some(at) => w.string(enumeration.json_name(at)),
                None => w.int32(*number),
            }
        }
        // Lists and maps do not stand in others.
        Value::List(_) | Value::Map(_) => {}
    }
}
