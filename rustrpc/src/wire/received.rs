//! What a received message is handed over as.

use bytes::Bytes;

use super::apart::{self, Apart};
use super::view::{HasView, ViewOf};
use super::{DecodeError, Message, Reader};

/// What a call hands a received message over as: the message itself, or a [`ViewOf`] it.
pub trait Received: Sized + Send + 'static {
    /// Whether it is had out of one vector only.
    #[doc(hidden)]
    const WHOLE: bool = false;

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

    /// Takes the message out of two vectors: `value`, which is one large value of it, and `rest`,
    /// into which that belongs `at` this place.
    ///
    /// # Errors
    ///
    /// When both together do not encode it.
    #[doc(hidden)]
    fn from_parts(rest: &[u8], at: usize, value: Vec<u8>) -> Result<Self, DecodeError> {
        Self::from_bytes(apart::join(rest, at, value).into())
    }
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

    fn from_parts(rest: &[u8], at: usize, value: Vec<u8>) -> Result<Self, DecodeError> {
        let apart = Apart::new(at, value);
        let mut message = M::default();
        let read = Reader::of_parts(rest, &apart).finish(&mut message);
        match apart.take() {
            None => read.map(|()| message),
            // It is no value of type `bytes`, or the message is malformed.
            Some(value) => Self::from_bytes(apart::join(rest, at, value).into()),
        }
    }
}

impl<M: HasView> Received for ViewOf<M> {
    const WHOLE: bool = true;

    #[inline]
    fn from_slice(bytes: &[u8]) -> Result<Self, DecodeError> {
        ViewOf::decode(Bytes::copy_from_slice(bytes))
    }

    #[inline]
    fn from_bytes(bytes: Bytes) -> Result<Self, DecodeError> {
        ViewOf::decode(bytes)
    }
}
