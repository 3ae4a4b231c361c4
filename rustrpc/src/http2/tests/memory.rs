//! What connections and streams hold.

use super::dialogue::{Dialogue, REQUEST};
use crate::http2::{Config, Connection, Event, Field};
use crate::testing::epoch;

#[test]
fn an_idle_connection_is_small() {
    // The whole stack may take 3 KiB.
    let mut peer = Dialogue::server(Config::default());
    for call in 0..1_000 {
        peer.say_request(call * 2 + 1, false);
        peer.say_data(call * 2 + 1, b"hello", true);
        peer.answer_all();
    }
    peer.engine.trim();
    assert!(peer.engine.memory() < 1_900, "{}", peer.engine.memory());
    // It works as before.
    peer.say_request(5_001, true);
    peer.answer_all();
    peer.expect_alive();
    let fresh = Connection::server(Config::default(), epoch());
    assert!(size_of_val(&fresh) <= 1_168, "{}", size_of_val(&fresh));
}

#[test]
fn an_open_stream_is_small() {
    const STREAMS: u32 = 10_000;
    let config = Config { max_concurrent_streams: STREAMS, ..Config::default() };
    let mut peer = Dialogue::server(config);
    let before = peer.engine.memory();
    for call in 0..STREAMS {
        peer.say_request(call * 2 + 1, false);
        peer.next_event();
    }
    let each = (peer.engine.memory() - before) / STREAMS as usize;
    assert!(each < 224, "{each}");
    // A client's side is the same.
    let mut peer = Dialogue::client(Config::default());
    peer.say_settings(&[]);
    let before = peer.engine.memory();
    let request = REQUEST.map(|(name, value)| Field::new(name, value));
    for _ in 0..STREAMS {
        peer.engine.open(&request, false).expect("no limit was announced");
        peer.collect();
        while peer.next_frame().is_some() {}
    }
    let each = (peer.engine.memory() - before) / STREAMS as usize;
    assert!(each < 224, "{each}");
}

#[test]
fn a_repeated_request_costs_no_new_block() {
    let mut peer = Dialogue::server(Config::default());
    let mut blocks = Vec::new();
    for call in 0..6 {
        peer.say_request(call * 2 + 1, true);
        let Some(super::dialogue::Told::Other(Event::Headers { stream, fields, .. })) =
            peer.next_event()
        else {
            panic!("no request")
        };
        blocks.push(fields);
        peer.answer(stream, b"");
    }
    assert!(blocks[4].same(&blocks[5]));
}
