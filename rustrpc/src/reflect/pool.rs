//! The pool: files, and what they define.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::build::{self, Source};
use super::data::{Content, Symbol};
use super::{
    EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor, PoolError,
    ServiceDescriptor,
};
use crate::types::FileDescriptorProto;
use crate::wire::{Message, ProtoFile, Reader};

/// .proto files as protoc compiled them, and what they define, by name. Cloning one is cheap.
#[derive(Clone, Default)]
pub struct DescriptorPool {
    pub(super) content: Arc<Content>,
}

/// Collects the files of a pool, in any order.
///
/// Of a file that is added twice one is kept, when both say the same; protobuf's own files
/// (`google/protobuf/…`) come in many versions that get along, and the first one stays.
#[derive(Debug, Default)]
pub struct PoolBuilder {
    sources: Vec<Source>,
}

impl DescriptorPool {
    /// A pool to be filled.
    #[must_use]
    pub fn builder() -> PoolBuilder {
        PoolBuilder::default()
    }

    /// The files of an encoded `FileDescriptorSet`: what `protoc --include_imports
    /// --descriptor_set_out=FILE` and `buf build` write.
    ///
    /// # Errors
    ///
    /// When the bytes are malformed, or the files do not fit together.
    pub fn from_descriptor_set(bytes: &[u8]) -> Result<Self, PoolError> {
        Self::builder().descriptor_set(bytes)?.build()
    }

    /// Files that generated code carries along, with all they import: those of services
    /// ([`ServiceDescriptor::file`](crate::ServiceDescriptor::file)), or `proto::descriptors::FILES`.
    ///
    /// # Errors
    ///
    /// When the files do not fit together: two code generations disagree.
    pub fn embedded(files: &[&'static ProtoFile]) -> Result<Self, PoolError> {
        files.iter().try_fold(Self::builder(), |builder, file| builder.embedded(file))?.build()
    }

    /// The files, each after those it imports.
    pub fn files(&self) -> impl ExactSizeIterator<Item = FileDescriptor> + '_ {
        (0..self.content.files.len() as u32).map(|index| FileDescriptor::new(self, index))
    }

    /// The file of that name, such as `acme/orders/v1/orders.proto`.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<FileDescriptor> {
        self.content.file_names.get(name).map(|index| FileDescriptor::new(self, *index))
    }

    /// The file that defines a symbol: a message, field, oneof, enum, enum value, extension,
    /// service or method by its full name; for a package one of its files.
    #[must_use]
    pub fn file_of_symbol(&self, full_name: &str) -> Option<FileDescriptor> {
        let content = &self.content;
        let index = match *content.symbols.get(full_name)? {
            Symbol::Package(file) => file,
            Symbol::Message(message) | Symbol::Oneof(message) => content.message(message).file,
            Symbol::Field(field) => content.field(field).file,
            Symbol::Enum(index) | Symbol::EnumValue(index) => content.enumeration(index).file,
            Symbol::Service(service) | Symbol::Method(service) => content.service(service).file,
        };
        Some(FileDescriptor::new(self, index))
    }

    /// All messages, nested ones and the entries of maps included.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = MessageDescriptor> + '_ {
        (0..self.content.messages.len() as u32).map(|index| MessageDescriptor::new(self, index))
    }

    /// The message of that full name, such as `acme.orders.v1.Order`.
    #[must_use]
    pub fn message(&self, full_name: &str) -> Option<MessageDescriptor> {
        match self.content.symbols.get(full_name) {
            Some(Symbol::Message(index)) => Some(MessageDescriptor::new(self, *index)),
            _ => None,
        }
    }

    /// The enum of that full name.
    #[must_use]
    pub fn enumeration(&self, full_name: &str) -> Option<EnumDescriptor> {
        match self.content.symbols.get(full_name) {
            Some(Symbol::Enum(index)) => Some(EnumDescriptor::new(self, *index)),
            _ => None,
        }
    }

    /// All services.
    pub fn services(&self) -> impl ExactSizeIterator<Item = ServiceDescriptor> + '_ {
        (0..self.content.services.len() as u32).map(|index| ServiceDescriptor::new(self, index))
    }

    /// The service of that full name, such as `acme.orders.v1.OrderService`.
    #[must_use]
    pub fn service(&self, full_name: &str) -> Option<ServiceDescriptor> {
        match self.content.symbols.get(full_name) {
            Some(Symbol::Service(index)) => Some(ServiceDescriptor::new(self, *index)),
            _ => None,
        }
    }

    /// The extension of that full name.
    #[must_use]
    pub fn extension(&self, full_name: &str) -> Option<FieldDescriptor> {
        match self.content.symbols.get(full_name) {
            Some(Symbol::Field(index)) if self.content.field(*index).extension => {
                Some(FieldDescriptor::new(self, *index))
            }
            _ => None,
        }
    }
}

impl PoolBuilder {
    /// Adds the files of an encoded `FileDescriptorSet`.
    ///
    /// # Errors
    ///
    /// When the bytes are malformed.
    pub fn descriptor_set(mut self, bytes: &[u8]) -> Result<Self, PoolError> {
        let malformed = |error| PoolError::new("", "", format!("no FileDescriptorSet: {error}"));
        for file in build::files_of_set(&mut Reader::new(bytes)).map_err(malformed)? {
            self = self.file(Bytes::copy_from_slice(file))?;
        }
        Ok(self)
    }

    /// Adds an encoded `FileDescriptorProto`.
    ///
    /// # Errors
    ///
    /// When the bytes are malformed.
    pub fn file(mut self, bytes: impl Into<Bytes>) -> Result<Self, PoolError> {
        let encoded = bytes.into();
        let descriptor = FileDescriptorProto::decode(&encoded)
            .map_err(|error| PoolError::new("", "", format!("no FileDescriptorProto: {error}")))?;
        self.sources.push(Source { descriptor, encoded });
        Ok(self)
    }

    /// Adds a file that generated code carries along, and all it imports.
    ///
    /// # Errors
    ///
    /// When its bytes are malformed, which generated ones are not.
    pub fn embedded(mut self, file: &'static ProtoFile) -> Result<Self, PoolError> {
        for file in file.with_imports() {
            // Files share imports; each is looked into once.
            let known = |source: &Source| source.encoded.as_ptr() == file.descriptor.as_ptr();
            if !self.sources.iter().any(known) {
                self = self.file(Bytes::from_static(file.descriptor))?;
            }
        }
        Ok(self)
    }

    /// Adds all files of another pool.
    #[must_use]
    pub fn pool(mut self, pool: &DescriptorPool) -> Self {
        for file in &pool.content.files {
            let descriptor = FileDescriptorProto::decode(&file.encoded)
                .expect("it was decoded when that pool was built");
            self.sources.push(Source { descriptor, encoded: file.encoded.clone() });
        }
        self
    }

    /// The pool.
    ///
    /// # Errors
    ///
    /// When a file imports one that is not there, a name is defined twice or not at all, a number
    /// is out of range: the first such problem.
    pub fn build(self) -> Result<DescriptorPool, PoolError> {
        Ok(DescriptorPool { content: Arc::new(build::content(self.sources)?) })
    }
}

impl fmt::Debug for DescriptorPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.content.files.iter().map(|file| &file.name);
        f.debug_tuple("DescriptorPool").field(&names.collect::<Vec<_>>()).finish()
    }
}
