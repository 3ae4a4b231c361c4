//! Repeated fields, left where they are.

use std::fmt;
use std::marker::PhantomData;
use std::slice;

use super::super::{Reader, WireType};
use super::{Element, NestedElement};

/// A repeated field of a view: checked when the view was decoded, read while it is iterated over.
///
/// Iterating costs as much as decoding the elements, so a program that needs them over and over
/// collects them once.
///
/// ```
/// # use rustrpc::view::{Repeated, String};
/// fn longest<'a>(names: &Repeated<'a, String>) -> &'a str {
///     names.iter().max_by_key(|name| name.len()).unwrap_or_default()
/// }
/// ```
pub struct Repeated<'a, K> {
    /// From the tag of the first element to the end of the last. Other fields may be between.
    records: &'a [u8],
    /// How many elements there are.
    len: usize,
    /// Further runs of records, where the message around came in several pieces.
    #[allow(clippy::box_collection, reason = "a Vec in each field would be three words")]
    more: Option<Box<Vec<&'a [u8]>>>,
    element: PhantomData<fn() -> K>,
}

impl<'a, K: Element<'a>> Repeated<'a, K> {
    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The elements, in order.
    #[must_use]
    pub fn iter(&self) -> RepeatedIter<'_, 'a, K> {
        RepeatedIter {
            left: self.len,
            packed: &[],
            records: self.records,
            more: self.more.as_deref().map_or(&[][..], Vec::as_slice).iter(),
            number: Reader::checked(self.records).tag().ok().flatten().unwrap_or(0) >> 3,
            element: PhantomData,
        }
    }

    /// The elements as the message itself holds them.
    #[must_use]
    pub fn to_vec(&self) -> Vec<K::Owned> {
        self.iter().map(K::owned).collect()
    }

    /// Adds `count` elements that begin with `records`. `read` is all that was read up to their
    /// end, `body` where the message that they are in begins.
    #[inline]
    pub(super) fn add(&mut self, records: &'a [u8], count: usize, read: &'a [u8], body: *const u8) {
        self.len += count;
        if self.records.is_empty() {
            self.records = records;
            return;
        }
        let last = match &mut self.more {
            None => &mut self.records,
            Some(more) => match more.last_mut() {
                Some(last) => last,
                None => &mut self.records,
            },
        };
        if last.as_ptr() >= body {
            *last = extended(last, read);
        } else {
            self.more.get_or_insert_default().push(records);
        }
    }
}

/// `begun`, which lies within `read`, up to the end of `read`.
#[inline]
pub(super) fn extended<'a>(begun: &'a [u8], read: &'a [u8]) -> &'a [u8] {
    let offset = (begun.as_ptr() as usize).wrapping_sub(read.as_ptr() as usize);
    read.get(offset..).unwrap_or(begun)
}

impl<'a, K: NestedElement<'a>> Repeated<'a, K> {
    /// The full name of a required field that one of the messages lacks.
    #[doc(hidden)]
    #[must_use]
    pub fn missing_required(&self) -> Option<&'static str> {
        self.iter().find_map(|value| K::missing_required(&value))
    }
}

/// The elements of a [`Repeated`] field.
pub struct RepeatedIter<'v, 'a, K> {
    left: usize,
    /// What is left of packed elements; they come before the next record.
    packed: &'a [u8],
    records: &'a [u8],
    more: slice::Iter<'v, &'a [u8]>,
    /// The field's number.
    number: u32,
    element: PhantomData<fn() -> K>,
}

impl<'a, K: Element<'a>> RepeatedIter<'_, 'a, K> {
    /// The next packed element.
    #[inline]
    fn next_packed(&mut self) -> Option<K::Value> {
        let mut r = Reader::checked(self.packed);
        let mut value = K::Value::default();
        K::read(&mut r, K::WIRE_TYPE.tag(self.number), &mut value).ok()?;
        self.packed = r.rest();
        Some(value)
    }

    /// The element in the next record; `None` when the record is none or of several elements.
    #[inline]
    fn next_record(&mut self) -> Option<K::Value> {
        let mut r = Reader::checked(self.records);
        let tag = r.tag().ok().flatten()?;
        let mut value = None;
        // The records were found valid when they were read, so nothing fails here.
        let read = if tag == K::WIRE_TYPE.tag(self.number) {
            K::read(&mut r, tag, value.get_or_insert_default())
        } else if is_packable(K::WIRE_TYPE) && tag == WireType::LengthDelimited.tag(self.number) {
            r.slice().map(|packed| self.packed = packed)
        } else {
            r.skip(tag)
        };
        self.records = if read.is_ok() { r.rest() } else { &[] };
        value
    }
}

/// Whether elements of this wire type may stand together behind one tag.
pub(super) const fn is_packable(wire_type: WireType) -> bool {
    matches!(wire_type, WireType::Varint | WireType::Fixed32 | WireType::Fixed64)
}

impl<'a, K: Element<'a>> Iterator for RepeatedIter<'_, 'a, K> {
    type Item = K::Value;

    #[inline]
    fn next(&mut self) -> Option<K::Value> {
        while self.left > 0 {
            let value = if !self.packed.is_empty() {
                Some(self.next_packed()?)
            } else {
                if self.records.is_empty() {
                    self.records = self.more.next()?;
                }
                self.next_record()
            };
            if let Some(value) = value
                && K::counts(&value)
            {
                self.left -= 1;
                return Some(value);
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<'a, K: Element<'a>> ExactSizeIterator for RepeatedIter<'_, 'a, K> {}

impl<'v, 'a, K: Element<'a>> IntoIterator for &'v Repeated<'a, K> {
    type Item = K::Value;
    type IntoIter = RepeatedIter<'v, 'a, K>;

    fn into_iter(self) -> RepeatedIter<'v, 'a, K> {
        self.iter()
    }
}

impl<K> Default for Repeated<'_, K> {
    #[inline]
    fn default() -> Self {
        Self { records: &[], len: 0, more: None, element: PhantomData }
    }
}

impl<K> Clone for Repeated<'_, K> {
    fn clone(&self) -> Self {
        Self { more: self.more.clone(), ..*self }
    }
}

impl<'a, K: Element<'a>> PartialEq for Repeated<'a, K>
where
    K::Value: PartialEq,
{
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other)
    }
}

impl<'a, K: Element<'a>> fmt::Debug for Repeated<'a, K>
where
    K::Value: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<K> Clone for RepeatedIter<'_, '_, K> {
    fn clone(&self) -> Self {
        Self { more: self.more.clone(), ..*self }
    }
}

impl<K> fmt::Debug for RepeatedIter<'_, '_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RepeatedIter").field("left", &self.left).finish_non_exhaustive()
    }
}
