//! Map fields, left where they are.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use super::super::{DecodeError, Reader, WireType};
use super::element::pass_by_reading;
use super::{Element, NestedElement, Repeated, RepeatedIter};

/// A map field of a view: checked when the view was decoded, read while it is iterated over.
///
/// [`get`](Self::get) looks through all entries; a program that asks for many keys collects the
/// entries into a map of its own:
///
/// ```
/// # use std::collections::HashMap;
/// # use rustrpc::view::{Int64, Map, String};
/// fn by_name<'a>(labels: &Map<'a, String, Int64>) -> HashMap<&'a str, i64> {
///     labels.iter().collect()
/// }
/// ```
pub struct Map<'a, K, V>(Repeated<'a, Entry<K, V>>);

impl<'a, K: Element<'a>, V: Element<'a>> Map<'a, K, V> {
    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries as they were sent. Senders write each key once; where bytes have a key twice,
    /// both entries come by, and the later one counts.
    #[must_use]
    pub fn iter(&self) -> MapIter<'_, 'a, K, V> {
        MapIter(self.0.iter())
    }

    /// The value of a key.
    #[must_use]
    pub fn get<Q>(&self, key: Q) -> Option<V::Value>
    where
        K::Value: PartialEq<Q>,
    {
        self.iter().filter(|(found, _)| *found == key).last().map(|(_, value)| value)
    }

    /// Whether there is an entry of that key.
    #[must_use]
    pub fn contains_key<Q>(&self, key: Q) -> bool
    where
        K::Value: PartialEq<Q>,
    {
        self.iter().any(|(found, _)| found == key)
    }

    /// The entries as the message itself holds them, in a `HashMap` or a `BTreeMap`.
    #[must_use]
    pub fn to_map<M: FromIterator<(K::Owned, V::Owned)>>(&self) -> M {
        self.iter().map(|(key, value)| (K::owned(key), V::owned(value))).collect()
    }

    pub(super) fn entries_mut(&mut self) -> &mut Repeated<'a, Entry<K, V>> {
        &mut self.0
    }
}

impl<'a, K: Element<'a>, V: NestedElement<'a>> Map<'a, K, V>
where
    K::Value: Eq + Hash,
{
    /// The full name of a required field that one of the messages lacks, those apart whose key
    /// comes again.
    #[doc(hidden)]
    #[must_use]
    pub fn missing_required(&self) -> Option<&'static str> {
        let entries: HashMap<_, _> = self.iter().collect();
        entries.values().find_map(V::missing_required)
    }
}

/// The field numbers of an entry.
const KEY: u32 = 1;
const VALUE: u32 = 2;

/// An entry of a map: a message of a key and a value.
pub(super) struct Entry<K, V>(PhantomData<fn() -> (K, V)>);

impl<'a, K: Element<'a>, V: Element<'a>> Element<'a> for Entry<K, V> {
    type Value = (K::Value, V::Value);
    type Owned = (K::Owned, V::Owned);
    const WIRE_TYPE: WireType = WireType::LengthDelimited;

    fn read(
        r: &mut Reader<'a>,
        _tag: u32,
        (key, value): &mut Self::Value,
    ) -> Result<(), DecodeError> {
        r.enter(|r| {
            while let Some(tag) = r.tag()? {
                if tag == K::WIRE_TYPE.tag(KEY) {
                    K::read(r, tag, key)?;
                } else if tag == V::WIRE_TYPE.tag(VALUE) {
                    V::read(r, tag, value)?;
                } else {
                    r.skip(tag)?;
                }
            }
            Ok(())
        })
    }

    #[inline]
    fn pass(r: &mut Reader<'a>, tag: u32) -> Result<(), DecodeError> {
        if r.is_checked() {
            return r.slice().map(drop);
        }
        pass_by_reading(r, |r, value| Self::read(r, tag, value))
    }

    #[inline]
    fn counts((_, value): &Self::Value) -> bool {
        V::counts(value)
    }

    fn owned((key, value): Self::Value) -> Self::Owned {
        (K::owned(key), V::owned(value))
    }
}

/// The entries of a [`Map`].
pub struct MapIter<'v, 'a, K, V>(RepeatedIter<'v, 'a, Entry<K, V>>);

impl<'a, K: Element<'a>, V: Element<'a>> Iterator for MapIter<'_, 'a, K, V> {
    type Item = (K::Value, V::Value);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<'a, K: Element<'a>, V: Element<'a>> ExactSizeIterator for MapIter<'_, 'a, K, V> {}

impl<'v, 'a, K: Element<'a>, V: Element<'a>> IntoIterator for &'v Map<'a, K, V> {
    type Item = (K::Value, V::Value);
    type IntoIter = MapIter<'v, 'a, K, V>;

    fn into_iter(self) -> MapIter<'v, 'a, K, V> {
        self.iter()
    }
}

impl<K, V> Default for Map<'_, K, V> {
    #[inline]
    fn default() -> Self {
        Self(Repeated::default())
    }
}

impl<K, V> Clone for Map<'_, K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Equal when the entries that count are, in whatever order.
impl<'a, K: Element<'a>, V: Element<'a>> PartialEq for Map<'a, K, V>
where
    K::Value: Eq + Hash,
    V::Value: PartialEq,
{
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs): (HashMap<_, _>, HashMap<_, _>) =
            (self.iter().collect(), other.iter().collect());
        ours == theirs
    }
}

impl<'a, K: Element<'a>, V: Element<'a>> fmt::Debug for Map<'a, K, V>
where
    K::Value: fmt::Debug,
    V::Value: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K, V> Clone for MapIter<'_, '_, K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> fmt::Debug for MapIter<'_, '_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
