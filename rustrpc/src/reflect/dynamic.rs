//! Messages by their descriptors.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use super::data::{Content, FieldData, KindData};
use super::fields::Fields;
use super::{
    DescriptorPool, FieldDescriptor, FieldKey, MapKey, MessageDescriptor, OneofDescriptor,
    SetError, TranscodeError, Value,
};
use crate::wire::{DecodeError, Message, Reader, UnknownFields, Writer};

/// A message of a type that is known by its descriptor alone.
///
/// Fields are named by a [`FieldKey`]. A field without presence that is set to its default is as
/// one that is not set. Extensions that the pool knows are fields.
#[derive(Clone, PartialEq)]
pub struct DynamicMessage {
    pub(super) descriptor: MessageDescriptor,
    /// Every value fits its field, and none is implied.
    pub(super) fields: Fields,
    pub(super) unknown_fields: UnknownFields,
}

impl DynamicMessage {
    /// A message without any field set.
    #[must_use]
    pub fn new(descriptor: MessageDescriptor) -> Self {
        Self { descriptor, fields: Fields::new(), unknown_fields: UnknownFields::new() }
    }

    /// Its type.
    #[must_use]
    pub fn descriptor(&self) -> &MessageDescriptor {
        &self.descriptor
    }

    /// What a field holds, its default if it is not set; `None` when there is no such field.
    #[must_use]
    pub fn get<K: FieldKey>(&self, key: K) -> Option<Cow<'_, Value>> {
        let field = self.content().field(key.find(&self.descriptor)?);
        Some(match self.fields.get(field.number) {
            Some(slot) => Cow::Borrowed(&slot.value),
            None => Cow::Owned(Value::default_of(field, &self.descriptor.pool)),
        })
    }

    /// Whether a field is set: is present, is not its default where that is the same, is not empty.
    #[must_use]
    pub fn has<K: FieldKey>(&self, key: K) -> bool {
        key.find(&self.descriptor)
            .is_some_and(|field| self.fields.contains(self.content().field(field).number))
    }

    /// Sets a field. Another field of the same oneof is cleared.
    ///
    /// # Errors
    ///
    /// When there is no such field, or the value is not of its type.
    pub fn set<K: FieldKey>(&mut self, key: K, value: impl Into<Value>) -> Result<(), SetError> {
        let (index, value) = (self.place_of(key)?, value.into());
        let field = self.content().field(index);
        if !value.fits(field, &self.descriptor.pool) {
            return Err(self.wrong_type(field));
        }
        self.store(index, value);
        Ok(())
    }

    /// The message in a field, to be changed; a field that is not set gets an empty one.
    ///
    /// # Errors
    ///
    /// When there is no such field, or it does not hold one message.
    pub fn message_mut<K: FieldKey>(&mut self, key: K) -> Result<&mut Self, SetError> {
        let index = self.place_of(key)?;
        let field = self.content().field(index);
        if field.repeated() || !matches!(field.kind, KindData::Message(_)) {
            return Err(self.wrong_type(field));
        }
        Ok(self.message_at(index).expect("the field was just seen to hold a message"))
    }

    /// Appends to a list.
    ///
    /// # Errors
    ///
    /// When there is no such field, it is no list, or the value is not of its type.
    pub fn push<K: FieldKey>(&mut self, key: K, value: impl Into<Value>) -> Result<(), SetError> {
        let (index, value) = (self.place_of(key)?, value.into());
        let field = self.content().field(index);
        if !field.repeated() || field.map || !value.is_of(field.kind, &self.descriptor.pool) {
            return Err(self.wrong_type(field));
        }
        self.list(index).push(value);
        Ok(())
    }

    /// Adds an entry to a map, or replaces the one with that key.
    ///
    /// # Errors
    ///
    /// When there is no such field, it is no map, or the key or value is not of its type.
    pub fn insert<K: FieldKey>(
        &mut self,
        key: K,
        map_key: impl Into<MapKey>,
        value: impl Into<Value>,
    ) -> Result<(), SetError> {
        let index = self.place_of(key)?;
        let (map_key, value) = (map_key.into(), value.into());
        let field = self.content().field(index);
        let entry = Value::Map([(map_key, value)].into());
        if !entry.fits(field, &self.descriptor.pool) {
            return Err(self.wrong_type(field));
        }
        if let Value::Map(entry) = entry {
            self.map(index).extend(entry);
        }
        Ok(())
    }

    /// Has a field not be set; what it held.
    pub fn clear<K: FieldKey>(&mut self, key: K) -> Option<Value> {
        let number = self.content().field(key.find(&self.descriptor)?).number;
        self.fields.remove(number).map(|slot| slot.value)
    }

    /// The fields that are set, extensions among them, in the order of their numbers.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (FieldDescriptor, &Value)> {
        self.fields
            .iter()
            .map(|slot| (FieldDescriptor::new(&self.descriptor.pool, slot.field), &slot.value))
    }

    /// The field of a oneof that is set.
    #[must_use]
    pub fn case(&self, oneof: &OneofDescriptor) -> Option<FieldDescriptor> {
        oneof.fields().find(|field| self.has(field))
    }

    /// The fields that the descriptor does not know.
    #[must_use]
    pub fn unknown_fields(&self) -> &UnknownFields {
        &self.unknown_fields
    }

    /// The fields that the descriptor does not know, to be changed.
    pub fn unknown_fields_mut(&mut self) -> &mut UnknownFields {
        &mut self.unknown_fields
    }

    /// The full name of a required field, here or below, that is not set.
    #[must_use]
    pub fn missing_required(&self) -> Option<&str> {
        if self.content().any_required { self.find_missing() } else { None }
    }

    /// The message of that type that `bytes` encode.
    ///
    /// # Errors
    ///
    /// As for [`Message::decode`].
    pub fn decode(descriptor: MessageDescriptor, bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut message = Self::new(descriptor);
        message.merge(bytes)?;
        Ok(message)
    }

    /// Merges the message that `bytes` encode into this one, as [`Message::merge`] does.
    ///
    /// # Errors
    ///
    /// As for [`Message::merge`].
    pub fn merge(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        self.merge_from(&mut Reader::new(bytes))
    }

    /// Merges all that the reader has.
    pub(super) fn merge_from(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        self.read(reader)?;
        match self.missing_required() {
            None => Ok(()),
            Some(field) => {
                let (field, name) = (field.to_owned(), self.descriptor.full_name().to_owned());
                Err(reader.missing_required(field, name))
            }
        }
    }

    /// The encoded message.
    #[must_use]
    pub fn encode_to_vec(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(&mut writer);
        writer.take_vec()
    }

    /// The same message by a descriptor of the pool.
    ///
    /// # Errors
    ///
    /// When the pool does not have the message, or another version of it that does not fit.
    pub fn from_message<M: Message>(
        message: &M,
        pool: &DescriptorPool,
    ) -> Result<Self, TranscodeError> {
        let descriptor = pool
            .message(M::NAME)
            .ok_or_else(|| TranscodeError::UnknownMessage(M::NAME.to_owned()))?;
        Ok(Self::decode(descriptor, &message.encode_to_vec())?)
    }

    /// The same message as a generated type.
    ///
    /// # Errors
    ///
    /// When it is another message, or was made from another version of it that does not fit.
    pub fn to_message<M: Message>(&self) -> Result<M, TranscodeError> {
        if self.descriptor.full_name() != M::NAME {
            return Err(TranscodeError::OtherType {
                expected: M::NAME.to_owned(),
                found: self.descriptor.full_name().to_owned(),
            });
        }
        Ok(M::decode(&self.encode_to_vec())?)
    }

    pub(super) fn content(&self) -> &Content {
        &self.descriptor.pool.content
    }

    /// Puts a value that fits into a field, and clears the others of its oneof.
    pub(super) fn store(&mut self, index: u32, value: Value) {
        self.clear_siblings(index);
        let content = &self.descriptor.pool.content;
        let field = content.field(index);
        if !field.presence && value.is_implied(field, content) {
            self.fields.remove(field.number);
        } else {
            self.fields.insert(field.number, index, value);
        }
    }

    /// The message in a singular field, made if it is not set; `None` when it holds none.
    pub(super) fn message_at(&mut self, index: u32) -> Option<&mut Self> {
        self.clear_siblings(index);
        let pool = &self.descriptor.pool;
        let field = pool.content.field(index);
        let default = || Value::default_of_kind(field.kind, pool);
        match self.fields.get_or_insert_with(field.number, index, default) {
            Value::Message(message) => Some(message),
            _ => None,
        }
    }

    /// The elements of a list field. The caller adds one.
    pub(super) fn list(&mut self, index: u32) -> &mut Vec<Value> {
        let number = self.content().field(index).number;
        match self.fields.get_or_insert_with(number, index, || Value::List(Vec::new())) {
            Value::List(values) => values,
            _ => unreachable!("every value fits its field, and this one is a list"),
        }
    }

    /// The entries of a map field. The caller adds one.
    pub(super) fn map(&mut self, index: u32) -> &mut BTreeMap<MapKey, Value> {
        let number = self.content().field(index).number;
        match self.fields.get_or_insert_with(number, index, || Value::Map(BTreeMap::new())) {
            Value::Map(entries) => entries,
            _ => unreachable!("every value fits its field, and this one is a map"),
        }
    }

    /// Clears the other fields of a field's oneof.
    fn clear_siblings(&mut self, index: u32) {
        let Self { descriptor, fields, .. } = self;
        let content = &descriptor.pool.content;
        let field = content.field(index);
        let Some(oneof) = field.oneof else { return };
        let siblings = &content.message(field.message).oneofs[oneof as usize].fields;
        for sibling in siblings.iter().filter(|sibling| **sibling != index) {
            fields.remove(content.field(*sibling).number);
        }
    }

    fn place_of<K: FieldKey>(&self, key: K) -> Result<u32, SetError> {
        key.find(&self.descriptor).ok_or_else(|| SetError::NoSuchField {
            message: self.descriptor.full_name().to_owned(),
            field: key.show(),
        })
    }

    #[cold]
    fn wrong_type(&self, field: &FieldData) -> SetError {
        SetError::WrongType {
            field: field.full_name.to_string(),
            expected: field.expected(&self.descriptor.pool),
        }
    }

    fn find_missing(&self) -> Option<&str> {
        let content = self.content();
        for field in self.descriptor.data().fields.clone() {
            let field = content.field(field);
            if field.cardinality == super::Cardinality::Required
                && !self.fields.contains(field.number)
            {
                return Some(&field.full_name);
            }
        }
        self.fields.iter().find_map(|slot| match &slot.value {
            Value::Message(message) => message.find_missing(),
            Value::List(values) => {
                values.iter().filter_map(Value::as_message).find_map(Self::find_missing)
            }
            Value::Map(entries) => {
                entries.values().filter_map(Value::as_message).find_map(Self::find_missing)
            }
            _ => None,
        })
    }
}

impl fmt::Debug for DynamicMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(self.descriptor.full_name());
        for slot in self.fields.iter() {
            shown.field(self.content().field(slot.field).name(), &slot.value);
        }
        if !self.unknown_fields.is_empty() {
            shown.field("unknown_fields", &self.unknown_fields);
        }
        shown.finish()
    }
}
