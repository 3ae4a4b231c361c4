//! Integers and string literals (RFC 7541 §5).

use super::huffman;

/// Why a block cannot be decoded; for the connection it is all the same (RFC 9113 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// Reads an integer whose first byte, already taken, has `prefix` bits of it (RFC 7541 §5.1).
///
/// Four bytes follow at most: enough for 28 bits, and no index or length that we accept has more.
#[inline]
pub(crate) fn read_integer(first: u8, prefix: u32, input: &mut &[u8]) -> Result<usize, Malformed> {
    let mask = (1 << prefix) - 1;
    let value = usize::from(first & mask);
    if value < usize::from(mask) {
        return Ok(value);
    }
    read_long_integer(value, input)
}

#[cold]
fn read_long_integer(mut value: usize, input: &mut &[u8]) -> Result<usize, Malformed> {
    for shift in [0, 7, 14, 21] {
        let byte = read_byte(input)?;
        value += usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Malformed("an integer in a field block is too large"))
}

#[inline]
pub(crate) fn read_byte(input: &mut &[u8]) -> Result<u8, Malformed> {
    let (&byte, rest) = input.split_first().ok_or(Malformed("a field block ends too early"))?;
    *input = rest;
    Ok(byte)
}

/// Reads a string literal: borrowed from the block when it is plain, else decoded into `scratch`.
#[inline]
pub(crate) fn read_string<'a, 'block: 'a>(
    input: &mut &'block [u8],
    scratch: &'a mut Vec<u8>,
) -> Result<&'a [u8], Malformed> {
    let first = read_byte(input)?;
    let length = read_integer(first, 7, input)?;
    if length > input.len() {
        return Err(Malformed("a string in a field block is longer than the block"));
    }
    let (text, rest) = input.split_at(length);
    *input = rest;
    if first & 0x80 == 0 {
        return Ok(text);
    }
    scratch.clear();
    if !huffman::decode(text, scratch) {
        return Err(Malformed("a Huffman-coded string in a field block is invalid"));
    }
    Ok(scratch)
}

/// Writes an integer behind the bits of `first` that `prefix` leaves free.
#[inline]
pub(crate) fn write_integer(first: u8, prefix: u32, value: usize, out: &mut Vec<u8>) {
    let mask = (1 << prefix) - 1;
    if value < mask {
        out.push(first | value as u8);
        return;
    }
    out.push(first | mask as u8);
    let mut rest = value - mask;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Writes a string literal, Huffman-coded when that is shorter.
pub(crate) fn write_string(text: &[u8], out: &mut Vec<u8>) {
    let coded = huffman::encoded_len(text);
    if coded < text.len() {
        write_integer(0x80, 7, coded, out);
        huffman::encode(text, out);
    } else {
        write_plain_string(text, out);
    }
}

/// Writes a string literal as it is.
pub(crate) fn write_plain_string(text: &[u8], out: &mut Vec<u8>) {
    write_integer(0, 7, text.len(), out);
    out.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_appendix_c_1() {
        let mut out = Vec::new();
        write_integer(0, 5, 10, &mut out);
        write_integer(0, 5, 1337, &mut out);
        write_integer(0, 8, 42, &mut out);
        assert_eq!(out, [0x0a, 0x1f, 0x9a, 0x0a, 0x2a]);
    }

    #[test]
    fn integers_survive_every_prefix() {
        for prefix in 1..=7 {
            for value in (0..300).chain([1337, 65_535, 1 << 20, (1 << 28) - 1]) {
                let mut out = Vec::new();
                write_integer(0, prefix, value, &mut out);
                let mut input = &out[1..];
                assert_eq!(read_integer(out[0], prefix, &mut input), Ok(value));
                assert!(input.is_empty());
            }
        }
    }

    #[test]
    fn endless_and_cut_integers_are_refused() {
        let mut input = &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..];
        assert!(read_integer(0x7f, 7, &mut input).is_err());
        let mut input = &[0xff][..];
        assert!(read_integer(0x7f, 7, &mut input).is_err());
    }

    #[test]
    fn strings_survive_and_take_the_shorter_form() {
        for text in [&b""[..], b"a", b"application/grpc", b"\x00\xff\xfe", &[b'x'; 5000]] {
            let mut out = Vec::new();
            write_string(text, &mut out);
            assert!(out.len() <= text.len() + 4);
            let mut scratch = Vec::new();
            let mut input = &out[..];
            assert_eq!(read_string(&mut input, &mut scratch), Ok(text));
            assert!(input.is_empty());
        }
    }

    #[test]
    fn a_length_beyond_the_block_is_refused_without_reserving_for_it() {
        let mut scratch = Vec::new();
        let mut input = &[0xff, 0xff, 0xff, 0x7f, b'a'][..];
        assert!(read_string(&mut input, &mut scratch).is_err());
        assert_eq!(scratch.capacity(), 0);
    }
}
