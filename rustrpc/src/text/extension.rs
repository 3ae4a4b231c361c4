//! Extensions, which text format names in brackets.

use super::{Text, TextError, TextReader, TextWriter};
use crate::wire::{Extension, ExtensionEntry, ExtensionFormat, RepeatedExtension, UnknownFields};

/// What text format has to know of an extension: how values of its type are written and read.
struct TextExtension {
    write: fn(&ExtensionEntry, &UnknownFields, &mut TextWriter) -> bool,
    read: fn(&ExtensionEntry, &mut UnknownFields, &mut TextReader<'_>) -> Result<(), TextError>,
}

/// The table of a type.
trait Table {
    const TEXT: &'static TextExtension;
}

impl<T: Text + 'static> Table for T {
    const TEXT: &'static TextExtension = &TextExtension { write: write::<T>, read: read::<T> };
}

impl<M, T: Text> Extension<M, T> {
    /// The same, for an [entry](Self::entry) that text format is written and read with.
    #[must_use]
    pub const fn with_text(self) -> Self {
        self.with_format(ExtensionFormat(T::TEXT))
    }
}

impl<M, T: Text> RepeatedExtension<M, T> {
    /// The same, for an [entry](Self::entry) that text format is written and read with.
    #[must_use]
    pub const fn with_text(self) -> Self {
        self.with_format(ExtensionFormat(T::TEXT))
    }
}

/// Writes the field, if the fields have the extension; false when they have not, or something that
/// can't be read as it.
pub(super) fn write_field(
    entry: &ExtensionEntry,
    fields: &UnknownFields,
    w: &mut TextWriter,
) -> bool {
    // The bytes of a value may hold the same extension again, and so on.
    entry
        .format::<TextExtension>()
        .is_some_and(|text| w.in_encoded(|w| (text.write)(entry, fields, w)))
}

/// Reads what stands behind the name and keeps it among the fields.
pub(super) fn read_field(
    entry: &ExtensionEntry,
    fields: &mut UnknownFields,
    r: &mut TextReader<'_>,
) -> Result<(), TextError> {
    let Some(text) = entry.format::<TextExtension>() else { return Ok(()) };
    (text.read)(entry, fields, r).map_err(|error| error.in_field(&format!("[{}]", entry.name())))
}

/// Whether values of the extension have a text form.
pub(super) fn is_known(entry: &ExtensionEntry) -> bool {
    entry.format::<TextExtension>().is_some()
}

fn write<T: Text + 'static>(
    entry: &ExtensionEntry,
    fields: &UnknownFields,
    w: &mut TextWriter,
) -> bool {
    let values = match entry.values::<T>(fields) {
        Ok(values) if !values.is_empty() => values,
        _ => return false,
    };
    let name = format!("[{}]", entry.name());
    values.iter().for_each(|value| value.write_field(w, &name));
    true
}

fn read<T: Text + 'static>(
    entry: &ExtensionEntry,
    fields: &mut UnknownFields,
    r: &mut TextReader<'_>,
) -> Result<(), TextError> {
    let mut values = Vec::new();
    if entry.is_repeated() {
        values.read_field(r)?;
    } else if entry.is_in::<T>(fields) {
        return Err(r.given_twice());
    } else {
        let mut value = T::default();
        value.read_field(r)?;
        values.push(value);
    }
    entry
        .extend(fields, &values)
        .map_err(|name| r.error(format!("the required field {name} is missing")))
}
