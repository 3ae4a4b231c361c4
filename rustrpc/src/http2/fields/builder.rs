//! How a field block is put together, and judged on the way.

use super::block::{ABSENT, HEADER, SENSITIVE};
use super::{FieldBlock, FieldKind, JudgedField, Pseudo};

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

    /// Bytes of memory held.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        self.spans.capacity() + self.text.capacity() + self.scratch.capacity()
    }

    /// Whether a field was marked as never to be indexed: such blocks are not cached.
    pub(crate) fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    pub(crate) fn too_large(&self) -> bool {
        self.facts & facts::TOO_LARGE != 0
    }

    /// Adds a field, or notes that the list is over its limits and keeps nothing more of it.
    pub(crate) fn push(&mut self, field: JudgedField<'_>, sensitive: bool, limits: ListLimits) {
        let JudgedField { name, value, .. } = field;
        self.list_size = self.list_size.saturating_add(name.len() + value.len() + 32);
        if self.list_size > limits.bytes || self.count as usize >= limits.fields {
            self.facts |= facts::TOO_LARGE;
            return;
        }
        self.judge(field);
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
        let present = self.pseudo.iter().map(|&at| u8::from(at != ABSENT));
        header[19] = present.rev().fold(0, |mask, present| mask << 1 | present);
        self.scratch.clear();
        self.scratch.extend_from_slice(&header);
        self.scratch.extend_from_slice(&self.spans);
        self.scratch.extend_from_slice(&self.text);
        FieldBlock::new(&self.scratch)
    }

    /// Applies the rules of RFC 9113 §8.2 and §8.3 that hold for every kind of block.
    #[inline]
    fn judge(&mut self, field: JudgedField<'_>) {
        let JudgedField { value, kind, value_is_valid, .. } = field;
        if !value_is_valid {
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

fn parse_length(value: &[u8]) -> Option<u64> {
    // RFC 9110 §8.6: digits only; `parse` alone would take a plus sign.
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length = std::str::from_utf8(value).ok()?.parse().ok()?;
    (length != u64::MAX).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: ListLimits = ListLimits { bytes: 16_384, fields: 128 };

    fn regular<'a>(name: &'a [u8], value: &'a [u8]) -> JudgedField<'a> {
        JudgedField::new(name, value, FieldKind::Regular)
    }

    fn block(fields: &[(&str, &str)]) -> FieldBlock {
        let mut builder = BlockBuilder::new();
        for (name, value) in fields {
            let kind = FieldKind::of(name.as_bytes());
            builder.push(JudgedField::new(name.as_bytes(), value.as_bytes(), kind), false, WIDE);
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
        let mut fields = block.iter();
        assert_eq!(fields.nth(1).map(|field| field.name), Some(&b"x-b"[..]));
        assert!(fields.next().is_none() && block.iter().nth(usize::MAX).is_none());
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
            builder.push(regular(b"cookie", b"a=b"), false, WIDE);
        }
        assert!(builder.too_large());
        assert_eq!(builder.build().len(), 128);
        builder.clear();
        builder.push(regular(b"a", &[b'x'; 20_000]), false, WIDE);
        assert!(builder.too_large());
        assert!(builder.build().is_empty());
    }

    #[test]
    fn sensitive_values_are_not_printed() {
        let mut builder = BlockBuilder::new();
        builder.push(regular(b"authorization", b"secret"), true, WIDE);
        let text = format!("{:?}", builder.build());
        assert!(!text.contains("secret"), "{text}");
    }
}
