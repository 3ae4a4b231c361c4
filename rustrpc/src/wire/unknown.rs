//! Fields a program has no code for, kept so that they survive a round trip.

use std::fmt;

use super::{Reader, WireType, Writer};

/// The fields of a message that the generated code does not know, as they were on the wire.
///
/// One pointer in size, and no allocation while there are none. [`iter`](Self::iter) tells what
/// they are.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct UnknownFields(
    // Whole, valid records only. The box keeps messages small: this is nearly always `None`.
    #[allow(clippy::box_collection, reason = "a Vec in each message would be three words")]
    Option<Box<Vec<u8>>>,
);

impl UnknownFields {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    /// The fields as encoded.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |bytes| bytes)
    }

    /// The fields one by one, in the order they came in.
    #[must_use]
    pub fn iter(&self) -> UnknownRecords<'_> {
        UnknownRecords::new(self.as_bytes())
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        self.0 = None;
    }

    /// Appends whole records, as the reader found them valid.
    #[cold]
    pub(crate) fn push(&mut self, records: &[u8]) {
        self.0.get_or_insert_default().extend_from_slice(records);
    }

    /// Keeps the fields of which `keep` says so, given their tag and their bytes.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(u32, &[u8]) -> bool) {
        let Some(bytes) = self.0.take() else { return };
        let mut kept = Vec::with_capacity(bytes.len());
        let mut r = Reader::new(&bytes);
        // The records were found valid when they were read, so nothing ends this early.
        while let Ok(Some((tag, record))) = r.raw_record() {
            if keep(tag, record) {
                kept.extend_from_slice(record);
            }
        }
        if !kept.is_empty() {
            self.0 = Some(Box::new(kept));
        }
    }
}

/// What takes the fields that generated code does not know: a message keeps a copy of them, a view
/// remembers where they are.
pub trait UnknownSink<'a> {
    /// Takes a whole record, which ends where `read`, all that was read so far, does.
    fn record(&mut self, record: &'a [u8], read: &'a [u8]);

    /// Takes a copy of a whole record that does not stand in the bytes as it is.
    fn copied(&mut self, record: &[u8]);

    /// Takes a varint field that has no record of its own in the bytes.
    #[cold]
    fn varint(&mut self, number: u32, value: u64) {
        let mut record = Writer::new();
        record.uint64(WireType::Varint.tag(number), value);
        self.copied(record.as_slice());
    }
}

impl UnknownSink<'_> for UnknownFields {
    fn record(&mut self, record: &[u8], _read: &[u8]) {
        self.push(record);
    }

    fn copied(&mut self, record: &[u8]) {
        self.push(record);
    }
}

impl fmt::Debug for UnknownFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().fmt(f)
    }
}

impl<'a> IntoIterator for &'a UnknownFields {
    type Item = UnknownField<'a>;
    type IntoIter = UnknownRecords<'a>;

    fn into_iter(self) -> UnknownRecords<'a> {
        self.iter()
    }
}

/// One record of [`UnknownFields`].
#[derive(Clone, Debug)]
pub struct UnknownField<'a> {
    /// The field's number.
    pub number: u32,
    /// The value as far as the wire tells.
    pub value: UnknownValue<'a>,
}

/// A value whose type only the sender knows.
#[derive(Clone)]
pub enum UnknownValue<'a> {
    /// An integer, a bool or an enum.
    Varint(u64),
    /// Four bytes, little-endian.
    Fixed32(u32),
    /// Eight bytes, little-endian.
    Fixed64(u64),
    /// A string, bytes, a message or packed numbers.
    LengthDelimited(&'a [u8]),
    /// The fields of a group.
    Group(UnknownRecords<'a>),
}

/// Iterates over the records of [`UnknownFields`].
pub struct UnknownRecords<'a> {
    reader: Reader<'a>,
}

impl<'a> UnknownRecords<'a> {
    pub(super) fn new(records: &'a [u8]) -> Self {
        Self { reader: Reader::new(records) }
    }

    /// The records that `bytes` are, if they are nothing else.
    pub(crate) fn checked(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        while reader.record().ok()?.is_some() {}
        Some(Self::new(bytes))
    }
}

impl<'a> Iterator for UnknownRecords<'a> {
    type Item = UnknownField<'a>;

    fn next(&mut self) -> Option<UnknownField<'a>> {
        // The records were found valid when they were read, so nothing ends this early.
        let (tag, value) = self.reader.record().ok()??;
        Some(UnknownField { number: tag >> 3, value })
    }
}

impl Clone for UnknownRecords<'_> {
    fn clone(&self) -> Self {
        Self::new(self.reader.rest())
    }
}

impl fmt::Debug for UnknownRecords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = self.clone().map(|field| (field.number, field.value));
        f.debug_map().entries(records).finish()
    }
}

impl fmt::Debug for UnknownValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Varint(value) => write!(f, "{value}"),
            Self::Fixed32(value) => write!(f, "{value:#010x}"),
            Self::Fixed64(value) => write!(f, "{value:#018x}"),
            Self::LengthDelimited(bytes) => write!(f, "b\"{}\"", bytes.escape_ascii()),
            Self::Group(records) => records.fmt(f),
        }
    }
}
