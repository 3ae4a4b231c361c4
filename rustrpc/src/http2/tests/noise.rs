//! Bytes that make no sense: whatever arrives, the engine neither panics nor hoards, and once it
//! has closed it stays closed.

use crate::http2::fields::ListLimits;
use crate::http2::frame::{Head, Kind, head};
use crate::http2::hpack::Decoder;
use crate::http2::stream::StreamId;
use crate::http2::tests::dialogue::{REQUEST, raw};
use crate::http2::{Config, Connection, Event, Field, Input, Output, Payload};
use crate::testing::epoch;

use super::random::Random;

/// A few times what one connection may hold, queued answers included.
const BOUND: usize = 4 << 20;

impl Random {
    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// A frame that is likely to get past the first checks.
    fn frame(&mut self) -> Vec<u8> {
        let kinds = [
            Kind::Data,
            Kind::Headers,
            Kind::Priority,
            Kind::RstStream,
            Kind::Settings,
            Kind::PushPromise,
            Kind::Ping,
            Kind::GoAway,
            Kind::WindowUpdate,
            Kind::Continuation,
            Kind::Unknown(99),
        ];
        let kind = kinds[self.below(kinds.len())];
        let flags = [0, 1, 4, 5, 8, 0x2d][self.below(6)];
        let stream = self.below(12) as u32;
        let len = match kind {
            Kind::RstStream | Kind::WindowUpdate => 4,
            Kind::Ping => 8,
            Kind::Settings => self.below(4) * 6,
            Kind::Priority => 5,
            _ => self.below(60),
        };
        let mut payload = match kind {
            Kind::Headers if self.below(2) == 0 => vec![0x83, 0x86, 0x84, 0x41, 1, b'a'],
            _ => self.bytes(len),
        };
        if kind == Kind::WindowUpdate || kind == Kind::Settings {
            payload.iter_mut().step_by(2).for_each(|byte| *byte = 0);
        }
        let mut frame = raw(kind, flags, stream, &payload);
        if self.below(20) == 0 {
            let at = self.below(frame.len());
            frame[at] ^= 1 << self.below(8);
        }
        frame
    }
}

/// Feeds bytes in pieces and lets an obedient owner act on what it is told.
fn feed(engine: &mut Connection, random: &mut Random, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(1 + random.below(rest.len()));
        rest = after;
        let mut input = Input::new(piece);
        while let Some(event) = engine.poll_event(&mut input, epoch()) {
            match event {
                Event::Headers { stream, fields, .. } => {
                    assert!(fields.iter().all(|field| !field.name.is_empty()));
                    // A client cannot answer, and says so.
                    let status = [Field::new(":status", "200")];
                    if engine.send_headers(stream, &status, false).is_ok() {
                        engine.send_data(stream, Payload::Copy(&[0; 100]), true).expect("open");
                        engine.finish(stream);
                    }
                }
                Event::Data { stream, data, .. } => engine.release(stream, data.len() as u32),
                Event::Reset { stream, .. } => engine.finish(stream),
                _ => {}
            }
        }
        assert!(input.is_empty());
        assert!(engine.memory() < BOUND, "{}", engine.memory());
        let mut output = Output::new();
        engine.poll_transmit(&mut output);
    }
}

fn engines() -> [Connection; 2] {
    let mut client = Connection::client(Config::default(), epoch());
    for _ in 0..4 {
        let request = REQUEST.map(|(name, value)| Field::new(name, value));
        client.open(&request, false).expect("capacity");
    }
    [client, Connection::server(Config::default(), epoch())]
}

#[test]
fn arbitrary_bytes() {
    let mut random = Random::new(7);
    for _ in 0..2_000 {
        let len = random.below(300);
        let bytes = random.bytes(len);
        for mut engine in engines() {
            feed(&mut engine, &mut random, &bytes);
        }
    }
}

#[test]
fn arbitrary_frames() {
    let mut random = Random::new(11);
    for _ in 0..1_500 {
        for (mut engine, greeting) in engines().into_iter().zip([&b""[..], PREFACE]) {
            feed(&mut engine, &mut random, greeting);
            feed(&mut engine, &mut random, &raw(Kind::Settings, 0, 0, b""));
            for _ in 0..30 {
                let frame = random.frame();
                feed(&mut engine, &mut random, &frame);
                if engine.is_closed() {
                    break;
                }
            }
            let closed = engine.is_closed();
            feed(&mut engine, &mut random, &[0; 100]);
            assert!(!closed || engine.is_closed());
        }
    }
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

#[test]
fn arbitrary_field_blocks() {
    let limits = ListLimits { bytes: 16_384, fields: 128 };
    let mut random = Random::new(13);
    for _ in 0..3_000 {
        let (mut cached, mut uncached) = (Decoder::new(), Decoder::new());
        // Literals that are indexed and indices that are in range, among whatever else comes.
        let mut blocks: Vec<_> = (0..3).map(|_| vec![0xbe; 1 + random.below(3)]).collect();
        blocks.push(vec![0x40, 1, b'a', 1, random.next() as u8]);
        blocks.push(vec![0x82, 0x86]);
        let len = random.below(80);
        blocks.push(random.bytes(len));
        for _ in 0..40 {
            let block = &blocks[random.below(blocks.len())];
            let (first, second) = (cached.decode(block, limits), uncached.decode(block, limits));
            assert_eq!(first, second, "the cache changes nothing");
            uncached.trim();
            assert!(cached.memory() < 100_000);
            if first.is_err() {
                break;
            }
        }
    }
}

#[test]
fn arbitrary_heads() {
    let mut random = Random::new(17);
    for _ in 0..1_000 {
        let bytes: [u8; head::LEN] = random.bytes(head::LEN).try_into().expect("nine octets");
        let head = Head::parse(bytes);
        assert!(head.stream <= StreamId::MAX);
        assert_eq!(Head::parse(head.to_bytes()), head);
    }
}
