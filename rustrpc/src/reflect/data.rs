//! What a pool holds: everything by index, so that descriptors refer to each other without cycles
//! of pointers.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::field::Cardinality;
use super::value::Value;
use crate::types::{
    EnumOptions, EnumValueOptions, FieldOptions, FileOptions, MessageOptions, MethodOptions,
    OneofOptions, ServiceOptions,
};

/// A pool's content. Every index in it is of the same content and in range.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) files: Vec<FileData>,
    pub(super) messages: Vec<MessageData>,
    /// Of messages, and extensions.
    pub(super) fields: Vec<FieldData>,
    pub(super) enums: Vec<EnumData>,
    pub(super) services: Vec<ServiceData>,
    pub(super) file_names: HashMap<Arc<str>, u32>,
    pub(super) symbols: HashMap<Arc<str>, Symbol>,
    /// By the message they extend and their number.
    pub(super) extensions: HashMap<(u32, u32), u32>,
    /// Whether any field is required.
    pub(super) any_required: bool,
}

/// What a full name stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Symbol {
    /// With one of the files that are in it.
    Package(u32),
    Message(u32),
    /// An extension as well.
    Field(u32),
    /// The message it is of.
    Oneof(u32),
    Enum(u32),
    /// The enum it is of.
    EnumValue(u32),
    Service(u32),
    /// The service it is of.
    Method(u32),
}

#[derive(Debug)]
pub(super) struct FileData {
    pub(super) name: Arc<str>,
    pub(super) package: Arc<str>,
    pub(super) encoded: Bytes,
    pub(super) imports: Vec<u32>,
    pub(super) messages: Vec<u32>,
    pub(super) enums: Vec<u32>,
    pub(super) services: Vec<u32>,
    pub(super) extensions: Vec<u32>,
    pub(super) options: Option<Box<FileOptions>>,
}

#[derive(Debug)]
pub(super) struct MessageData {
    pub(super) full_name: Arc<str>,
    pub(super) file: u32,
    pub(super) parent: Option<u32>,
    /// In the order of the .proto.
    pub(super) fields: Range<u32>,
    /// Sorted by number.
    pub(super) by_number: Vec<u32>,
    /// Sorted by name.
    pub(super) by_name: Vec<u32>,
    /// Sorted by JSON name.
    pub(super) by_json_name: Vec<u32>,
    pub(super) oneofs: Vec<OneofData>,
    pub(super) messages: Vec<u32>,
    pub(super) enums: Vec<u32>,
    /// Those declared inside.
    pub(super) extensions: Vec<u32>,
    pub(super) extension_ranges: Vec<Range<u32>>,
    /// Names that text format passes over.
    pub(super) reserved_names: Vec<String>,
    /// The extensions that are known of it.
    pub(super) extended_by: Vec<u32>,
    pub(super) map_entry: bool,
    pub(super) message_set: bool,
    /// The feature `json_format`.
    pub(super) allows_json: bool,
    pub(super) options: Option<Box<MessageOptions>>,
}

#[derive(Debug)]
pub(super) struct OneofData {
    pub(super) full_name: Arc<str>,
    pub(super) fields: Vec<u32>,
    pub(super) synthetic: bool,
    pub(super) options: Option<Box<OneofOptions>>,
}

#[derive(Debug)]
pub(super) struct FieldData {
    pub(super) full_name: Arc<str>,
    pub(super) json_name: Box<str>,
    pub(super) number: u32,
    pub(super) kind: KindData,
    pub(super) cardinality: Cardinality,
    pub(super) presence: bool,
    pub(super) packed: bool,
    pub(super) delimited: bool,
    pub(super) map: bool,
    pub(super) extension: bool,
    /// What the .proto says; `None` for what follows from the type.
    pub(super) default: Option<Value>,
    pub(super) file: u32,
    /// The message it belongs to or extends.
    pub(super) message: u32,
    /// The message an extension is declared in.
    pub(super) scope: Option<u32>,
    /// The position of its oneof in the message.
    pub(super) oneof: Option<u32>,
    /// Whether the .proto demands UTF-8.
    pub(super) utf8: bool,
    pub(super) options: Option<Box<FieldOptions>>,
}

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KindData {
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
    Enum(u32),
    Message(u32),
}

#[derive(Debug)]
pub(super) struct EnumData {
    pub(super) full_name: Arc<str>,
    pub(super) file: u32,
    pub(super) parent: Option<u32>,
    /// In the order of the .proto, never empty.
    pub(super) values: Vec<EnumValueData>,
    /// Positions, sorted by number; of those with one number the first stands first.
    pub(super) by_number: Vec<u32>,
    /// Positions, sorted by name.
    pub(super) by_name: Vec<u32>,
    /// The positions of those that JSON calls otherwise, in order, and how.
    pub(super) renamed: Vec<(u32, Box<str>)>,
    pub(super) closed: bool,
    pub(super) options: Option<Box<EnumOptions>>,
}

#[derive(Debug)]
pub(super) struct EnumValueData {
    pub(super) full_name: Arc<str>,
    pub(super) number: i32,
    pub(super) options: Option<Box<EnumValueOptions>>,
}

#[derive(Debug)]
pub(super) struct ServiceData {
    pub(super) full_name: Arc<str>,
    pub(super) file: u32,
    pub(super) methods: Vec<MethodData>,
    pub(super) options: Option<Box<ServiceOptions>>,
}

#[derive(Debug)]
pub(super) struct MethodData {
    pub(super) full_name: Arc<str>,
    pub(super) input: u32,
    pub(super) output: u32,
    pub(super) client_streaming: bool,
    pub(super) server_streaming: bool,
    pub(super) options: Option<Box<MethodOptions>>,
}

impl Content {
    pub(super) fn file(&self, index: u32) -> &FileData {
        &self.files[index as usize]
    }

    pub(super) fn message(&self, index: u32) -> &MessageData {
        &self.messages[index as usize]
    }

    pub(super) fn field(&self, index: u32) -> &FieldData {
        &self.fields[index as usize]
    }

    pub(super) fn enumeration(&self, index: u32) -> &EnumData {
        &self.enums[index as usize]
    }

    pub(super) fn service(&self, index: u32) -> &ServiceData {
        &self.services[index as usize]
    }

    /// A field of the message, or an extension of it, by number.
    pub(super) fn field_by_number(&self, message: u32, number: u32) -> Option<u32> {
        let fields = &self.message(message).by_number;
        match fields.binary_search_by_key(&number, |&field| self.field(field).number) {
            Ok(at) => fields.get(at).copied(),
            Err(_) => self.extensions.get(&(message, number)).copied(),
        }
    }

    /// A field of the message by its name in the .proto.
    pub(super) fn field_by_name(&self, message: u32, name: &str) -> Option<u32> {
        let fields = &self.message(message).by_name;
        let at = fields.binary_search_by_key(&name, |&field| self.field(field).name());
        at.ok().and_then(|at| fields.get(at)).copied()
    }

    /// A field of the message by its name in JSON.
    pub(super) fn field_by_json_name(&self, message: u32, name: &str) -> Option<u32> {
        let fields = &self.message(message).by_json_name;
        let at = fields.binary_search_by_key(&name, |&field| &self.field(field).json_name);
        at.ok().and_then(|at| fields.get(at)).copied()
    }

    /// An extension of the message by its full name.
    pub(super) fn extension_by_name(&self, message: u32, full_name: &str) -> Option<u32> {
        match self.symbols.get(full_name) {
            Some(Symbol::Field(field)) => {
                let data = self.field(*field);
                (data.extension && data.message == message).then_some(*field)
            }
            _ => None,
        }
    }

    /// The fields of a map's entry: the key's and the value's.
    pub(super) fn entry(&self, message: u32) -> Option<(&FieldData, &FieldData)> {
        let field = |number| Some(self.field(self.field_by_number(message, number)?));
        Some((field(1)?, field(2)?))
    }
}

impl FieldData {
    /// The name without what is around it.
    pub(super) fn name(&self) -> &str {
        last_word(&self.full_name)
    }

    pub(super) fn repeated(&self) -> bool {
        self.cardinality == Cardinality::Repeated
    }
}

impl EnumData {
    /// The position of the first value with that number.
    pub(super) fn by_number(&self, number: i32) -> Option<u32> {
        let of = |&at: &u32| self.values[at as usize].number;
        let first = self.by_number.partition_point(|at| of(at) < number);
        self.by_number.get(first).copied().filter(|at| of(at) == number)
    }

    /// The position of the value of that name.
    pub(super) fn by_name(&self, name: &str) -> Option<u32> {
        let of = |&at: &u32| last_word(&self.values[at as usize].full_name);
        let at = self.by_name.binary_search_by_key(&name, of);
        at.ok().and_then(|at| self.by_name.get(at)).copied()
    }

    /// The position of the value that JSON knows by that name: its own, or the one in the .proto.
    pub(super) fn by_json_name(&self, name: &str) -> Option<u32> {
        let renamed = self.renamed.iter().find(|(_, json)| **json == *name);
        renamed.map(|(at, _)| *at).or_else(|| self.by_name(name))
    }

    /// What JSON calls the value at a position.
    pub(super) fn json_name(&self, at: u32) -> &str {
        match self.renamed.binary_search_by_key(&at, |(at, _)| *at) {
            Ok(found) => &self.renamed[found].1,
            Err(_) => last_word(&self.values[at as usize].full_name),
        }
    }

    /// The name of a number, if it has one.
    pub(super) fn name_of(&self, number: i32) -> Option<&str> {
        let at = self.by_number(number)?;
        Some(last_word(&self.values[at as usize].full_name))
    }

    /// The number that stands for "not set".
    pub(super) fn default_number(&self) -> i32 {
        self.values.first().map_or(0, |value| value.number)
    }
}

impl KindData {
    /// Whether repeated values can share a tag.
    pub(super) fn packable(self) -> bool {
        !matches!(self, Self::String | Self::Bytes | Self::Message(_))
    }
}

/// What stands behind the last dot.
pub(super) fn last_word(full_name: &str) -> &str {
    full_name.rsplit_once('.').map_or(full_name, |(_, name)| name)
}
