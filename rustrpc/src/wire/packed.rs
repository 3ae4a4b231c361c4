//! Repeated numbers without tags between them: the bulk of numeric data, and worth the most care.

use std::mem::MaybeUninit;

use super::bits::{self, Bits, Loop};
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
        values.reserve(terminators(bytes));
        let filled = bits::run(Fill { bytes, slots: values.spare_capacity_mut(), convert });
        let filled = filled.ok_or_else(|| self.error(DecodeErrorCause::VarintOverflow))?;
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

/// Writes varints to slots, from the first on; how many there are, or `None` when one is too long.
struct Fill<'a, T, C> {
    /// Varints and nothing else: the last byte ends one.
    bytes: &'a [u8],
    /// As many as there are varints, or more.
    slots: &'a mut [MaybeUninit<T>],
    convert: C,
}

/// How many bytes are looked through for the ends of varints at once.
const SIGHT: usize = varint::MASKED;

/// A look, and what may follow of a varint that begins in it.
type Window = [u8; SIGHT + 16];

impl<T: Copy, C: Fn(u64) -> T> Loop for Fill<'_, T, C> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run(self, bits: impl Bits) -> Option<usize> {
        let Self { bytes, slots, convert } = self;
        let (mut at, mut filled) = (0, 0);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let free = slots.get_mut(filled..)?;
            let (read, length) = match rest.first_chunk::<{ size_of::<Window>() }>() {
                Some(window) => fill_from_window(bits, window, free, &convert),
                None => None,
            }
            .or_else(|| fill_from(bits, rest, free, &convert))?;
            at += length;
            filled += read;
        }
        Some(filled)
    }
}

/// Writes what is in sight to `slots`, if that is many numbers; how many, and how many bytes they
/// were.
#[inline(always)]
fn fill_from_window<B: Bits, T: Copy>(
    bits: B,
    window: &Window,
    slots: &mut [MaybeUninit<T>],
    convert: impl Fn(u64) -> T,
) -> Option<(usize, usize)> {
    let (sight, _) = window.split_first_chunk::<SIGHT>()?;
    let mut ends = !varint::continuation_mask(sight);
    if ends == u64::MAX {
        let slots = slots.first_chunk_mut::<SIGHT>()?;
        if B::WIDE {
            fill_by_sixteen(sight, slots, convert);
        } else {
            for (slot, byte) in slots.iter_mut().zip(sight) {
                slot.write(convert(u64::from(*byte)));
            }
        }
        return Some((SIGHT, SIGHT));
    }
    // The ends are known at once, so that no number waits for the length of the one before it. So
    // many numbers that the window is worth it, and always as many: a loop that runs a different
    // number of times each time would be left at the wrong time.
    let slots = slots.first_chunk_mut::<8>()?;
    if ends.count_ones() < 8 {
        return None;
    }
    let mut at = 0;
    for slot in slots {
        // What is masked out is zero anyway, and no bound has to be checked below.
        let from = at % SIGHT;
        let word = u64::from_le_bytes(*window.get(from..)?.first_chunk()?);
        let value = match varint::from_word(bits, word) {
            Some((value, _)) => value,
            None => varint::beyond_word(bits, word, window.get(from + 8..)?)?.0,
        };
        slot.write(convert(value));
        at = ends.trailing_zeros() as usize + 1;
        ends &= ends.wrapping_sub(1);
    }
    Some((8, at))
}

/// Writes numbers of one byte each.
#[inline(always)]
fn fill_by_sixteen<T: Copy>(
    bytes: &[u8; SIGHT],
    slots: &mut [MaybeUninit<T>; SIGHT],
    convert: impl Fn(u64) -> T,
) {
    let (parts, _) = bytes.as_chunks::<16>();
    for (slots, part) in slots.as_chunks_mut::<16>().0.iter_mut().zip(parts) {
        // By way of an array that nothing else can be in, which makes it a few instructions.
        let mut values = [MaybeUninit::uninit(); 16];
        for (value, byte) in values.iter_mut().zip(part) {
            value.write(convert(u64::from(*byte)));
        }
        *slots = values;
    }
}

/// Writes the first number in `bytes` to the first slot, or as many as there are if they are short.
#[inline(always)]
fn fill_from<T: Copy>(
    bits: impl Bits,
    bytes: &[u8],
    slots: &mut [MaybeUninit<T>],
    convert: impl Fn(u64) -> T,
) -> Option<(usize, usize)> {
    let Some((first, behind)) = bytes.split_first_chunk::<8>() else {
        let (value, length) = varint::from_slice(bytes)?;
        slots.first_mut()?.write(convert(value));
        return Some((1, length));
    };
    let word = u64::from_le_bytes(*first);
    if word & varint::CONTINUATION == 0
        && let Some(slots) = slots.first_chunk_mut::<8>()
    {
        for (slot, byte) in slots.iter_mut().zip(first) {
            slot.write(convert(u64::from(*byte)));
        }
        return Some((8, 8));
    }
    let short = varint::from_word(bits, word);
    let (value, length) = short.or_else(|| varint::beyond_word(bits, word, behind))?;
    slots.first_mut()?.write(convert(value));
    Some((1, length))
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
    use super::super::bits::Portable;
    use super::*;

    /// What [`Fill`] makes of `bytes`, by the portable code and by what the processor has.
    fn filled(bytes: &[u8]) -> [Option<Vec<u64>>; 2] {
        [true, false].map(|portable| {
            let mut values = Vec::with_capacity(terminators(bytes));
            let fill = Fill { bytes, slots: values.spare_capacity_mut(), convert: |value| value };
            let filled = if portable { fill.run(Portable) } else { bits::run(fill) }?;
            // SAFETY: so many slots were written.
            unsafe { values.set_len(filled) };
            Some(values)
        })
    }

    #[test]
    fn numbers_are_read_as_they_are_one_by_one() {
        let mut seed = 1u64;
        for turn in 0..if cfg!(miri) { 30 } else { 2000 } {
            let mut random = || {
                seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                (seed >> 33) as usize
            };
            // Runs of one byte and all other lengths, the longest now and then too long.
            let (longest, last) = ([1, 2, 5, 10, 11][turn % 5], 1 + turn % 3);
            let mut bytes = Vec::new();
            for _ in 0..random() % 200 {
                let length = random() % longest;
                bytes.extend((0..length).map(|_| 0x80 | random() as u8));
                bytes.push((random() % if length == 9 { last } else { 0x80 }) as u8);
            }
            let (mut rest, mut expected) = (&bytes[..], Some(Vec::new()));
            while let Some(values) = &mut expected
                && !rest.is_empty()
            {
                match varint::from_slice(rest) {
                    Some((value, length)) => {
                        values.push(value);
                        rest = &rest[length..];
                    }
                    None => expected = None,
                }
            }
            assert_eq!(filled(&bytes), [expected.clone(), expected], "{bytes:x?}");
        }
    }

    #[test]
    fn terminators_are_counted_beyond_a_run() {
        assert_eq!(terminators(&[]), 0);
        assert_eq!(terminators(&[1; 1000]), 1000);
        assert_eq!(terminators(&[0x80; 1000]), 0);
        let mixed: Vec<u8> = (0..1000).map(|i| if i % 3 == 0 { 0x80 } else { 0 }).collect();
        assert_eq!(terminators(&mixed), 666);
    }
}
