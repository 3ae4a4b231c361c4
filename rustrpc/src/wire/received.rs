//! What a received message is handed over as.

use bytes::Bytes;

use super::view::{HasView, ViewOf};
use super::{DecodeError, Message};

/// What a call hands a received message over as: the message itself, or a [`ViewOf`] it.
pub trait Received: Sized + Send + 'static {
    /// Takes the message out of a buffer that is used again.
    ///
    /// # Errors
    ///
    /// When `bytes` do not encode it.
    fn from_slice(bytes: &[u8]) -> Result<Self, DecodeError>;

    /// Takes the message out of a buffer of its own, parts of which it may keep.
    ///
    /// # Errors
    ///
    /// When `bytes` do not encode it.
    fn from_bytes(bytes: Bytes) -> Result<Self, DecodeError>;
}

impl<M: Message> Received for M {
    #[inline]
    fn from_slice(bytes: &[u8]) -> Result<Self, DecodeError> {
        M::decode(bytes)
    }

    #[inline]
    fn from_bytes(bytes: Bytes) -> Result<Self, DecodeError> {
        M::decode_bytes(&bytes)
    }
}

impl<M: HasView> Received for ViewOf<M> {
    #[inline]
    fn from_slice(bytes: &[u8]) -> Result<Self, DecodeError> {
        ViewOf::decode(Bytes::copy_from_slice(bytes))
    }

    #[inline]
    fn from_bytes(bytes: Bytes) -> Result<Self, DecodeError> {
        ViewOf::decode(bytes)
    }
}
