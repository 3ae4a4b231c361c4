//! Where the bytes come from, and values of type `bytes`, which may stay there.

use bytes::Bytes;

use super::super::apart::Apart;
use super::super::{BytesField, DecodeError};
use super::Reader;

/// What the bytes are, where values can be had in another way than by copying.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// They are part of these, which values may share.
    Whole(&'a Bytes),
    /// They lack a large value, which was received apart.
    Parts(&'a Apart),
}

impl<'a> Reader<'a> {
    /// A reader whose values of type [`Bytes`] may be slices of `bytes`.
    pub(in crate::wire) fn of_bytes(bytes: &'a Bytes) -> Self {
        Self { source: Some(Source::Whole(bytes)), ..Self::new(bytes) }
    }

    /// A reader of bytes that lack a value. Where that belongs they seem to be cut off, unless it is
    /// a value of type `bytes`; so whoever reads takes care that it was [taken](Apart::take).
    pub(in crate::wire) fn of_parts(bytes: &'a [u8], apart: &'a Apart) -> Self {
        Self { source: Some(Source::Parts(apart)), ..Self::new(bytes) }
    }

    /// A `bytes` value.
    #[inline]
    pub fn bytes<B: BytesField>(&mut self) -> Result<B, DecodeError> {
        match self.source {
            None => self.length_delimited().map(B::copied_from),
            Some(Source::Whole(source)) => {
                self.length_delimited().map(|bytes| B::taken_from(bytes, source))
            }
            Some(Source::Parts(apart)) => self.bytes_apart(apart),
        }
    }

    /// A `bytes` value, which may be the one that was received apart.
    #[cold]
    #[inline(never)]
    fn bytes_apart<B: BytesField>(&mut self, apart: &Apart) -> Result<B, DecodeError> {
        let here = self.at;
        let length = self.varint()?;
        if self.offset() == apart.at
            && length == apart.length as u64
            && let Some(value) = apart.take()
        {
            return Ok(B::owned(value));
        }
        // Only `varint` read since.
        self.at = here;
        self.length_delimited().map(B::copied_from)
    }
}
