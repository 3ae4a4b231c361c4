//! Extensions, which JSON names in brackets.

use super::{Json, JsonError, JsonReader, JsonWriter};
use crate::wire::{
    DecodeError, Extension, ExtensionEntry, ExtensionFormat, RepeatedExtension, UnknownFields,
};

/// What JSON has to know of an extension: how values of its type are written and read.
struct JsonExtension {
    write: fn(&ExtensionEntry, &UnknownFields, &mut JsonWriter) -> Result<(), DecodeError>,
    read: fn(&ExtensionEntry, &mut UnknownFields, &mut JsonReader<'_>) -> Result<(), JsonError>,
}

/// The table of a type.
trait Table {
    const JSON: &'static JsonExtension;
}

impl<T: Json + 'static> Table for T {
    const JSON: &'static JsonExtension = &JsonExtension { write: write::<T>, read: read::<T> };
}

impl<M, T: Json> Extension<M, T> {
    /// The same, for an [entry](Self::entry) that JSON is written and read with.
    #[must_use]
    pub const fn with_json(self) -> Self {
        self.with_format(ExtensionFormat(T::JSON))
    }
}

impl<M, T: Json> RepeatedExtension<M, T> {
    /// The same, for an [entry](Self::entry) that JSON is written and read with.
    #[must_use]
    pub const fn with_json(self) -> Self {
        self.with_format(ExtensionFormat(T::JSON))
    }
}

/// Writes the member, if the fields have the extension.
pub(super) fn write_member(entry: &ExtensionEntry, fields: &UnknownFields, w: &mut JsonWriter) {
    let Some(json) = entry.format::<JsonExtension>() else { return };
    if let Err(error) = (json.write)(entry, fields, w) {
        w.fail(format!("the extension {} is malformed: {error}", entry.name()));
    }
}

/// Reads the value and keeps it among the fields.
pub(super) fn read_member(
    entry: &ExtensionEntry,
    fields: &mut UnknownFields,
    r: &mut JsonReader<'_>,
) -> Result<(), JsonError> {
    let Some(json) = entry.format::<JsonExtension>() else { return Ok(()) };
    (json.read)(entry, fields, r).map_err(|error| error.in_field(&format!("[{}]", entry.name())))
}

/// Whether values of the extension have a JSON form.
pub(super) fn is_known(entry: &ExtensionEntry) -> bool {
    entry.format::<JsonExtension>().is_some()
}

fn write<T: Json + 'static>(
    entry: &ExtensionEntry,
    fields: &UnknownFields,
    w: &mut JsonWriter,
) -> Result<(), DecodeError> {
    if !entry.is_in::<T>(fields) {
        return Ok(());
    }
    // The bytes of a value may hold the same extension again, and so on.
    if w.is_too_deep() {
        return Ok(());
    }
    let values = entry.values::<T>(fields)?;
    if values.is_empty() {
        return Ok(());
    }
    w.name(&format!("[{}]", entry.name()));
    if entry.is_repeated() {
        w.list(&values);
    } else {
        values.iter().for_each(|value| value.write_json(w));
    }
    Ok(())
}

fn read<T: Json + 'static>(
    entry: &ExtensionEntry,
    fields: &mut UnknownFields,
    r: &mut JsonReader<'_>,
) -> Result<(), JsonError> {
    if entry.is_in::<T>(fields) {
        return Err(r.error("the extension is given twice; keep one"));
    }
    if (entry.is_repeated() || !T::NULLABLE) && r.null()? {
        return Ok(());
    }
    let mut values = Vec::new();
    if entry.is_repeated() {
        values.read_json(r)?;
    } else {
        values.extend(r.element::<T>()?);
    }
    entry
        .extend(fields, &values)
        .map_err(|name| r.error(format!("the required field {name} is missing")))
}
