//! What is read of received field blocks: the fields that gRPC gives a meaning, and metadata.

use crate::http2::{FieldBlock, SharedBlock};
use crate::rpc::{Metadata, ReceivedFields, Status};

impl ReceivedFields for SharedBlock {
    fn field(&self, at: usize) -> Option<(&[u8], &[u8])> {
        self.iter().nth(at).map(|field| (field.name, field.value))
    }
}

/// The fields of a block that say what becomes of it, the first of each name, by going through it once.
#[derive(Debug, Default)]
pub(crate) struct GrpcFields<'a> {
    pub(crate) content_type: Option<&'a [u8]>,
    pub(crate) te: Option<&'a [u8]>,
    pub(crate) timeout: Option<&'a [u8]>,
    pub(crate) encoding: Option<&'a [u8]>,
    pub(crate) accept_encoding: Option<&'a [u8]>,
    pub(crate) status: Option<&'a [u8]>,
    /// There are names that end in `-bin`.
    pub(crate) binary: bool,
}

impl<'a> GrpcFields<'a> {
    pub(crate) fn of(block: &'a FieldBlock) -> Self {
        let mut found = Self::default();
        for field in block {
            let place = match field.name {
                b"content-type" => &mut found.content_type,
                b"te" => &mut found.te,
                b"grpc-timeout" => &mut found.timeout,
                b"grpc-encoding" => &mut found.encoding,
                b"grpc-accept-encoding" => &mut found.accept_encoding,
                b"grpc-status" => &mut found.status,
                [.., b'-', b'b', b'i', b'n'] => {
                    found.binary = true;
                    continue;
                }
                _ => continue,
            };
            place.get_or_insert(field.value);
        }
        found
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
