//! Header and trailer fields: the ones to send, and received blocks.

mod builder;
mod kind;

use std::fmt;
use std::sync::Arc;

pub(crate) use builder::{BlockBuilder, ListLimits, facts};
pub(crate) use kind::{FieldKind, Pseudo};

/// How a field to be sent may enter the compression state (RFC 7541 §6.2, §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Indexing {
    /// Indexed when it is seen for the second time: right for values that may or may not repeat.
    #[default]
    Auto,
    /// Indexed at first sight: for the few fields that nearly every message on this connection
    /// repeats, such as `:path`, `:authority`, `content-type`.
    Always,
    /// Sent as it is, for values that never repeat (`grpc-timeout`): spares the table.
    Literal,
    /// Never indexed here nor by any proxy on the way (RFC 7541 §7.1.3): secrets.
    Sensitive,
}

/// A field to be sent. Names are lowercase; pseudo-fields come first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Lowercase name, with the leading colon for pseudo-fields.
    pub name: &'a [u8],
    /// The value, sent as it is.
    pub value: &'a [u8],
    /// What the encoder may remember of it.
    pub indexing: Indexing,
}

impl<'a> Field<'a> {
    /// A field that is indexed once it repeats.
    pub fn new(
        name: &'a (impl AsRef<[u8]> + ?Sized),
        value: &'a (impl AsRef<[u8]> + ?Sized),
    ) -> Self {
        Self { name: name.as_ref(), value: value.as_ref(), indexing: Indexing::Auto }
    }

    /// The same field with another rule of indexing.
    pub const fn indexing(mut self, indexing: Indexing) -> Self {
        self.indexing = indexing;
        self
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_field(f, self.name, self.value, self.indexing == Indexing::Sensitive)
    }
}

/// A received field list: one allocation, cheap to clone, immutable.
///
/// A peer that repeats a field list gets the very same block again (see
/// [`same`](Self::same)), so that whoever interprets blocks can remember what one meant.
#[derive(Clone)]
pub struct FieldBlock {
    /// `HEADER` bytes of header, then `SPAN` bytes per field, then names and values:
    /// one allocation, however many fields there are.
    bytes: Arc<[u8]>,
}

/// Header: field count (u32), content-length (u64, `u64::MAX` when absent), the number of each
/// pseudo-field (one byte each, 255 when absent), facts (u8), one byte unused.
const HEADER: usize = 20;
/// Span: end of the name, end of the value; relative to the text; the top bit of the first marks a
/// sensitive field.
const SPAN: usize = 8;
const SENSITIVE: u32 = 1 << 31;
const ABSENT: u8 = u8::MAX;

impl FieldBlock {
    /// The number of fields, pseudo-fields included.
    pub fn len(&self) -> usize {
        self.word(0) as usize
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
        let declared = u64::from_le_bytes(self.array(4)?);
        (declared != u64::MAX).then_some(declared)
    }

    /// The first regular field of that (lowercase) name.
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<&[u8]> {
        let name = name.as_ref();
        self.iter().find(|field| field.name == name).map(|field| field.value)
    }

    /// The regular fields, in the order received.
    pub fn iter(&self) -> FieldIter<'_> {
        let pseudo = (0..Pseudo::COUNT).filter(|&i| self.bytes[12 + i] != ABSENT).count();
        // Pseudo-fields come first in every block that is handed out (RFC 9113 §8.3).
        FieldIter { block: self, next: pseudo }
    }

    /// Whether both are the same block in memory, hence surely equal. The reverse does not hold.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.bytes, &other.bytes)
    }

    /// Bytes of memory that this block takes.
    pub fn memory(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn facts(&self) -> u8 {
        self.bytes[18]
    }

    /// Which pseudo-fields are present: one bit each.
    pub(crate) fn pseudo_mask(&self) -> u8 {
        (0..Pseudo::COUNT).fold(0, |mask, i| mask | u8::from(self.bytes[12 + i] != ABSENT) << i)
    }

    pub(crate) fn pseudo(&self, which: Pseudo) -> Option<&[u8]> {
        match self.bytes[12 + which as usize] {
            ABSENT => None,
            at => Some(self.field(at as usize)?.value),
        }
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
        self.same(other) || self.bytes == other.bytes
    }
}

impl Eq for FieldBlock {}

impl fmt::Debug for FieldBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(FieldIter { block: self, next: 0 }).finish()
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
#[derive(Clone, Debug)]
pub struct FieldIter<'a> {
    block: &'a FieldBlock,
    next: usize,
}

impl<'a> Iterator for FieldIter<'a> {
    type Item = ReceivedField<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let field = self.block.field(self.next)?;
        self.next += 1;
        Some(field)
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

fn fmt_field(
    f: &mut fmt::Formatter<'_>,
    name: &[u8],
    value: &[u8],
    sensitive: bool,
) -> fmt::Result {
    let value = if sensitive { "<sensitive>".into() } else { value.escape_ascii().to_string() };
    write!(f, "{}: {value}", name.escape_ascii())
}
