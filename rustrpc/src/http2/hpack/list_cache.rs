//! Whole field lists that were encoded before.

use crate::http2::fields::{Field, Indexing};

/// A few recent lists that became nothing but indices, with those.
///
/// Nearly every message repeats the fields of the one before: the header and trailer sections of
/// responses, the requests of a method. Comparing with what was sent then costs a fraction of
/// looking up each field, and stays right as long as the table has not changed.
#[derive(Debug, Default)]
pub(crate) struct ListCache {
    lists: Vec<Known>,
    next: usize,
}

#[derive(Debug)]
struct Known {
    generation: u64,
    /// Where the list lies and how long it is, if it is part of the program: nothing else will ever
    /// be there.
    place: Option<(usize, usize)>,
    /// For each field the lengths of name and value, and both.
    text: Box<[u8]>,
    block: Box<[u8]>,
}

/// How many lists are kept.
const LISTS: usize = 4;
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
        let known = self
            .lists
            .iter()
            .find(|known| known.generation == generation && known.is(fields.clone()))?;
        Some(&known.block)
    }

    /// The same for a list that is part of the program, which nothing needs to be compared for.
    #[inline]
    pub(crate) fn find_constant(
        &self,
        fields: &'static [Field<'static>],
        generation: u64,
    ) -> Option<&[u8]> {
        let place = Some(place(fields));
        let mut lists = self.lists.iter();
        let known = lists.find(|known| known.generation == generation && known.place == place)?;
        Some(&known.block)
    }

    /// Notes where a list lies, if it was kept.
    pub(crate) fn note_constant(&mut self, fields: &'static [Field<'static>], generation: u64) {
        let same =
            |known: &Known| known.generation == generation && known.is(fields.iter().copied());
        if let Some(known) = self.lists.iter_mut().find(|known| same(known)) {
            known.place = Some(place(fields));
        }
    }

    /// Keeps a list that was encoded as indices only.
    pub(crate) fn keep<'f>(
        &mut self,
        fields: impl Iterator<Item = Field<'f>>,
        generation: u64,
        block: &[u8],
    ) {
        let mut text = Vec::new();
        for field in fields {
            let (Some(lengths), true) = (lengths(&field), text.len() < LONGEST) else { return };
            text.extend_from_slice(&lengths);
            text.extend_from_slice(field.name);
            text.extend_from_slice(field.value);
        }
        let known = Known { generation, place: None, text: text.into(), block: block.into() };
        if self.lists.len() < LISTS {
            self.lists.push(known);
        } else {
            self.lists[self.next % LISTS] = known;
            self.next = self.next.wrapping_add(1);
        }
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
fn place(fields: &'static [Field<'static>]) -> (usize, usize) {
    (fields.as_ptr().addr(), fields.len())
}

#[inline]
fn lengths(field: &Field<'_>) -> Option<[u8; 3]> {
    let [high, low] = u16::try_from(field.value.len()).ok()?.to_be_bytes();
    Some([u8::try_from(field.name.len()).ok()?, high, low])
}
