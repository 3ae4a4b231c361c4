//! Map fields: a repeated message of a key and a value on the wire.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use super::kind::{Enum, Kind};
use super::{DecodeError, Enumeration, Reader, UnknownFields, Writer};

/// A collection that can hold a map field: `HashMap` or `BTreeMap`.
pub trait Map<K, V> {
    /// How many entries there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes room for so many more, where that means anything.
    fn reserve(&mut self, additional: usize);

    /// Adds an entry or replaces the one with the same key.
    fn insert(&mut self, key: K, value: V);

    /// Shows every entry, the last one first where there is an order.
    fn for_each_reversed(&self, show: impl FnMut(&K, &V));
}

impl<K: Eq + Hash, V, S: BuildHasher> Map<K, V> for HashMap<K, V, S> {
    fn len(&self) -> usize {
        self.len()
    }

    fn reserve(&mut self, additional: usize) {
        self.reserve(additional);
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        self.insert(key, value);
    }

    #[inline]
    fn for_each_reversed(&self, mut show: impl FnMut(&K, &V)) {
        for (key, value) in self {
            show(key, value);
        }
    }
}

impl<K: Ord, V> Map<K, V> for BTreeMap<K, V> {
    fn len(&self) -> usize {
        self.len()
    }

    fn reserve(&mut self, _additional: usize) {}

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        self.insert(key, value);
    }

    #[inline]
    fn for_each_reversed(&self, mut show: impl FnMut(&K, &V)) {
        for (key, value) in self.iter().rev() {
            show(key, value);
        }
    }
}

/// The field numbers of an entry.
const KEY: u32 = 1;
const VALUE: u32 = 2;

/// For how many entries room is made before they are read. They may all have the same key, and an
/// entry without a key takes two bytes, where a map needs a hundred for it.
const FORESEEN: usize = 4096;

impl Reader<'_> {
    /// Adds an entry of kinds `K` and `V`; what it lacks has its default.
    pub fn map<K: Kind, V: Kind>(
        &mut self,
        tag: u32,
        entries: &mut impl Map<K::Value, V::Value>,
    ) -> Result<(), DecodeError> {
        if entries.is_empty() {
            entries.reserve(self.run(tag).min(FORESEEN));
        }
        let (key, value) = self.entry::<K, V>()?;
        entries.insert(key, value);
        Ok(())
    }

    /// Adds an entry whose value is of a closed enum. When the value is not declared the entry
    /// goes to the unknown fields.
    pub fn closed_enumeration_map<K: Kind, E: Enumeration>(
        &mut self,
        entries: &mut impl Map<K::Value, E>,
        unknown: &mut UnknownFields,
    ) -> Result<(), DecodeError> {
        let mark = self.mark();
        let (key, value) = self.entry::<K, Enum<E>>()?;
        if value.is_declared() {
            entries.insert(key, value);
        } else {
            unknown.push(self.since(mark));
        }
        Ok(())
    }

    fn entry<K: Kind, V: Kind>(&mut self) -> Result<(K::Value, V::Value), DecodeError> {
        let (mut key, mut value) = (K::Value::default(), V::Value::default());
        self.enter(|r| {
            while let Some(tag) = r.tag()? {
                if tag == K::WIRE_TYPE.tag(KEY) {
                    K::read(r, &mut key)?;
                } else if tag == V::WIRE_TYPE.tag(VALUE) {
                    V::read(r, &mut value)?;
                } else {
                    r.skip(tag)?;
                }
            }
            Ok(())
        })?;
        Ok((key, value))
    }
}

impl Writer {
    /// A map field with keys and values of kinds `K` and `V`. Both are written even when they
    /// have their default, as protoc's own code does.
    pub fn map<K: Kind, V: Kind>(&mut self, tag: u32, entries: &impl Map<K::Value, V::Value>) {
        entries.for_each_reversed(|key, value| {
            let mark = self.len();
            V::write(self, V::WIRE_TYPE.tag(VALUE), value);
            K::write(self, K::WIRE_TYPE.tag(KEY), key);
            self.prefix(tag, mark);
        });
    }
}
