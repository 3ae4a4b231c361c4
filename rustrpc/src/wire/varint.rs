//! The bit work of varints, on whole registers: seven bits of each byte count, the eighth says
//! whether another byte follows.

use super::bits::{Bits, Portable};

/// The continuation bit of each of eight bytes.
pub(super) const CONTINUATION: u64 = 0x8080_8080_8080_8080;

/// Draws the low seven bits of eight bytes together into 56 bits.
///
/// Each step moves the upper half of every lane down to the lower one: 7 and 7 bits to 14 in lanes
/// of 16, those to 28 in lanes of 32. One constant for each step and no more, because in a loop
/// they have to stay in registers.
#[inline(always)]
pub(super) const fn squeeze(word: u64) -> u64 {
    let word = word & !CONTINUATION;
    let upper = word & 0x7f00_7f00_7f00_7f00;
    let word = word - (upper >> 1);
    let upper = word & 0x3fff_0000_3fff_0000;
    let word = (word ^ upper) | (upper >> 2);
    (word & 0xffff_ffff) | ((word >> 32) << 28)
}

/// The inverse of [`squeeze`]: 56 bits as seven in each of eight bytes.
#[inline(always)]
pub(super) const fn spread(value: u64) -> u64 {
    let word = (value & 0x0fff_ffff) | ((value >> 28) << 32);
    let upper = word & 0x0fff_c000_0fff_c000;
    // Up by two bits: four times as much.
    let word = word + 3 * upper;
    let upper = word & 0x3f80_3f80_3f80_3f80;
    word + upper
}

/// [`spread`] of 28 bits into four bytes; what is beyond them does not count.
#[inline(always)]
pub(super) const fn spread_half(value: u32) -> u32 {
    let word = value & 0x0fff_ffff;
    let word = word + 3 * (word & 0x0fff_c000);
    word + (word & 0x3f80_3f80)
}

/// How many bytes (1 to 10) `value` takes as a varint.
#[inline(always)]
pub(super) const fn length(value: u64) -> usize {
    // One byte for each begun seven bits; `* 9 + 73) / 64` is the division by seven without one.
    ((63 - (value | 1).leading_zeros()) as usize * 9 + 73) / 64
}

/// A varint that stands at the start of `word` (eight bytes as they lie in memory, little-endian):
/// its value and its length, or `None` when it goes on beyond the eight bytes.
#[inline(always)]
pub(super) fn from_word(bits: impl Bits, word: u64) -> Option<(u64, usize)> {
    let stops = (word & CONTINUATION) ^ CONTINUATION;
    if stops == 0 {
        return None;
    }
    // All bits up to and including the first byte without a continuation bit.
    let mask = stops ^ stops.wrapping_sub(1);
    Some((bits.squeeze(word & mask), stops.trailing_zeros() as usize / 8 + 1))
}

/// A varint at the start of `bytes`: its value and its length, or `None` when it does not end or has
/// more than 64 bits.
#[inline(always)]
pub(super) fn from_slice(bytes: &[u8]) -> Option<(u64, usize)> {
    // The eight are taken as they lie: put together from ten bytes one by one, as loads of one byte
    // each, they would cost more than all that follows.
    match bytes.split_first_chunk::<8>() {
        Some((word, behind)) => {
            let word = u64::from_le_bytes(*word);
            from_word(Portable, word).or_else(|| beyond_word(Portable, word, behind))
        }
        None => from_few_bytes(bytes),
    }
}

/// How many varints `bytes` are, the last of which has to end there; `None` when one of them has
/// more than 64 bits.
pub(super) fn count(bytes: &[u8]) -> Option<usize> {
    /// How far a look reaches, and how far it goes on: what begins in a step ends in sight, up to
    /// the last byte a varint may go on behind.
    const SIGHT: usize = MASKED;
    const STEP: usize = SIGHT - 8;
    let mut count = 0;
    let mut rest = bytes;
    while !rest.is_empty() {
        let continued = match rest.first_chunk::<SIGHT>() {
            Some(sight) => continuation_mask(sight),
            None => {
                let mut sight = [0; SIGHT];
                sight.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                continuation_mask(&sight)
            }
        };
        // Bits where nine bytes or more in a row say that another one follows: the tenth may only
        // hold the last of 64 bits.
        let two = continued & continued >> 1;
        let four = two & two >> 2;
        let mut nine = four & four >> 4 & continued >> 8;
        while nine != 0 {
            let tenth = rest.get(nine.trailing_zeros() as usize + 9)?;
            if *tenth > 1 {
                return None;
            }
            nine &= nine - 1;
        }
        let step = STEP.min(rest.len());
        count += step - (continued << (64 - step)).count_ones() as usize;
        rest = rest.get(step..)?;
    }
    Some(count)
}

/// How many bytes [`continuation_mask`] takes.
pub(super) const MASKED: usize = u64::BITS as usize;

/// A bit for each byte, the lowest for the first: whether it has its continuation bit.
#[inline(always)]
pub(super) fn continuation_mask(bytes: &[u8; MASKED]) -> u64 {
    let (parts, _) = bytes.as_chunks::<16>();
    parts.iter().rev().fold(0, |mask, part| mask << 16 | continuation_mask_of_part(part))
}

/// [`continuation_mask`] of sixteen bytes.
#[cfg(target_feature = "sse2")]
#[inline(always)]
fn continuation_mask_of_part(bytes: &[u8; 16]) -> u64 {
    #[cfg(target_arch = "x86")]
    use std::arch::x86::{_mm_loadu_si128, _mm_movemask_epi8};
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::{_mm_loadu_si128, _mm_movemask_epi8};

    // SAFETY: all this is compiled for has SSE2, and the load takes sixteen bytes wherever they are.
    let mask = unsafe { _mm_movemask_epi8(_mm_loadu_si128(bytes.as_ptr().cast())) };
    u64::from(mask as u16)
}

/// [`continuation_mask`] of sixteen bytes.
#[cfg(not(target_feature = "sse2"))]
#[inline(always)]
fn continuation_mask_of_part(bytes: &[u8; 16]) -> u64 {
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().rev().fold(0, |mask, word| {
        let bits = (u64::from_le_bytes(*word) & CONTINUATION) >> 7;
        // Moves bit 8 * i to bit 56 + i.
        mask << 8 | bits.wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
}

/// A varint that goes on beyond the eight bytes in `word`, in those `behind` them.
#[inline(always)]
pub(super) fn beyond_word(bits: impl Bits, word: u64, behind: &[u8]) -> Option<(u64, usize)> {
    let value = bits.squeeze(word);
    match *behind {
        [ninth @ 0..0x80, ..] => Some((value | u64::from(ninth) << 56, 9)),
        // Of the tenth there is room for one bit.
        [ninth, tenth @ 0..2, ..] => {
            Some((value | u64::from(ninth & 0x7f) << 56 | u64::from(tenth) << 63, 10))
        }
        _ => None,
    }
}

#[inline(never)]
fn from_few_bytes(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            return Some((value, index + 1));
        }
    }
    None
}

/// Maps small negative numbers to small unsigned ones: 0, -1, 1, -2 become 0, 1, 2, 3.
#[inline(always)]
pub(super) const fn zigzag32(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

/// The inverse of [`zigzag32`].
#[inline(always)]
pub(super) const fn unzigzag32(value: u32) -> i32 {
    (value >> 1) as i32 ^ -((value & 1) as i32)
}

/// [`zigzag32`] for 64 bits.
#[inline(always)]
pub(super) const fn zigzag64(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// The inverse of [`zigzag64`].
#[inline(always)]
pub(super) const fn unzigzag64(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreading_and_squeezing_are_inverse() {
        for shift in 0..56 {
            for value in [1u64 << shift, (1 << shift) - 1, 0x00ab_cdef_1234_5678 >> shift] {
                assert_eq!(squeeze(spread(value)), value);
                assert_eq!(spread(value) & CONTINUATION, 0);
                assert_eq!(spread_half(value as u32), spread(value) as u32);
            }
        }
    }

    #[test]
    fn length_counts_begun_groups_of_seven_bits() {
        assert_eq!(length(0), 1);
        assert_eq!(length(u64::MAX), 10);
        for bits in 1..64 {
            assert_eq!(length(1 << bits), bits / 7 + 1, "bit {bits}");
            assert_eq!(length((1 << bits) - 1), (bits - 1) / 7 + 1, "below bit {bits}");
        }
    }

    #[test]
    fn a_word_yields_its_first_varint() {
        assert_eq!(from_word(Portable, u64::from_le_bytes([5, 9, 9, 9, 9, 9, 9, 9])), Some((5, 1)));
        assert_eq!(
            from_word(Portable, u64::from_le_bytes([0xb9, 0x0a, 1, 1, 1, 1, 1, 1])),
            Some((1337, 2))
        );
        assert_eq!(from_word(Portable, 0x7fff_ffff_ffff_ffff), Some(((1 << 56) - 1, 8)));
        assert_eq!(from_word(Portable, u64::MAX), None);
    }

    #[test]
    fn varints_are_counted_as_they_are_read() {
        // Runs of bytes that are continued, of every length around the limits, at every place.
        let mut seed = 1u64;
        for _ in 0..if cfg!(miri) { 40 } else { 4000 } {
            let mut bytes = Vec::new();
            let mut random = || {
                seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                (seed >> 33) as usize
            };
            for _ in 0..1 + random() % 40 {
                let length = if random() % 8 == 0 { random() % 12 } else { random() % 3 };
                bytes.extend(std::iter::repeat_n(0x80, length));
                bytes.push((random() % 3) as u8 * (random() % 43) as u8);
            }
            let (mut rest, mut expected) = (&bytes[..], Some(0));
            while let Some(count) = expected
                && !rest.is_empty()
            {
                let read = from_slice(rest);
                expected = read.map(|_| count + 1);
                rest = read.map_or(rest, |(_, length)| &rest[length..]);
            }
            assert_eq!(count(&bytes), expected, "{bytes:x?}");
        }
        assert_eq!(count(&[]), Some(0));
    }

    #[test]
    fn zigzag_goes_both_ways() {
        assert_eq!([0, -1, 1, -2].map(zigzag32), [0, 1, 2, 3]);
        for value in [0, 1, -1, i32::MAX, i32::MIN] {
            assert_eq!(unzigzag32(zigzag32(value)), value);
        }
        for value in [0, 1, -1, i64::MAX, i64::MIN] {
            assert_eq!(unzigzag64(zigzag64(value)), value);
        }
    }
}
