//! The descriptors of `google/protobuf/descriptor.proto`, as far as code generation needs them.

use super::{Cursor, Malformed, SourceInfo, Value};

/// Messages nested deeper than this are refused; protoc itself stops far earlier.
const MAX_NESTING: usize = 64;

/// `FileDescriptorProto`.
#[derive(Clone, Debug, Default)]
pub struct FileDescriptor<'a> {
    pub name: &'a str,
    pub package: &'a str,
    /// The names of the files it imports.
    pub dependencies: Vec<&'a str>,
    pub messages: Vec<MessageDescriptor<'a>>,
    pub enums: Vec<EnumDescriptor<'a>>,
    pub services: Vec<ServiceDescriptor<'a>>,
    pub extensions: Vec<FieldDescriptor<'a>>,
    pub options: Options<'a>,
    /// `""` (which means proto2), `proto2`, `proto3` or `editions`.
    pub syntax: &'a str,
    /// The number of the `Edition` enum, 0 when absent.
    pub edition: i32,
    /// The whole file as it is encoded.
    pub bytes: &'a [u8],
    /// `SourceCodeInfo`, still encoded: only files that are generated need it.
    source_info: &'a [u8],
}

/// `DescriptorProto`.
#[derive(Clone, Debug, Default)]
pub struct MessageDescriptor<'a> {
    pub name: &'a str,
    pub fields: Vec<FieldDescriptor<'a>>,
    pub messages: Vec<MessageDescriptor<'a>>,
    pub enums: Vec<EnumDescriptor<'a>>,
    pub oneofs: Vec<OneofDescriptor<'a>>,
    /// Extensions of any message that are declared inside this one.
    pub extensions: Vec<FieldDescriptor<'a>>,
    /// Whether there are numbers for extensions.
    pub extendable: bool,
    pub reserved_names: Vec<&'a str>,
    pub options: Options<'a>,
}

/// `FieldDescriptorProto`.
#[derive(Clone, Debug, Default)]
pub struct FieldDescriptor<'a> {
    pub name: &'a str,
    /// The full name of the message that an extension extends, with a leading dot.
    pub extendee: &'a str,
    pub number: i32,
    pub label: Label,
    /// `None` for a number that no `FieldDescriptorProto.Type` has.
    pub r#type: Option<Type>,
    /// The full name of the message or enum, with a leading dot.
    pub type_name: &'a str,
    pub default_value: Option<&'a str>,
    pub oneof_index: Option<i32>,
    pub json_name: Option<&'a str>,
    pub proto3_optional: bool,
    pub options: Options<'a>,
}

/// `FieldDescriptorProto.Label`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Label {
    #[default]
    Optional,
    Required,
    Repeated,
}

/// `FieldDescriptorProto.Type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Double,
    Float,
    Int64,
    Uint64,
    Int32,
    Fixed64,
    Fixed32,
    Bool,
    String,
    Group,
    Message,
    Bytes,
    Uint32,
    Enum,
    Sfixed32,
    Sfixed64,
    Sint32,
    Sint64,
}

/// `OneofDescriptorProto`.
#[derive(Clone, Debug, Default)]
pub struct OneofDescriptor<'a> {
    pub name: &'a str,
    pub options: Options<'a>,
}

/// `EnumDescriptorProto`.
#[derive(Clone, Debug, Default)]
pub struct EnumDescriptor<'a> {
    pub name: &'a str,
    pub values: Vec<EnumValueDescriptor<'a>>,
    pub options: Options<'a>,
}

/// `EnumValueDescriptorProto`.
#[derive(Clone, Debug, Default)]
pub struct EnumValueDescriptor<'a> {
    pub name: &'a str,
    pub number: i32,
    pub options: Options<'a>,
}

/// `ServiceDescriptorProto`.
#[derive(Clone, Debug, Default)]
pub struct ServiceDescriptor<'a> {
    pub name: &'a str,
    pub methods: Vec<MethodDescriptor<'a>>,
    pub options: Options<'a>,
}

/// `MethodDescriptorProto`.
#[derive(Clone, Debug, Default)]
pub struct MethodDescriptor<'a> {
    pub name: &'a str,
    /// The full name of the message, with a leading dot.
    pub input_type: &'a str,
    /// The full name of the message, with a leading dot.
    pub output_type: &'a str,
    pub client_streaming: bool,
    pub server_streaming: bool,
    pub options: Options<'a>,
}

/// Any of the `…Options` messages, still encoded, so that nothing in them is lost.
#[derive(Clone, Debug, Default)]
pub struct Options<'a> {
    /// More than one when the field was given more than once, which means that they are merged.
    parts: Vec<&'a [u8]>,
}

impl<'a> Options<'a> {
    /// The last value given for a field.
    pub fn last(&self, number: u32) -> Option<Value<'a>> {
        self.all(number).last()
    }

    /// Every value given for a field, in order.
    pub fn all(&self, number: u32) -> impl Iterator<Item = Value<'a>> {
        let fields = self.parts.iter().flat_map(|part| Cursor::new(part));
        fields.filter_map(move |field| match field {
            Ok((found, value)) if found == number => Some(value),
            _ => None,
        })
    }

    /// A bool option; absent means false.
    pub fn flag(&self, number: u32) -> bool {
        self.last(number).is_some_and(|value| value.boolean() == Ok(true))
    }

    fn push(&mut self, value: Value<'a>) -> Result<(), Malformed> {
        let part = value.bytes()?;
        // Checked here once, so that looking something up later cannot fail.
        for field in Cursor::new(part) {
            field?;
        }
        self.parts.push(part);
        Ok(())
    }
}

impl<'a> FileDescriptor<'a> {
    /// Where the file's elements stand and what is written around them.
    ///
    /// # Errors
    /// When that part of the request is malformed.
    pub fn source_info(&self) -> Result<SourceInfo<'a>, Malformed> {
        SourceInfo::read(self.source_info)
    }

    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut file = Self { bytes, ..Self::default() };
        for field in Cursor::new(bytes) {
            let (number, value) = field?;
            match number {
                1 => file.name = value.string()?,
                2 => file.package = value.string()?,
                3 => file.dependencies.push(value.string()?),
                4 => file.messages.push(MessageDescriptor::read(value.bytes()?, 0)?),
                5 => file.enums.push(EnumDescriptor::read(value.bytes()?)?),
                6 => file.services.push(ServiceDescriptor::read(value.bytes()?)?),
                7 => file.extensions.push(FieldDescriptor::read(value.bytes()?)?),
                8 => file.options.push(value)?,
                9 => file.source_info = value.bytes()?,
                12 => file.syntax = value.string()?,
                14 => file.edition = value.int32()?,
                _ => {}
            }
        }
        Ok(file)
    }
}

impl<'a> MessageDescriptor<'a> {
    /// Whether this is the entry of a map field rather than a message of its own.
    pub fn is_map_entry(&self) -> bool {
        self.options.flag(7)
    }

    /// The messages defined inside, without the entries of maps.
    pub fn nested_messages(&self) -> impl Iterator<Item = &MessageDescriptor<'a>> {
        self.messages.iter().filter(|message| !message.is_map_entry())
    }

    /// The oneofs with their indices, without those that protoc makes for `optional` in proto3.
    pub fn real_oneofs(&self) -> impl Iterator<Item = (usize, &OneofDescriptor<'a>)> {
        let mut synthetic = vec![false; self.oneofs.len()];
        for field in self.fields.iter().filter(|field| field.proto3_optional) {
            let index = field.oneof_index.and_then(|index| usize::try_from(index).ok());
            if let Some(flag) = index.and_then(|index| synthetic.get_mut(index)) {
                *flag = true;
            }
        }
        let oneofs = self.oneofs.iter().enumerate();
        oneofs.filter(move |(index, _)| !synthetic[*index])
    }

    /// Whether anything is defined in Rust inside the message.
    pub fn has_module(&self) -> bool {
        self.nested_messages().next().is_some()
            || !self.enums.is_empty()
            || !self.extensions.is_empty()
            || self.real_oneofs().next().is_some()
    }

    fn read(bytes: &'a [u8], depth: usize) -> Result<Self, Malformed> {
        if depth > MAX_NESTING {
            return Err(Malformed("messages are nested more than 64 deep"));
        }
        let mut message = Self::default();
        for field in Cursor::new(bytes) {
            let (number, value) = field?;
            match number {
                1 => message.name = value.string()?,
                2 => message.fields.push(FieldDescriptor::read(value.bytes()?)?),
                3 => message.messages.push(Self::read(value.bytes()?, depth + 1)?),
                4 => message.enums.push(EnumDescriptor::read(value.bytes()?)?),
                5 => message.extendable = true,
                6 => message.extensions.push(FieldDescriptor::read(value.bytes()?)?),
                7 => message.options.push(value)?,
                8 => message.oneofs.push(OneofDescriptor::read(value.bytes()?)?),
                10 => message.reserved_names.push(value.string()?),
                _ => {}
            }
        }
        Ok(message)
    }
}

impl<'a> FieldDescriptor<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut descriptor = Self::default();
        for field in Cursor::new(bytes) {
            let (number, value) = field?;
            match number {
                1 => descriptor.name = value.string()?,
                2 => descriptor.extendee = value.string()?,
                3 => descriptor.number = value.int32()?,
                4 => descriptor.label = Label::from_number(value.int32()?),
                5 => descriptor.r#type = Type::from_number(value.int32()?),
                6 => descriptor.type_name = value.string()?,
                7 => descriptor.default_value = Some(value.string()?),
                8 => descriptor.options.push(value)?,
                9 => descriptor.oneof_index = Some(value.int32()?),
                10 => descriptor.json_name = Some(value.string()?),
                17 => descriptor.proto3_optional = value.boolean()?,
                _ => {}
            }
        }
        Ok(descriptor)
    }
}

impl Label {
    fn from_number(number: i32) -> Self {
        match number {
            2 => Self::Required,
            3 => Self::Repeated,
            _ => Self::Optional,
        }
    }
}

impl Type {
    fn from_number(number: i32) -> Option<Self> {
        Some(match number {
            1 => Self::Double,
            2 => Self::Float,
            3 => Self::Int64,
            4 => Self::Uint64,
            5 => Self::Int32,
            6 => Self::Fixed64,
            7 => Self::Fixed32,
            8 => Self::Bool,
            9 => Self::String,
            10 => Self::Group,
            11 => Self::Message,
            12 => Self::Bytes,
            13 => Self::Uint32,
            14 => Self::Enum,
            15 => Self::Sfixed32,
            16 => Self::Sfixed64,
            17 => Self::Sint32,
            18 => Self::Sint64,
            _ => return None,
        })
    }
}

impl<'a> OneofDescriptor<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut oneof = Self::default();
        for field in Cursor::new(bytes) {
            let (number, value) = field?;
            match number {
                1 => oneof.name = value.string()?,
                2 => oneof.options.push(value)?,
                _ => {}
            }
        }
        Ok(oneof)
    }
}

impl<'a> EnumDescriptor<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut enumeration = Self::default();
        for field in Cursor::new(bytes) {
            let (number, value) = field?;
            match number {
                1 => enumeration.name = value.string()?,
                2 => enumeration.values.push(EnumValueDescriptor::read(value.bytes()?)?),
                3 => enumeration.options.push(value)?,
                _ => {}
            }
        }
        Ok(enumeration)
    }
}

impl<'a> EnumValueDescriptor<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut descriptor = Self::default();
        for field in Cursor::new(bytes) {
            let (number, value) = field?;
            match number {
                1 => descriptor.name = value.string()?,
                2 => descriptor.number = value.int32()?,
                3 => descriptor.options.push(value)?,
                _ => {}
            }
        }
        Ok(descriptor)
    }
}

impl<'a> ServiceDescriptor<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut service = Self::default();
        for field in Cursor::new(bytes) {
            let (number, value) = field?;
            match number {
                1 => service.name = value.string()?,
                2 => service.methods.push(MethodDescriptor::read(value.bytes()?)?),
                3 => service.options.push(value)?,
                _ => {}
            }
        }
        Ok(service)
    }
}

impl<'a> MethodDescriptor<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut method = Self::default();
        for field in Cursor::new(bytes) {
            let (number, value) = field?;
            match number {
                1 => method.name = value.string()?,
                2 => method.input_type = value.string()?,
                3 => method.output_type = value.string()?,
                4 => method.options.push(value)?,
                5 => method.client_streaming = value.boolean()?,
                6 => method.server_streaming = value.boolean()?,
                _ => {}
            }
        }
        Ok(method)
    }
}
