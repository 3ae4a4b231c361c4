//! How a field of a dynamic message is named.

use std::sync::Arc;

use super::{FieldDescriptor, MessageDescriptor};

/// A field of a message: by its descriptor, by its number, by its name in the .proto, or, for an
/// extension, by its full name in brackets: `[acme.rush.priority]`.
pub trait FieldKey: Copy + private::Sealed {
    /// The field's place in the pool.
    #[doc(hidden)]
    fn find(self, message: &MessageDescriptor) -> Option<u32>;

    /// For errors.
    #[doc(hidden)]
    fn show(self) -> String;
}

mod private {
    pub trait Sealed {}

    impl Sealed for &super::FieldDescriptor {}
    impl Sealed for &str {}
    impl Sealed for u32 {}
}

impl FieldKey for &FieldDescriptor {
    fn find(self, message: &MessageDescriptor) -> Option<u32> {
        let is_its_own = self.data().message == message.index
            && Arc::ptr_eq(&self.pool.content, &message.pool.content);
        is_its_own.then_some(self.index)
    }

    fn show(self) -> String {
        self.full_name().to_owned()
    }
}

impl FieldKey for &str {
    fn find(self, message: &MessageDescriptor) -> Option<u32> {
        let content = &message.pool.content;
        match self.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            Some(extension) => content.extension_by_name(message.index, extension),
            None => content.field_by_name(message.index, self),
        }
    }

    fn show(self) -> String {
        super::error::shown(self)
    }
}

impl FieldKey for u32 {
    fn find(self, message: &MessageDescriptor) -> Option<u32> {
        message.pool.content.field_by_number(message.index, self)
    }

    fn show(self) -> String {
        self.to_string()
    }
}
