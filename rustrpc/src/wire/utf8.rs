//! Bytes to text: most strings on the wire are short and ASCII, and that is told faster than UTF-8
//! is checked.

/// Above this length the general check runs as fast as ours.
const SHORT: usize = 256;

/// `bytes` as text, or the length of its valid beginning.
#[inline]
pub(super) fn check(bytes: &[u8]) -> Result<&str, usize> {
    if bytes.len() <= SHORT && is_ascii(bytes) {
        // SAFETY: every byte is below 0x80, and ASCII is UTF-8.
        return Ok(unsafe { str::from_utf8_unchecked(bytes) });
    }
    str::from_utf8(bytes).map_err(|error| error.valid_up_to())
}

/// Whether no byte has its high bit set. By overlapping words, so that the shorter lengths need no
/// loop, whose end would have to be guessed for each string.
#[inline(always)]
fn is_ascii(bytes: &[u8]) -> bool {
    let seen = match bytes.len() {
        0..4 => {
            let [[first], [last]] = ends(bytes);
            u64::from(first | last | bytes.get(1).unwrap_or(&0))
        }
        4..8 => {
            let [first, last] = ends(bytes).map(u32::from_le_bytes);
            u64::from(first | last)
        }
        8..17 => {
            let [first, last] = ends(bytes).map(u64::from_le_bytes);
            first | last
        }
        17..33 => {
            let [first, last] = ends(bytes).map(u128::from_le_bytes);
            halves(first | last)
        }
        _ => {
            let [_, last] = ends(bytes).map(u128::from_le_bytes);
            let (words, _) = bytes.as_chunks::<16>();
            let seen = words.iter().fold(last, |seen, word| seen | u128::from_le_bytes(*word));
            halves(seen)
        }
    };
    seen & 0x8080_8080_8080_8080 == 0
}

/// Both halves of a word, one over the other.
#[inline(always)]
fn halves(word: u128) -> u64 {
    word as u64 | (word >> 64) as u64
}

/// The first `N` bytes and the last `N`; zeros where there are not so many.
#[inline(always)]
fn ends<const N: usize>(bytes: &[u8]) -> [[u8; N]; 2] {
    [bytes.first_chunk(), bytes.last_chunk()].map(|end| *end.unwrap_or(&[0; N]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_of_every_length_passes_and_a_high_byte_anywhere_is_seen() {
        for length in 0..40 {
            let mut bytes = vec![b'a'; length];
            assert_eq!(check(&bytes).map(str::len), Ok(length));
            for at in 0..length {
                bytes[at] = 0xff;
                assert_eq!(check(&bytes), Err(at), "length {length}");
                bytes[at] = b'a';
            }
        }
    }

    #[test]
    fn text_beyond_ascii_passes() {
        assert_eq!(check("grüße, 世界".as_bytes()), Ok("grüße, 世界"));
        let long = "ö".repeat(SHORT);
        assert_eq!(check(long.as_bytes()), Ok(long.as_str()));
    }
}
