//! From bytes, with what generated code uses: the same limits, the same refusals.

use super::data::{Content, FieldData, KindData};
use super::{DynamicMessage, MapKey, Value};
use crate::wire::{DecodeError, Reader, UnknownFields, UnknownValue, WireType, Writer};

/// The tag of a message set's item: group 1.
const ITEM: u32 = WireType::StartGroup.tag(1);

impl DynamicMessage {
    /// Merges fields up to the end of what the reader is in.
    pub(super) fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
        self.read_fields(r).map_err(|error| error.within(self.descriptor.full_name().to_owned()))
    }

    fn read_fields(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
        let message_set = self.descriptor.data().message_set;
        while let Some(tag) = r.tag()? {
            if message_set && tag == ITEM {
                self.read_item(r)?;
                continue;
            }
            let index = self.content().field_by_number(self.descriptor.index, tag >> 3);
            match (index, WireType::of_tag(tag)) {
                (Some(index), Some(wire_type)) => self.read_field(r, index, tag, wire_type)?,
                _ => r.unknown_field(tag, &mut self.unknown_fields)?,
            }
        }
        Ok(())
    }

    fn read_field(
        &mut self,
        r: &mut Reader<'_>,
        index: u32,
        tag: u32,
        wire_type: WireType,
    ) -> Result<(), DecodeError> {
        let content = &self.descriptor.pool.content;
        let field = content.field(index);
        let expected = field.wire_type();
        if field.map && wire_type == expected {
            return self.read_entry(r, index);
        }
        if let KindData::Message(_) = field.kind {
            if wire_type != expected {
                return r.unknown_field(tag, &mut self.unknown_fields);
            }
            if !field.repeated() {
                return match self.message_at(index) {
                    Some(message) => message.read_as(r, tag, wire_type),
                    None => r.unknown_field(tag, &mut self.unknown_fields),
                };
            }
            let value = Value::default_of_kind(field.kind, &self.descriptor.pool);
            let list = self.list(index);
            list.push(value);
            return match list.last_mut() {
                Some(Value::Message(message)) => message.read_as(r, tag, wire_type),
                _ => Ok(()),
            };
        }
        if wire_type == expected {
            let (kind, repeated) = (field.kind, field.repeated());
            if let Some(value) = scalar(r, kind, content, &mut self.unknown_fields)? {
                if repeated {
                    self.list(index).push(value);
                } else {
                    self.store(index, value);
                }
            }
            return Ok(());
        }
        // Repeated numbers are taken packed and one by one, however they are written.
        if field.repeated() && field.kind.packable() && wire_type == WireType::LengthDelimited {
            let values = packed(r, field, content, &mut self.unknown_fields)?;
            if !values.is_empty() {
                let list = self.list(index);
                if list.is_empty() {
                    *list = values;
                } else {
                    list.extend(values);
                }
            }
            return Ok(());
        }
        r.unknown_field(tag, &mut self.unknown_fields)
    }

    /// Merges a message behind its tag.
    fn read_as(
        &mut self,
        r: &mut Reader<'_>,
        tag: u32,
        wire_type: WireType,
    ) -> Result<(), DecodeError> {
        match wire_type {
            WireType::StartGroup => r.enter_group(tag, |r| self.read(r)),
            _ => r.enter(|r| self.read(r)),
        }
    }

    fn read_entry(&mut self, r: &mut Reader<'_>, index: u32) -> Result<(), DecodeError> {
        let Self { descriptor, unknown_fields, .. } = self;
        let pool = &descriptor.pool;
        let content = &pool.content;
        let KindData::Message(entry) = content.field(index).kind else { return Ok(()) };
        let Some((key_field, value_field)) = content.entry(entry) else { return Ok(()) };
        let key_tag = key_field.wire_type().tag(1);
        let value_tag = value_field.wire_type().tag(2);
        let mut key = Value::default_of_kind(key_field.kind, pool);
        let mut value = Value::default_of_kind(value_field.kind, pool);
        let mark = r.mark();
        let mut undeclared = UnknownFields::new();
        r.enter(|r| {
            while let Some(tag) = r.tag()? {
                if tag == key_tag {
                    if let Some(read) = scalar(r, key_field.kind, content, &mut undeclared)? {
                        key = read;
                    }
                } else if tag != value_tag {
                    r.skip(tag)?;
                } else if let Value::Message(message) = &mut value {
                    message.read_as(r, tag, WireType::LengthDelimited)?;
                } else if let Some(read) = scalar(r, value_field.kind, content, &mut undeclared)? {
                    // The last value counts, whatever stood before it.
                    undeclared.clear();
                    value = read;
                }
            }
            Ok(())
        })?;
        if !undeclared.is_empty() {
            // A number that a closed enum does not declare: the whole entry is not known.
            unknown_fields.push(r.since(mark));
        } else if let Some(key) = MapKey::of(key) {
            self.map(index).insert(key, value);
        }
        Ok(())
    }

    /// An item of a message set: an extension's number and its message.
    fn read_item(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
        let mut item = UnknownFields::new();
        r.message_set_item(&mut item)?;
        let content = self.content();
        let known = parts(&item).and_then(|(number, bytes)| {
            let index = *content.extensions.get(&(self.descriptor.index, number))?;
            let field = content.field(index);
            let is_message = matches!(field.kind, KindData::Message(_)) && !field.repeated();
            is_message.then_some((index, bytes))
        });
        if let Some((index, bytes)) = known
            && let Some(message) = self.message_at(index)
        {
            return message.read(&mut Reader::at_depth(bytes, r.depth() + 1)?);
        }
        self.unknown_fields.push(item.as_bytes());
        Ok(())
    }
}

/// The type and the message of an item that was kept; `None` for one that lacks either.
fn parts(item: &UnknownFields) -> Option<(u32, &[u8])> {
    let UnknownValue::Group(records) = item.iter().next()?.value else { return None };
    let (mut id, mut message) = (None, None);
    for record in records {
        match (record.number, record.value) {
            (2, UnknownValue::Varint(number)) if id.is_none() => id = u32::try_from(number).ok(),
            (3, UnknownValue::LengthDelimited(bytes)) if message.is_none() => message = Some(bytes),
            _ => {}
        }
    }
    Some((id?, message?))
}

/// One value that is not a message. What a closed enum does not declare goes to the unknown fields.
fn scalar(
    r: &mut Reader<'_>,
    kind: KindData,
    content: &Content,
    unknown: &mut UnknownFields,
) -> Result<Option<Value>, DecodeError> {
    Ok(Some(match kind {
        KindData::Double => Value::F64(r.double()?),
        KindData::Float => Value::F32(r.float()?),
        KindData::Int32 => Value::I32(r.int32()?),
        KindData::Int64 => Value::I64(r.int64()?),
        KindData::Uint32 => Value::U32(r.uint32()?),
        KindData::Uint64 => Value::U64(r.uint64()?),
        KindData::Sint32 => Value::I32(r.sint32()?),
        KindData::Sint64 => Value::I64(r.sint64()?),
        KindData::Fixed32 => Value::U32(r.fixed32()?),
        KindData::Fixed64 => Value::U64(r.fixed64()?),
        KindData::Sfixed32 => Value::I32(r.sfixed32()?),
        KindData::Sfixed64 => Value::I64(r.sfixed64()?),
        KindData::Bool => Value::Bool(r.bool()?),
        KindData::String => Value::String(r.string()?),
        KindData::Bytes => Value::Bytes(r.bytes()?),
        KindData::Enum(index) => {
            let mark = r.mark();
            let number = r.int32()?;
            let enumeration = content.enumeration(index);
            if enumeration.closed && enumeration.by_number(number).is_none() {
                unknown.push(r.since(mark));
                return Ok(None);
            }
            Value::Enum(number)
        }
        KindData::Message(_) => return Ok(None),
    }))
}

fn packed(
    r: &mut Reader<'_>,
    field: &FieldData,
    content: &Content,
    unknown: &mut UnknownFields,
) -> Result<Vec<Value>, DecodeError> {
    macro_rules! read {
        ($method:ident, $variant:ident) => {{
            let mut values = Vec::new();
            r.$method(&mut values)?;
            values.into_iter().map(Value::$variant).collect()
        }};
    }
    Ok(match field.kind {
        KindData::Double => read!(packed_double, F64),
        KindData::Float => read!(packed_float, F32),
        KindData::Int32 => read!(packed_int32, I32),
        KindData::Int64 => read!(packed_int64, I64),
        KindData::Uint32 => read!(packed_uint32, U32),
        KindData::Uint64 => read!(packed_uint64, U64),
        KindData::Sint32 => read!(packed_sint32, I32),
        KindData::Sint64 => read!(packed_sint64, I64),
        KindData::Fixed32 => read!(packed_fixed32, U32),
        KindData::Fixed64 => read!(packed_fixed64, U64),
        KindData::Sfixed32 => read!(packed_sfixed32, I32),
        KindData::Sfixed64 => read!(packed_sfixed64, I64),
        KindData::Bool => read!(packed_bool, Bool),
        KindData::Enum(index) => {
            let mut numbers = Vec::new();
            r.packed_uint64(&mut numbers)?;
            let enumeration = content.enumeration(index);
            let mut values = Vec::with_capacity(numbers.len());
            for number in numbers {
                // The higher half is cut off, as the encoding wants it.
                let short = number as i32;
                if enumeration.closed && enumeration.by_number(short).is_none() {
                    let mut record = Writer::new();
                    record.uint64(WireType::Varint.tag(field.number), number);
                    unknown.push(record.as_slice());
                } else {
                    values.push(Value::Enum(short));
                }
            }
            values
        }
        KindData::String | KindData::Bytes | KindData::Message(_) => Vec::new(),
    })
}

impl FieldData {
    /// What the tag of one value says.
    pub(super) fn wire_type(&self) -> WireType {
        match self.kind {
            KindData::Double | KindData::Fixed64 | KindData::Sfixed64 => WireType::Fixed64,
            KindData::Float | KindData::Fixed32 | KindData::Sfixed32 => WireType::Fixed32,
            KindData::String | KindData::Bytes => WireType::LengthDelimited,
            KindData::Message(_) if self.delimited => WireType::StartGroup,
            KindData::Message(_) => WireType::LengthDelimited,
            _ => WireType::Varint,
        }
    }
}
