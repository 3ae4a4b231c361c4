//! Bytes that resemble messages.

/// A small generator of numbers that look random (SplitMix64): a seed tells the whole run.
pub(crate) struct Random(u64);

/// The fields that a message and those below it have, by wire type.
pub(crate) struct Shape(pub(crate) &'static [(u32, &'static [u32])]);

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

    /// One of the corpus with a few changes.
    pub(crate) fn message(&mut self, shape: &Shape, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.pick(corpus);
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            match self.below(12) {
                0..6 => bytes.extend(self.field(shape, corpus, 0)),
                6..8 => {
                    let field = self.field(shape, corpus, 0);
                    bytes.splice(at..at, field);
                }
                8 => bytes.extend(self.pick(corpus)),
                9 if self.below(3) == 0 => bytes.truncate(at),
                10 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                11 if at < bytes.len() => bytes[at] = self.next() as u8,
                _ => {}
            }
        }
        bytes
    }

    fn pick(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        corpus[self.below(corpus.len())].clone()
    }

    fn field(&mut self, shape: &Shape, corpus: &[Vec<u8>], depth: usize) -> Vec<u8> {
        let (wire_type, numbers) = shape.0[self.below(shape.0.len())];
        let number = match self.below(30) {
            0 => self.next() as u32 % 200,
            _ => numbers[self.below(numbers.len())],
        };
        let wire_type = if self.below(40) == 0 { self.next() as u32 % 8 } else { wire_type };
        let mut bytes = varint(u64::from(number) << 3 | u64::from(wire_type));
        match wire_type {
            0 => bytes.extend(self.number()),
            1 => bytes.extend(self.next().to_le_bytes()),
            2 => {
                let value = self.value(shape, corpus, depth);
                bytes.extend(varint(value.len() as u64));
                bytes.extend(value);
            }
            3 => {
                for _ in 0..self.below(4) * usize::from(depth < 4) {
                    bytes.extend(self.field(shape, corpus, depth + 1));
                }
                bytes.extend(varint(u64::from(number) << 3 | 4));
            }
            5 => bytes.extend((self.next() as u32).to_le_bytes()),
            _ => {}
        }
        bytes
    }

    /// What a length stands in front of: text, numbers, a map's entry or a message.
    fn value(&mut self, shape: &Shape, corpus: &[Vec<u8>], depth: usize) -> Vec<u8> {
        match self.below(9) {
            0 => Vec::new(),
            1 => "grüße, 世界".as_bytes()[..7 + 5 * self.below(2)].to_vec(),
            2 => (0..8 * self.below(6)).map(|_| self.next() as u8 & 0x7f).collect(),
            3 => (0..self.below(30)).flat_map(|_| self.number()).collect(),
            4 => (0..self.below(40)).map(|_| b'a' + self.next() as u8 % 26).collect(),
            5 if depth < 4 => self.entry(corpus),
            6 | 7 if depth < 4 => {
                (0..=self.below(3)).flat_map(|_| self.field(shape, corpus, depth + 1)).collect()
            }
            _ => self.pick(corpus),
        }
    }

    fn entry(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut entry = Vec::new();
        for number in [1, 2].into_iter().skip(self.below(8) / 7).take(2 - self.below(8) / 7) {
            let wire_type = [0, 2, 2, 5][self.below(4)];
            entry.extend(varint(number << 3 | wire_type));
            match wire_type {
                0 => entry.extend(self.number()),
                2 if number == 1 => entry.extend([1, b'a' + self.next() as u8 % 3]),
                2 => {
                    let value = self.pick(corpus);
                    entry.extend(varint(value.len() as u64));
                    entry.extend(value);
                }
                _ => entry.extend((self.next() as u32).to_le_bytes()),
            }
        }
        entry
    }

    /// A varint of any size, mostly small, sometimes longer than it need be or too long.
    fn number(&mut self) -> Vec<u8> {
        let shift = if self.below(2) == 0 { 61 } else { self.below(64) };
        let mut bytes = varint(self.next() >> shift);
        if self.below(50) == 0 {
            let last = bytes.len() - 1;
            bytes[last] |= 0x80;
            bytes.extend(std::iter::repeat_n(0x80, self.below(4)));
            bytes.push(self.below(2) as u8);
        }
        bytes
    }
}

pub(crate) fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
