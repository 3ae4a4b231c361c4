//! Finding what needs attention in the text of a string, eight bytes at a time.

/// How many bytes at the beginning stand for themselves in a JSON string: up to a quote, a
/// backslash, a control character or the end.
#[inline]
pub(super) fn plain(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let marks = special(u64::from_le_bytes(*word));
        if marks != 0 {
            return index * 8 + marks.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    words.len() * 8 + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// Whether all bytes stand for themselves in a JSON string.
///
/// It has no loop that ends somewhere else for every string, which processors guess badly: the last
/// word overlaps the one before, and short strings are put into one word.
#[inline]
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    let last = match (bytes.last_chunk::<8>(), bytes) {
        (Some(last), _) => u64::from_le_bytes(*last),
        (None, [a, b, c, d, ..]) => {
            let [.., e, f, g, h] = bytes else { return false };
            u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h])
        }
        (None, [first, .., last]) => {
            let [.., middle, _] = bytes else { return false };
            u64::from_le_bytes([*first, *middle, *last, b'a', b'a', b'a', b'a', b'a'])
        }
        (None, [only]) => u64::from_le_bytes([*only; 8]),
        (None, []) => return true,
    };
    let (words, _) = bytes.as_chunks::<8>();
    let marks = words.iter().fold(0, |marks, word| marks | special(u64::from_le_bytes(*word)));
    (marks | special(last)) == 0
}

/// The high bit of the lowest byte that is special. Bits above it may be wrong, because a
/// subtraction borrows from there; none is set when no byte is special.
#[inline(always)]
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let quote = zero(word ^ (ONES * b'"' as u64));
    let backslash = zero(word ^ (ONES * b'\\' as u64));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | backslash | control) & (ONES << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_is() {
        for length in 0..40 {
            let mut bytes = vec![b'a'; length];
            assert_eq!(plain(&bytes), length);
            assert!(is_plain(&bytes));
            for at in 0..length {
                for special in [b'"', b'\\', 0, 0x1f, b'\n'] {
                    bytes[at] = special;
                    assert_eq!(plain(&bytes), at, "{special} in {length}");
                    assert!(!is_plain(&bytes), "{special} at {at} in {length}");
                }
                bytes[at] = b'a';
            }
        }
    }

    #[test]
    fn every_byte_is_judged_alike_in_words_and_in_the_rest() {
        for byte in 0..=u8::MAX {
            let in_word = plain(&[b'a', b'a', byte, b'a', b'a', b'a', b'a', b'a']) == 2;
            assert_eq!(in_word, plain(&[byte]) == 0, "{byte:#x}");
            // A byte that is one above a special one, behind a special one, is not the first.
            assert_eq!(plain(&[b'"', byte, b'a', b'a', b'a', b'a', b'a', b'a']), 0);
        }
    }
}
