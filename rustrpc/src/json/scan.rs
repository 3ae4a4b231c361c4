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
    if rest_is_plain(bytes, rest) {
        return bytes.len();
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    words.len() * 8 + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// Whether nothing in `rest`, less than a word at the end of `bytes`, needs attention; when in
/// doubt, no.
///
/// It is judged as a whole, together with bytes before it, because a loop over it would end
/// somewhere else for every string, which processors guess badly.
#[inline(always)]
fn rest_is_plain(bytes: &[u8], rest: &[u8]) -> bool {
    if rest.is_empty() {
        return true;
    }
    if let Some(last) = bytes.last_chunk() {
        return special(u64::from_le_bytes(*last)) == 0;
    }
    match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some([a, b, c, d]), Some([e, f, g, h])) => {
            special(u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h])) == 0
        }
        _ => false,
    }
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
            for at in 0..length {
                for special in [b'"', b'\\', 0, 0x1f, b'\n'] {
                    bytes[at] = special;
                    assert_eq!(plain(&bytes), at, "{special} in {length}");
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
