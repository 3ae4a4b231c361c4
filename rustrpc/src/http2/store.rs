//! Where streams are kept.

use super::stream::{Stream, StreamId, StreamKey};

/// Streams by slot, and the slots of open streams by identifier.
///
/// A slot stays taken until its stream is removed; the identifier is forgotten as soon as the
/// stream is closed on the wire, so that frames for closed streams find nothing.
#[derive(Debug, Default)]
pub(crate) struct Store {
    slots: Vec<Slot>,
    /// The first free slot, and through it all others.
    free: Option<u32>,
    len: usize,
    ids: IdMap,
}

#[derive(Debug)]
struct Slot {
    id: StreamId,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Taken(Stream),
    Free { next: Option<u32> },
}

impl Store {
    /// Streams kept, closed ones included.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Streams that are open on the wire.
    pub(crate) fn open(&self) -> usize {
        self.ids.len
    }

    pub(crate) fn insert(&mut self, id: StreamId, stream: Stream) -> StreamKey {
        let slot = match self.free {
            Some(free) => {
                let slot = &mut self.slots[free as usize];
                if let Content::Free { next } = slot.content {
                    self.free = next;
                }
                *slot = Slot { id, content: Content::Taken(stream) };
                free
            }
            None => {
                self.slots.push(Slot { id, content: Content::Taken(stream) });
                (self.slots.len() - 1) as u32
            }
        };
        self.len += 1;
        self.ids.insert(id, slot);
        StreamKey { slot, id }
    }

    #[inline]
    pub(crate) fn get(&self, key: StreamKey) -> Option<&Stream> {
        match self.slots.get(key.slot as usize) {
            Some(Slot { id, content: Content::Taken(stream) }) if *id == key.id => Some(stream),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: StreamKey) -> Option<&mut Stream> {
        match self.slots.get_mut(key.slot as usize) {
            Some(Slot { id, content: Content::Taken(stream) }) if *id == key.id => Some(stream),
            _ => None,
        }
    }

    /// The open stream with that identifier.
    #[inline]
    pub(crate) fn find(&self, id: StreamId) -> Option<StreamKey> {
        self.ids.find(id).map(|slot| StreamKey { slot, id })
    }

    /// Forgets the identifier of a stream that is closed on the wire.
    pub(crate) fn close(&mut self, id: StreamId) {
        self.ids.remove(id);
    }

    /// Frees the slot of a stream that was [closed](Self::close).
    pub(crate) fn remove(&mut self, key: StreamKey) {
        let Some(slot) = self.slots.get_mut(key.slot as usize) else { return };
        if slot.id == key.id && matches!(slot.content, Content::Taken(_)) {
            slot.content = Content::Free { next: self.free.replace(key.slot) };
            self.len -= 1;
        }
    }

    /// All streams with their handles.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (StreamKey, &Stream)> {
        self.slots.iter().enumerate().filter_map(|(slot, Slot { id, content })| match content {
            Content::Taken(stream) => Some((StreamKey { slot: slot as u32, id: *id }, stream)),
            Content::Free { .. } => None,
        })
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (StreamKey, &mut Stream)> {
        self.slots.iter_mut().enumerate().filter_map(|(slot, Slot { id, content })| match content {
            Content::Taken(stream) => Some((StreamKey { slot: slot as u32, id: *id }, stream)),
            Content::Free { .. } => None,
        })
    }

    /// Bytes of memory held, queued data included.
    #[cfg(test)]
    pub(crate) fn memory(&mut self) -> usize {
        let queued: usize = self.iter_mut().map(|(_, stream)| stream.queue.len()).sum();
        self.slots.capacity() * size_of::<Slot>() + self.ids.entries.capacity() * 8 + queued
    }

    /// Gives back memory once nothing is kept.
    pub(crate) fn trim(&mut self) {
        if self.len == 0 {
            *self = Self::default();
        }
    }
}

/// Identifier to slot: open addressing with linear probing, at most half full.
#[derive(Debug, Default)]
struct IdMap {
    /// A power of two of entries; identifier 0 is free.
    entries: Vec<(u32, u32)>,
    len: usize,
}

impl IdMap {
    #[inline]
    fn find(&self, id: StreamId) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        let mut at = self.home(id.number());
        loop {
            let (found, slot) = self.entries[at];
            if found == 0 {
                return None;
            }
            if found == id.number() {
                return Some(slot);
            }
            at = (at + 1) & (self.entries.len() - 1);
        }
    }

    fn insert(&mut self, id: StreamId, slot: u32) {
        if (self.len + 1) * 2 > self.entries.len() {
            let doubled = (self.entries.len() * 2).max(8);
            let old = std::mem::replace(&mut self.entries, vec![(0, 0); doubled]);
            for (id, slot) in old {
                if id != 0 {
                    self.place(id, slot);
                }
            }
        }
        self.place(id.number(), slot);
        self.len += 1;
    }

    fn remove(&mut self, id: StreamId) -> bool {
        if self.len == 0 {
            return false;
        }
        let mask = self.entries.len() - 1;
        let mut hole = self.home(id.number());
        loop {
            match self.entries[hole].0 {
                0 => return false,
                found if found == id.number() => break,
                _ => hole = (hole + 1) & mask,
            }
        }
        self.len -= 1;
        // Entries behind the hole move up unless that would put them before their home.
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let (found, slot) = self.entries[at];
            if found == 0 {
                break;
            }
            let home = self.home(found);
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.entries[hole] = (found, slot);
                hole = at;
            }
        }
        self.entries[hole] = (0, 0);
        true
    }

    fn place(&mut self, id: u32, slot: u32) {
        let mask = self.entries.len() - 1;
        let mut at = self.home(id);
        while self.entries[at].0 != 0 {
            at = (at + 1) & mask;
        }
        self.entries[at] = (id, slot);
    }

    /// Where an identifier belongs; the multiplication spreads strides that a peer might choose.
    #[inline]
    fn home(&self, id: u32) -> usize {
        let spread = id.wrapping_mul(0x9e37_79b1);
        (spread ^ spread >> 16) as usize & (self.entries.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn stream() -> Stream {
        Stream::new(0, 0)
    }

    #[test]
    fn a_handle_outlives_its_stream_without_harm() {
        let mut store = Store::default();
        let first = store.insert(StreamId::from_wire(1), stream());
        store.close(first.id);
        assert_eq!(store.find(first.id), None);
        assert!(store.get(first).is_some());
        store.remove(first);
        assert!(store.get(first).is_none() && store.len() == 0);
        let second = store.insert(StreamId::from_wire(3), stream());
        assert_eq!(first.slot, second.slot);
        assert!(store.get(first).is_none() && store.get_mut(first).is_none());
        store.remove(first);
        assert!(store.get(second).is_some());
        assert_eq!((store.len(), store.open()), (1, 1));
    }

    #[test]
    fn identifiers_are_found_like_in_a_hash_map() {
        let mut map = IdMap::default();
        let mut model = HashMap::new();
        let mut random = 1u32;
        for round in 0..20_000u32 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let id = (random >> 20) | 1;
            let known = model.remove(&id).is_some();
            assert_eq!(map.remove(StreamId::from_wire(id)), known);
            if !known {
                map.insert(StreamId::from_wire(id), round);
                model.insert(id, round);
            }
            assert_eq!(map.len, model.len());
        }
        for id in 0..5000 {
            assert_eq!(map.find(StreamId::from_wire(id)), model.get(&id).copied());
        }
    }
}
