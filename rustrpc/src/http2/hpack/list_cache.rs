//! Whole field lists that were encoded before.

use super::sums::Sums;
use crate::http2::fields::{Field, Indexing};

/// Recent lists that became nothing but indices, with those.
///
/// Nearly every message repeats the fields of the one before: the header and trailer sections of
/// responses, the requests of a method. Comparing with what was sent then costs a fraction of
/// looking up each field, and stays right as long as the table has not changed.
#[derive(Debug, Default)]
pub(crate) struct ListCache {
    lists: Vec<Known>,
    /// Of the names, where they have one.
    names: Sums,
    /// Of the fields.
    texts: Sums,
    /// Lists for which there was no place.
    turned_away: usize,
}

/// What a list is known by, so that nothing needs to be compared: no other list is ever called the
/// same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ListName {
    /// Where something lies that is part of the program: the list, or a text that it is made from.
    at: usize,
    length: usize,
    /// Of what else it is made from.
    number: u64,
    /// The number of the field behind it, 0 for none.
    last: u64,
}

impl ListName {
    #[inline]
    pub(crate) fn of_constant(fields: &'static [Field<'static>]) -> Self {
        Self { at: fields.as_ptr().addr(), length: fields.len(), number: u64::MAX, last: 0 }
    }

    /// A list made from this text and from something that has a number of its own.
    #[inline]
    pub(crate) fn made_from(text: &'static str, number: u64) -> Self {
        Self { at: text.as_ptr().addr(), length: text.len(), number, last: 0 }
    }

    /// The same list with one field behind it whose value has a number of its own, not 0.
    #[inline]
    pub(crate) fn followed_by(self, last: u64) -> Self {
        Self { last, ..self }
    }

    #[inline]
    fn sum(self) -> u32 {
        (self.at as u64 ^ self.number << 20 ^ self.last.rotate_left(9)) as u32
    }
}

#[derive(Debug)]
struct Known {
    generation: u64,
    name: Option<ListName>,
    /// For each field the lengths of name and value, and both.
    text: Box<[u8]>,
    block: Box<[u8]>,
}

/// How many lists are kept: a client needs one for each method that it calls again and again.
const LISTS: usize = 64;
/// Of lists for which there is no place, one in so many gets that of another: whoever uses more lists
/// in turn than are kept would else have each pushed out by the time it is needed.
const LUCKY: usize = 16;
/// Longer lists are not kept.
const LONGEST: usize = 512;

impl ListCache {
    /// The block of that list, if it is known and still means the same.
    #[inline]
    pub(crate) fn find<'f>(
        &self,
        fields: impl Iterator<Item = Field<'f>> + Clone,
        generation: u64,
    ) -> Option<&[u8]> {
        let place = self.place_of(fields, generation)?;
        self.lists.get(place).map(|known| &*known.block)
    }

    #[inline]
    fn place_of<'f>(
        &self,
        fields: impl Iterator<Item = Field<'f>> + Clone,
        generation: u64,
    ) -> Option<usize> {
        self.texts.find(sum_of(fields.clone()), &self.lists, |known| {
            known.generation == generation && known.is(fields.clone())
        })
    }

    /// The same for a list that has a name.
    #[inline]
    pub(crate) fn find_named(&self, name: ListName, generation: u64) -> Option<&[u8]> {
        let place = self.names.find(name.sum(), &self.lists, |known| {
            known.generation == generation && known.name == Some(name)
        })?;
        self.lists.get(place).map(|known| &*known.block)
    }

    /// Notes the name of a list, if it was kept.
    pub(crate) fn note_name<'f>(
        &mut self,
        name: ListName,
        fields: impl Iterator<Item = Field<'f>> + Clone,
        generation: u64,
    ) {
        if let Some(place) = self.place_of(fields, generation)
            && let Some(known) = self.lists.get_mut(place)
        {
            known.name = Some(name);
            self.names.set(place, name.sum());
        }
    }

    /// Keeps a list that was encoded as indices only.
    pub(crate) fn keep<'f>(
        &mut self,
        fields: impl Iterator<Item = Field<'f>> + Clone,
        generation: u64,
        block: &[u8],
    ) {
        let Some(place) = self.place(generation) else { return };
        let sum = sum_of(fields.clone());
        let mut text = Vec::new();
        for field in fields {
            let (Some(lengths), true) = (lengths(&field), text.len() < LONGEST) else { return };
            text.extend_from_slice(&lengths);
            text.extend_from_slice(field.name);
            text.extend_from_slice(field.value);
        }
        let known = Known { generation, name: None, text: text.into(), block: block.into() };
        self.put(place, known, sum);
    }

    /// Keeps a list that is looked for by its name alone.
    pub(crate) fn keep_named(&mut self, name: ListName, generation: u64, block: &[u8]) {
        let Some(place) = self.place(generation) else { return };
        let known = Known { generation, name: Some(name), text: [].into(), block: block.into() };
        // No text is empty but that of no fields, whose sum is 0.
        self.put(place, known, u32::MAX);
    }

    fn put(&mut self, place: usize, known: Known, sum: u32) {
        self.texts.set(place, sum);
        self.names.set(place, known.name.map_or(0, ListName::sum));
        match self.lists.get_mut(place) {
            Some(old) => *old = known,
            None => self.lists.push(known),
        }
    }

    /// Where the next list is to be kept, if at all.
    fn place(&mut self, generation: u64) -> Option<usize> {
        if self.lists.len() < LISTS {
            return Some(self.lists.len());
        }
        let stale = self.lists.iter().position(|known| known.generation != generation);
        stale.or_else(|| {
            self.turned_away = self.turned_away.wrapping_add(1);
            let lucky = self.turned_away.is_multiple_of(LUCKY);
            lucky.then_some(self.turned_away / LUCKY % LISTS)
        })
    }
}

impl Known {
    #[inline]
    fn is<'f>(&self, fields: impl Iterator<Item = Field<'f>>) -> bool {
        let mut rest = &self.text[..];
        for field in fields {
            let Some((known, after)) = rest.split_first_chunk() else { return false };
            // A secret is looked up nowhere (RFC 7541 §7.1.3), and literals are not kept.
            if matches!(field.indexing, Indexing::Sensitive | Indexing::Literal)
                || lengths(&field) != Some(*known)
            {
                return false;
            }
            let Some(after) = after.strip_prefix(field.name) else { return false };
            let Some(after) = after.strip_prefix(field.value) else { return false };
            rest = after;
        }
        rest.is_empty()
    }
}

#[inline]
fn sum_of<'f>(fields: impl Iterator<Item = Field<'f>>) -> u32 {
    fields.fold(0, |sum, field| {
        let last = field.value.last().copied().unwrap_or_default();
        let [name, value] = [field.name.len(), field.value.len()].map(|length| length as u32);
        sum.rotate_left(7) ^ name ^ value << 8 ^ u32::from(last) << 16
    })
}

#[inline]
fn lengths(field: &Field<'_>) -> Option<[u8; 3]> {
    let [high, low] = u16::try_from(field.value.len()).ok()?.to_be_bytes();
    Some([u8::try_from(field.name.len()).ok()?, high, low])
}
