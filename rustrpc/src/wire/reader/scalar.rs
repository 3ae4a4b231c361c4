//! One value of each scalar type, under the name the .proto gives the type.

use super::super::copy;
use super::super::unknown::UnknownSink;
use super::super::varint::{unzigzag32, unzigzag64};
use super::super::{DecodeError, Enumeration};
use super::Reader;

impl<'a> Reader<'a> {
    /// An `int32`; the higher half of a 64-bit varint is cut off, as the encoding wants it.
    #[inline(always)]
    pub fn int32(&mut self) -> Result<i32, DecodeError> {
        Ok(self.varint()? as i32)
    }

    /// An `int64`.
    #[inline(always)]
    pub fn int64(&mut self) -> Result<i64, DecodeError> {
        Ok(self.varint()? as i64)
    }

    /// A `uint32`; the higher half of a 64-bit varint is cut off.
    #[inline(always)]
    pub fn uint32(&mut self) -> Result<u32, DecodeError> {
        Ok(self.varint()? as u32)
    }

    /// A `uint64`.
    #[inline(always)]
    pub fn uint64(&mut self) -> Result<u64, DecodeError> {
        self.varint()
    }

    /// A `sint32`.
    #[inline(always)]
    pub fn sint32(&mut self) -> Result<i32, DecodeError> {
        Ok(unzigzag32(self.varint()? as u32))
    }

    /// A `sint64`.
    #[inline(always)]
    pub fn sint64(&mut self) -> Result<i64, DecodeError> {
        Ok(unzigzag64(self.varint()?))
    }

    /// A `bool`: any varint but zero is true.
    #[inline(always)]
    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        Ok(self.varint()? != 0)
    }

    /// A `fixed32`.
    #[inline(always)]
    pub fn fixed32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A `fixed64`.
    #[inline(always)]
    pub fn fixed64(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// An `sfixed32`.
    #[inline(always)]
    pub fn sfixed32(&mut self) -> Result<i32, DecodeError> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    /// An `sfixed64`.
    #[inline(always)]
    pub fn sfixed64(&mut self) -> Result<i64, DecodeError> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// A `float`.
    #[inline(always)]
    pub fn float(&mut self) -> Result<f32, DecodeError> {
        Ok(f32::from_le_bytes(self.array()?))
    }

    /// A `double`.
    #[inline(always)]
    pub fn double(&mut self) -> Result<f64, DecodeError> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    /// A `string`.
    #[inline(never)]
    pub fn string(&mut self) -> Result<String, DecodeError> {
        let bytes = copy::to_vec(self.text()?.as_bytes());
        // SAFETY: they were text.
        Ok(unsafe { String::from_utf8_unchecked(bytes) })
    }

    /// A value of an open enum: any number will do.
    #[inline(always)]
    pub fn enumeration<E: Enumeration>(&mut self) -> Result<E, DecodeError> {
        self.int32().map(E::from)
    }

    /// A value of a closed enum. One that is not declared goes to the unknown fields, and the
    /// field stays as it is.
    pub fn closed_enumeration<E: Enumeration>(
        &mut self,
        unknown: &mut impl UnknownSink<'a>,
    ) -> Result<Option<E>, DecodeError> {
        let mark = self.mark();
        let value: E = self.enumeration()?;
        if value.is_declared() {
            return Ok(Some(value));
        }
        unknown.record(self.since(mark), self.so_far());
        Ok(None)
    }
}
