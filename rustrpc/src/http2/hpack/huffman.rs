//! The static Huffman code (RFC 7541 §5.2, Appendix B).
//!
//! The code is canonical: sorted by length and then by symbol, its code words are consecutive. So
//! the lengths are all there is to write down, and every table below is derived from them when the
//! crate is compiled.

/// Bits per symbol, from Appendix B.
#[rustfmt::skip]
const LENGTHS: [u8; 256] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];

/// The longest code word, which EOS shares.
const LONGEST: usize = 30;
/// Code words up to this long are found by one look-up; the rest, rare in text, by their length.
const SHORT: usize = 9;

/// The length in bytes of `text` once encoded.
pub(crate) fn encoded_len(text: &[u8]) -> usize {
    let bits: usize = text.iter().map(|&byte| usize::from(LENGTHS[usize::from(byte)])).sum();
    bits.div_ceil(8)
}

/// Appends `text`, encoded, to `out`.
pub(crate) fn encode(text: &[u8], out: &mut Vec<u8>) {
    let mut bits: u64 = 0;
    let mut count = 0;
    for &byte in text {
        let length = u32::from(LENGTHS[usize::from(byte)]);
        bits = bits << length | u64::from(CODES[usize::from(byte)]);
        count += length;
        while count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    if count > 0 {
        // RFC 7541 §5.2: padded with the most significant bits of EOS, which are ones.
        out.push((bits << (8 - count)) as u8 | (0xff >> count));
    }
}

/// Appends the text that `coded` stands for to `out`; false if it is not a valid encoding.
#[must_use]
pub(crate) fn decode(coded: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    // No code word has fewer than five bits.
    out.resize(start + coded.len() * 8 / 5, 0);
    let decoded = decode_into(coded, &mut out[start..]);
    out.truncate(start + decoded.unwrap_or_default());
    decoded.is_some()
}

/// Decodes into `out`, which is long enough; how long the text is.
fn decode_into(mut coded: &[u8], out: &mut [u8]) -> Option<usize> {
    let mut at = 0;
    // The next bits of the input, left-aligned, and how many of them are real.
    let mut window: u64 = 0;
    let mut count: u32 = 0;
    loop {
        if count < LONGEST as u32 {
            if let Some((next, rest)) = coded.split_first_chunk() {
                window |= u64::from(u32::from_be_bytes(*next)) << (32 - count);
                count += 32;
                coded = rest;
            } else {
                for &byte in coded {
                    window |= u64::from(byte) << (56 - count);
                    count += 8;
                }
                coded = &[];
            }
            if count == 0 {
                return Some(at);
            }
        }
        let (symbol, length) = SHORT_WORDS[(window >> (64 - SHORT)) as usize];
        let (symbol, length) =
            if length != 0 { (symbol, u32::from(length)) } else { long_word(window) };
        if length == 0 || length > count {
            // RFC 7541 §5.2: what is left must be padding: fewer than eight bits, all ones.
            return (count < 8 && window >> (64 - count) == (1 << count) - 1).then_some(at);
        }
        *out.get_mut(at)? = symbol;
        at += 1;
        window <<= length;
        count -= length;
    }
}

/// The symbol and length of a code word longer than `SHORT` bits; length 0 if there is none, which
/// includes EOS (RFC 7541 §5.2: an error).
#[cold]
fn long_word(window: u64) -> (u8, u32) {
    for length in SHORT + 1..=LONGEST {
        let code = (window >> (64 - length)) as u32;
        let Some(rank) = code.checked_sub(FIRST_CODE[length]) else { return (0, 0) };
        if rank < u32::from(COUNTS[length]) {
            let at = usize::from(FIRST_RANK[length]) + rank as usize;
            return (BY_RANK[at], length as u32);
        }
    }
    (0, 0)
}

/// How many symbols have each length.
const COUNTS: [u16; LONGEST + 1] = {
    let mut counts = [0; LONGEST + 1];
    let mut symbol = 0;
    while symbol < 256 {
        counts[LENGTHS[symbol] as usize] += 1;
        symbol += 1;
    }
    counts
};

/// The first code word of each length.
const FIRST_CODE: [u32; LONGEST + 1] = {
    let mut first = [0; LONGEST + 1];
    let mut code = 0;
    let mut length = 1;
    while length <= LONGEST {
        code <<= 1;
        first[length] = code;
        code += COUNTS[length] as u32;
        length += 1;
    }
    first
};

/// The rank, in canonical order, of the first symbol of each length.
const FIRST_RANK: [u16; LONGEST + 1] = {
    let mut first = [0; LONGEST + 1];
    let mut length = 1;
    while length <= LONGEST {
        first[length] = first[length - 1] + COUNTS[length - 1];
        length += 1;
    }
    first
};

/// The symbols in canonical order.
static BY_RANK: [u8; 256] = {
    let mut symbols = [0; 256];
    let mut next = FIRST_RANK;
    let mut symbol = 0;
    while symbol < 256 {
        let length = LENGTHS[symbol] as usize;
        symbols[next[length] as usize] = symbol as u8;
        next[length] += 1;
        symbol += 1;
    }
    symbols
};

/// The code word of each symbol, right-aligned.
static CODES: [u32; 256] = {
    let mut codes = [0; 256];
    let mut next = FIRST_CODE;
    let mut symbol = 0;
    while symbol < 256 {
        let length = LENGTHS[symbol] as usize;
        codes[symbol] = next[length];
        next[length] += 1;
        symbol += 1;
    }
    codes
};

/// For every `SHORT` bits, the symbol they begin with and its length; length 0 where it is longer.
static SHORT_WORDS: [(u8, u8); 1 << SHORT] = {
    let mut words = [(0, 0); 1 << SHORT];
    let mut next = FIRST_CODE;
    let mut symbol = 0;
    while symbol < 256 {
        let length = LENGTHS[symbol] as usize;
        if length <= SHORT {
            let start = (next[length] as usize) << (SHORT - length);
            let mut at = start;
            while at < start + (1 << (SHORT - length)) {
                words[at] = (symbol as u8, length as u8);
                at += 1;
            }
        }
        next[length] += 1;
        symbol += 1;
    }
    words
};

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &[u8]) -> Vec<u8> {
        let mut coded = Vec::new();
        encode(text, &mut coded);
        assert_eq!(coded.len(), encoded_len(text));
        let mut back = Vec::new();
        assert!(decode(&coded, &mut back), "{text:?}");
        assert_eq!(back, text);
        coded
    }

    #[test]
    fn the_code_words_are_those_of_appendix_b() {
        // First and last of several lengths, as printed in the RFC.
        assert_eq!(CODES[usize::from(b'0')], 0x0);
        assert_eq!(CODES[usize::from(b't')], 0x9);
        assert_eq!(CODES[usize::from(b' ')], 0x14);
        assert_eq!(CODES[usize::from(b'X')], 0xfc);
        assert_eq!(CODES[0], 0x1ff8);
        assert_eq!(CODES[usize::from(b'\\')], 0x7fff0);
        assert_eq!(CODES[255], 0x3ffffee);
        assert_eq!(CODES[22], 0x3ffffffe);
    }

    #[test]
    fn examples_of_appendix_c() {
        assert_eq!(
            round_trip(b"www.example.com"),
            [0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff]
        );
        assert_eq!(round_trip(b"no-cache"), [0xa8, 0xeb, 0x10, 0x64, 0x9c, 0xbf]);
        assert_eq!(round_trip(b"302"), [0x64, 0x02]);
    }

    #[test]
    fn every_symbol_and_every_pair_survives() {
        round_trip(b"");
        for a in 0..=255 {
            round_trip(&[a]);
            for b in 0..=255 {
                round_trip(&[a, b]);
            }
        }
    }

    #[test]
    fn bad_padding_and_eos_are_refused() {
        let mut out = Vec::new();
        for bad in [
            &[0xff][..],               // padding of eight bits
            &[0x00, 0xff, 0xff],       // as above, behind two symbols
            &[0b0000_0000],            // padding that is not ones
            &[0xff, 0xff, 0xff, 0xff], // EOS
            &[0xff, 0xff, 0xff, 0xfc],
        ] {
            out.clear();
            let valid = decode(bad, &mut out);
            assert!(!valid, "{bad:x?} gave {out:?}");
        }
        assert!(decode(&[0b0000_0111], &mut out));
    }
}
