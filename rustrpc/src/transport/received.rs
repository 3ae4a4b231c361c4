//! A received field block in the shape that metadata is read from.

use crate::http2::FieldBlock;
use crate::rpc::ReceivedFields;

/// The fields of a received block.
#[derive(Debug)]
pub(crate) struct ReceivedHead {
    block: FieldBlock,
}

impl ReceivedHead {
    pub(crate) fn new(block: FieldBlock) -> Self {
        Self { block }
    }

    /// The block itself.
    pub(crate) fn block(&self) -> &FieldBlock {
        &self.block
    }

    /// The first regular field of this name.
    pub(crate) fn field_named(&self, name: &str) -> Option<&[u8]> {
        self.block.get(name)
    }
}

impl ReceivedFields for ReceivedHead {
    fn field(&self, at: usize) -> Option<(&[u8], &[u8])> {
        self.block.iter().nth(at).map(|field| (field.name, field.value))
    }
}
