//! How values of an extension are found among unknown fields, and put there.

use super::super::kind::{Kind, Packed};
use super::super::message_set;
use super::super::{DecodeError, DecodeErrorCause, Reader, UnknownFields, WireType, Writer};

/// What is to be known of values of a kind: [`Kind`] as a table, so that the type of an extension
/// tells its Rust type and nothing else.
pub(super) struct Codec<T: 'static> {
    wire_type: WireType,
    pub(super) new: fn() -> T,
    read: fn(&mut Reader<'_>, &mut T) -> Result<(), DecodeError>,
    write: fn(&mut Writer, u32, &T),
    packed: Option<Packed<T>>,
    /// Whether a value counts, where some do not.
    counts: Option<fn(&T) -> bool>,
    missing_required: fn(&T) -> Option<&'static str>,
}

/// The table of a kind.
pub(super) trait Table: Kind {
    const CODEC: &'static Codec<Self::Value>;
}

impl<K: Kind> Table for K {
    const CODEC: &'static Codec<Self::Value> = &Codec {
        wire_type: K::WIRE_TYPE,
        new: K::Value::default,
        read: K::read,
        write: K::write,
        packed: K::PACKED,
        counts: K::COUNTS,
        missing_required: K::missing_required,
    };
}

/// Where the values of an extension stand.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// What errors call it.
    pub(super) name: &'static str,
    pub(super) number: u32,
    /// Whether the message is a message set, whose fields are items.
    pub(super) message_set: bool,
}

impl<T> Codec<T> {
    /// The value of an extension that occurs once: the last one, or all of them merged when they
    /// are messages.
    pub(super) fn one(
        &self,
        place: Place,
        fields: &UnknownFields,
    ) -> Result<Option<T>, DecodeError> {
        let mut found = None;
        place.each(fields, |tag, r| {
            if tag != place.tag(self.wire_type) {
                return r.skip(tag);
            }
            if let Some(counts) = self.counts {
                let mut value = (self.new)();
                (self.read)(r, &mut value)?;
                if counts(&value) {
                    found = Some(value);
                }
                return Ok(());
            }
            (self.read)(r, found.get_or_insert_with(self.new))
        })?;
        self.complete(place, found.as_slice())?;
        Ok(found)
    }

    /// The values of an extension that is repeated, packed or not.
    pub(super) fn many(&self, place: Place, fields: &UnknownFields) -> Result<Vec<T>, DecodeError> {
        let mut found = Vec::new();
        place.each(fields, |tag, r| {
            if tag == place.tag(self.wire_type) {
                let mut value = (self.new)();
                (self.read)(r, &mut value)?;
                found.push(value);
                return Ok(());
            }
            match &self.packed {
                Some(packed) if tag == place.tag(WireType::LengthDelimited) => {
                    (packed.read)(r, &mut found)
                }
                _ => r.skip(tag),
            }
        })?;
        if let Some(counts) = self.counts {
            found.retain(counts);
        }
        self.complete(place, &found)?;
        Ok(found)
    }

    /// Whether there is a value, without reading any where that is not needed to know.
    pub(super) fn is_in(&self, place: Place, fields: &UnknownFields, repeated: bool) -> bool {
        if fields.is_empty() {
            return false;
        }
        if self.counts.is_some() {
            return if repeated {
                self.many(place, fields).is_ok_and(|values| !values.is_empty())
            } else {
                self.one(place, fields).is_ok_and(|value| value.is_some())
            };
        }
        let mut found = false;
        let packed = repeated && self.packed.is_some();
        // What is malformed inside of a value says that there is one.
        let _ = place.each(fields, |tag, r| {
            found |= tag == place.tag(self.wire_type)
                || packed && tag == place.tag(WireType::LengthDelimited);
            r.skip(tag)
        });
        found
    }

    /// Appends a value.
    pub(super) fn push(&self, place: Place, fields: &mut UnknownFields, value: &T) {
        let mut record = Writer::new();
        if place.message_set {
            record.message_set_item(place.number, |w, tag| (self.write)(w, tag, value));
        } else {
            (self.write)(&mut record, place.tag(self.wire_type), value);
        }
        fields.push(record.as_slice());
    }

    /// Appends values.
    pub(super) fn extend(
        &self,
        place: Place,
        fields: &mut UnknownFields,
        values: &[T],
        packed: bool,
    ) {
        match &self.packed {
            Some(table) if packed => {
                let mut record = Writer::new();
                (table.write)(&mut record, place.tag(WireType::LengthDelimited), values);
                if !record.is_empty() {
                    fields.push(record.as_slice());
                }
            }
            _ => values.iter().for_each(|value| self.push(place, fields, value)),
        }
    }

    /// The full name of a required field that one of the values lacks.
    pub(super) fn missing_required(&self, values: &[T]) -> Option<&'static str> {
        values.iter().find_map(self.missing_required)
    }

    fn complete(&self, place: Place, values: &[T]) -> Result<(), DecodeError> {
        match self.missing_required(values) {
            None => Ok(()),
            Some(name) => {
                let cause = DecodeErrorCause::MissingRequired(name.into());
                Err(DecodeError::new(cause, place.number, 0).within(place.name))
            }
        }
    }
}

impl Place {
    /// Removes all that stands there.
    pub(super) fn clear(self, fields: &mut UnknownFields) {
        fields.retain(|tag, record| {
            if self.message_set {
                message_set::id_of(tag, record) != Some(self.number) && Some(tag) != self.plain()
            } else {
                tag >> 3 != self.number
            }
        });
    }

    /// The tag of a value, which inside an item is always the same.
    fn tag(self, wire_type: WireType) -> u32 {
        if self.message_set { message_set::MESSAGE } else { wire_type.tag(self.number) }
    }

    /// The tag of a message that stands in a message set as a field of the extension's number,
    /// written by someone who does not know message sets. Their numbers may be too large for that.
    fn plain(self) -> Option<u32> {
        (self.number < 1 << 29).then(|| WireType::LengthDelimited.tag(self.number))
    }

    /// Hands each field to `read`, which has to take its value: in a message set those that are
    /// or hold the extension's message, otherwise all.
    fn each(
        self,
        fields: &UnknownFields,
        mut read: impl FnMut(u32, &mut Reader<'_>) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut r = Reader::new(fields.as_bytes());
        let mut walk = || {
            while let Some(tag) = r.tag()? {
                match tag {
                    message_set::ITEM if self.message_set => {
                        r.message_set_value(self.number, |r| read(message_set::MESSAGE, r))?;
                    }
                    _ if self.message_set && Some(tag) == self.plain() => {
                        read(message_set::MESSAGE, &mut r)?;
                    }
                    _ if self.message_set => r.skip(tag)?,
                    _ => read(tag, &mut r)?,
                }
            }
            Ok(())
        };
        walk().map_err(|error: DecodeError| error.within(self.name))
    }
}
