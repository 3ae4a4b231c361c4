//! Bytes that resemble messages.

/// A small generator of numbers that look random (SplitMix64): a seed tells the whole run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

/// A few changes to one of the corpus.
pub(crate) fn mutated(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = pick(corpus, random);
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        match random.below(8) {
            // Fields are put at the end mostly, where they fall between others.
            0..3 => {
                let field = field(corpus, random, 0);
                bytes.extend(field);
            }
            3 => {
                let field = field(corpus, random, 0);
                bytes.splice(at..at, field);
            }
            4 => bytes.truncate(at),
            5 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            6 if at < bytes.len() => bytes[at] = random.next() as u8,
            7 => bytes.extend(pick(corpus, random)),
            _ => {}
        }
    }
    bytes
}

fn pick(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    corpus[random.below(corpus.len())].clone()
}

/// A field, mostly a valid one, with a number that may be known.
fn field(corpus: &[Vec<u8>], random: &mut Random, depth: usize) -> Vec<u8> {
    const BEYOND: [u64; 4] = [2000, 70_000, (1 << 29) - 1, 1 << 29];
    let number = match random.below(20) {
        0 => BEYOND[random.below(4)],
        1 => random.next() % 3000,
        _ => 1 + random.next() % 76,
    };
    let wire_type = if random.below(40) == 0 { random.next() % 8 } else { wire_type(number) };
    let mut bytes = varint(number << 3 | wire_type);
    match wire_type {
        0 => bytes.extend(number_varint(random)),
        1 => bytes.extend(random.next().to_le_bytes()),
        2 => {
            let value = value(corpus, random, depth);
            bytes.extend(varint(value.len() as u64));
            bytes.extend(value);
        }
        3 if depth < 3 => {
            bytes.extend(field(corpus, random, depth + 1));
            bytes.extend(varint(number << 3 | 4));
        }
        5 => bytes.extend((random.next() as u32).to_le_bytes()),
        _ => {}
    }
    bytes
}

/// The wire type that `acme.modern.Everything` has for a field.
fn wire_type(number: u64) -> u64 {
    match number {
        1..=6 | 13 | 16 | 21 | 23 | 26 | 48 | 50 | 71 | 74 => 0,
        8 | 10 | 12 | 22 | 49 => 1,
        7 | 9 | 11 => 5,
        _ => 2,
    }
}

/// What a length stands in front of: text, bytes, numbers, a map's entry or a message.
fn value(corpus: &[Vec<u8>], random: &mut Random, depth: usize) -> Vec<u8> {
    match random.below(8) {
        0 => Vec::new(),
        1 => "grüße, 世界"[..7 + 5 * random.below(2)].as_bytes().to_vec(),
        2 => (0..8 * random.below(6)).map(|_| random.next() as u8 & 0x7f).collect(),
        3 => (0..random.below(30)).flat_map(|_| number_varint(random)).collect(),
        4 => (0..random.below(300)).map(|_| b'a' + random.next() as u8 % 26).collect(),
        5 if depth < 3 => {
            // An entry: a key and a value of some kind.
            let mut entry = Vec::new();
            for number in [1, 2] {
                let wire_type = [0, 2, 5][random.below(3)];
                entry.extend(varint(number << 3 | wire_type));
                match wire_type {
                    0 => entry.extend(number_varint(random)),
                    2 => entry.extend([3, b'k', b'e', b'y']),
                    _ => entry.extend((random.next() as u32).to_le_bytes()),
                }
            }
            entry
        }
        6 if depth < 3 => field(corpus, random, depth + 1),
        _ => pick(corpus, random),
    }
}

/// A varint of any size, sometimes longer than it need be, sometimes too long.
fn number_varint(random: &mut Random) -> Vec<u8> {
    let shift = random.below(64);
    let mut bytes = varint(random.next() >> shift);
    if random.below(50) == 0 {
        let last = bytes.len() - 1;
        bytes[last] |= 0x80;
        bytes.extend(std::iter::repeat_n(0x80, random.below(4)));
        bytes.push(random.below(2) as u8);
    }
    bytes
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
