//! A server that hears arbitrary bytes behind an optional preface, cut at arbitrary places, with an
//! owner that answers what it is asked.
#![no_main]

use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use rustrpc::http2::{Config, Connection, Event, Field, Input, Output, Payload};

const GREETING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

fuzz_target!(|data: &[u8]| {
    let Some((&[greet, size], bytes)) = data.split_first_chunk() else { return };
    let mut now = Instant::now();
    let mut engine = Connection::server(Config::default(), now);
    let mut output = Output::new();
    let greeting = if greet & 1 == 0 { GREETING } else { b"" };
    for piece in [greeting].into_iter().chain(bytes.chunks(usize::from(size).max(1))) {
        let mut input = Input::new(piece);
        while let Some(event) = engine.poll_event(&mut input, now) {
            match event {
                Event::Headers { stream, end_stream, .. } => {
                    let status = [Field::new(":status", "200")];
                    engine.send_headers(stream, &status, false).expect("just opened");
                    let body = vec![0; usize::from(greet) * 100];
                    engine.send_data(stream, Payload::Keep(body.into()), true).expect("open");
                    let asks = greet & 4 != 0;
                    if end_stream || asks && engine.take_rest(stream, &mut input).is_some() {
                        engine.finish(stream);
                    }
                }
                Event::Data { stream, data, end_stream } => {
                    engine.release(stream, data.len() as u32);
                    if end_stream {
                        engine.finish(stream);
                    }
                }
                Event::Trailers { stream, .. } | Event::Reset { stream, .. } => {
                    engine.finish(stream);
                }
                _ => {}
            }
        }
        assert!(input.is_empty(), "input is left behind");
        engine.poll_transmit(&mut output);
        output.advance(output.len());
        if greet & 2 != 0 {
            now += Duration::from_secs(1);
            engine.handle_timeout(now);
        }
    }
});
