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
    /// The one found or kept last comes first.
    blocks: [Option<Box<Known>>; BLOCKS],
    /// Hashes of blocks that were seen once.
    seen: [u32; BLOCKS],
}

#[derive(Debug)]
struct Known {
    generation: u64,
    fields: FieldBlock,
    len: u8,
    block: [u8; LONGEST],
}

/// How many blocks are kept; peers rarely alternate between more.
const BLOCKS: usize = 4;
/// Longer blocks are not kept; with an indexing client, blocks are far shorter.
const LONGEST: usize = 191;

impl BlockCache {
    #[inline]
    pub(crate) fn find(&mut self, block: &[u8], generation: u64) -> Option<FieldBlock> {
        for at in 0..BLOCKS {
            // Those that are kept stand in front.
            let known = self.blocks[at].as_ref()?;
            if known.generation == generation
                && known.block.get(..usize::from(known.len)) == Some(block)
            {
                let fields = known.fields.clone();
                if at > 0 {
                    self.blocks[..=at].rotate_right(1);
                }
                return Some(fields);
            }
        }
        None
    }

    pub(crate) fn offer(&mut self, block: &[u8], generation: u64, fields: &FieldBlock) {
        if block.len() > LONGEST {
            return;
        }
        let hash = (hash_bytes(1, block) >> 32) as u32 | 1;
        let seen = &mut self.seen[(hash >> 8) as usize % BLOCKS];
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
        // In place of the one that was needed longest ago.
        self.blocks.rotate_right(1);
        self.blocks[0] = Some(Box::new(known));
    }
}

#[cfg(test)]
impl BlockCache {
    /// Bytes of memory held.
    pub(crate) fn memory(&self) -> usize {
        let known = self.blocks.iter().flatten();
        known.map(|known| size_of::<Known>() + known.fields.memory()).sum()
    }
}
