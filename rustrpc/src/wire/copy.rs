//! Copies of short runs of bytes, which most strings are, without the detour over `memcpy`.

use std::mem::MaybeUninit;

/// Up to this length no call is made.
pub(super) const SHORT: usize = 32;

/// Copies `from` to `to`, which has to be as long.
#[inline(always)]
pub(super) fn copy(to: &mut [MaybeUninit<u8>], from: &[u8]) {
    match from.len() {
        17..=SHORT => copy_ends::<16>(to, from),
        8..=16 => copy_ends::<8>(to, from),
        4..=7 => copy_ends::<4>(to, from),
        1..=3 => {
            copy_ends::<1>(to, from);
            if let (Some(to), Some(from)) = (to.get_mut(1), from.get(1)) {
                to.write(*from);
            }
        }
        0 => {}
        _ => {
            to.write_copy_of_slice(from);
        }
    }
}

/// Copies the first `N` bytes and the last `N`, which together are all there are.
#[inline(always)]
fn copy_ends<const N: usize>(to: &mut [MaybeUninit<u8>], from: &[u8]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<N>(), from.first_chunk::<N>()) {
        to.write_copy_of_slice(from);
    }
    if let (Some(to), Some(from)) = (to.last_chunk_mut::<N>(), from.last_chunk::<N>()) {
        to.write_copy_of_slice(from);
    }
}

/// `from` as a vector of its own.
#[inline(always)]
pub(super) fn to_vec(from: &[u8]) -> Vec<u8> {
    let mut copied = Vec::with_capacity(from.len());
    let Some(free) = copied.spare_capacity_mut().get_mut(..from.len()) else { return copied };
    copy(free, from);
    // SAFETY: `copy` wrote so many bytes.
    unsafe { copied.set_len(from.len()) };
    copied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_copied_whole() {
        let bytes: Vec<u8> = (1..=100).collect();
        for length in 0..=bytes.len() {
            assert_eq!(to_vec(&bytes[..length]), bytes[..length]);
        }
    }
}
