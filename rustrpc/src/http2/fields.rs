//! Header and trailer fields: the ones to send, and received blocks.

use std::fmt;
use std::sync::Arc;

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

/// The pseudo-fields of RFC 9113 §8.3 and RFC 8441 §4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pseudo {
    Method,
    Scheme,
    Authority,
    Path,
    Status,
    Protocol,
}

impl Pseudo {
    pub(crate) const COUNT: usize = 6;

    pub(crate) const fn bit(self) -> u8 {
        1 << self as u8
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

/// What is wrong with a block, found while it is built (RFC 9113 §8.2, §8.3): facts that do not
/// depend on whether it is a request, a response or trailers.
pub(crate) mod facts {
    /// A name with uppercase letters, control characters, or an empty one.
    pub(crate) const BAD_NAME: u8 = 1 << 0;
    /// A value with NUL, CR or LF, or with whitespace at its ends.
    pub(crate) const BAD_VALUE: u8 = 1 << 1;
    /// A field that only makes sense for one connection of HTTP/1.1, or `te` other than `trailers`.
    pub(crate) const CONNECTION_SPECIFIC: u8 = 1 << 2;
    /// An unknown, repeated or late pseudo-field.
    pub(crate) const BAD_PSEUDO: u8 = 1 << 3;
    /// `content-length` that is no number or contradicts itself.
    pub(crate) const BAD_LENGTH: u8 = 1 << 4;
    /// More fields or bytes than the limits allow; the block was decoded, but not kept.
    pub(crate) const TOO_LARGE: u8 = 1 << 5;
}

/// Gathers a field list and judges it; reused from block to block.
#[derive(Debug)]
pub(crate) struct BlockBuilder {
    spans: Vec<u8>,
    text: Vec<u8>,
    /// Where header, spans and text meet before they are copied into their one allocation.
    scratch: Vec<u8>,
    count: u32,
    pseudo: [u8; Pseudo::COUNT],
    content_length: u64,
    facts: u8,
    sensitive: bool,
    /// RFC 9113 §10.5.1: names and values plus 32 bytes each.
    list_size: usize,
}

impl BlockBuilder {
    pub(crate) fn new() -> Self {
        Self {
            spans: Vec::new(),
            text: Vec::new(),
            scratch: Vec::new(),
            count: 0,
            pseudo: [ABSENT; Pseudo::COUNT],
            content_length: u64::MAX,
            facts: 0,
            sensitive: false,
            list_size: 0,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.spans.clear();
        self.text.clear();
        self.count = 0;
        self.pseudo = [ABSENT; Pseudo::COUNT];
        self.content_length = u64::MAX;
        self.facts = 0;
        self.sensitive = false;
        self.list_size = 0;
    }

    pub(crate) fn trim(&mut self) {
        self.spans = Vec::new();
        self.text = Vec::new();
        self.scratch = Vec::new();
    }

    /// Whether a field was marked as never to be indexed: such blocks are not cached.
    pub(crate) fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    pub(crate) fn too_large(&self) -> bool {
        self.facts & facts::TOO_LARGE != 0
    }

    /// Adds a field, or notes that the list is over its limits and keeps nothing more of it.
    pub(crate) fn push(
        &mut self,
        name: &[u8],
        value: &[u8],
        kind: FieldKind,
        sensitive: bool,
        limits: ListLimits,
    ) {
        self.list_size = self.list_size.saturating_add(name.len() + value.len() + 32);
        if self.list_size > limits.bytes || self.count as usize >= limits.fields {
            self.facts |= facts::TOO_LARGE;
            return;
        }
        self.judge(value, kind);
        self.text.extend_from_slice(name);
        let split = self.text.len() as u32 | if sensitive { SENSITIVE } else { 0 };
        self.text.extend_from_slice(value);
        self.spans.extend_from_slice(&split.to_le_bytes());
        self.spans.extend_from_slice(&(self.text.len() as u32).to_le_bytes());
        self.count += 1;
        self.sensitive |= sensitive;
    }

    pub(crate) fn build(&mut self) -> FieldBlock {
        let mut header = [0; HEADER];
        header[..4].copy_from_slice(&self.count.to_le_bytes());
        header[4..12].copy_from_slice(&self.content_length.to_le_bytes());
        header[12..18].copy_from_slice(&self.pseudo);
        header[18] = self.facts;
        self.scratch.clear();
        self.scratch.extend_from_slice(&header);
        self.scratch.extend_from_slice(&self.spans);
        self.scratch.extend_from_slice(&self.text);
        FieldBlock { bytes: Arc::from(&self.scratch[..]) }
    }

    /// Applies the rules of RFC 9113 §8.2 and §8.3 that hold for every kind of block.
    fn judge(&mut self, value: &[u8], kind: FieldKind) {
        // RFC 9113 §8.2.1: no NUL, CR or LF anywhere, no whitespace at the ends.
        if !is_valid_value(value) {
            self.facts |= facts::BAD_VALUE;
        }
        match kind {
            FieldKind::Regular => {}
            FieldKind::Pseudo(pseudo) => {
                let seen = self.pseudo.iter().filter(|&&at| at != ABSENT).count();
                let slot = &mut self.pseudo[pseudo as usize];
                // RFC 9113 §8.3: each at most once, and all of them before the regular fields.
                if *slot != ABSENT || seen != self.count as usize {
                    self.facts |= facts::BAD_PSEUDO;
                } else {
                    *slot = self.count as u8;
                }
            }
            FieldKind::UnknownPseudo => self.facts |= facts::BAD_PSEUDO,
            FieldKind::BadName => self.facts |= facts::BAD_NAME,
            FieldKind::ConnectionSpecific => self.facts |= facts::CONNECTION_SPECIFIC,
            // RFC 9113 §8.2.2: the only exception.
            FieldKind::Te => {
                if !value.eq_ignore_ascii_case(b"trailers") {
                    self.facts |= facts::CONNECTION_SPECIFIC;
                }
            }
            FieldKind::ContentLength => match parse_length(value) {
                Some(length) if self.content_length == u64::MAX => self.content_length = length,
                Some(length) if self.content_length == length => {}
                _ => self.facts |= facts::BAD_LENGTH,
            },
        }
    }
}

/// The limits of a decoded field list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListLimits {
    pub(crate) bytes: usize,
    pub(crate) fields: usize,
}

/// What a field's name makes of it; tables remember this, so that it is found out once per entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Regular,
    Pseudo(Pseudo),
    UnknownPseudo,
    BadName,
    ConnectionSpecific,
    Te,
    ContentLength,
}

impl FieldKind {
    pub(crate) fn of(name: &[u8]) -> Self {
        match name {
            [] => Self::BadName,
            [b':', rest @ ..] => match rest {
                b"method" => Self::Pseudo(Pseudo::Method),
                b"scheme" => Self::Pseudo(Pseudo::Scheme),
                b"authority" => Self::Pseudo(Pseudo::Authority),
                b"path" => Self::Pseudo(Pseudo::Path),
                b"status" => Self::Pseudo(Pseudo::Status),
                b"protocol" => Self::Pseudo(Pseudo::Protocol),
                _ => Self::UnknownPseudo,
            },
            b"te" => Self::Te,
            b"content-length" => Self::ContentLength,
            // RFC 9113 §8.2.2.
            b"connection" | b"proxy-connection" | b"keep-alive" | b"transfer-encoding"
            | b"upgrade" => Self::ConnectionSpecific,
            // RFC 9113 §8.2.1: 0x00-0x20, A-Z, 0x7f-0xff and colons are not for names.
            _ if name
                .iter()
                .any(|byte| !matches!(byte, 0x21..=0x39 | 0x3b..=0x40 | 0x5b..=0x7e)) =>
            {
                Self::BadName
            }
            _ => Self::Regular,
        }
    }
}

fn is_valid_value(value: &[u8]) -> bool {
    let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    !blank(value.first())
        && !blank(value.last())
        // One pass without early exit, which the compiler turns into vector code.
        && !value.iter().fold(false, |bad, &byte| bad | (byte == 0) | (byte == b'\r') | (byte == b'\n'))
}

fn parse_length(value: &[u8]) -> Option<u64> {
    // RFC 9110 §8.6: digits only; `parse` alone would take a plus sign.
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length = std::str::from_utf8(value).ok()?.parse().ok()?;
    (length != u64::MAX).then_some(length)
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

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: ListLimits = ListLimits { bytes: 16_384, fields: 128 };

    fn block(fields: &[(&str, &str)]) -> FieldBlock {
        let mut builder = BlockBuilder::new();
        for (name, value) in fields {
            let kind = FieldKind::of(name.as_bytes());
            builder.push(name.as_bytes(), value.as_bytes(), kind, false, WIDE);
        }
        builder.build()
    }

    #[test]
    fn fields_are_found_by_name_and_in_order() {
        let block = block(&[(":method", "POST"), (":path", "/a.B/C"), ("x-a", "1"), ("x-b", "")]);
        assert_eq!(block.method(), Some(&b"POST"[..]));
        assert_eq!(block.path(), Some(&b"/a.B/C"[..]));
        assert_eq!(block.scheme(), None);
        assert_eq!(block.get("x-b"), Some(&b""[..]));
        assert_eq!(block.get("x-c"), None);
        let names: Vec<_> = block.iter().map(|field| field.name_str().to_owned()).collect();
        assert_eq!(names, ["x-a", "x-b"]);
        assert_eq!(block.facts(), 0);
    }

    #[test]
    fn each_rule_of_section_8_leaves_its_fact() {
        for (fields, fact) in [
            (&[("X-Upper", "a")][..], facts::BAD_NAME),
            (&[("", "a")], facts::BAD_NAME),
            (&[("a b", "a")], facts::BAD_NAME),
            (&[("a", "b\r\nc: d")], facts::BAD_VALUE),
            (&[("a", " b")], facts::BAD_VALUE),
            (&[("connection", "close")], facts::CONNECTION_SPECIFIC),
            (&[("te", "gzip")], facts::CONNECTION_SPECIFIC),
            (&[("te", "trailers")], 0),
            (&[(":teapot", "yes")], facts::BAD_PSEUDO),
            (&[(":path", "/"), (":path", "/")], facts::BAD_PSEUDO),
            (&[("a", "b"), (":path", "/")], facts::BAD_PSEUDO),
            (&[("content-length", "+5")], facts::BAD_LENGTH),
            (&[("content-length", "5"), ("content-length", "6")], facts::BAD_LENGTH),
            (&[("content-length", "5"), ("content-length", "5")], 0),
        ] {
            assert_eq!(block(fields).facts(), fact, "{fields:?}");
        }
    }

    #[test]
    fn a_list_over_its_limits_keeps_nothing_more() {
        let mut builder = BlockBuilder::new();
        for _ in 0..1000 {
            builder.push(b"cookie", b"a=b", FieldKind::Regular, false, WIDE);
        }
        assert!(builder.too_large());
        assert_eq!(builder.build().len(), 128);
        builder.clear();
        builder.push(b"a", &[b'x'; 20_000], FieldKind::Regular, false, WIDE);
        assert!(builder.too_large());
        assert!(builder.build().is_empty());
    }

    #[test]
    fn sensitive_values_are_not_printed() {
        let mut builder = BlockBuilder::new();
        builder.push(b"authorization", b"secret", FieldKind::Regular, true, WIDE);
        let text = format!("{:?}", builder.build());
        assert!(!text.contains("secret"), "{text}");
    }
}
