//! Fields, extensions and oneofs.

use super::data::{FieldData, KindData, OneofData, last_word};
use super::handle::{descriptor, shown_by_name};
use super::value::Value;
use super::{DescriptorPool, EnumDescriptor, FileDescriptor, MessageDescriptor};
use crate::types::{FieldOptions, OneofOptions};

descriptor! {
    /// A field of a message, or an extension.
    FieldDescriptor, FieldData via field
}

shown_by_name!(FieldDescriptor);

/// The type of a field's value, or of one element's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "they are called as in the .proto")]
pub enum Kind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
    Enum(EnumDescriptor),
    /// A message or a group.
    Message(MessageDescriptor),
}

/// How often a field may occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cardinality {
    /// At most once.
    Optional,
    /// Exactly once.
    Required,
    /// Any number of times, as a list or a map.
    Repeated,
}

/// A oneof of a message.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OneofDescriptor {
    pub(super) message: MessageDescriptor,
    pub(super) place: u32,
}

shown_by_name!(OneofDescriptor);

impl FieldDescriptor {
    /// Its name in the .proto, `unit_price`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.data().name()
    }

    /// Its full name: the message's and its own, or the name of an extension behind its scope.
    #[must_use]
    pub fn full_name(&self) -> &str {
        &self.data().full_name
    }

    /// Its name in JSON, `unitPrice`. JSON calls extensions by their full name in brackets.
    #[must_use]
    pub fn json_name(&self) -> &str {
        &self.data().json_name
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.data().number
    }

    /// The type of its value, or of each element; for a map that of the entries.
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind::of(self.data().kind, &self.pool)
    }

    /// How often it may occur.
    #[must_use]
    pub fn cardinality(&self) -> Cardinality {
        self.data().cardinality
    }

    /// Whether it is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.data().repeated() && !self.data().map
    }

    /// Whether it is a map.
    #[must_use]
    pub fn is_map(&self) -> bool {
        self.data().map
    }

    /// The types of a map's keys and values.
    #[must_use]
    pub fn map_kinds(&self) -> Option<(Kind, Kind)> {
        let data = self.data();
        let KindData::Message(entry) = data.kind else { return None };
        let (key, value) = self.pool.content.entry(entry).filter(|_| data.map)?;
        Some((Kind::of(key.kind, &self.pool), Kind::of(value.kind, &self.pool)))
    }

    /// Whether it tells absent from default.
    #[must_use]
    pub fn has_presence(&self) -> bool {
        self.data().presence
    }

    /// Whether repeated values are written behind one tag.
    #[must_use]
    pub fn is_packed(&self) -> bool {
        self.data().packed
    }

    /// Whether a message is written as a group.
    #[must_use]
    pub fn is_delimited(&self) -> bool {
        self.data().delimited
    }

    /// Whether strings have to be UTF-8 by the .proto. Ours always are.
    #[must_use]
    pub fn verifies_utf8(&self) -> bool {
        self.data().utf8
    }

    /// Whether it is an extension.
    #[must_use]
    pub fn is_extension(&self) -> bool {
        self.data().extension
    }

    /// The message it belongs to, or extends.
    #[must_use]
    pub fn message(&self) -> MessageDescriptor {
        MessageDescriptor::new(&self.pool, self.data().message)
    }

    /// The message that an extension is declared in.
    #[must_use]
    pub fn scope(&self) -> Option<MessageDescriptor> {
        self.data().scope.map(|index| MessageDescriptor::new(&self.pool, index))
    }

    /// The file it is defined in.
    #[must_use]
    pub fn file(&self) -> FileDescriptor {
        FileDescriptor::new(&self.pool, self.data().file)
    }

    /// Its oneof.
    #[must_use]
    pub fn oneof(&self) -> Option<OneofDescriptor> {
        let place = self.data().oneof?;
        Some(OneofDescriptor { message: self.message(), place })
    }

    /// What it holds while it is not set.
    #[must_use]
    pub fn default_value(&self) -> Value {
        Value::default_of(self.data(), &self.pool)
    }

    /// Its options, if it has any.
    #[must_use]
    pub fn options(&self) -> Option<&FieldOptions> {
        self.data().options.as_deref()
    }
}

impl Kind {
    pub(super) fn of(kind: KindData, pool: &DescriptorPool) -> Self {
        match kind {
            KindData::Double => Self::Double,
            KindData::Float => Self::Float,
            KindData::Int32 => Self::Int32,
            KindData::Int64 => Self::Int64,
            KindData::Uint32 => Self::Uint32,
            KindData::Uint64 => Self::Uint64,
            KindData::Sint32 => Self::Sint32,
            KindData::Sint64 => Self::Sint64,
            KindData::Fixed32 => Self::Fixed32,
            KindData::Fixed64 => Self::Fixed64,
            KindData::Sfixed32 => Self::Sfixed32,
            KindData::Sfixed64 => Self::Sfixed64,
            KindData::Bool => Self::Bool,
            KindData::String => Self::String,
            KindData::Bytes => Self::Bytes,
            KindData::Enum(index) => Self::Enum(EnumDescriptor::new(pool, index)),
            KindData::Message(index) => Self::Message(MessageDescriptor::new(pool, index)),
        }
    }
}

impl OneofDescriptor {
    /// Its name in the .proto.
    #[must_use]
    pub fn name(&self) -> &str {
        last_word(&self.data().full_name)
    }

    /// Its full name.
    #[must_use]
    pub fn full_name(&self) -> &str {
        &self.data().full_name
    }

    /// Its message.
    #[must_use]
    pub fn message(&self) -> &MessageDescriptor {
        &self.message
    }

    /// Its fields.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = FieldDescriptor> + '_ {
        self.data().fields.iter().map(|index| FieldDescriptor::new(&self.message.pool, *index))
    }

    /// Whether protoc made it for an `optional` field of a proto3 file.
    #[must_use]
    pub fn is_synthetic(&self) -> bool {
        self.data().synthetic
    }

    /// Its options, if it has any.
    #[must_use]
    pub fn options(&self) -> Option<&OneofOptions> {
        self.data().options.as_deref()
    }

    fn data(&self) -> &OneofData {
        &self.message.data().oneofs[self.place as usize]
    }
}

impl FieldData {
    /// What the field takes, for errors.
    #[cold]
    pub(super) fn expected(&self, pool: &DescriptorPool) -> String {
        let content = &pool.content;
        let one = |kind| match kind {
            KindData::Enum(index) => {
                format!("the number of a {}", content.enumeration(index).full_name)
            }
            KindData::Message(index) => format!("a {}", content.message(index).full_name),
            other => format!("{other:?}").to_lowercase(),
        };
        match self.kind {
            KindData::Message(entry) if self.map => match content.entry(entry) {
                Some((key, value)) => format!("a map of {} to {}", one(key.kind), one(value.kind)),
                None => "a map".to_owned(),
            },
            kind if self.repeated() => format!("a list of {}", one(kind)),
            kind => one(kind),
        }
    }
}
