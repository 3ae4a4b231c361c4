//! Extensions, which JSON names in brackets.

use std::fmt;

use super::{Json, JsonError, JsonReader, JsonWriter};
use crate::wire::kind::Kind;
use crate::wire::{DecodeError, Reader, UnknownFields, Writer};

/// An extension that occurs once in a message, for what
/// [`Printer::extensions`](super::Printer::extensions) and
/// [`Parser::extensions`](super::Parser::extensions) are given. Its value is kept among the
/// message's unknown fields.
///
/// ```
/// use rustrpc::json::JsonExtension;
/// use rustrpc::wire::kind;
///
/// // extend acme.Order { optional int32 priority = 100; } in package acme.rush
/// static EXTENSIONS: &[JsonExtension] =
///     &[JsonExtension::of::<kind::Int32>("acme.Order", "acme.rush.priority", 100)];
/// assert_eq!(EXTENSIONS[0].name(), "acme.rush.priority");
/// ```
#[derive(Clone, Copy)]
pub struct JsonExtension {
    extendee: &'static str,
    name: &'static str,
    number: u32,
    write: fn(&JsonExtension, &UnknownFields, &mut JsonWriter) -> Result<(), DecodeError>,
    read: fn(&JsonExtension, &mut JsonReader<'_>) -> Result<Option<Writer>, JsonError>,
}

impl JsonExtension {
    /// The extension of that full name and number, of a value of kind `K`, to the message
    /// `extendee`.
    #[must_use]
    pub const fn of<K: Kind>(extendee: &'static str, name: &'static str, number: u32) -> Self
    where
        K::Value: Json,
    {
        Self { extendee, name, number, write: write::<K>, read: read::<K> }
    }

    /// The full name of the message it extends.
    #[must_use]
    pub fn extendee(&self) -> &'static str {
        self.extendee
    }

    /// Its full name, without brackets.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Writes the member, if the fields have the extension.
    pub(super) fn write(&self, fields: &UnknownFields, w: &mut JsonWriter) {
        if let Err(error) = (self.write)(self, fields, w) {
            w.fail(format!("the extension {} is malformed: {error}", self.name));
        }
    }

    /// Reads the value and keeps it among the fields.
    pub(super) fn read(
        &self,
        fields: &mut UnknownFields,
        r: &mut JsonReader<'_>,
    ) -> Result<(), JsonError> {
        let located = |error: JsonError| error.in_field(&format!("[{}]", self.name));
        if fields.iter().any(|field| field.number == self.number) {
            return Err(located(r.error("the extension is given twice; keep one")));
        }
        if let Some(record) = (self.read)(self, r).map_err(located)? {
            fields.push(record.as_slice());
        }
        Ok(())
    }
}

impl fmt::Debug for JsonExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonExtension({} = {})", self.name, self.number)
    }
}

fn write<K: Kind>(
    extension: &JsonExtension,
    fields: &UnknownFields,
    w: &mut JsonWriter,
) -> Result<(), DecodeError>
where
    K::Value: Json,
{
    let mut value = None;
    let mut r = Reader::new(fields.as_bytes());
    while let Some(tag) = r.tag()? {
        if tag == K::WIRE_TYPE.tag(extension.number) {
            K::read(&mut r, value.get_or_insert_default())?;
        } else {
            r.skip(tag)?;
        }
    }
    if let Some(value) = value {
        w.name(&format!("[{}]", extension.name));
        value.write_json(w);
    }
    Ok(())
}

fn read<K: Kind>(
    extension: &JsonExtension,
    r: &mut JsonReader<'_>,
) -> Result<Option<Writer>, JsonError>
where
    K::Value: Json,
{
    if !K::Value::NULLABLE && r.null()? {
        return Ok(None);
    }
    let Some(value) = r.element::<K::Value>()? else { return Ok(None) };
    let mut record = Writer::new();
    K::write(&mut record, K::WIRE_TYPE.tag(extension.number), &value);
    Ok(Some(record))
}
