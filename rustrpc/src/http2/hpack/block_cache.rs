//! Whole field blocks that were seen before.

use super::dynamic_table::hash_bytes;
use crate::http2::fields::FieldBlock;

/// A few recent blocks by their exact bytes.
///
/// Clients repeat themselves: once the dynamic table has settled, each call of a method sends the
/// same handful of bytes, which mean the same as long as the table has not changed. A block is kept
/// when it is seen for the second time, so that ever-changing ones cost nothing but a hash.
#[derive(Debug, Default)]
pub(crate) struct BlockCache {
    slots: [Option<Box<Known>>; SLOTS],
    seen: [u32; SLOTS],
}

#[derive(Debug)]
struct Known {
    generation: u64,
    fields: FieldBlock,
    len: u8,
    block: [u8; LONGEST],
}

/// How many blocks are kept, each in the slot of its hash.
const SLOTS: usize = 4;
/// Longer blocks are not kept; with an indexing client, blocks are far shorter.
const LONGEST: usize = 191;

impl BlockCache {
    pub(crate) fn find(&self, block: &[u8], generation: u64) -> Option<FieldBlock> {
        if block.len() > LONGEST {
            return None;
        }
        let known = self.slots[slot(hash(block))].as_ref()?;
        let same = known.generation == generation
            && known.block.get(..usize::from(known.len)) == Some(block);
        same.then(|| known.fields.clone())
    }

    pub(crate) fn offer(&mut self, block: &[u8], generation: u64, fields: &FieldBlock) {
        if block.len() > LONGEST {
            return;
        }
        let hash = hash(block);
        let seen = &mut self.seen[slot(hash)];
        if *seen != hash {
            *seen = hash;
            return;
        }
        let mut known = Known {
            generation,
            fields: fields.clone(),
            len: block.len() as u8,
            block: [0; LONGEST],
        };
        known.block[..block.len()].copy_from_slice(block);
        self.slots[slot(hash)] = Some(Box::new(known));
    }
}

#[cfg(test)]
impl BlockCache {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        let known = self.slots.iter().flatten();
        known.map(|known| size_of::<Known>() + known.fields.memory()).sum()
    }
}

fn hash(block: &[u8]) -> u32 {
    (hash_bytes(1, block) >> 32) as u32 | 1
}

fn slot(hash: u32) -> usize {
    (hash >> 8) as usize % SLOTS
}
