//! Field lists of any shape through both ends of HPACK and the frames between them: whatever was in
//! the tables before, and however a block is cut, a list arrives as it was sent.

use super::random::Random;
use crate::http2::fields::{Field, Indexing, ListLimits};
use crate::http2::frame::{Head, Kind, head, headers};
use crate::http2::hpack::{Decoder, Encoder};
use crate::http2::stream::StreamId;

const WIDE: ListLimits = ListLimits { bytes: 1 << 20, fields: 1_000 };
const STREAM: StreamId = StreamId::from_wire(1);

/// A field that owns what it is made of.
struct Made {
    name: String,
    value: Vec<u8>,
    indexing: Indexing,
}

impl Random {
    /// Names and values that repeat often enough to be found in the tables, of lengths on both
    /// sides of those of a table's entry and of Huffman's worth.
    fn made(&mut self) -> Made {
        const NAMES: [&str; 6] =
            ["content-type", "grpc-timeout", "x-a", "user-agent", "cookie", "te"];
        let name = match self.below(3) {
            0 => format!("x-{}", self.below(40)),
            1 => "n".repeat(1 + self.below(200)),
            _ => NAMES[self.below(NAMES.len())].to_owned(),
        };
        let length = match self.below(8) {
            0 => self.below(3_000),
            1 => 127 + self.below(3),
            _ => self.below(20),
        };
        let value = match self.below(4) {
            0 => (0..length).map(|_| 0x80 | self.next() as u8).collect(),
            1 => (0..length).map(|_| b'!' + self.below(90) as u8).collect(),
            _ => vec![b'0' + self.below(4) as u8; length % 8],
        };
        let indexing = match self.below(8) {
            0 => Indexing::Literal,
            1 => Indexing::Sensitive,
            2 | 3 => Indexing::Always,
            _ => Indexing::Auto,
        };
        Made { name, value, indexing }
    }
}

#[test]
fn lists_arrive_as_they_were_sent() {
    for seed in 0..if cfg!(miri) { 2 } else { 200 } {
        let mut random = Random::new(seed);
        let (mut encoder, mut decoder) = (Encoder::new(random.below(9_000)), Decoder::new());
        let mut sent: Vec<Vec<Made>> = Vec::new();
        for _ in 0..60 {
            if random.below(8) == 0 {
                let limit = random.below(6_000);
                encoder.set_peer_limit(limit);
                decoder.set_limit(limit);
            }
            if random.below(20) == 0 {
                decoder.trim();
            }
            // Whole lists repeat, too.
            let at = match random.below(sent.len() + 1) {
                known if known < sent.len() && random.below(2) == 0 => known,
                _ => {
                    sent.push((0..random.below(30)).map(|_| random.made()).collect());
                    sent.len() - 1
                }
            };
            let list = &sent[at];
            let fields =
                list.iter().map(|made| Field::new(&made.name, &made.value).indexing(made.indexing));
            let mut frames = Vec::new();
            let most = 1 + random.below(2_000);
            headers::write(STREAM, false, most, &mut frames, |out| encoder.encode(fields, out));
            let decoded = decoder.decode(&block(&frames, most), WIDE).expect("our own encoding");
            assert_eq!(decoded.len(), list.len(), "seed {seed}");
            for (field, made) in decoded.iter().zip(list) {
                assert_eq!(field.name, made.name.as_bytes(), "seed {seed}");
                assert_eq!(field.value, made.value, "seed {seed}");
                let secret = made.indexing == Indexing::Sensitive;
                assert_eq!(field.sensitive, secret, "seed {seed}");
            }
        }
    }
}

/// What HEADERS and CONTINUATION carry, none of them over `most` octets.
fn block(mut frames: &[u8], most: usize) -> Vec<u8> {
    let mut block = Vec::new();
    let mut kind = Kind::Headers;
    while let Some((bytes, rest)) = frames.split_first_chunk::<{ head::LEN }>() {
        let head = Head::parse(*bytes);
        let (payload, behind) = rest.split_at(head.len as usize);
        assert!(payload.len() <= most && head.kind == kind && head.stream == STREAM);
        assert_eq!(head.has(head::END_HEADERS), behind.is_empty());
        block.extend_from_slice(payload);
        (frames, kind) = (behind, Kind::Continuation);
    }
    block
}
