//! Field blocks that are long, deep or slow.

use std::time::Duration;

use super::BOUND;
use crate::http2::error::Reason;
use crate::http2::frame::Kind;
use crate::http2::frame::head::{END_HEADERS, END_STREAM};
use crate::http2::frame::settings::Setting;
use crate::http2::tests::dialogue::{Dialogue, REQUEST};
use crate::http2::{Config, Field, Indexing};

/// CVE-2024-27316.
#[test]
fn continuation_without_end() {
    for payload in [&b""[..], b"\x82", &[0x82; 5_000]] {
        let mut peer = Dialogue::server(Config::default());
        let block = peer.block(&REQUEST);
        peer.say(Kind::Headers, END_STREAM, 1, &block);
        let mut sent = 0;
        while !peer.engine.is_closed() {
            peer.say(Kind::Continuation, 0, 1, payload);
            sent += 1;
            assert!(sent <= 9, "8 are allowed");
        }
        peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
        peer.expect_work(1);
        assert!(peer.peak < BOUND, "{}", peer.peak);
    }
}

#[test]
fn a_block_in_nine_pieces_survives() {
    let mut peer = Dialogue::server(Config::default());
    let block = peer.block(&REQUEST);
    let mut pieces = block.chunks(block.len().div_ceil(9));
    peer.say(Kind::Headers, END_STREAM, 1, pieces.next().expect("a piece"));
    let rest: Vec<_> = pieces.collect();
    for (i, piece) in rest.iter().enumerate() {
        let flags = if i + 1 == rest.len() { END_HEADERS } else { 0 };
        peer.say(Kind::Continuation, flags, 1, piece);
    }
    peer.expect_request();
    peer.expect_alive();
}

#[test]
fn a_block_that_takes_too_long() {
    let mut peer = Dialogue::server(Config::default());
    let block = peer.block(&REQUEST);
    peer.say(Kind::Headers, END_STREAM, 1, &block);
    peer.pass(Duration::from_millis(4_999));
    assert!(!peer.engine.is_closed());
    peer.pass(Duration::from_millis(1));
    peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
}

/// CVE-2016-6581: a large entry, referred to again and again.
#[test]
fn a_bomb_of_references() {
    let mut peer = Dialogue::server(Config::default());
    let large = "x".repeat(3_900);
    let mut block = Vec::new();
    let field = Field::new("a", &large).indexing(Indexing::Always);
    let request = REQUEST.map(|(name, value)| Field::new(name, value));
    peer.encoder.encode(request.into_iter().chain([field; 1000]), &mut block);
    assert!(block.len() < 5_000);
    peer.say(Kind::Headers, END_HEADERS | END_STREAM, 1, &block);
    peer.expect_reset(1, Reason::ENHANCE_YOUR_CALM);
    peer.expect_work(1);
    assert!(peer.peak < BOUND, "{}", peer.peak);
    // The compression state is still the same on both sides.
    peer.say_request(3, true);
    peer.expect_request();
    // And it does not go on forever.
    let mut bombs = 0;
    while !peer.engine.is_closed() {
        let block = peer.block(&[(":method", "POST")]);
        let bomb = [&block[..], &[0xbe; 16_000]].concat();
        peer.say(Kind::Headers, END_HEADERS | END_STREAM, 5 + bombs * 2, &bomb);
        bombs += 1;
        assert!(bombs <= 200, "the budget is 200");
    }
    peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
    assert!(peer.peak < BOUND, "{}", peer.peak);
}

/// CVE-2026-49975: few bytes each, but many.
#[test]
fn crumbs_of_cookies() {
    let mut peer = Dialogue::server(Config::default());
    let mut fields = REQUEST.to_vec();
    fields.extend([("cookie", "a"); 124]);
    peer.say_headers(1, &fields, true);
    peer.expect_reset(1, Reason::ENHANCE_YOUR_CALM);
    fields.pop();
    peer.say_headers(3, &fields, true);
    peer.expect_request();
    peer.expect_alive();
}

#[test]
fn large_metadata_within_the_limits_survives() {
    let mut peer = Dialogue::server(Config::default());
    let token = "t".repeat(15_000);
    for call in 0..300 {
        let mut fields = REQUEST.to_vec();
        fields.push(("authorization", &token));
        peer.say_headers(call * 2 + 1, &fields, true);
        peer.answer_all();
    }
    peer.expect_alive();
}

/// A peer that offers gigabytes of table must not make us fill them.
#[test]
fn a_huge_table_offered() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_settings(&[Setting::HeaderTableSize(u32::MAX), Setting::MaxHeaderListSize(0)]);
    peer.expect(Kind::Settings);
    for call in 0..2_000 {
        peer.say_request(call * 2 + 1, true);
        let stream = peer.expect_request();
        let (name, value) = (format!("x-{call}"), "v".repeat(100));
        let field = Field::new(&name, &value).indexing(Indexing::Always);
        peer.engine
            .send_headers(stream, &[Field::new(":status", "200"), field], true)
            .expect("open");
        peer.engine.finish(stream);
        peer.collect();
        assert!(peer.expect_headers(call * 2 + 1, true).contains(&name));
    }
    assert!(peer.peak < BOUND, "{}", peer.peak);
    peer.expect_alive();
}

#[test]
fn empty_names() {
    let mut peer = Dialogue::server(Config::default());
    let mut fields = REQUEST.to_vec();
    fields.push(("", "x"));
    peer.say_headers(1, &fields, true);
    peer.expect_reset(1, Reason::PROTOCOL_ERROR);
    peer.expect_silence();
}

/// Memory follows what arrives, not what a length field claims.
#[test]
fn lengths_that_lie() {
    let mut peer = Dialogue::server(Config { max_frame_size: 1 << 23, ..Config::default() });
    let before = peer.engine.memory();
    // HEADERS of 60,000 octets, of which one arrives.
    peer.say_raw(&[0, 0xea, 0x60, 1, 4, 0, 0, 0, 1, 0x82]);
    assert!(peer.engine.memory() < before + 1_000);
    // HEADERS of a megabyte, which SETTINGS_MAX_FRAME_SIZE would allow.
    let mut peer = Dialogue::server(Config { max_frame_size: 1 << 23, ..Config::default() });
    peer.say_raw(&[0x10, 0, 0, 1, 4, 0, 0, 0, 1, 0x82]);
    peer.expect_goaway(Reason::FRAME_SIZE_ERROR);
}
