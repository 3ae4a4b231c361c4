//! Frames that cost their sender nothing, in great numbers.

use std::time::Duration;

use super::BOUND;
use crate::http2::error::Reason;
use crate::http2::frame::Kind;
use crate::http2::frame::head::{END_STREAM, PADDED};
use crate::http2::frame::settings::Setting;
use crate::http2::limits::Limits;
use crate::http2::tests::dialogue::{Dialogue, raw};
use crate::http2::{Config, Connection, Input};
use crate::testing::epoch;

fn without_ping_policy() -> Config {
    Config { limits: Limits { ping_interval: None, ..Limits::default() }, ..Config::default() }
}

/// Feeds everything at once, without fetching what the engine answers.
fn flood(engine: &mut Connection, bytes: &[u8]) -> usize {
    let mut input = Input::new(bytes);
    while engine.poll_event(&mut input, epoch()).is_some() {}
    engine.memory()
}

#[test]
fn pings_whose_answers_are_not_read() {
    let mut peer = Dialogue::server(without_ping_policy());
    let ping = raw(Kind::Ping, 0, 0, b"12345678");
    flood(&mut peer.engine, &ping.repeat(100));
    assert!(peer.engine.wants_read());
    flood(&mut peer.engine, &ping);
    assert!(!peer.engine.wants_read(), "reading pauses at 100 waiting answers");
    let memory = flood(&mut peer.engine, &ping.repeat(898));
    assert!(!peer.engine.is_closed());
    flood(&mut peer.engine, &ping);
    assert!(peer.engine.is_closed());
    assert!(memory < BOUND, "{memory}");
}

#[test]
fn pings_whose_answers_are_read_survive() {
    let mut peer = Dialogue::server(without_ping_policy());
    for _ in 0..5_000 {
        peer.say(Kind::Ping, 0, 0, b"12345678");
        peer.expect(Kind::Ping);
        assert!(peer.engine.wants_read());
    }
    peer.expect_alive();
}

#[test]
fn settings_without_end() {
    let mut peer = Dialogue::server(Config::default());
    let mut sent = 0;
    while !peer.engine.is_closed() {
        peer.say_settings(&[Setting::InitialWindowSize(sent)]);
        sent += 1;
        assert!(sent <= 1_001);
    }
    peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
    peer.expect_work(1);
    assert!(peer.peak < BOUND, "{}", peer.peak);
}

/// Each change of the initial window moves the windows of all streams.
#[test]
fn settings_that_move_many_windows() {
    let mut peer = Dialogue::server(Config::default());
    for call in 0..1_000 {
        peer.say_request(call * 2 + 1, false);
    }
    let mut sent = 0;
    while !peer.engine.is_closed() {
        peer.say_settings(&[Setting::InitialWindowSize(sent % 2)]);
        sent += 1;
        assert!(sent <= 1_001, "the budget is 1,000");
    }
    peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
    // A thousand streams for each of 15 bytes, but only a thousand times.
    peer.expect_work(1_000 / 15 + 1);
}

#[test]
fn many_small_settings_survive() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_request(1, false);
    for round in 0..500 {
        peer.say_settings(&[Setting::InitialWindowSize(65_535 + round)]);
    }
    peer.expect_alive();
}

/// gRFC A8.
#[test]
fn keepalive_pings_too_often() {
    let mut peer = Dialogue::server(Config::default());
    for _ in 0..3 {
        peer.say(Kind::Ping, 0, 0, b"keepaliv");
        peer.pass(Duration::from_secs(20));
    }
    assert!(!peer.engine.is_closed());
    peer.say(Kind::Ping, 0, 0, b"keepaliv");
    let error = peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
    assert_eq!(error.detail, "too_many_pings");
}

#[test]
fn keepalive_pings_at_the_allowed_rate_survive() {
    let mut peer = Dialogue::server(Config::default());
    for _ in 0..50 {
        peer.say(Kind::Ping, 0, 0, b"keepaliv");
        peer.expect(Kind::Ping);
        peer.pass(Duration::from_secs(300));
    }
    peer.expect_alive();
}

/// Clients that estimate bandwidth send a PING for what they receive.
#[test]
fn pings_between_answers_survive() {
    let mut peer = Dialogue::server(Config::default());
    for call in 0..1_000 {
        peer.say_request(call * 2 + 1, true);
        peer.answer_all();
        peer.say(Kind::Ping, 0, 0, b"estimate");
        peer.expect(Kind::Ping);
    }
    peer.expect_alive();
}

#[test]
fn priority_and_unknown_frames_without_end() {
    for (kind, stream) in [(Kind::Priority, 1), (Kind::Unknown(0xbe), 0)] {
        let mut peer = Dialogue::server(Config::default());
        let mut sent = 0;
        while !peer.engine.is_closed() {
            peer.say(kind, 0, stream, &[0, 0, 0, 0, 16]);
            sent += 1;
            assert!(sent <= 1_001, "the budget is 1,000");
        }
        peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
        peer.expect_work(1);
        assert!(peer.peak < BOUND, "{}", peer.peak);
    }
}

#[test]
fn a_browsers_priorities_survive() {
    let mut peer = Dialogue::server(Config::default());
    for call in 0..500 {
        peer.say(Kind::Priority, 0, call * 2 + 1, &[0, 0, 0, 0, 200]);
        peer.say_request(call * 2 + 1, true);
        peer.answer_all();
    }
    peer.expect_alive();
}

#[test]
fn empty_and_tiny_data() {
    for payload in [&b""[..], b"a", b"abcd"] {
        let mut peer = Dialogue::server(Config::default());
        peer.say_request(1, false);
        let mut sent = 0;
        while !peer.engine.is_closed() {
            peer.say_data(1, payload, false);
            sent += 1;
            assert!(sent <= 101, "the budget is 100");
        }
        peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
        peer.expect_work(1);
        assert!(peer.peak < BOUND, "{}", peer.peak);
    }
}

#[test]
fn padding_instead_of_data() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_request(1, false);
    for _ in 0..1_000 {
        let mut payload = vec![0; 256];
        payload[0] = 255;
        peer.say(Kind::Data, PADDED, 1, &payload);
    }
    // It fills windows, which are credited, but nothing is told or held.
    let mut updates = 0;
    peer.expect_request();
    while let Some(frame) = peer.next_frame() {
        assert_eq!(frame.kind, Kind::WindowUpdate);
        updates += 1;
    }
    assert!(updates < 10);
    assert!(peer.next_event().is_none());
    peer.expect_work(1);
    assert!(peer.peak < BOUND, "{}", peer.peak);
}

#[test]
fn streams_of_small_messages_survive() {
    for size in [5, 200] {
        let mut peer = Dialogue::server(Config::default());
        peer.say_request(1, false);
        let stream = peer.expect_request();
        for _ in 0..20_000 {
            peer.say_data(1, &vec![0; size], false);
            peer.engine.release(stream, size as u32);
            peer.next_event();
        }
        peer.expect_alive();
    }
}

/// Messages cut badly, as a sender may that has to keep to windows.
#[test]
fn an_odd_tiny_frame_between_real_ones_survives() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_request(1, false);
    let stream = peer.expect_request();
    for _ in 0..5_000 {
        peer.say_data(1, &[0; 3], false);
        peer.say_data(1, &[0; 200], false);
        peer.engine.release(stream, 203);
        peer.next_event();
        peer.next_event();
    }
    peer.expect_alive();
}

#[test]
fn calls_with_empty_bodies_survive() {
    let mut peer = Dialogue::server(Config::default());
    for call in 0..2_000 {
        peer.say_request(call * 2 + 1, false);
        peer.say(Kind::Data, END_STREAM, call * 2 + 1, b"");
        peer.answer_all();
    }
    peer.expect_alive();
}
