//! One field of each scalar type, under the name the .proto gives the type. The first argument is
//! the whole tag.

use super::super::Enumeration;
use super::super::varint::{zigzag32, zigzag64};
use super::Writer;

impl Writer {
    /// An `int32`; negative ones take ten bytes, as the encoding wants it.
    #[inline(always)]
    pub fn int32(&mut self, tag: u32, value: i32) {
        self.varint_field(tag, i64::from(value) as u64);
    }

    /// An `int64`.
    #[inline(always)]
    pub fn int64(&mut self, tag: u32, value: i64) {
        self.varint_field(tag, value as u64);
    }

    /// A `uint32`.
    #[inline(always)]
    pub fn uint32(&mut self, tag: u32, value: u32) {
        self.varint_field(tag, u64::from(value));
    }

    /// A `uint64`.
    #[inline(always)]
    pub fn uint64(&mut self, tag: u32, value: u64) {
        self.varint_field(tag, value);
    }

    /// A `sint32`.
    #[inline(always)]
    pub fn sint32(&mut self, tag: u32, value: i32) {
        self.varint_field(tag, u64::from(zigzag32(value)));
    }

    /// A `sint64`.
    #[inline(always)]
    pub fn sint64(&mut self, tag: u32, value: i64) {
        self.varint_field(tag, zigzag64(value));
    }

    /// A `bool`.
    #[inline(always)]
    pub fn bool(&mut self, tag: u32, value: bool) {
        self.varint_field(tag, u64::from(value));
    }

    /// A `fixed32`.
    #[inline(always)]
    pub fn fixed32(&mut self, tag: u32, value: u32) {
        self.fixed_field(tag, value.to_le_bytes());
    }

    /// A `fixed64`.
    #[inline(always)]
    pub fn fixed64(&mut self, tag: u32, value: u64) {
        self.fixed_field(tag, value.to_le_bytes());
    }

    /// An `sfixed32`.
    #[inline(always)]
    pub fn sfixed32(&mut self, tag: u32, value: i32) {
        self.fixed_field(tag, value.to_le_bytes());
    }

    /// An `sfixed64`.
    #[inline(always)]
    pub fn sfixed64(&mut self, tag: u32, value: i64) {
        self.fixed_field(tag, value.to_le_bytes());
    }

    /// A `float`.
    #[inline(always)]
    pub fn float(&mut self, tag: u32, value: f32) {
        self.fixed_field(tag, value.to_le_bytes());
    }

    /// A `double`.
    #[inline(always)]
    pub fn double(&mut self, tag: u32, value: f64) {
        self.fixed_field(tag, value.to_le_bytes());
    }

    /// A `string`.
    #[inline]
    pub fn string(&mut self, tag: u32, value: &str) {
        self.length_delimited(tag, value.as_bytes());
    }

    /// A `bytes` value.
    #[inline]
    pub fn bytes(&mut self, tag: u32, value: &[u8]) {
        self.length_delimited(tag, value);
    }

    /// A value of an enum.
    #[inline(always)]
    pub fn enumeration<E: Enumeration>(&mut self, tag: u32, value: E) {
        self.int32(tag, value.number());
    }
}
