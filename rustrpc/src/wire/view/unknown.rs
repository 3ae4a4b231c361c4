//! Fields a program has no code for, left where they are.

use std::fmt;

use super::super::unknown::{UnknownField, UnknownRecords, UnknownSink};
use super::repeated::extended;

/// The fields of a view's message that the generated code does not know, as they are on the wire.
///
/// Those that stand together first are borrowed. What lies apart from them is copied, which is rare:
/// most writers put fields in the order of their numbers, and new fields have higher ones.
#[derive(Clone, Default)]
pub struct UnknownFields<'a> {
    first: &'a [u8],
    more: super::super::UnknownFields,
}

impl<'a> UnknownFields<'a> {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty() && self.more.is_empty()
    }

    /// The fields one by one, in the order they came in.
    pub fn iter(&self) -> impl Iterator<Item = UnknownField<'_>> {
        UnknownRecords::new(self.first).chain(&self.more)
    }

    /// The fields as the message itself holds them.
    #[must_use]
    pub fn to_unknown_fields(&self) -> super::super::UnknownFields {
        let mut fields = super::super::UnknownFields::new();
        for part in [self.first, self.more.as_bytes()] {
            if !part.is_empty() {
                fields.push(part);
            }
        }
        fields
    }

    fn bytes(&self) -> impl Iterator<Item = &u8> {
        self.first.iter().chain(self.more.as_bytes())
    }
}

impl<'a> UnknownSink<'a> for UnknownFields<'a> {
    fn record(&mut self, record: &'a [u8], read: &'a [u8]) {
        if !self.more.is_empty() {
            self.more.push(record);
        } else if self.first.is_empty() {
            self.first = record;
        } else if self.first.as_ptr_range().end == record.as_ptr() {
            self.first = extended(self.first, read);
        } else {
            self.more.push(record);
        }
    }

    fn copied(&mut self, record: &[u8]) {
        self.more.push(record);
    }
}

impl PartialEq for UnknownFields<'_> {
    fn eq(&self, other: &Self) -> bool {
        // How they are split between the two parts says nothing.
        self.bytes().eq(other.bytes())
    }
}

impl fmt::Debug for UnknownFields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|field| (field.number, field.value))).finish()
    }
}
