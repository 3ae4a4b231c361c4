//! The Rust types a `bytes` field may have.

use bytes::Bytes;

use super::copy;

/// Shorter values are copied: that costs hardly more than counting another reference.
const SHARED: usize = 1024;
/// So are values that are a smaller part of the source than one in this many: each would keep so
/// many times its length in memory.
const SHARE: usize = 16;

/// A type that holds the value of a `bytes` field: `Vec<u8>` or [`Bytes`].
pub trait BytesField: AsRef<[u8]> + Default + 'static {
    /// Takes a copy of `bytes`.
    fn copied_from(bytes: &[u8]) -> Self;

    /// Takes `bytes`, which are a part of `source`: a copy, or that part itself.
    fn taken_from(bytes: &[u8], _source: &Bytes) -> Self {
        Self::copied_from(bytes)
    }

    /// Takes a vector that is nobody else's.
    fn owned(bytes: Vec<u8>) -> Self {
        Self::copied_from(&bytes)
    }
}

impl BytesField for Vec<u8> {
    #[inline]
    fn copied_from(bytes: &[u8]) -> Self {
        copy::to_vec(bytes)
    }

    fn owned(bytes: Vec<u8>) -> Self {
        bytes
    }
}

impl BytesField for Bytes {
    #[inline]
    fn copied_from(bytes: &[u8]) -> Self {
        Self::copy_from_slice(bytes)
    }

    fn taken_from(bytes: &[u8], source: &Bytes) -> Self {
        if bytes.len() >= SHARED && bytes.len() >= source.len() / SHARE {
            source.slice_ref(bytes)
        } else {
            Self::copy_from_slice(bytes)
        }
    }

    fn owned(bytes: Vec<u8>) -> Self {
        bytes.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_good_part_of_the_source_is_kept_in_place() {
        let source = Bytes::from(vec![7; 100_000]);
        let is_shared = |bytes: &[u8]| {
            let taken = Bytes::taken_from(bytes, &source);
            assert_eq!(taken, bytes);
            taken.as_ptr() == bytes.as_ptr()
        };
        assert!(is_shared(&source) && is_shared(&source[5..20_000]));
        assert!(!is_shared(&source[..6000]));
        let small = Bytes::from(vec![7; 1500]);
        assert_eq!(Bytes::taken_from(&small[..1024], &small).as_ptr(), small.as_ptr());
        assert_ne!(Bytes::taken_from(&small[..1000], &small).as_ptr(), small.as_ptr());
    }
}
