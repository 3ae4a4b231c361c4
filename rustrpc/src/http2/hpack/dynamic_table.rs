//! The dynamic table (RFC 7541 §2.3.2, §4), the same for decoder and encoder.

use std::collections::VecDeque;

use crate::http2::fields::{FieldKind, JudgedField};

/// What each entry counts besides its octets (RFC 7541 §4.1).
const OVERHEAD: usize = 32;

/// Entries from the newest (0) to the oldest, their texts in one buffer.
///
/// An insertion allocates nothing once the buffer has grown to its size, which is at most twice the
/// size of the table.
#[derive(Debug)]
pub(crate) struct DynamicTable {
    /// Newest first.
    entries: VecDeque<Entry>,
    /// Texts, oldest first; what lies before the oldest entry is dead.
    text: Vec<u8>,
    /// The position of `text[0]` in the endless stream of all texts.
    base: u64,
    size: usize,
    max_size: usize,
    /// Changes whenever an index may have changed its meaning.
    generation: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u64,
    name_len: u32,
    value_len: u32,
    hash: u32,
    kind: FieldKind,
    value_is_valid: bool,
}

impl DynamicTable {
    pub(crate) fn new(max_size: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            text: Vec::new(),
            base: 0,
            size: 0,
            max_size,
            generation: 0,
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    #[cfg(test)]
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// All entries, newest first.
    #[cfg(test)]
    pub(crate) fn texts(&self) -> Vec<String> {
        (0..self.len())
            .map(|index| {
                let JudgedField { name, value, .. } = self.entry(index).expect("in range");
                format!("{}={}", name.escape_ascii(), value.escape_ascii())
            })
            .collect()
    }

    /// Bytes of memory held.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        self.text.capacity() + self.entries.capacity() * size_of::<Entry>()
    }

    pub(crate) fn max_size(&self) -> usize {
        self.max_size
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// An entry, counted from the newest.
    #[inline]
    pub(super) fn entry(&self, index: usize) -> Option<JudgedField<'_>> {
        let entry = self.entries.get(index)?;
        let start = (entry.start - self.base) as usize;
        let text = self.text.get(start..)?;
        let (name, rest) = text.split_at_checked(entry.name_len as usize)?;
        let value = rest.get(..entry.value_len as usize)?;
        let Entry { kind, value_is_valid, .. } = *entry;
        Some(JudgedField { name, value, kind, value_is_valid })
    }

    /// The newest entry with that hash which is the very same field.
    #[inline]
    pub(crate) fn find(&self, hash: u32, name: &[u8], value: &[u8]) -> Option<usize> {
        self.entries.iter().enumerate().find_map(|(index, entry)| {
            if entry.hash != hash {
                return None;
            }
            let other = self.entry(index)?;
            (other.name == name && other.value == value).then_some(index)
        })
    }

    /// The newest entry of that name.
    pub(crate) fn find_name(&self, name: &[u8]) -> Option<usize> {
        let is_name = |(index, entry): (usize, &Entry)| {
            entry.name_len as usize == name.len()
                && self.entry(index).is_some_and(|other| other.name == name)
        };
        self.entries.iter().enumerate().position(is_name)
    }

    /// Whether the field fits without evicting anything.
    pub(crate) fn has_room(&self, name: &[u8], value: &[u8]) -> bool {
        self.size + name.len() + value.len() + OVERHEAD <= self.max_size
    }

    /// Adds an entry and evicts what no longer fits (RFC 7541 §4.4). A field larger than the whole
    /// table empties it and is not added; that is not an error.
    pub(super) fn insert(&mut self, field: JudgedField<'_>, hash: u32) {
        let JudgedField { name, value, kind, value_is_valid } = field;
        self.generation += 1;
        let size = name.len() + value.len() + OVERHEAD;
        self.evict_to(self.max_size.saturating_sub(size));
        if size > self.max_size {
            return;
        }
        self.size += size;
        self.entries.push_front(Entry {
            start: self.base + self.text.len() as u64,
            name_len: name.len() as u32,
            value_len: value.len() as u32,
            hash,
            kind,
            value_is_valid,
        });
        self.text.extend_from_slice(name);
        self.text.extend_from_slice(value);
    }

    /// Like `insert`, with the name of an entry of this same table.
    pub(crate) fn insert_with_name_of(
        &mut self,
        index: usize,
        value: &[u8],
        value_is_valid: bool,
        scratch: &mut Vec<u8>,
    ) {
        // RFC 7541 §4.4: the entry that lends its name may be evicted by this very insertion.
        scratch.clear();
        let Some(JudgedField { name, kind, .. }) = self.entry(index) else { return };
        scratch.extend_from_slice(name);
        self.insert(JudgedField { name: scratch, value, kind, value_is_valid }, 0);
    }

    /// Sets the maximum size and evicts what no longer fits (RFC 7541 §4.3).
    pub(crate) fn resize(&mut self, max_size: usize) {
        self.generation += 1;
        self.max_size = max_size;
        self.evict_to(max_size);
    }

    fn evict_to(&mut self, target: usize) {
        while self.size > target {
            let Some(oldest) = self.entries.pop_back() else { break };
            self.size -= (oldest.name_len + oldest.value_len) as usize + OVERHEAD;
        }
        let live_from = match self.entries.back() {
            Some(oldest) => (oldest.start - self.base) as usize,
            None => self.text.len(),
        };
        // The move costs no more than what was written since the last one.
        if live_from > 0 && live_from >= self.text.len() - live_from {
            self.text.drain(..live_from);
            self.base += live_from as u64;
        }
    }
}

/// A hash of a whole field, never zero, to find it again among few; not for adversaries, who gain
/// nothing by collisions because entries are compared in full.
#[inline]
pub(crate) fn hash_field(name: &[u8], value: &[u8]) -> u32 {
    let hash = hash_bytes(hash_bytes(name.len() as u64, name), value);
    (hash >> 32) as u32 | 1
}

/// A fast hash of bytes, continued from `seed`.
#[inline]
pub(crate) fn hash_bytes(seed: u64, bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = seed ^ bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().expect("chunks of eight"));
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }
    let mut last = 0;
    for &byte in chunks.remainder() {
        last = last << 8 | u64::from(byte);
    }
    let hash = (hash.rotate_left(5) ^ last).wrapping_mul(FACTOR);
    hash ^ hash >> 29
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field<'a>(name: &'a [u8], value: &'a [u8]) -> JudgedField<'a> {
        JudgedField { name, value, kind: FieldKind::Regular, value_is_valid: true }
    }

    #[test]
    fn newest_first_and_the_oldest_is_evicted() {
        let mut table = DynamicTable::new(3 * (OVERHEAD + 2));
        for name in ["a", "b", "c", "d"] {
            table.insert(field(name.as_bytes(), b"1"), 0);
        }
        assert_eq!(table.texts(), ["d=1", "c=1", "b=1"]);
        table.resize(OVERHEAD + 2);
        assert_eq!(table.texts(), ["d=1"]);
        table.insert(field(b"name", &[b'x'; 100]), 0);
        assert_eq!(table.len(), 0);
        assert_eq!(table.size(), 0);
    }

    #[test]
    fn a_name_may_be_lent_by_the_entry_that_is_evicted() {
        let mut table = DynamicTable::new(OVERHEAD + 10);
        table.insert(field(b"name", b"one"), 0);
        table.insert_with_name_of(0, b"two", true, &mut Vec::new());
        assert_eq!(table.texts(), ["name=two"]);
    }

    #[test]
    fn the_buffer_stays_within_twice_the_table() {
        let mut table = DynamicTable::new(4096);
        for i in 0..100_000u32 {
            let value = vec![b'v'; (i % 300) as usize];
            table.insert(field(format!("name-{i}").as_bytes(), &value), 0);
            assert!(table.text.len() <= 2 * 4096 + 400);
            assert!(table.size() <= 4096);
            let JudgedField { name, value: newest, .. } = table.entry(0).expect("just inserted");
            assert_eq!(name, format!("name-{i}").as_bytes());
            assert_eq!(newest, value);
        }
    }

    #[test]
    fn the_generation_changes_with_every_change() {
        let mut table = DynamicTable::new(100);
        let first = table.generation();
        table.insert(field(b"a", b"b"), 0);
        let second = table.generation();
        table.resize(90);
        assert!(first < second && second < table.generation());
    }

    #[test]
    fn only_the_very_same_field_is_found() {
        let mut table = DynamicTable::new(4096);
        let hash = hash_field(b"a", b"b");
        table.insert(field(b"a", b"b"), hash);
        assert_eq!(table.find(hash, b"a", b"b"), Some(0));
        assert_eq!(table.find(hash, b"ab", b""), None);
        assert_eq!(table.find_name(b"a"), Some(0));
        assert_eq!(table.find_name(b"b"), None);
    }
}
