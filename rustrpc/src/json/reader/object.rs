//! Objects: messages, maps, and those with members of their own kind.

use std::borrow::Cow;

use super::{Json, JsonError, JsonReader, shown};
use crate::json::JsonField;
use crate::json::extension;
use crate::json::map::JsonKey;
use crate::wire::{ExtensionEntry, Message};

/// How far the reading of a message's members is.
#[derive(Debug)]
struct Members {
    first: bool,
    /// The field behind the last one that was read: members mostly stand in order.
    next: usize,
    /// A bit for each of the first 64 fields that was given.
    seen: u64,
    /// Bits for the others.
    more_seen: Vec<u64>,
    /// Whether `@type` may come.
    typed: bool,
}

impl<'a> JsonReader<'a> {
    /// Reads a message: `read` is given the place of a field in the message's table, to read its
    /// value.
    #[inline]
    pub fn message<M: Message + Json>(
        &mut self,
        message: &mut M,
        read: impl Fn(&mut M, &mut Self, usize) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.enter(b'{', "an object")?;
        let typed = std::mem::take(&mut self.typed);
        let mut members = Members { first: true, next: 0, seen: 0, more_seen: Vec::new(), typed };
        while let Some(field) = self.next_field::<M>(&mut members)? {
            read(message, self, field).map_err(|error| in_field(error, M::FIELDS, field))?;
        }
        self.leave();
        Ok(())
    }

    /// Reads an object whose members' names are no fields; `member` is given a name and where it
    /// is, to read the value.
    pub fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, Cow<'a, str>, usize) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.enter(b'{', "an object")?;
        let mut first = true;
        while self.goes_on(first, b'}')? {
            first = false;
            self.peek();
            let start = self.at;
            let name = self.name()?;
            member(self, name, start)?;
        }
        self.leave();
        Ok(())
    }

    /// Reads a map; `insert` says whether the key was new.
    pub(in crate::json) fn entries<K: JsonKey, V: Json>(
        &mut self,
        mut insert: impl FnMut(K, V) -> bool,
    ) -> Result<(), JsonError> {
        self.enter(b'{', "an object")?;
        let mut first = true;
        while self.goes_on(first, b'}')? {
            first = false;
            self.peek();
            let start = self.at;
            let name = self.name()?;
            let key = K::from_name(&name).map_err(|needed| {
                let name = shown(&name);
                self.error_at(start, format!("expected {needed} as key, found \"{name}\""))
            })?;
            let value = self.element().map_err(|error| error.in_entry(&name))?;
            if let Some(value) = value
                && !insert(key, value)
            {
                let problem = format!("the key \"{}\" is given twice", shown(&name));
                return Err(self.error_at(start, problem));
            }
        }
        self.leave();
        Ok(())
    }

    /// Looks ahead for the type of an `Any`: the member `@type`, wherever it is in the object.
    pub fn announced_type(&mut self) -> Result<Option<Cow<'a, str>>, JsonError> {
        let (start, depth) = (self.at, self.depth);
        let mut found = None;
        self.enter(b'{', "an object")?;
        let mut first = true;
        while self.goes_on(first, b'}')? {
            first = false;
            if self.name()? == "@type" {
                found = Some(self.string()?);
                break;
            }
            self.skip()?;
        }
        (self.at, self.depth) = (start, depth);
        Ok(found)
    }

    /// Has the next message accept the member `@type`, which was looked for in advance.
    pub fn expect_type_member(&mut self) {
        self.typed = true;
    }

    /// Refuses, or skips, a member that is no field.
    #[cold]
    pub fn unknown_member(
        &mut self,
        start: usize,
        name: &str,
        message: &str,
    ) -> Result<(), JsonError> {
        if self.parser.ignore_unknown {
            return self.skip();
        }
        let problem = format!(
            "{message} has no field `{}`; remove it, or have unknown fields ignored",
            shown(name)
        );
        Err(self.error_at(start, problem))
    }

    /// The place in the table of the next member that is a field, whose value comes next. An
    /// extension has the place behind the table.
    #[inline]
    fn next_field<M: Message + Json>(
        &mut self,
        members: &mut Members,
    ) -> Result<Option<usize>, JsonError> {
        self.next_member(members, M::FIELDS, M::EXTENDABLE, M::NAME)
    }

    fn next_member(
        &mut self,
        members: &mut Members,
        fields: &[JsonField],
        extendable: bool,
        message: &str,
    ) -> Result<Option<usize>, JsonError> {
        loop {
            if !self.goes_on(std::mem::take(&mut members.first), b'}')? {
                return Ok(None);
            }
            self.peek();
            let start = self.at;
            let field = match self.written_name(members.next, fields) {
                Some(field) => field,
                None => {
                    let name = self.name()?;
                    match place(fields, members.next, |field| field.is(&name)) {
                        Some(field) => field,
                        None if members.typed && name == "@type" => {
                            members.typed = false;
                            self.skip()?;
                            continue;
                        }
                        None if extendable && self.meets_extension(&name, message) => {
                            return Ok(Some(fields.len()));
                        }
                        None => {
                            self.unknown_member(start, &name, message)?;
                            continue;
                        }
                    }
                }
            };
            members.next = field + 1;
            if !members.note(field) {
                let problem = "the field is given twice; keep one".to_owned();
                return Err(in_field(self.error_at(start, problem), fields, field));
            }
            return Ok(Some(field));
        }
    }

    /// Whether the name is that of a known extension to the message, which is noted then.
    #[cold]
    fn meets_extension(&mut self, name: &str, message: &str) -> bool {
        let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        self.extension = name
            .and_then(|name| ExtensionEntry::find(self.parser.extensions, message, name))
            .filter(|entry| extension::is_known(entry));
        self.extension.is_some()
    }

    /// Takes a field's name and the colon, if they come as they are mostly written: the field's place.
    #[inline]
    fn written_name(&mut self, next: usize, fields: &[JsonField]) -> Option<usize> {
        let rest = self.rest();
        // Few names begin alike.
        let first = rest.get(1)?;
        let mut length = 0;
        let place = place(fields, next, |field| match field.written.as_bytes() {
            // But for the comma in front.
            [_, name @ ..] if name.get(1) == Some(first) && rest.starts_with(name) => {
                length = name.len();
                true
            }
            _ => false,
        })?;
        self.at += length;
        Some(place)
    }

    /// A member's name and the colon behind it.
    fn name(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a name in double quotes"));
        }
        let name = self.string()?;
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:`"));
        }
        self.at += 1;
        Ok(name)
    }
}

impl Members {
    /// Notes that a field was given; false when it was before.
    #[inline]
    fn note(&mut self, field: usize) -> bool {
        let word = match field.checked_sub(64) {
            None => &mut self.seen,
            Some(beyond) => {
                let index = beyond / 64;
                if self.more_seen.len() <= index {
                    self.more_seen.resize(index + 1, 0);
                }
                &mut self.more_seen[index]
            }
        };
        let bit = 1 << (field % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// The place of the field that is meant, looked for from `next` on and then from the beginning.
#[inline]
fn place(
    fields: &[JsonField],
    next: usize,
    mut is_meant: impl FnMut(&JsonField) -> bool,
) -> Option<usize> {
    let (before, behind) = fields.split_at_checked(next)?;
    match behind.iter().position(&mut is_meant) {
        Some(index) => Some(next + index),
        None => before.iter().position(is_meant),
    }
}

#[cold]
fn in_field(error: JsonError, fields: &[JsonField], field: usize) -> JsonError {
    match fields.get(field) {
        Some(field) => error.in_field(field.json),
        // An extension has named itself.
        None => error,
    }
}
