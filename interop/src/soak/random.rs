//! Numbers that look random and follow from a seed.

use std::time::Duration;

#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        let mut random =
            Self((seed ^ 0x5851_f42d_4c95_7f2d).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        // Seeds that are near each other begin alike.
        for _ in 0..8 {
            random.next();
        }
        random
    }

    /// A number below `bound`, which is not 0.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        (self.next() % u64::from(bound)) as u32
    }

    pub(super) fn chance(&mut self, of: u32) -> bool {
        self.below(of) == 0
    }

    pub(super) fn millis(&mut self, bound: u32) -> Duration {
        Duration::from_millis(u64::from(self.below(bound)))
    }

    /// How large a message is: mostly small, now and then larger than a window.
    pub(super) fn size(&mut self) -> usize {
        let bound = match self.below(16) {
            0..=9 => 300,
            10..=13 => 8_000,
            14 => 100_000,
            _ => 400_000,
        };
        self.below(bound) as usize
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }
}
