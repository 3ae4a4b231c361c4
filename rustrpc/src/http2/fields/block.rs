//! Received field blocks, decoded.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::{Pseudo, fmt_field};

/// A received field list: cheap to clone, immutable.
///
/// A peer that repeats a field list gets the very same block again (see [`same`](Self::same)), with
/// what it was found to mean.
#[derive(Clone)]
pub struct FieldBlock {
    shared: Arc<SharedBlock>,
}

/// What clones of a block share.
pub(crate) struct SharedBlock {
    /// `HEADER` bytes of header, then `SPAN` bytes per field, then names and values:
    /// one allocation, however many fields there are.
    bytes: Box<[u8]>,
    /// What the block means to the owner of the connection.
    meaning: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// Header: field count (u32), content-length (u64, `u64::MAX` when absent), the number of each
/// pseudo-field (one byte each, 255 when absent), facts (u8), which pseudo-fields there are (u8).
pub(super) const HEADER: usize = 20;
/// Span: end of the name, end of the value; relative to the text; the top bit of the first marks a
/// sensitive field.
const SPAN: usize = 8;
pub(super) const SENSITIVE: u32 = 1 << 31;
pub(super) const ABSENT: u8 = u8::MAX;

impl FieldBlock {
    /// A block of these bytes, laid out as `HEADER` and `SPAN` say.
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self { shared: Arc::new(SharedBlock { bytes: bytes.into(), meaning: OnceLock::new() }) }
    }

    /// The number of fields, pseudo-fields included.
    pub fn len(&self) -> usize {
        self.shared.len()
    }

    /// Whether there is no field at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of `:method`.
    pub fn method(&self) -> Option<&[u8]> {
        self.pseudo(Pseudo::Method)
    }

    /// The value of `:scheme`.
    pub fn scheme(&self) -> Option<&[u8]> {
        self.pseudo(Pseudo::Scheme)
    }

    /// The value of `:authority`.
    pub fn authority(&self) -> Option<&[u8]> {
        self.pseudo(Pseudo::Authority)
    }

    /// The value of `:path`.
    pub fn path(&self) -> Option<&[u8]> {
        self.pseudo(Pseudo::Path)
    }

    /// The value of `:status`, on a client always there and valid.
    pub fn status(&self) -> Option<u16> {
        let digits = self.pseudo(Pseudo::Status)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    /// The declared length of the content in bytes.
    pub fn content_length(&self) -> Option<u64> {
        let declared = u64::from_le_bytes(self.shared.array(4)?);
        (declared != u64::MAX).then_some(declared)
    }

    /// The first regular field of that (lowercase) name.
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<&[u8]> {
        let name = name.as_ref();
        self.iter().find(|field| field.name == name).map(|field| field.value)
    }

    /// The regular fields, in the order received.
    pub fn iter(&self) -> FieldIter<'_> {
        self.shared.iter()
    }

    /// Whether both are the same block in memory, hence surely equal. The reverse does not hold.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    /// Bytes of memory that this block takes.
    pub fn memory(&self) -> usize {
        size_of::<SharedBlock>() + self.shared.bytes.len()
    }

    /// What the block means to the owner of the connection: found out once, however often the peer
    /// repeats it. It must not hold the block, which would then never go.
    ///
    /// # Panics
    ///
    /// When another type was asked for before.
    #[inline]
    pub(crate) fn meaning<T: Any + Send + Sync>(&self, interpret: impl FnOnce(&Self) -> T) -> &T {
        let meaning = self.shared.meaning.get_or_init(|| Box::new(interpret(self)));
        meaning.downcast_ref().expect("a connection has one owner, who takes a block for one thing")
    }

    /// What clones of this block share.
    pub(crate) fn shared(&self) -> &SharedBlock {
        &self.shared
    }

    /// The same, to be kept.
    #[inline]
    pub(crate) fn into_shared(self) -> Arc<SharedBlock> {
        self.shared
    }

    pub(crate) fn facts(&self) -> u8 {
        self.shared.bytes[18]
    }

    /// Which pseudo-fields are present: one bit each.
    pub(crate) fn pseudo_mask(&self) -> u8 {
        self.shared.pseudo_mask()
    }

    pub(crate) fn pseudo(&self, which: Pseudo) -> Option<&[u8]> {
        match self.shared.bytes[12 + which as usize] {
            ABSENT => None,
            at => Some(self.shared.field(at as usize)?.value),
        }
    }
}

impl SharedBlock {
    /// As [`FieldBlock::iter`].
    pub(crate) fn iter(&self) -> FieldIter<'_> {
        // Pseudo-fields come first in every block that is handed out (RFC 9113 §8.3).
        FieldIter { block: self, next: self.pseudo_mask().count_ones() as usize }
    }

    fn len(&self) -> usize {
        self.word(0) as usize
    }

    fn pseudo_mask(&self) -> u8 {
        self.bytes[19]
    }

    fn field(&self, at: usize) -> Option<ReceivedField<'_>> {
        let count = self.len();
        if at >= count {
            return None;
        }
        let text = self.bytes.get(HEADER + count * SPAN..)?;
        let span = HEADER + at * SPAN;
        let start = if at == 0 { 0 } else { self.word(span - 4) as usize };
        let name_end = self.word(span);
        let end = self.word(span + 4) as usize;
        let split = (name_end & !SENSITIVE) as usize;
        Some(ReceivedField {
            name: text.get(start..split)?,
            value: text.get(split..end)?,
            sensitive: name_end & SENSITIVE != 0,
        })
    }

    fn word(&self, at: usize) -> u32 {
        self.array(at).map_or(0, u32::from_le_bytes)
    }

    fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.bytes.get(at..at + N)?.try_into().ok()
    }
}

impl PartialEq for FieldBlock {
    fn eq(&self, other: &Self) -> bool {
        self.same(other) || self.shared.bytes == other.shared.bytes
    }
}

impl Eq for FieldBlock {}

impl fmt::Debug for FieldBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(FieldIter { block: &self.shared, next: 0 }).finish()
    }
}

/// A field of a [`FieldBlock`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReceivedField<'a> {
    /// Lowercase name.
    pub name: &'a [u8],
    /// The value's octets.
    pub value: &'a [u8],
    /// Whether the sender marked it as never to be indexed (RFC 7541 §7.1.3).
    pub sensitive: bool,
}

impl ReceivedField<'_> {
    /// The name as text; empty for a name that is not UTF-8, which no valid field has.
    pub fn name_str(&self) -> &str {
        std::str::from_utf8(self.name).unwrap_or_default()
    }
}

impl fmt::Debug for ReceivedField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_field(f, self.name, self.value, self.sensitive)
    }
}

/// The fields of a block, in order.
#[derive(Clone)]
pub struct FieldIter<'a> {
    block: &'a SharedBlock,
    next: usize,
}

impl fmt::Debug for FieldIter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a> Iterator for FieldIter<'a> {
    type Item = ReceivedField<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let field = self.block.field(self.next)?;
        self.next += 1;
        Some(field)
    }

    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        self.next = self.next.saturating_add(n);
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.block.len().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for FieldIter<'_> {}

impl<'a> IntoIterator for &'a FieldBlock {
    type Item = ReceivedField<'a>;
    type IntoIter = FieldIter<'a>;

    fn into_iter(self) -> FieldIter<'a> {
        self.iter()
    }
}
