//! Whole field blocks that were seen before.

use super::dynamic_table::hash_bytes;
use super::sums::Sums;
use crate::http2::fields::FieldBlock;

/// Recent blocks by their exact bytes.
///
/// Clients repeat themselves: once the dynamic table has settled, each call of a method sends the
/// same handful of bytes, which mean the same as long as the table has not changed. A block is kept
/// when it is seen for the second time, so that ever-changing ones cost nothing but a hash.
#[derive(Debug, Default)]
pub(crate) struct BlockCache {
    /// The oldest first.
    blocks: Vec<Known>,
    sums: Sums,
    /// Bytes that the blocks take.
    held: usize,
    /// Parts of the hashes of the last blocks that were seen once.
    seen: Vec<u16>,
    /// Where the next one goes once there are `BLOCKS`.
    next_seen: u8,
}

#[derive(Debug)]
struct Known {
    generation: u64,
    fields: FieldBlock,
    block: Box<[u8]>,
}

/// How many blocks are kept: a client needs one for each method that it calls again and again.
const BLOCKS: usize = 64;
/// How many bytes they may take. Those of most methods take about 600.
const MEMORY: usize = 64 * 1024;
/// Longer blocks are not kept; with an indexing client, blocks are far shorter.
const LONGEST: usize = 191;

impl BlockCache {
    #[inline]
    pub(crate) fn find(&self, block: &[u8], generation: u64) -> Option<FieldBlock> {
        let place = self.sums.find(sum_of(block), &self.blocks, |known| {
            known.generation == generation && *known.block == *block
        })?;
        self.blocks.get(place).map(|known| known.fields.clone())
    }

    pub(crate) fn offer(&mut self, block: &[u8], generation: u64, fields: &FieldBlock) {
        if block.len() > LONGEST {
            return;
        }
        // One that has this part in common with another is kept at once, which does no harm.
        let part = (hash_bytes(1, block) >> 48) as u16 | 1;
        if !self.seen.contains(&part) {
            match self.seen.get_mut(usize::from(self.next_seen) % BLOCKS) {
                Some(old) => *old = part,
                None => self.seen.push(part),
            }
            self.next_seen = self.next_seen.wrapping_add(1);
            return;
        }
        let known = Known { generation, fields: fields.clone(), block: block.into() };
        let memory = known.memory();
        while !self.blocks.is_empty()
            && (self.blocks.len() == BLOCKS || self.held + memory > MEMORY)
        {
            self.held -= self.blocks.remove(0).memory();
            self.sums.remove_first();
        }
        self.held += memory;
        self.sums.set(self.blocks.len(), sum_of(block));
        self.blocks.push(known);
    }
}

impl Known {
    fn memory(&self) -> usize {
        size_of::<Self>() + self.block.len() + self.fields.memory()
    }
}

/// Of the first eight bytes, among which clients have the path, if that is an index.
#[inline]
fn sum_of(block: &[u8]) -> u32 {
    let start = match block.first_chunk() {
        Some(start) => u64::from_le_bytes(*start),
        None => block.iter().fold(0, |start, byte| start << 8 | u64::from(*byte)),
    };
    start as u32 ^ (start >> 32) as u32 ^ (block.len() as u32) << 24
}

#[cfg(test)]
impl BlockCache {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + self.held + self.seen.capacity() * size_of::<u16>()
    }
}
