//! To bytes, back to front as generated code does it.

use super::data::{FieldData, KindData};
use super::{DynamicMessage, MapKey, Value};
use crate::wire::{WireType, Writer};

impl DynamicMessage {
    /// Writes the fields in front of what `w` holds already, the last one first.
    pub(super) fn write(&self, w: &mut Writer) {
        w.unknown_fields(&self.unknown_fields);
        let content = self.content();
        let message_set = self.descriptor.data().message_set;
        for slot in self.fields.iter().rev() {
            let field = content.field(slot.field);
            match &slot.value {
                Value::Message(message) if message_set && field.extension => {
                    w.message_set_item(field.number, |w, tag| {
                        w.delimited_with(tag, |w| message.write(w));
                    });
                }
                Value::Map(entries) => {
                    let KindData::Message(entry) = field.kind else { continue };
                    let Some((key_field, value_field)) = content.entry(entry) else { continue };
                    for (key, value) in entries.iter().rev() {
                        w.delimited_with(field.tag(), |w| {
                            single(w, value_field, value);
                            map_key(w, key_field, key);
                        });
                    }
                }
                Value::List(values) if field.packed => packed(w, field, values),
                Value::List(values) => {
                    values.iter().rev().for_each(|value| single(w, field, value));
                }
                value => single(w, field, value),
            }
        }
    }
}

impl FieldData {
    /// The tag of one value.
    fn tag(&self) -> u32 {
        self.wire_type().tag(self.number)
    }
}

/// A field with one value. One that does not fit its field can't be in a message.
fn single(w: &mut Writer, field: &FieldData, value: &Value) {
    let tag = field.tag();
    match (value, field.kind) {
        (Value::Message(message), _) if field.delimited => {
            w.group_with(tag, |w| message.write(w));
        }
        (Value::Message(message), _) => w.delimited_with(tag, |w| message.write(w)),
        (Value::Bool(value), _) => w.bool(tag, *value),
        (Value::I32(value), KindData::Sint32) => w.sint32(tag, *value),
        (Value::I32(value), KindData::Sfixed32) => w.sfixed32(tag, *value),
        (Value::I32(value) | Value::Enum(value), _) => w.int32(tag, *value),
        (Value::I64(value), KindData::Sint64) => w.sint64(tag, *value),
        (Value::I64(value), KindData::Sfixed64) => w.sfixed64(tag, *value),
        (Value::I64(value), _) => w.int64(tag, *value),
        (Value::U32(value), KindData::Fixed32) => w.fixed32(tag, *value),
        (Value::U32(value), _) => w.uint32(tag, *value),
        (Value::U64(value), KindData::Fixed64) => w.fixed64(tag, *value),
        (Value::U64(value), _) => w.uint64(tag, *value),
        (Value::F32(value), _) => w.float(tag, *value),
        (Value::F64(value), _) => w.double(tag, *value),
        (Value::String(value), _) => w.string(tag, value),
        (Value::Bytes(value), _) => w.bytes(tag, value),
        (Value::List(_) | Value::Map(_), _) => {}
    }
}

fn map_key(w: &mut Writer, field: &FieldData, key: &MapKey) {
    let tag = field.tag();
    match (key, field.kind) {
        (MapKey::Bool(value), _) => w.bool(tag, *value),
        (MapKey::I32(value), KindData::Sint32) => w.sint32(tag, *value),
        (MapKey::I32(value), KindData::Sfixed32) => w.sfixed32(tag, *value),
        (MapKey::I32(value), _) => w.int32(tag, *value),
        (MapKey::I64(value), KindData::Sint64) => w.sint64(tag, *value),
        (MapKey::I64(value), KindData::Sfixed64) => w.sfixed64(tag, *value),
        (MapKey::I64(value), _) => w.int64(tag, *value),
        (MapKey::U32(value), KindData::Fixed32) => w.fixed32(tag, *value),
        (MapKey::U32(value), _) => w.uint32(tag, *value),
        (MapKey::U64(value), KindData::Fixed64) => w.fixed64(tag, *value),
        (MapKey::U64(value), _) => w.uint64(tag, *value),
        (MapKey::String(value), _) => w.string(tag, value),
    }
}

fn packed(w: &mut Writer, field: &FieldData, values: &[Value]) {
    let tag = WireType::LengthDelimited.tag(field.number);
    macro_rules! write {
        ($method:ident, $variant:ident) => {{
            let numbers = values.iter().filter_map(|value| match value {
                Value::$variant(value) => Some(*value),
                _ => None,
            });
            w.$method(tag, &numbers.collect::<Vec<_>>());
        }};
    }
    match field.kind {
        KindData::Double => write!(packed_double, F64),
        KindData::Float => write!(packed_float, F32),
        KindData::Int32 => write!(packed_int32, I32),
        KindData::Int64 => write!(packed_int64, I64),
        KindData::Uint32 => write!(packed_uint32, U32),
        KindData::Uint64 => write!(packed_uint64, U64),
        KindData::Sint32 => write!(packed_sint32, I32),
        KindData::Sint64 => write!(packed_sint64, I64),
        KindData::Fixed32 => write!(packed_fixed32, U32),
        KindData::Fixed64 => write!(packed_fixed64, U64),
        KindData::Sfixed32 => write!(packed_sfixed32, I32),
        KindData::Sfixed64 => write!(packed_sfixed64, I64),
        KindData::Bool => write!(packed_bool, Bool),
        KindData::Enum(_) => write!(packed_int32, Enum),
        KindData::String | KindData::Bytes | KindData::Message(_) => {}
    }
}
