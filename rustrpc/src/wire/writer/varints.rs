//! Many varints one after the other.

use super::super::bits::{self, Bits, Loop};
use super::super::varint;
use super::Writer;

/// How many values are looked at together, whether all of them take one byte.
const RUN: usize = 64;

impl Writer {
    /// Varints one after the other, converted from `values`.
    #[inline(always)]
    pub(in crate::wire) fn varints<T: Copy>(&mut self, values: &[T], convert: impl Fn(T) -> u64) {
        if self.only_counts(values.len()) {
            self.end += bits::run(Count { values, convert });
        } else {
            bits::run(Write { writer: self, values, convert });
        }
    }

    /// [`Self::varints`].
    #[inline(always)]
    fn varints_by<B: Bits, T: Copy>(&mut self, bits: B, values: &[T], convert: impl Fn(T) -> u64) {
        // Piece by piece, so that there is one check for many and not ten bytes for each.
        for piece in values.rchunks(512) {
            self.reserve(piece.len() * 10);
            let (head, runs) = if B::WIDE { piece.as_rchunks::<RUN>() } else { (piece, &[][..]) };
            for run in runs.iter().rev() {
                if are_short(run, &convert) {
                    // SAFETY: ten bytes are reserved for each value of the piece.
                    unsafe { self.short_varints_unchecked(run, &convert) };
                } else {
                    // SAFETY: likewise.
                    unsafe { self.mixed_varints_unchecked(bits, run, &convert) };
                }
            }
            // SAFETY: likewise.
            unsafe { self.mixed_varints_unchecked(bits, head, &convert) };
        }
    }

    /// Varints of one byte each.
    ///
    /// # Safety
    ///
    /// So many bytes must have been reserved and be free in front.
    #[inline(always)]
    unsafe fn short_varints_unchecked<T: Copy>(
        &mut self,
        values: &[T; RUN],
        convert: impl Fn(T) -> u64,
    ) {
        // By way of an array that nothing else can be in, which makes it a few vector instructions.
        let mut bytes = [0; RUN];
        for (byte, value) in bytes.iter_mut().zip(values) {
            *byte = convert(*value) as u8;
        }
        // SAFETY: the caller's promise.
        self.start = unsafe { self.put(self.start, bytes) };
    }

    /// Varints of any length.
    ///
    /// # Safety
    ///
    /// At least ten bytes for each must have been reserved and be free in front.
    #[inline(always)]
    unsafe fn mixed_varints_unchecked<T: Copy>(
        &mut self,
        bits: impl Bits,
        values: &[T],
        convert: impl Fn(T) -> u64,
    ) {
        let (head, eights) = values.as_rchunks::<8>();
        for eight in eights.iter().rev() {
            let eight = eight.map(&convert);
            if eight.iter().fold(0, |all, value| all | value) < 0x80 {
                // SAFETY: the caller's promise.
                self.start = unsafe { self.put(self.start, eight.map(|value| value as u8)) };
            } else {
                for value in eight.iter().rev() {
                    // SAFETY: the caller's promise.
                    self.start = unsafe { self.put_long_varint(bits, self.start, *value) };
                }
            }
        }
        for value in head.iter().rev() {
            // SAFETY: the caller's promise.
            self.start = unsafe { self.put_varint(self.start, convert(*value)) };
        }
    }
}

/// Writes the values.
struct Write<'w, 'v, T, C> {
    writer: &'w mut Writer,
    values: &'v [T],
    convert: C,
}

impl<T: Copy, C: Fn(T) -> u64> Loop for Write<'_, '_, T, C> {
    type Output = ();

    #[inline(always)]
    fn run(self, bits: impl Bits) {
        self.writer.varints_by(bits, self.values, self.convert);
    }
}

/// Tells how many bytes the values take.
struct Count<'v, T, C> {
    values: &'v [T],
    convert: C,
}

impl<T: Copy, C: Fn(T) -> u64> Loop for Count<'_, T, C> {
    type Output = usize;

    #[inline(always)]
    fn run(self, _bits: impl Bits) -> usize {
        let Self { values, convert } = self;
        let (runs, rest) = values.as_chunks::<RUN>();
        let each = |values: &[T]| -> usize {
            values.iter().map(|value| varint::length(convert(*value))).sum()
        };
        let runs = runs.iter().map(|run| if are_short(run, &convert) { RUN } else { each(run) });
        runs.sum::<usize>() + each(rest)
    }
}

/// Whether each of `values` takes one byte.
#[inline(always)]
fn are_short<T: Copy>(values: &[T; RUN], convert: impl Fn(T) -> u64) -> bool {
    let are = |values: &[T]| values.iter().fold(0, |all, value| all | convert(*value)) < 0x80;
    // Among numbers of all lengths, a few tell.
    let (few, rest) = values.split_at(8);
    are(few) && are(rest)
}

#[cfg(test)]
mod tests {
    use super::super::super::bits::Portable;
    use super::*;

    #[test]
    fn values_are_written_as_they_are_one_by_one() {
        let mut seed = 1u64;
        let mut random = || {
            seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            seed ^ seed >> 32
        };
        for count in (0..300).step_by(if cfg!(miri) { 67 } else { 1 }).chain([513, 1200]) {
            // Mostly of one byte, of any length, and both in turns.
            let values: Vec<u64> = (0..count)
                .map(|index| match (count % 3, index / 70 % 2) {
                    (0, _) | (1, 0) => random() % 0x80,
                    _ => random() >> (random() % 64),
                })
                .collect();
            let mut expected = Writer::new();
            for value in values.iter().rev() {
                expected.reserve(0);
                // SAFETY: what every reservation includes is more than ten bytes.
                expected.start = unsafe { expected.put_varint(expected.start, *value) };
            }
            let [mut portable, mut writer] = [Writer::new(), Writer::new()];
            portable.varints_by(Portable, &values, |value| value);
            writer.varints(&values, |value| value);
            assert_eq!(portable.as_slice(), expected.as_slice(), "{count} values");
            assert_eq!(writer.as_slice(), expected.as_slice(), "{count} values");
            let counted = bits::run(Count { values: &values, convert: |value| value });
            assert_eq!(counted, expected.len(), "{count} values");
        }
    }
}
