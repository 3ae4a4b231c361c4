//! Maps: objects whose member names are the keys.

use std::borrow::Cow;
use std::collections::hash_map::Entry as HashEntry;
use std::collections::{BTreeMap, HashMap, btree_map};
use std::hash::{BuildHasher, Hash};

use super::{Json, JsonError, JsonReader, JsonWriter, reader};

/// A type that a map's key can have.
pub trait JsonKey: Sized {
    /// The key as a member's name.
    fn to_name(&self) -> Cow<'_, str>;

    /// The key of that name, or what it should have been.
    fn from_name(name: &str) -> Result<Self, &'static str>;
}

impl JsonKey for String {
    fn to_name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }

    fn from_name(name: &str) -> Result<Self, &'static str> {
        Ok(name.to_owned())
    }
}

impl JsonKey for bool {
    fn to_name(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "true" } else { "false" })
    }

    fn from_name(name: &str) -> Result<Self, &'static str> {
        match name {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("\"true\" or \"false\""),
        }
    }
}

macro_rules! integers {
    ($($integer:ty: $expected:literal;)*) => {
        $(impl JsonKey for $integer {
            fn to_name(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }

            fn from_name(name: &str) -> Result<Self, &'static str> {
                reader::integer_of(name).ok_or($expected)
            }
        })*
    };
}

integers! {
    i32: "a whole number of 32 bits in quotes";
    i64: "a whole number of 64 bits in quotes";
    u32: "a whole number of 32 bits without a sign in quotes";
    u64: "a whole number of 64 bits without a sign in quotes";
}

impl<K: JsonKey + Eq + Hash, V: Json, S: BuildHasher + Default> Json for HashMap<K, V, S> {
    const INFALLIBLE: bool = V::INFALLIBLE;

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write_json(&self, w: &mut JsonWriter) {
        write(self.iter(), w);
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        r.entries(|key, value| match self.entry(key) {
            HashEntry::Occupied(_) => false,
            HashEntry::Vacant(place) => {
                place.insert(value);
                true
            }
        })
    }
}

impl<K: JsonKey + Ord, V: Json> Json for BTreeMap<K, V> {
    const INFALLIBLE: bool = V::INFALLIBLE;

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write_json(&self, w: &mut JsonWriter) {
        write(self.iter(), w);
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        r.entries(|key, value| match self.entry(key) {
            btree_map::Entry::Occupied(_) => false,
            btree_map::Entry::Vacant(place) => {
                place.insert(value);
                true
            }
        })
    }
}

fn write<'m, K: JsonKey + 'm, V: Json + 'm>(
    entries: impl Iterator<Item = (&'m K, &'m V)>,
    w: &mut JsonWriter,
) {
    w.message(|w| {
        for (key, value) in entries {
            let name = key.to_name();
            w.name(&name);
            w.entry(value, &name);
        }
    });
}
