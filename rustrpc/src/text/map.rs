//! Maps: an entry for each key, like a message of a key and a value.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use super::{Text, TextError, TextField, TextReader, TextWriter};
use crate::text_fields;

/// What an entry has.
const ENTRY: &[TextField] = text_fields!["key", "value"];

impl<K: Text + Ord + Hash, V: Text, S: BuildHasher + Default> Text for HashMap<K, V, S> {
    const MESSAGE: bool = false;
    const REPEATED: bool = true;

    fn write_text(&self, w: &mut TextWriter) {
        self.write_field(w, "");
    }

    fn read_text(&mut self, r: &mut TextReader<'_>) -> Result<(), TextError> {
        let (key, value) = entry(self.len(), r)?;
        self.insert(key, value);
        Ok(())
    }

    fn write_field(&self, w: &mut TextWriter, name: &str) {
        // In the order of the keys, so that the same message has the same text.
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        write(entries.into_iter(), w, name);
    }

    fn read_field(&mut self, r: &mut TextReader<'_>) -> Result<(), TextError> {
        r.colon(true)?;
        r.elements(|r| self.read_text(r))
    }
}

impl<K: Text + Ord, V: Text> Text for BTreeMap<K, V> {
    const MESSAGE: bool = false;
    const REPEATED: bool = true;

    fn write_text(&self, w: &mut TextWriter) {
        self.write_field(w, "");
    }

    fn read_text(&mut self, r: &mut TextReader<'_>) -> Result<(), TextError> {
        let (key, value) = entry(self.len(), r)?;
        self.insert(key, value);
        Ok(())
    }

    fn write_field(&self, w: &mut TextWriter, name: &str) {
        write(self.iter(), w, name);
    }

    fn read_field(&mut self, r: &mut TextReader<'_>) -> Result<(), TextError> {
        r.colon(true)?;
        r.elements(|r| self.read_text(r))
    }
}

fn write<'m, K: Text + 'm, V: Text + 'm>(
    entries: impl Iterator<Item = (&'m K, &'m V)>,
    w: &mut TextWriter,
    name: &str,
) {
    for (key, value) in entries {
        w.message(name, |w| {
            key.write_field(w, "key");
            value.write_field(w, "value");
        });
    }
}

/// Reads an entry in braces; what it lacks has its default. The last of those with equal keys
/// stays.
fn entry<K: Text, V: Text>(index: usize, r: &mut TextReader<'_>) -> Result<(K, V), TextError> {
    let mut entry = (K::default(), V::default());
    let read = r.braced(|r| {
        r.fields(ENTRY, &[], false, "a map's entry", |r, field| match field {
            0 => r.field(&mut entry.0),
            _ => r.field(&mut entry.1),
        })
    });
    read.map_err(|error| error.in_element(index))?;
    Ok(entry)
}
