//! Numbers of fixed size, many at once: in memory they are what they are on the wire, where the
//! machine is little-endian as the wire is.

/// A number whose type has no bytes but those of its value, and any bytes for a value.
///
/// # Safety
///
/// A type that implements this has no padding, and every pattern of its bits is a valid value.
pub(super) unsafe trait Fixed: Copy {
    /// The number with its bytes in the order of the wire, and back: nothing on most machines.
    fn to_le(self) -> Self;
}

macro_rules! fixed {
    ($($type:ty: |$value:ident| $to_le:expr;)*) => {
        $(
            // SAFETY: numbers of Rust have no padding and take every pattern of bits.
            unsafe impl Fixed for $type {
                #[inline(always)]
                fn to_le(self) -> Self {
                    let $value = self;
                    $to_le
                }
            }
        )*
    };
}

fixed! {
    u32: |v| u32::to_le(v);
    u64: |v| u64::to_le(v);
    i32: |v| i32::to_le(v);
    i64: |v| i64::to_le(v);
    f32: |v| f32::from_bits(v.to_bits().to_le());
    f64: |v| f64::from_bits(v.to_bits().to_le());
}

/// Appends the numbers in `bytes`. What is no whole number at the end of them is left out.
#[inline]
pub(super) fn extend<T: Fixed>(values: &mut Vec<T>, bytes: &[u8]) {
    let (length, count) = (values.len(), bytes.len() / size_of::<T>());
    values.reserve(count);
    // SAFETY: there is room for `count` numbers behind the vector's end, and they are as long as
    // what is copied at most; the bytes are those of a slice that can't be the vector's. So many
    // numbers are initialized then, because any bytes are a number.
    unsafe {
        let end = values.as_mut_ptr().add(length).cast::<u8>();
        end.copy_from_nonoverlapping(bytes.as_ptr(), count * size_of::<T>());
        values.set_len(length + count);
    }
    if cfg!(target_endian = "big") {
        values.iter_mut().skip(length).for_each(|value| *value = value.to_le());
    }
}

/// The numbers as bytes of the machine's order.
#[inline]
pub(super) fn as_bytes<T: Fixed>(values: &[T]) -> &[u8] {
    // SAFETY: they have no padding, so all their bytes are initialized.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_their_bytes() {
        let mut values = vec![7u32];
        extend(&mut values, &[1, 0, 0, 0, 0, 0, 0, 0x80, 9]);
        assert_eq!(values, [7, 1, 0x8000_0000]);
        assert_eq!(as_bytes(&[1u32.to_le(), 0xff00_u32.to_le()]), [1, 0, 0, 0, 0, 0xff, 0, 0]);
        let mut values = Vec::new();
        extend(&mut values, &(-0.5f64).to_le_bytes());
        extend::<f64>(&mut values, &[]);
        assert_eq!(values, [-0.5]);
        assert!(as_bytes::<f64>(&[]).is_empty());
    }
}
