//! Repeated numbers without tags between them: the bulk of numeric data, and worth the most care.

use super::fixed::{self, Fixed};
use super::unknown::UnknownSink;
use super::varint::{self, unzigzag32, unzigzag64, zigzag32, zigzag64};
use super::{DecodeError, DecodeErrorCause, Enumeration, Reader, UnknownFields, Writer};

/// Defines `packed_x` on both sides for the types that are varints.
macro_rules! packed_varints {
    ($($name:ident: $type:ty, $decode:expr, $encode:expr, $kind:literal;)*) => {
        impl Reader<'_> {
            $(
                #[doc = concat!("Appends the elements of a packed `", $kind, "` field.")]
                pub fn $name(&mut self, values: &mut Vec<$type>) -> Result<(), DecodeError> {
                    self.packed_varints(values, $decode)
                }
            )*
        }

        impl Writer {
            $(
                #[doc = concat!("A packed `", $kind, "` field; nothing when it is empty.")]
                pub fn $name(&mut self, tag: u32, values: &[$type]) {
                    self.packed_varints(tag, values, $encode);
                }
            )*
        }
    };
}

packed_varints! {
    packed_int32: i32, |v| v as i32, |v| i64::from(v) as u64, "int32";
    packed_int64: i64, |v| v as i64, |v| v as u64, "int64";
    packed_uint32: u32, |v| v as u32, u64::from, "uint32";
    packed_uint64: u64, |v| v, |v| v, "uint64";
    packed_sint32: i32, |v| unzigzag32(v as u32), |v| u64::from(zigzag32(v)), "sint32";
    packed_sint64: i64, unzigzag64, zigzag64, "sint64";
    packed_bool: bool, |v| v != 0, u64::from, "bool";
}

/// Defines `packed_x` on both sides for the types of fixed size.
macro_rules! packed_fixed {
    ($($name:ident: $type:ty, $kind:literal;)*) => {
        impl Reader<'_> {
            $(
                #[doc = concat!("Appends the elements of a packed `", $kind, "` field.")]
                pub fn $name(&mut self, values: &mut Vec<$type>) -> Result<(), DecodeError> {
                    self.packed_fixed(values)
                }
            )*
        }

        impl Writer {
            $(
                #[doc = concat!("A packed `", $kind, "` field; nothing when it is empty.")]
                pub fn $name(&mut self, tag: u32, values: &[$type]) {
                    self.packed_fixed(tag, values);
                }
            )*
        }
    };
}

packed_fixed! {
    packed_fixed32: u32, "fixed32";
    packed_fixed64: u64, "fixed64";
    packed_sfixed32: i32, "sfixed32";
    packed_sfixed64: i64, "sfixed64";
    packed_float: f32, "float";
    packed_double: f64, "double";
}

impl Reader<'_> {
    /// Appends the elements of a packed field of an open enum.
    pub fn packed_enumeration<E: Enumeration>(
        &mut self,
        values: &mut Vec<E>,
    ) -> Result<(), DecodeError> {
        self.packed_varints(values, |v| E::from(v as i32))
    }

    /// Appends the elements of a packed field of a closed enum; those that are not declared go to
    /// the unknown fields, one by one.
    pub fn packed_closed_enumeration<E: Enumeration>(
        &mut self,
        values: &mut Vec<E>,
        unknown: &mut UnknownFields,
    ) -> Result<(), DecodeError> {
        let mut all = Vec::new();
        self.packed_varints(&mut all, |v| v)?;
        for number in all {
            let value = E::from(number as i32);
            if value.is_declared() {
                values.push(value);
            } else {
                unknown.varint(self.field_number(), number);
            }
        }
        Ok(())
    }

    /// Appends varints, converted by `convert`.
    #[inline(always)]
    fn packed_varints<T: Copy>(
        &mut self,
        values: &mut Vec<T>,
        convert: impl Fn(u64) -> T,
    ) -> Result<(), DecodeError> {
        let bytes = self.length_delimited()?;
        // Each element has one byte without a continuation bit, its last.
        let Some(0..0x80) = bytes.last() else {
            return if bytes.is_empty() {
                Ok(())
            } else {
                Err(self.error(DecodeErrorCause::Truncated))
            };
        };
        let count = terminators(bytes);
        values.reserve(count);
        let slots = values.spare_capacity_mut();
        let (mut at, mut filled) = (0, 0);
        while let Some((word, behind)) = bytes.get(at..).and_then(|rest| rest.split_first_chunk()) {
            let word = u64::from_le_bytes(*word);
            if word & varint::CONTINUATION == 0 {
                let Some(chunk) = slots.get_mut(filled..filled + 8) else { break };
                for (slot, byte) in chunk.iter_mut().zip(word.to_le_bytes()) {
                    slot.write(convert(u64::from(byte)));
                }
                at += 8;
                filled += 8;
                continue;
            }
            let Some(slot) = slots.get_mut(filled) else { break };
            let (value, length) = match varint::from_word(word) {
                Some(short) => short,
                None => match varint::beyond_word(word, behind) {
                    Some(long) => long,
                    None => return Err(self.error(DecodeErrorCause::VarintOverflow)),
                },
            };
            slot.write(convert(value));
            at += length;
            filled += 1;
        }
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(slot) = slots.get_mut(filled) else { break };
            let Some((value, length)) = varint::from_slice(rest) else {
                return Err(self.error(DecodeErrorCause::VarintOverflow));
            };
            slot.write(convert(value));
            at += length;
            filled += 1;
        }
        // SAFETY: `filled` slots behind the vector's end were written, in order.
        unsafe { values.set_len(values.len() + filled) };
        Ok(())
    }

    /// Appends numbers of fixed size.
    #[inline(always)]
    fn packed_fixed<T: Fixed>(&mut self, values: &mut Vec<T>) -> Result<(), DecodeError> {
        let bytes = self.length_delimited()?;
        if !bytes.len().is_multiple_of(size_of::<T>()) {
            return Err(self.error(DecodeErrorCause::InvalidPackedLength));
        }
        fixed::extend(values, bytes);
        Ok(())
    }
}

/// How many bytes have no continuation bit. In runs short enough for byte-wide counters, which the
/// compiler turns into vector instructions.
fn terminators(bytes: &[u8]) -> usize {
    bytes
        .chunks(255)
        .map(|run| usize::from(run.iter().fold(0u8, |count, byte| count + u8::from(*byte < 0x80))))
        .sum()
}

impl Writer {
    /// A packed enum field; nothing when it is empty.
    pub fn packed_enumeration<E: Enumeration>(&mut self, tag: u32, values: &[E]) {
        self.packed_varints(tag, values, |value| i64::from(value.number()) as u64);
    }

    #[inline(always)]
    fn packed_varints<T: Copy>(&mut self, tag: u32, values: &[T], convert: impl Fn(T) -> u64) {
        if values.is_empty() {
            return;
        }
        let mark = self.len();
        self.varints(values, convert);
        self.prefix(tag, mark);
    }

    #[inline(always)]
    fn packed_fixed<T: Fixed>(&mut self, tag: u32, values: &[T]) {
        if values.is_empty() {
            return;
        }
        if cfg!(target_endian = "little") {
            self.bytes(tag, fixed::as_bytes(values));
        } else {
            let swapped: Vec<T> = values.iter().map(|value| value.to_le()).collect();
            self.bytes(tag, fixed::as_bytes(&swapped));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminators_are_counted_beyond_a_run() {
        assert_eq!(terminators(&[]), 0);
        assert_eq!(terminators(&[1; 1000]), 1000);
        assert_eq!(terminators(&[0x80; 1000]), 0);
        let mixed: Vec<u8> = (0..1000).map(|i| if i % 3 == 0 { 0x80 } else { 0 }).collect();
        assert_eq!(terminators(&mixed), 666);
    }
}
