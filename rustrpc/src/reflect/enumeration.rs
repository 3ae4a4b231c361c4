//! Enums.

use super::data::{EnumValueData, last_word};
use super::handle::{descriptor, shown_by_name};
use super::{FileDescriptor, MessageDescriptor};
use crate::types::{EnumOptions, EnumValueOptions};
use crate::wire::{UnknownField, UnknownRecords, UnknownValue};

descriptor! {
    /// An enum.
    EnumDescriptor, EnumData via enumeration
}

shown_by_name!(EnumDescriptor);

/// A value of an enum.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EnumValueDescriptor {
    enumeration: EnumDescriptor,
    place: u32,
}

shown_by_name!(EnumValueDescriptor);

impl EnumDescriptor {
    /// Its name without what is around it, `Status`.
    #[must_use]
    pub fn name(&self) -> &str {
        last_word(&self.data().full_name)
    }

    /// Its full name, `acme.orders.v1.Status`.
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
    pub fn parent(&self) -> Option<MessageDescriptor> {
        self.data().parent.map(|index| MessageDescriptor::new(&self.pool, index))
    }

    /// Its values in the order of the .proto. The first one stands for "not set".
    pub fn values(&self) -> impl ExactSizeIterator<Item = EnumValueDescriptor> + '_ {
        (0..self.data().values.len() as u32).map(|place| self.at(place))
    }

    /// The value of that name in the .proto.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<EnumValueDescriptor> {
        self.data().by_name(name).map(|place| self.at(place))
    }

    /// The first value of that number.
    #[must_use]
    pub fn value_by_number(&self, number: i32) -> Option<EnumValueDescriptor> {
        self.data().by_number(number).map(|place| self.at(place))
    }

    /// Whether numbers without a name go to the unknown fields.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.data().closed
    }

    /// Its options, if it has any.
    #[must_use]
    pub fn options(&self) -> Option<&EnumOptions> {
        self.data().options.as_deref()
    }

    fn at(&self, place: u32) -> EnumValueDescriptor {
        EnumValueDescriptor { enumeration: self.clone(), place }
    }
}

impl EnumValueDescriptor {
    /// Its name, `STATUS_SHIPPED`.
    #[must_use]
    pub fn name(&self) -> &str {
        last_word(&self.data().full_name)
    }

    /// Its name in JSON: that of the option `(pb.enumvalue.json).string`, or its name.
    #[must_use]
    pub fn json_name(&self) -> &str {
        self.enumeration.data().json_name(self.place)
    }

    /// Its full name: values are named next to their enum, `acme.orders.v1.STATUS_SHIPPED`.
    #[must_use]
    pub fn full_name(&self) -> &str {
        &self.data().full_name
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> i32 {
        self.data().number
    }

    /// Its enum.
    #[must_use]
    pub fn enumeration(&self) -> &EnumDescriptor {
        &self.enumeration
    }

    /// Its options, if it has any.
    #[must_use]
    pub fn options(&self) -> Option<&EnumValueOptions> {
        self.data().options.as_deref()
    }

    fn data(&self) -> &EnumValueData {
        &self.enumeration.data().values[self.place as usize]
    }
}

/// The name that the option `(pb.enumvalue.json).string` gives a value. It is an extension, and so
/// stays encoded: `string` is field 1 of a message in field 998.
pub(super) fn json_name_option(options: &EnumValueOptions) -> Option<Box<str>> {
    // Records that follow one another are one message.
    let parts = options.unknown_fields.iter().filter_map(|field| delimited(field, 998));
    let fields = parts.filter_map(UnknownRecords::checked).flatten();
    let names = fields.filter_map(|field| str::from_utf8(delimited(field, 1)?).ok());
    names.last().map(Into::into)
}

fn delimited(field: UnknownField<'_>, number: u32) -> Option<&[u8]> {
    match field.value {
        UnknownValue::LengthDelimited(bytes) if field.number == number => Some(bytes),
        _ => None,
    }
}
