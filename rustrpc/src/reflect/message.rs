//! Messages.

use std::ops::Range;

use super::data::last_word;
use super::handle::{descriptor, shown_by_name};
use super::{EnumDescriptor, FieldDescriptor, FileDescriptor, OneofDescriptor};
use crate::types::MessageOptions;

descriptor! {
    /// A message type.
    MessageDescriptor, MessageData via message
}

shown_by_name!(MessageDescriptor);

impl MessageDescriptor {
    /// Its name without what is around it, `Order`.
    #[must_use]
    pub fn name(&self) -> &str {
        last_word(&self.data().full_name)
    }

    /// Its full name, `acme.orders.v1.Order`.
    #[must_use]
    pub fn full_name(&self) -> &str {
        &self.data().full_name
    }

    /// The file it is defined in.
    #[must_use]
    pub fn file(&self) -> FileDescriptor {
        FileDescriptor::new(&self.pool, self.data().file)
    }

    /// The message it is defined in.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.data().parent.map(|index| Self::new(&self.pool, index))
    }

    /// Its fields in the order of the .proto, without extensions.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = FieldDescriptor> + '_ {
        self.data().fields.clone().map(|index| FieldDescriptor::new(&self.pool, index))
    }

    /// The field of that name in the .proto.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldDescriptor> {
        let index = self.pool.content.field_by_name(self.index, name)?;
        Some(FieldDescriptor::new(&self.pool, index))
    }

    /// The field of that name in JSON.
    #[must_use]
    pub fn field_by_json_name(&self, name: &str) -> Option<FieldDescriptor> {
        let index = self.pool.content.field_by_json_name(self.index, name)?;
        Some(FieldDescriptor::new(&self.pool, index))
    }

    /// The field of that number, or the extension that the pool knows by it.
    #[must_use]
    pub fn field_by_number(&self, number: u32) -> Option<FieldDescriptor> {
        let index = self.pool.content.field_by_number(self.index, number)?;
        Some(FieldDescriptor::new(&self.pool, index))
    }

    /// Its oneofs in the order of the .proto; those that protoc makes for `optional` in proto3
    /// stand last.
    pub fn oneofs(&self) -> impl ExactSizeIterator<Item = OneofDescriptor> + '_ {
        let places = 0..self.data().oneofs.len() as u32;
        places.map(|place| OneofDescriptor { message: self.clone(), place })
    }

    /// The extensions of it that the pool knows.
    pub fn known_extensions(&self) -> impl ExactSizeIterator<Item = FieldDescriptor> + '_ {
        self.data().extended_by.iter().map(|index| FieldDescriptor::new(&self.pool, *index))
    }

    /// The numbers that are left to extensions.
    pub fn extension_ranges(&self) -> impl ExactSizeIterator<Item = Range<u32>> + '_ {
        self.data().extension_ranges.iter().cloned()
    }

    /// The messages defined in it, those of map entries included.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = Self> + '_ {
        self.data().messages.iter().map(|index| Self::new(&self.pool, *index))
    }

    /// The enums defined in it.
    pub fn enums(&self) -> impl ExactSizeIterator<Item = EnumDescriptor> + '_ {
        self.data().enums.iter().map(|index| EnumDescriptor::new(&self.pool, *index))
    }

    /// The extensions declared in it, of whatever messages.
    pub fn extensions(&self) -> impl ExactSizeIterator<Item = FieldDescriptor> + '_ {
        self.data().extensions.iter().map(|index| FieldDescriptor::new(&self.pool, *index))
    }

    /// Whether it is what protoc makes for a map field.
    #[must_use]
    pub fn is_map_entry(&self) -> bool {
        self.data().map_entry
    }

    /// Whether it has `option message_set_wire_format = true`.
    #[must_use]
    pub fn is_message_set(&self) -> bool {
        self.data().message_set
    }

    /// Whether the names of its fields were checked for the sake of JSON.
    #[must_use]
    pub fn allows_json(&self) -> bool {
        self.data().allows_json
    }

    /// Its options, if it has any. Custom ones are among their unknown fields, and are fields of
    /// [`DynamicMessage::from_message`](super::DynamicMessage::from_message) when the pool knows them.
    #[must_use]
    pub fn options(&self) -> Option<&MessageOptions> {
        self.data().options.as_deref()
    }
}
