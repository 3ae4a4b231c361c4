//! Streams opened only to be reset.

use super::BOUND;
use crate::http2::Config;
use crate::http2::error::Reason;
use crate::http2::frame::Kind;
use crate::http2::limits::{Allowance, Limits};
use crate::http2::tests::dialogue::Dialogue;
use crate::http2::{Event, Field};
use std::time::Duration;

#[test]
fn rapid_reset() {
    let mut peer = Dialogue::server(Config::default());
    let mut opened = 0;
    while !peer.engine.is_closed() {
        peer.say_request(opened * 2 + 1, true);
        peer.say_reset(opened * 2 + 1, Reason::CANCEL);
        opened += 1;
        assert!(opened <= 201, "the budget is 200");
    }
    peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
    assert_eq!(opened, 201);
    peer.expect_work(1);
    assert!(peer.peak < BOUND, "{}", peer.peak);
}

#[test]
fn cancelled_hedges_at_full_load_survive() {
    let mut peer = Dialogue::server(Config::default());
    for call in 0..10_000 {
        let id = call * 2 + 1;
        peer.say_request(id, true);
        if call % 20 == 0 {
            peer.say_reset(id, Reason::CANCEL);
            while peer.next_event().is_some() {}
        } else {
            peer.answer_all();
        }
    }
    peer.expect_alive();
}

#[test]
fn streaming_calls_cut_short_survive() {
    let mut peer = Dialogue::server(Config::default());
    for call in 0..2_000 {
        let id = call * 2 + 1;
        peer.say_request(id, true);
        let stream = peer.expect_request();
        peer.engine.send_headers(stream, &[Field::new(":status", "200")], false).expect("open");
        peer.say_reset(id, Reason::CANCEL);
        peer.expect_event(|event| matches!(event, Event::Reset { .. }));
    }
    peer.expect_alive();
}

#[test]
fn resets_at_an_honest_rate_survive() {
    let mut peer = Dialogue::server(Config::default());
    for call in 0..1_000 {
        peer.say_request(call * 2 + 1, true);
        peer.say_reset(call * 2 + 1, Reason::CANCEL);
        peer.pass(Duration::from_millis(31));
    }
    peer.expect_alive();
}

#[test]
fn a_reset_stream_counts_until_its_owner_is_gone() {
    let mut peer = Dialogue::server(Config { max_concurrent_streams: 3, ..Config::default() });
    peer.release = false;
    let mut streams = Vec::new();
    for id in [1, 3, 5] {
        peer.say_request(id, true);
        streams.push(peer.expect_request());
        peer.say_reset(id, Reason::CANCEL);
        peer.expect_event(|event| matches!(event, Event::Reset { .. }));
    }
    peer.say_request(7, true);
    peer.expect_reset(7, Reason::REFUSED_STREAM);
    peer.engine.finish(streams[1]);
    peer.say_request(9, true);
    peer.expect_request();
    peer.expect_silence();
}

/// CVE-2025-8671: faults that make the server reset streams whose handlers go on running.
#[test]
fn made_you_reset() {
    for shutting_down in [false, true] {
        let mut peer = Dialogue::server(Config::default());
        // After the first GOAWAY streams are still taken, and counted just the same.
        if shutting_down {
            peer.engine.shutdown();
            peer.collect();
            peer.expect(Kind::GoAway);
        }
        let mut opened = 0;
        while !peer.engine.is_closed() {
            peer.say_request(opened * 2 + 1, true);
            peer.say_window_update(opened * 2 + 1, 0);
            opened += 1;
            assert!(opened <= 201, "the budget is 200");
        }
        peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
        peer.expect_work(1);
        assert!(peer.peak < BOUND, "{}", peer.peak);
    }
}

#[test]
fn a_malformed_request_now_and_then_survives() {
    let mut peer = Dialogue::server(Config::default());
    for call in 0..5_000 {
        match call % 10 {
            0 => peer.say_headers(call * 2 + 1, &[(":method", "GET")], true),
            _ => peer.say_request(call * 2 + 1, true),
        }
        peer.answer_all();
    }
    peer.expect_alive();
}

#[test]
fn streams_over_the_limit_are_refused_and_then_punished() {
    let limits = Limits { resets: Allowance { burst: 5, per_second: 0 }, ..Limits::default() };
    let mut peer =
        Dialogue::server(Config { max_concurrent_streams: 2, limits, ..Config::default() });
    for id in [1, 3] {
        peer.say_request(id, false);
        peer.expect_request();
    }
    for id in [5, 7, 9, 11, 13] {
        peer.say_request(id, false);
        peer.expect_reset(id, Reason::REFUSED_STREAM);
    }
    peer.say_request(15, false);
    peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
}

/// Frames for streams that are long gone cost glitches.
#[test]
fn a_flood_on_closed_streams() {
    for kind in [Kind::RstStream, Kind::WindowUpdate] {
        let mut peer = Dialogue::server(Config::default());
        peer.say_request(1, true);
        peer.answer_all();
        let mut sent = 0;
        while !peer.engine.is_closed() {
            peer.say(kind, 0, 1, &[0, 0, 0, 8]);
            sent += 1;
            assert!(sent <= 1_001, "the budget is 1,000");
        }
        peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
        peer.expect_work(1);
        assert!(peer.peak < BOUND, "{}", peer.peak);
    }
}

/// A client gives back credit for what it got after the call is over, as many do.
#[test]
fn late_window_updates_of_honest_calls_survive() {
    let mut peer = Dialogue::server(Config::default());
    for call in 0..900 {
        peer.say_request(call * 2 + 1, true);
        peer.answer_all();
        peer.say_window_update(call * 2 + 1, 1);
        peer.say_window_update(0, 1);
        peer.pass(Duration::from_millis(31));
    }
    peer.expect_alive();
}
