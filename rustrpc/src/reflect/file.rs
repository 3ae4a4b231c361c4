//! Files.

use bytes::Bytes;

use super::handle::descriptor;
use super::{EnumDescriptor, FieldDescriptor, MessageDescriptor, ServiceDescriptor};
use crate::types::FileOptions;

descriptor! {
    /// A .proto file.
    FileDescriptor, FileData via file
}

impl FileDescriptor {
    /// Its path below the import folder, such as `acme/orders/v1/orders.proto`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.data().name
    }

    /// Its package, empty when it has none.
    #[must_use]
    pub fn package(&self) -> &str {
        &self.data().package
    }

    /// The encoded `FileDescriptorProto`, as it came into the pool.
    #[must_use]
    pub fn encoded(&self) -> &Bytes {
        &self.data().encoded
    }

    /// The files it imports.
    pub fn imports(&self) -> impl ExactSizeIterator<Item = Self> + '_ {
        self.data().imports.iter().map(|index| Self::new(&self.pool, *index))
    }

    /// The messages at its top level.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = MessageDescriptor> + '_ {
        self.data().messages.iter().map(|index| MessageDescriptor::new(&self.pool, *index))
    }

    /// The enums at its top level.
    pub fn enums(&self) -> impl ExactSizeIterator<Item = EnumDescriptor> + '_ {
        self.data().enums.iter().map(|index| EnumDescriptor::new(&self.pool, *index))
    }

    /// Its services.
    pub fn services(&self) -> impl ExactSizeIterator<Item = ServiceDescriptor> + '_ {
        self.data().services.iter().map(|index| ServiceDescriptor::new(&self.pool, *index))
    }

    /// The extensions at its top level.
    pub fn extensions(&self) -> impl ExactSizeIterator<Item = FieldDescriptor> + '_ {
        self.data().extensions.iter().map(|index| FieldDescriptor::new(&self.pool, *index))
    }

    /// Its options, if it has any.
    #[must_use]
    pub fn options(&self) -> Option<&FileOptions> {
        self.data().options.as_deref()
    }
}

impl std::fmt::Debug for FileDescriptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileDescriptor({})", self.name())
    }
}
