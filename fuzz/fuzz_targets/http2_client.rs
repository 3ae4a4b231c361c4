//! A client with open calls that hears arbitrary bytes, cut at arbitrary places.
#![no_main]

use std::time::Instant;

use libfuzzer_sys::fuzz_target;
use rustrpc::http2::{Config, Connection, Event, Field, Input, Output, Payload};

fuzz_target!(|data: &[u8]| {
    let Some((&[greet, size], bytes)) = data.split_first_chunk() else { return };
    let now = Instant::now();
    let mut engine = Connection::client(Config::default(), now);
    let request = [
        Field::new(":method", "POST"),
        Field::new(":scheme", "http"),
        Field::new(":path", "/a.B/C"),
    ];
    for _ in 0..4 {
        let stream = engine.open(&request, false).expect("100 are assumed");
        engine.send_data(stream, Payload::Copy(&[0; 40_000]), true).expect("open");
    }
    let mut output = Output::new();
    let greeting: &[u8] = if greet & 1 == 0 { b"\0\0\0\x04\0\0\0\0\0" } else { b"" };
    for piece in [greeting].into_iter().chain(bytes.chunks(usize::from(size).max(1))) {
        let mut input = Input::new(piece);
        while let Some(event) = engine.poll_event(&mut input, now) {
            match event {
                Event::Data { stream, data, end_stream } => {
                    engine.release(stream, data.len() as u32);
                    if end_stream {
                        engine.finish(stream);
                    }
                }
                Event::Headers { stream, end_stream: true, .. }
                | Event::Trailers { stream, .. }
                | Event::Unprocessed { stream }
                | Event::Reset { stream, .. } => engine.finish(stream),
                _ => {}
            }
        }
        assert!(input.is_empty(), "input is left behind");
        engine.poll_transmit(&mut output);
        output.advance(output.len());
    }
});
