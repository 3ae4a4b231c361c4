//! Received field blocks as metadata.

use crate::http2::{FieldBlock, SharedBlock};
use crate::rpc::{Metadata, ReceivedFields, Status};

impl ReceivedFields for SharedBlock {
    fn field(&self, at: usize) -> Option<(&[u8], &[u8])> {
        self.iter().nth(at).map(|field| (field.name, field.value))
    }
}

/// The metadata in a block, which was [checked](check_metadata).
#[inline]
pub(crate) fn received_metadata(block: FieldBlock) -> Metadata {
    Metadata::received(block.into_shared())
}

/// Checks the metadata in a block once, before anyone reads it.
///
/// # Errors
///
/// As for [`Metadata::check_received`].
pub(crate) fn check_metadata(block: &FieldBlock) -> Result<(), Status> {
    Metadata::check_received(block.shared())
}
