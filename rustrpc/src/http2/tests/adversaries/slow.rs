//! Peers that take their time, or do not take what they asked for.

use std::time::Duration;

use super::BOUND;
use crate::http2::error::Reason;
use crate::http2::frame::Kind;
use crate::http2::frame::settings::Setting;
use crate::http2::tests::dialogue::Dialogue;
use crate::http2::{Config, Connection, Event, Field, Payload, StreamKey};
use crate::testing::epoch;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn silent_server() -> Dialogue {
    Dialogue::silent(Connection::server(Config::default(), epoch()))
}

#[test]
fn no_preface() {
    let mut peer = silent_server();
    for byte in &PREFACE[..9] {
        peer.say_raw(&[*byte]);
        peer.pass(seconds(1));
    }
    assert!(!peer.engine.is_closed());
    peer.pass(seconds(1));
    peer.expect_goaway(Reason::PROTOCOL_ERROR);
}

#[test]
fn no_settings() {
    let mut peer = silent_server();
    peer.pass(seconds(9));
    peer.say_raw(PREFACE);
    peer.pass(Duration::from_millis(4_999));
    assert!(!peer.engine.is_closed());
    peer.pass(Duration::from_millis(1));
    peer.expect_goaway(Reason::SETTINGS_TIMEOUT);
    // The same from a server that never speaks.
    let mut peer = Dialogue::silent(Connection::client(Config::default(), epoch()));
    peer.pass(seconds(10));
    peer.expect_goaway(Reason::SETTINGS_TIMEOUT);
}

#[test]
fn no_acknowledgement() {
    let mut peer = silent_server();
    peer.say_raw(PREFACE);
    peer.say_settings(&[]);
    peer.pass(Duration::from_millis(29_999));
    assert!(!peer.engine.is_closed());
    peer.pass(Duration::from_millis(1));
    peer.expect_goaway(Reason::SETTINGS_TIMEOUT);
}

#[test]
fn a_slow_but_honest_greeting_survives() {
    let mut peer = silent_server();
    for byte in PREFACE {
        peer.say_raw(&[*byte]);
        peer.pass(Duration::from_millis(400));
    }
    peer.pass(seconds(4));
    peer.say_settings(&[]);
    peer.pass(seconds(15));
    peer.say(Kind::Settings, 1, 0, b"");
    peer.pass(seconds(1_000_000));
    assert_eq!(peer.engine.poll_timeout(), None);
    peer.expect_event(|event| matches!(event, Event::Ready));
    assert!(!peer.engine.is_closed());
}

fn respond(peer: &mut Dialogue, id: u32, len: usize) -> StreamKey {
    peer.say_request(id, true);
    let stream = peer.expect_request();
    peer.engine.send_headers(stream, &[Field::new(":status", "200")], false).expect("open");
    peer.engine.send_data(stream, Payload::Copy(&vec![0; len]), true).expect("open");
    peer.collect();
    peer.expect_headers(id, false);
    stream
}

/// CVE-2019-9511: windows opened by an octet at a time make one frame of each.
#[test]
fn window_dribble() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_settings(&[Setting::InitialWindowSize(0)]);
    peer.expect(Kind::Settings);
    respond(&mut peer, 1, 10_000);
    let mut frames = 0;
    for _ in 0..1_000 {
        peer.say_window_update(1, 1);
        frames += std::iter::from_fn(|| peer.next_frame()).count();
    }
    assert_eq!(frames, 100, "small sends are limited");
    // What was held back goes on at a slow pace.
    for _ in 0..10 {
        peer.pass(seconds(1));
        peer.say_window_update(1, 1);
    }
    let later = std::iter::from_fn(|| peer.next_frame()).count();
    assert!((1..=40).contains(&later), "{later}");
    peer.expect_work(1);
    assert!(peer.peak < BOUND, "{}", peer.peak);
}

/// Those that have to wait for a small send come in turn: the stream that was there first does not
/// take the next one each time.
#[test]
fn a_window_dribble_holds_up_no_stream_for_good() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_settings(&[Setting::InitialWindowSize(0)]);
    peer.expect(Kind::Settings);
    let ids = [1, 3, 5];
    for id in ids {
        respond(&mut peer, id, 10_000);
    }
    let mut frames = [0; 3];
    for _ in 0..200 {
        peer.pass(Duration::from_millis(31));
        for id in ids {
            peer.say_window_update(id, 1);
        }
        while let Some(frame) = peer.next_frame() {
            let stream = ids.iter().position(|id| frame.stream == *id);
            frames[stream.expect("one of the three")] += 1;
        }
    }
    // A hundred at once, and 33 in each of six seconds.
    assert!(frames.iter().sum::<i32>() > 290, "{frames:?}");
    assert!(frames.iter().all(|frames| *frames > 80), "{frames:?}");
}

/// The same through the connection's window.
#[test]
fn window_dribble_of_the_connection() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_settings(&[Setting::InitialWindowSize(1 << 20)]);
    peer.expect(Kind::Settings);
    respond(&mut peer, 1, 100_000);
    while peer.next_frame().is_some() {}
    let mut frames = 0;
    for _ in 0..1_000 {
        peer.say_window_update(0, 1);
        frames += std::iter::from_fn(|| peer.next_frame()).count();
    }
    assert_eq!(frames, 100, "small sends are limited");
    assert!(!peer.engine.wants_transmit(), "nothing to do until a timer or an update");
    assert!(peer.engine.poll_timeout().is_some());
    peer.say_window_update(0, 1 << 20);
    let sizes: Vec<_> = std::iter::from_fn(|| peer.next_frame()).map(|f| f.payload.len()).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 100_000 - 65_535 - 100);
}

#[test]
fn small_windows_of_honest_peers_survive() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_settings(&[Setting::InitialWindowSize(1_024)]);
    peer.expect(Kind::Settings);
    respond(&mut peer, 1, 100_000);
    let mut received = 0;
    while received < 100_000 {
        let frame = peer.expect(Kind::Data);
        received += frame.payload.len();
        peer.say_window_update(0, frame.payload.len() as u32);
        if received < 100_000 {
            peer.say_window_update(1, frame.payload.len() as u32);
        }
    }
    peer.expect_alive();
}

/// CVE-2019-9517: a request, and no window for the answer.
#[test]
fn a_window_that_stays_shut() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_settings(&[Setting::InitialWindowSize(0)]);
    peer.expect(Kind::Settings);
    respond(&mut peer, 1, 1_000);
    peer.pass(Duration::from_millis(59_999));
    peer.expect_silence();
    peer.pass(Duration::from_millis(1));
    peer.expect_reset(1, Reason::ENHANCE_YOUR_CALM);
    // Others may go on.
    peer.expect_event(|event| matches!(event, Event::Reset { .. }));
    peer.expect_alive();
}

#[test]
fn a_connection_whose_window_stays_shut() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_settings(&[Setting::InitialWindowSize(1 << 20)]);
    peer.expect(Kind::Settings);
    respond(&mut peer, 1, 100_000);
    peer.pass(seconds(60));
    peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
}

#[test]
fn a_slow_reader_survives() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_settings(&[Setting::InitialWindowSize(10_000)]);
    peer.expect(Kind::Settings);
    respond(&mut peer, 1, 100_000);
    for _ in 0..9 {
        peer.expect(Kind::Data);
        peer.pass(seconds(50));
        peer.say_window_update(0, 10_000);
        peer.say_window_update(1, 10_000);
    }
    peer.expect_alive();
}

/// Calls that wait for something else than the peer are no concern of these limits.
#[test]
fn an_idle_stream_survives() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_request(1, false);
    let stream = peer.expect_request();
    peer.pass(seconds(100_000));
    peer.answer(stream, b"late");
    peer.expect_answer(1, b"late");
}
