//! Extensions without their types, to be looked up by name.

use std::any::Any;
use std::fmt;

use super::codec::{Codec, Place};
use super::{Extendable, Extension, RepeatedExtension};
use crate::wire::{DecodeError, UnknownFields};

/// An extension as JSON and the text format know it: by its name and that of the message it extends.
///
/// The generator writes a list of them, `EXTENSIONS`, for each package that declares any, to be
/// given to [`json::Printer::extensions`](crate::json::Printer::extensions) and its like.
#[derive(Clone, Copy)]
pub struct ExtensionEntry {
    extendee: &'static str,
    place: Place,
    repeated: bool,
    packed: bool,
    /// The `Codec<T>`.
    codec: &'static (dyn Any + Send + Sync),
    formats: Formats,
}

/// What a text format knows of the values of an extension: a table of functions, of a type that
/// only the format has to know. The layer of the wire format knows of none.
#[derive(Clone, Copy)]
pub struct ExtensionFormat(pub(crate) &'static (dyn Any + Send + Sync));

/// As many formats as there are.
#[derive(Clone, Copy)]
pub(super) struct Formats([Option<ExtensionFormat>; 2]);

impl<M: Extendable, T> Extension<M, T> {
    /// The extension without its types.
    #[must_use]
    pub const fn entry(self) -> ExtensionEntry {
        ExtensionEntry {
            extendee: M::NAME,
            place: Place { name: self.name, number: self.number, message_set: M::MESSAGE_SET },
            repeated: false,
            packed: false,
            codec: self.codec,
            formats: self.formats,
        }
    }
}

impl<M: Extendable, T> RepeatedExtension<M, T> {
    /// The extension without its types.
    #[must_use]
    pub const fn entry(self) -> ExtensionEntry {
        ExtensionEntry {
            extendee: M::NAME,
            place: Place { name: self.name, number: self.number, message_set: M::MESSAGE_SET },
            repeated: true,
            packed: self.packed,
            codec: self.codec,
            formats: self.formats,
        }
    }
}

impl ExtensionEntry {
    /// The full name of the message it extends.
    #[must_use]
    pub const fn extendee(&self) -> &'static str {
        self.extendee
    }

    /// Its full name, without brackets.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.place.name
    }

    /// The field number.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.place.number
    }

    /// Whether it may occur more than once.
    #[must_use]
    pub const fn is_repeated(&self) -> bool {
        self.repeated
    }

    /// The entry of a message's extension by its full name, without brackets.
    pub(crate) fn find(
        lists: &'static [&'static [Self]],
        extendee: &str,
        name: &str,
    ) -> Option<&'static Self> {
        let mut entries = lists.iter().flat_map(|list| list.iter());
        entries.find(|entry| entry.name() == name && entry.extendee == extendee)
    }

    /// The table of functions of a format, if values of this extension have that form.
    pub(crate) fn format<F: 'static>(&self) -> Option<&'static F> {
        self.formats.0.iter().flatten().find_map(|format| format.0.downcast_ref())
    }

    /// Whether the fields hold the extension.
    pub(crate) fn is_in<T: 'static>(&self, fields: &UnknownFields) -> bool {
        self.codec::<T>().is_in(self.place, fields, self.repeated)
    }

    /// The values that the fields hold; at most one unless it is repeated.
    ///
    /// Each call starts counting the depth of messages anew. Who calls it from inside of a value
    /// that it gave has to keep count.
    pub(crate) fn values<T: 'static>(&self, fields: &UnknownFields) -> Result<Vec<T>, DecodeError> {
        if self.repeated {
            self.codec().many(self.place, fields)
        } else {
            self.codec().one(self.place, fields).map(|value| value.into_iter().collect())
        }
    }

    /// Adds values to the fields; at most one unless it is repeated.
    ///
    /// # Errors
    ///
    /// The full name of a required field that one of them lacks.
    pub(crate) fn extend<T: 'static>(
        &self,
        fields: &mut UnknownFields,
        values: &[T],
    ) -> Result<(), &'static str> {
        let codec = self.codec();
        if let Some(name) = codec.missing_required(values) {
            return Err(name);
        }
        codec.extend(self.place, fields, values, self.packed);
        Ok(())
    }

    /// Removes the extension from the fields.
    pub(crate) fn clear(&self, fields: &mut UnknownFields) {
        self.place.clear(fields);
    }

    fn codec<T: 'static>(&self) -> &'static Codec<T> {
        self.codec.downcast_ref().expect("a format's functions are made for the extension's type")
    }
}

impl Formats {
    pub(super) const NONE: Self = Self([None; 2]);

    /// In the first place that is free.
    pub(super) const fn with(self, format: ExtensionFormat) -> Self {
        match self.0 {
            [None, second] => Self([Some(format), second]),
            [first, _] => Self([first, Some(format)]),
        }
    }
}

impl fmt::Debug for ExtensionEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExtensionEntry({} = {})", self.name(), self.number())
    }
}

impl fmt::Debug for ExtensionFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExtensionFormat").finish_non_exhaustive()
    }
}
