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
    blocks: Vec<Known>,
    /// Where the next one is kept once there are `BLOCKS`.
    next: u8,
    /// Parts of the hashes of the last blocks that were seen once.
    seen: [u16; BLOCKS],
    next_seen: u8,
}

#[derive(Debug)]
struct Known {
    generation: u64,
    fields: FieldBlock,
    len: u8,
    block: [u8; LONGEST],
}

/// How many blocks are kept: a client needs one for each method that it calls again and again.
const BLOCKS: usize = 8;
/// Longer blocks are not kept; with an indexing client, blocks are far shorter.
const LONGEST: usize = 191;

impl BlockCache {
    #[inline]
    pub(crate) fn find(&self, block: &[u8], generation: u64) -> Option<FieldBlock> {
        let mut blocks = self.blocks.iter();
        let known = blocks.find(|known| {
            known.generation == generation
                && known.block.get(..usize::from(known.len)) == Some(block)
        })?;
        Some(known.fields.clone())
    }

    pub(crate) fn offer(&mut self, block: &[u8], generation: u64, fields: &FieldBlock) {
        if block.len() > LONGEST {
            return;
        }
        // One that has this part in common with another is kept at once, which does no harm.
        let part = (hash_bytes(1, block) >> 48) as u16 | 1;
        if !self.seen.contains(&part) {
            self.seen[usize::from(self.next_seen) % BLOCKS] = part;
            self.next_seen = self.next_seen.wrapping_add(1);
            return;
        }
        let mut known = Known {
            generation,
            fields: fields.clone(),
            len: block.len() as u8,
            block: [0; LONGEST],
        };
        known.block[..block.len()].copy_from_slice(block);
        match self.blocks.get_mut(usize::from(self.next) % BLOCKS) {
            Some(old) => *old = known,
            None => self.blocks.push(known),
        }
        self.next = self.next.wrapping_add(1);
    }
}

#[cfg(test)]
impl BlockCache {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        let known = self.blocks.iter();
        known.map(|known| size_of::<Known>() + known.fields.memory()).sum()
    }
}
