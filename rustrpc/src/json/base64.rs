//! Base64 (RFC 4648): written in the standard alphabet with padding; read in that or the URL-safe
//! one, with padding or without.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What is no digit of base64.
const NONE: u8 = 0xff;

/// The value of each digit, of both alphabets.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut digit = 0;
    while digit < 64 {
        values[ALPHABET[digit] as usize] = digit as u8;
        digit += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

/// Appends the digits of `bytes`.
pub(super) fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len().div_ceil(3) * 4);
    let digit = |bits: u32| ALPHABET[bits as usize & 63];
    let (groups, rest) = bytes.as_chunks::<3>();
    for [a, b, c] in groups {
        let bits = u32::from_be_bytes([0, *a, *b, *c]);
        out.extend_from_slice(&[
            digit(bits >> 18),
            digit(bits >> 12),
            digit(bits >> 6),
            digit(bits),
        ]);
    }
    match *rest {
        [a] => {
            let bits = u32::from(a) << 16;
            out.extend_from_slice(&[digit(bits >> 18), digit(bits >> 12), b'=', b'=']);
        }
        [a, b] => {
            let bits = u32::from_be_bytes([0, a, b, 0]);
            let digits = [digit(bits >> 18), digit(bits >> 12), digit(bits >> 6), b'='];
            out.extend_from_slice(&digits);
        }
        _ => {}
    }
}

/// The bytes that `text` stands for, or what is wrong with it.
pub(super) fn decode(text: &[u8]) -> Result<Vec<u8>, &'static str> {
    let digits = match text {
        [digits @ .., b'=', b'='] | [digits @ .., b'='] if text.len().is_multiple_of(4) => digits,
        _ => text,
    };
    let value = |digit: u8| u32::from(VALUES[usize::from(digit)]);
    let (groups, rest) = digits.as_chunks::<4>();
    let mut bytes = Vec::with_capacity(groups.len() * 3 + 2);
    bytes.resize(groups.len() * 3, 0);
    let mut bad = 0;
    for ([a, b, c, d], decoded) in groups.iter().zip(bytes.as_chunks_mut::<3>().0) {
        let [a, b, c, d] = [value(*a), value(*b), value(*c), value(*d)];
        bad |= a | b | c | d;
        let [_, x, y, z] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
        *decoded = [x, y, z];
    }
    match *rest {
        [] => {}
        [a, b] => {
            let [a, b] = [value(a), value(b)];
            bad |= a | b;
            let [_, x, ..] = (a << 18 | b << 12).to_be_bytes();
            bytes.push(x);
        }
        [a, b, c] => {
            let [a, b, c] = [value(a), value(b), value(c)];
            bad |= a | b | c;
            let [_, x, y, _] = (a << 18 | b << 12 | c << 6).to_be_bytes();
            bytes.extend_from_slice(&[x, y]);
        }
        _ => return Err("a digit is left over: base64 comes in groups of four"),
    }
    // A value of 0xff has bits that no digit has.
    if bad > 63 { Err("only letters, digits, `+` `/` or `-` `_` are base64") } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        encode(bytes, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn the_vectors_of_rfc_4648() {
        let vectors =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")];
        for (plain, digits) in vectors {
            assert_eq!(encoded(plain.as_bytes()), digits);
            assert_eq!(decode(digits.as_bytes()).as_deref(), Ok(plain.as_bytes()));
            assert_eq!(
                decode(digits.trim_end_matches('=').as_bytes()).as_deref(),
                Ok(plain.as_bytes())
            );
        }
    }

    #[test]
    fn both_alphabets_are_read_and_the_standard_one_is_written() {
        assert_eq!(encoded(&[0xfb, 0xff]), "+/8=");
        assert_eq!(decode(b"+/8=").as_deref(), Ok(&[0xfb, 0xff][..]));
        assert_eq!(decode(b"-_8").as_deref(), Ok(&[0xfb, 0xff][..]));
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        for text in ["a", "aaaaa", "a=", "a b=", "ab==cd", "====", "abc\u{e9}", "=", "ab=", "ab==="]
        {
            assert!(decode(text.as_bytes()).is_err(), "{text}");
        }
    }
}
