//! The fields of a message.

use super::{Name, Text, TextError, TextReader, shown};
use crate::text::{TextField, extension};
use crate::wire::{ExtensionEntry, Message, UnknownFields};

impl TextReader<'_> {
    /// Reads the fields of a message: `read` is given the place of a field in the message's table,
    /// to read what stands behind its name.
    pub fn message<M: Message + Text>(
        &mut self,
        message: &mut M,
        read: impl Fn(&mut M, &mut Self, usize) -> Result<(), TextError>,
    ) -> Result<(), TextError> {
        self.fields(M::FIELDS, M::RESERVED, M::EXTENDABLE, M::NAME, |r, place| {
            read(message, r, place)
        })
    }

    /// Reads a field of a message.
    pub fn field<T: Text>(&mut self, value: &mut T) -> Result<(), TextError> {
        if self.again && !T::REPEATED {
            return Err(self.given_twice());
        }
        value.read_field(self)
    }

    /// Reads a field in a oneof, to be made a case of it.
    pub fn oneof<T: Text, O>(
        &mut self,
        oneof: &mut Option<O>,
        case: impl FnOnce(T) -> O,
    ) -> Result<(), TextError> {
        if self.again {
            return Err(self.given_twice());
        }
        if oneof.is_some() {
            let problem = "another field of the same oneof is set already; keep one";
            return Err(self.error_at(self.name_at, problem));
        }
        let mut value = T::default();
        value.read_field(self)?;
        *oneof = Some(case(value));
        Ok(())
    }

    /// Reads the extension that was met.
    pub fn extension(&mut self, fields: &mut UnknownFields) -> Result<(), TextError> {
        match self.extension.take() {
            Some(entry) => extension::read_field(entry, fields, self),
            None => Ok(()),
        }
    }

    /// Reads fields up to the end of the message; `read` is given their places in the table. An
    /// extension has the place behind the table.
    pub(crate) fn fields(
        &mut self,
        table: &[TextField],
        reserved: &[&str],
        extendable: bool,
        message: &str,
        mut read: impl FnMut(&mut Self, usize) -> Result<(), TextError>,
    ) -> Result<(), TextError> {
        let mut seen = vec![false; table.len()];
        while let Some(place) = self.next_field(table, reserved, extendable, message)? {
            self.again = match seen.get_mut(place) {
                Some(seen) => std::mem::replace(seen, true),
                None => false,
            };
            read(self, place).map_err(|error| match table.get(place) {
                Some(field) => error.in_field(field.name),
                // An extension has named itself.
                None => error,
            })?;
            self.separator();
        }
        Ok(())
    }

    /// The place in the table of the next field, passing over those that are to be ignored.
    fn next_field(
        &mut self,
        table: &[TextField],
        reserved: &[&str],
        extendable: bool,
        message: &str,
    ) -> Result<Option<usize>, TextError> {
        while let Some(name) = self.name()? {
            let passed_over = match &name {
                Name::Field(name) => {
                    let place = table.iter().position(|field| field.is(name));
                    if place.is_some() {
                        return Ok(place);
                    }
                    reserved.contains(name)
                }
                Name::Bracketed(name) => {
                    self.extension = ExtensionEntry::find(self.parser.extensions, message, name)
                        .filter(|entry| extendable && extension::is_known(entry));
                    if self.extension.is_some() {
                        return Ok(Some(table.len()));
                    }
                    false
                }
            };
            if passed_over {
                self.skip()?
            } else {
                self.unknown(&name, message)?
            }
            self.separator();
        }
        Ok(None)
    }

    /// Refuses, or skips, the field whose name was read last and which the message does not have.
    #[cold]
    pub(crate) fn unknown(&mut self, name: &Name<'_>, message: &str) -> Result<(), TextError> {
        if self.parser.ignore_unknown {
            return self.skip();
        }
        let problem = match name {
            Name::Field(name) => {
                let name = shown(name);
                format!(
                    "{message} has no field `{name}`; remove it, or have unknown fields ignored"
                )
            }
            Name::Bracketed(name) => {
                let name = shown(name);
                format!(
                    "{message} has no extension `{name}` that is known here; remove it, or give \
                     the parser the extension"
                )
            }
        };
        Err(self.error_at(self.name_at, problem))
    }
}
