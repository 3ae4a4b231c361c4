//! The Rust types a `bytes` field may have.

use bytes::Bytes;

use super::copy;

/// A type that holds the value of a `bytes` field: `Vec<u8>` or [`Bytes`].
pub trait BytesField: AsRef<[u8]> + Default + 'static {
    /// Takes a copy of `bytes`.
    fn copied_from(bytes: &[u8]) -> Self;
}

impl BytesField for Vec<u8> {
    #[inline]
    fn copied_from(bytes: &[u8]) -> Self {
        copy::to_vec(bytes)
    }
}

impl BytesField for Bytes {
    #[inline]
    fn copied_from(bytes: &[u8]) -> Self {
        Self::copy_from_slice(bytes)
    }
}
