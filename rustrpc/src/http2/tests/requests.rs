//! The rest of a request, when it comes together with the head.

use super::dialogue::{Dialogue, REQUEST, raw};
use super::random::Random;
use crate::http2::frame::{Kind, head};
use crate::http2::{Config, Connection, Event, Field, Input, Output, StreamId};
use crate::testing::epoch;

/// What an owner hears, and what is then said to the peer.
#[derive(Debug, Default, PartialEq)]
struct Transcript {
    heard: Vec<String>,
    said: Vec<u8>,
    /// How often the rest of a request was taken.
    taken: usize,
}

/// Lets an owner hear `pieces`, who answers complete requests; one that asks for the rest of each or
/// not.
fn hear(pieces: &[&[u8]], asks: bool) -> (Transcript, Connection) {
    let config = Config { stream_window: 300, connection_window: 70_000, ..Config::default() };
    let mut engine = Connection::server(config, epoch());
    let mut transcript = Transcript::default();
    for piece in pieces {
        let mut input = Input::new(piece);
        while let Some(event) = engine.poll_event(&mut input, epoch()) {
            transcript.heard.push(format!("{event:?}"));
            let complete = match event {
                Event::Headers { stream, end_stream: false, .. } if asks => {
                    let rest = engine.take_rest(stream, &mut input);
                    rest.map(|data| {
                        transcript.taken += 1;
                        let event = Event::Data { stream, data, end_stream: true };
                        transcript.heard.push(format!("{event:?}"));
                        stream
                    })
                }
                Event::Headers { stream, end_stream, .. } => end_stream.then_some(stream),
                Event::Data { stream, data, end_stream } => {
                    engine.release(stream, data.len() as u32);
                    let ends = asks && !end_stream && engine.take_end(stream, &mut input);
                    if ends {
                        transcript.taken += 1;
                        let event = Event::Data { stream, data: &[], end_stream: true };
                        transcript.heard.push(format!("{event:?}"));
                    }
                    (end_stream || ends).then_some(stream)
                }
                Event::Trailers { stream, .. } => Some(stream),
                Event::Reset { stream, .. } => {
                    engine.finish(stream);
                    None
                }
                _ => None,
            };
            if let Some(stream) = complete {
                // A stream may end by mistake: its reset is an event of its own.
                engine.send_headers(stream, &[Field::new(":status", "200")], true).ok();
                engine.finish(stream);
            }
        }
        assert!(input.is_empty());
        loop {
            let mut output = Output::new();
            engine.poll_transmit(&mut output);
            if output.is_empty() {
                break;
            }
            transcript.said.extend(output.to_vec());
        }
    }
    (transcript, engine)
}

/// Requests of a head and what may be the rest, with all kinds of mistakes.
fn requests(random: &mut Random) -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(raw(Kind::Settings, 0, 0, b""));
    bytes.extend(raw(Kind::Settings, head::ACK, 0, b""));
    for number in 0..1 + random.below(20) as u32 {
        let stream = 1 + 2 * number;
        let length = [0, 1, 5, 40, 299, 301][random.below(6)];
        let mut block = vec![0x83, 0x86, 0x84];
        if random.below(3) == 0 {
            let declared = (length + random.below(5) / 4).to_string();
            // RFC 7541 §6.2.2: content-length is 28 in the static table.
            block.extend([0x0f, 13, declared.len() as u8]);
            block.extend(declared.as_bytes());
        }
        let end = if random.below(8) == 0 { head::END_STREAM } else { 0 };
        bytes.extend(raw(Kind::Headers, head::END_HEADERS | end, stream, &block));
        if random.below(3) == 0 {
            let (of, by) = ([stream, stream, 0][random.below(3)], random.below(8) as u32);
            let increment = [0, u32::MAX].get(by as usize).copied().unwrap_or(by);
            bytes.extend(raw(Kind::WindowUpdate, 0, of, &increment.to_be_bytes()));
        }
        let flags = [0, head::END_STREAM, head::END_STREAM, head::END_STREAM | head::PADDED];
        let of = if random.below(10) == 0 { stream.saturating_sub(2) } else { stream };
        if random.below(10) != 0 {
            bytes.extend(raw(Kind::Data, flags[random.below(4)], of, &vec![0; length]));
        }
        match random.below(6) {
            0 => bytes.extend(raw(Kind::Data, head::END_STREAM, stream, b"more")),
            1 | 2 => bytes.extend(raw(Kind::Data, head::END_STREAM, stream, b"")),
            _ => {}
        }
    }
    bytes
}

#[test]
fn taking_the_rest_changes_nothing_but_the_number_of_steps() {
    let mut random = Random::new(3);
    let mut taken = 0;
    for _ in 0..2_000 {
        let bytes = requests(&mut random);
        let piece = [bytes.len(), 64, 700][random.below(3)];
        let pieces: Vec<_> = bytes.chunks(piece).collect();
        let (mut asking, asked) = hear(&pieces, true);
        let (patient, waited) = hear(&pieces, false);
        taken += std::mem::take(&mut asking.taken);
        assert_eq!(asking, patient);
        assert_eq!(asked.is_closed(), waited.is_closed());
        let window = |engine: &Connection| engine.windows(StreamId::CONNECTION);
        assert_eq!(window(&asked), window(&waited));
    }
    assert!(taken > 2_000, "only {taken} were taken");
}

#[test]
fn only_what_is_whole_and_in_order_is_the_rest() {
    const END: u8 = head::END_STREAM;
    let data = |flags, stream, data: &[u8]| raw(Kind::Data, flags, stream, data);
    let window = |stream| raw(Kind::WindowUpdate, 0, stream, &[0, 0, 0, 5]);
    let rest = data(END, 1, b"hello");
    // What is the rest, and how much of the input is left then.
    let cases = [
        (rest.clone(), Some((&b"hello"[..], 0))),
        ([&rest[..], b"next"].concat(), Some((b"hello", 4))),
        ([window(1), rest.clone()].concat(), Some((b"hello", 0))),
        (data(END, 1, b""), Some((b"", 0))),
        (rest[..rest.len() - 1].to_vec(), None),
        (rest[..4].to_vec(), None),
        (vec![], None),
        (data(0, 1, b"hello"), None),
        (data(END | head::PADDED, 1, b"\0hello"), None),
        (data(END, 3, b"hello"), None),
        (raw(Kind::Ping, 0, 0, b"8 octets"), None),
        (data(END, 1, &[0; 65_536]), None),
        ([window(3), rest.clone()].concat(), None),
    ];
    for (bytes, expected) in cases {
        let mut peer = Dialogue::server(Config::default());
        peer.say_headers(1, &REQUEST, false);
        let stream = peer.expect_request();
        let mut input = Input::new(&bytes);
        let rest_of_it = peer.engine.take_rest(stream, &mut input);
        assert_eq!(rest_of_it.map(|data| (data, input.remaining().len())), expected);
        assert!(expected.is_some() || input.remaining().len() == bytes.len());
        if expected.is_some() {
            let mut again = Input::new(&rest);
            assert_eq!(peer.engine.take_rest(stream, &mut again), None, "it has ended");
            peer.answer(stream, b"x");
            assert!(peer.engine.is_idle());
        }
    }
}
