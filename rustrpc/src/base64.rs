//! Base64 (RFC 4648): metadata has it without padding, JSON with it; both are read either way.

/// The standard alphabet, section 4.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What is no digit.
const NONE: u8 = 0xff;

/// The digits that are read.
#[derive(Debug)]
pub(crate) struct Digits {
    /// The value of each, [`NONE`] for what is none.
    values: [u8; 256],
}

/// Those of the standard alphabet, which `-bin` metadata has.
pub(crate) static STANDARD: Digits = Digits::new();

/// Those of the URL-safe alphabet (section 5) as well, as ProtoJSON asks of readers.
pub(crate) static STANDARD_OR_URL_SAFE: Digits = {
    let mut digits = Digits::new();
    digits.values[b'-' as usize] = 62;
    digits.values[b'_' as usize] = 63;
    digits
};

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// A byte that is no digit, or a padding that does not fit.
    Digit,
    /// A digit is left over.
    Length,
}

impl Digits {
    const fn new() -> Self {
        let mut values = [NONE; 256];
        let mut digit = 0;
        while digit < 64 {
            values[ALPHABET[digit] as usize] = digit as u8;
            digit += 1;
        }
        Self { values }
    }

    /// The bytes that `text` stands for, padded or not. Bits after the last byte may be anything,
    /// as in other implementations.
    pub(crate) fn decode(&self, text: &[u8]) -> Result<Vec<u8>, Invalid> {
        let digits = without_padding(text);
        let value = |digit: u8| u32::from(self.values[usize::from(digit)]);
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
            _ => return Err(Invalid::Length),
        }
        // A value of 0xff has bits that no digit has.
        if bad > 63 { Err(Invalid::Digit) } else { Ok(bytes) }
    }

    /// Whether [`Self::decode`] would take the text.
    pub(crate) fn accept(&self, text: &[u8]) -> bool {
        let digits = without_padding(text);
        digits.len() % 4 != 1 && digits.iter().all(|digit| self.values[usize::from(*digit)] != NONE)
    }
}

/// Appends the digits of `bytes`, padded.
pub(crate) fn encode(bytes: &[u8], out: &mut Vec<u8>) {
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

/// The digits of `bytes` without padding.
pub(crate) fn encode_unpadded(bytes: &[u8]) -> Vec<u8> {
    let mut digits = Vec::new();
    encode(bytes, &mut digits);
    digits.truncate(without_padding(&digits).len());
    digits
}

/// The digits of a text. Padding that does not fit stays, and is no digit.
fn without_padding(text: &[u8]) -> &[u8] {
    match text {
        [digits @ .., b'=', b'='] | [digits @ .., b'='] if text.len().is_multiple_of(4) => digits,
        _ => text,
    }
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
        for (plain, padded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            let unpadded = padded.trim_end_matches('=');
            assert_eq!(encoded(plain.as_bytes()), padded);
            assert_eq!(encode_unpadded(plain.as_bytes()), unpadded.as_bytes());
            for text in [padded, unpadded] {
                assert_eq!(STANDARD.decode(text.as_bytes()).as_deref(), Ok(plain.as_bytes()));
                assert!(STANDARD.accept(text.as_bytes()));
            }
        }
    }

    #[test]
    fn every_byte_survives() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(STANDARD.decode(&encode_unpadded(&bytes)), Ok(bytes));
    }

    #[test]
    fn the_standard_alphabet_is_written_and_the_other_one_read_where_it_may_be() {
        assert_eq!(encoded(&[0xfb, 0xff]), "+/8=");
        for digits in [&STANDARD, &STANDARD_OR_URL_SAFE] {
            assert_eq!(digits.decode(b"+/8=").as_deref(), Ok(&[0xfb, 0xff][..]));
        }
        assert_eq!(STANDARD_OR_URL_SAFE.decode(b"-_8").as_deref(), Ok(&[0xfb, 0xff][..]));
        assert_eq!(STANDARD.decode(b"-_8"), Err(Invalid::Digit));
        assert!(!STANDARD.accept(b"-_8") && STANDARD_OR_URL_SAFE.accept(b"-_8"));
    }

    #[test]
    fn what_is_no_base64_is_refused() {
        for text in [
            "a",
            "aaaaa",
            "a=",
            "a b=",
            "ab==cd",
            "====",
            "abc\u{e9}",
            "=",
            "ab=",
            "ab===",
            "Zm9v=",
            "Zm9vY",
            "Zg===",
        ] {
            for digits in [&STANDARD, &STANDARD_OR_URL_SAFE] {
                assert!(digits.decode(text.as_bytes()).is_err(), "{text}");
                assert!(!digits.accept(text.as_bytes()), "{text}");
            }
        }
    }
}
