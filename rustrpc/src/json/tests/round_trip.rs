//! Messages made from a seed, to text and back.

use super::sample::{Mood, Payment, Sample, Status};
use crate::json::{Printer, from_str, to_string};

/// A generator of numbers that look random: xorshift64*.
struct Seed(u64);

impl Seed {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A number of any magnitude.
    fn number(&mut self) -> u64 {
        let shift = self.below(64);
        self.next() >> shift
    }

    fn text(&mut self) -> String {
        let pool = ['a', 'Z', '"', '\\', '/', '\n', '\u{0}', '\u{1f}', '\u{7f}', 'é', '世', '😀'];
        (0..self.below(20)).map(|_| pool[self.below(pool.len() as u64) as usize]).collect()
    }

    fn double(&mut self) -> f64 {
        match self.below(4) {
            0 => self.number() as i64 as f64,
            1 => self.below(1_000_000) as f64 / 100.0,
            2 => f64::from_bits(self.next()),
            _ => [0.0, -0.0, f64::MAX, f64::INFINITY, 5e-324][self.below(5) as usize],
        }
    }

    fn several<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(4)).map(|_| make(self)).collect()
    }

    fn sometimes<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.below(2) == 0 { None } else { Some(make(self)) }
    }

    fn sample(&mut self, depth: u32) -> Sample {
        if depth == 0 {
            return Sample::default();
        }
        let depth = depth - 1;
        Sample {
            number: self.number() as i32,
            big_number: self.number(),
            price: self.double(),
            ratio: self.double() as f32,
            open: self.below(2) == 0,
            title: self.text(),
            raw: self.several(|seed| seed.next() as u8),
            status: Status(self.below(4) as i32 - 1),
            mood: self.sometimes(|seed| Mood(seed.below(2) as i32 * 2)),
            note: self.sometimes(Self::text),
            child: self.sometimes(|seed| Box::new(seed.sample(depth))),
            numbers: self.several(|seed| seed.number() as i64),
            children: self.several(|seed| seed.sample(depth)),
            statuses: self.several(|seed| Status(seed.number() as i32)),
            labels: self.several(|seed| (seed.text(), seed.number() as i32)).into_iter().collect(),
            by_number: self
                .several(|seed| (seed.number() as i64, seed.sample(depth)))
                .into_iter()
                .collect(),
            by_truth: self.several(|seed| (seed.below(2) == 0, Status(1))).into_iter().collect(),
            payment: self.sometimes(|seed| match seed.below(3) {
                0 => Payment::Card(seed.text()),
                1 => Payment::Cash(seed.number() as i64),
                _ => Payment::Voucher(Box::new(seed.sample(depth))),
            }),
        }
    }
}

#[test]
fn every_message_survives() {
    let rounds = if cfg!(miri) { 5 } else { 300 };
    for seed in 1..=rounds {
        let sample = Seed(seed).sample(3);
        let printers = [
            Printer::new(),
            Printer::new().proto_names(true).enum_numbers(true),
            Printer::new().defaults(true),
        ];
        for printer in printers {
            let text = printer.to_string(&sample).expect("every sample can be written");
            let read: Sample = from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            // By text, since NaN is not equal to itself.
            assert_eq!(format!("{read:?}").len(), format!("{sample:?}").len(), "seed {seed}");
            assert_eq!(sorted(&to_string(&read)), sorted(&to_string(&sample)), "seed {seed}");
        }
    }
}

/// The characters of a text in order: hash maps come in any.
fn sorted(text: &Result<String, crate::json::JsonError>) -> Vec<char> {
    let mut characters: Vec<char> = text.as_ref().expect("it was written").chars().collect();
    characters.sort_unstable();
    characters
}
