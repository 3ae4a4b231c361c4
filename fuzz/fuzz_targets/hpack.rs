//! Field blocks, decoded by the engine and by another implementation: what the engine takes, the
//! other takes too, and understands the same.
#![no_main]

use std::time::Instant;

use libfuzzer_sys::fuzz_target;
use rustrpc::http2::{Config, Connection, Event, Field, Input, Output};

fuzz_target!(|data: &[u8]| {
    let now = Instant::now();
    let mut engine = Connection::client(Config::default(), now);
    let mut other = fluke_hpack::Decoder::new();
    let say = |engine: &mut Connection, bytes: &[u8]| {
        let mut input = Input::new(bytes);
        let mut headers = None;
        while let Some(event) = engine.poll_event(&mut input, now) {
            match event {
                Event::Headers { stream, fields, .. } => {
                    engine.finish(stream);
                    headers = Some(fields);
                }
                Event::Reset { stream, .. } => engine.finish(stream),
                _ => {}
            }
        }
        let mut output = Output::new();
        engine.poll_transmit(&mut output);
        headers
    };
    say(&mut engine, b"\0\0\0\x04\0\0\0\0\0");
    let request =
        [Field::new(":method", "POST"), Field::new(":scheme", "http"), Field::new(":path", "/")];
    // Several blocks, so that they share a table; each begins with `:status: 200`.
    for block in data.split(|&byte| byte == 0xfe).take(20) {
        if block.len() > 1_000 {
            return;
        }
        let block = [b"\x88", block].concat();
        let Ok(stream) = engine.open(&request, true) else { return };
        let mut frame = vec![0, (block.len() >> 8) as u8, block.len() as u8, 1, 5];
        frame.extend_from_slice(&stream.id().number().to_be_bytes());
        frame.extend_from_slice(&block);
        let ours = say(&mut engine, &frame);
        if engine.is_closed() {
            return;
        }
        let theirs = other.decode(&block).expect("the engine took this block");
        if let Some(ours) = ours {
            assert_eq!(ours.len(), theirs.len());
            for (our, their) in ours.iter().zip(theirs.iter().skip(1)) {
                assert_eq!((our.name, our.value), (&their.0[..], &their.1[..]));
            }
        }
    }
});
