//! Calls that go well.

use std::sync::Arc;
use std::time::Duration;

use super::dialogue::{Dialogue, REQUEST, Told, raw};
use super::source::Promised;
use crate::http2::error::{Initiator, OpenError, Reason};
use crate::http2::frame::Kind;
use crate::http2::frame::head::{self, END_HEADERS, END_STREAM};
use crate::http2::frame::settings::Setting;
use crate::http2::{Config, Event, Field, Payload, SendError};

fn request_fields() -> Vec<Field<'static>> {
    REQUEST.iter().map(|(name, value)| Field::new(*name, *value)).collect()
}

#[test]
fn a_unary_call_on_the_server() {
    for piece in [usize::MAX, 1, 7] {
        let mut peer = Dialogue::server(Config::default());
        peer.piece = piece;
        peer.say_request(1, false);
        let stream = peer.expect_request();
        peer.say_data(1, b"hello", true);
        let mut body = Vec::new();
        loop {
            let Some(Told::Data { data, end_stream, .. }) = peer.next_event() else {
                panic!("the body is cut short")
            };
            body.extend(data);
            if end_stream {
                break;
            }
        }
        assert_eq!(body, b"hello");
        peer.answer(stream, b"world");
        assert_eq!(peer.expect_headers(1, false), "[:status: 200]");
        peer.expect_data(1, b"world", false);
        assert_eq!(peer.expect_headers(1, true), "[grpc-status: 0]");
        peer.expect_silence();
        assert!(peer.engine.is_idle());
    }
}

#[test]
fn a_unary_call_on_the_client() {
    let mut peer = Dialogue::client(Config::default());
    let stream = peer.engine.open(&request_fields(), false).expect("capacity");
    peer.engine.send_data(stream, Payload::Copy(b"hello"), true).expect("open");
    peer.collect();
    assert!(peer.expect_headers(1, false).contains(":path: /acme"));
    peer.expect_data(1, b"hello", true);
    peer.say_headers(1, &[(":status", "103"), ("link", "a")], false);
    peer.say_headers(1, &[(":status", "200")], false);
    peer.say_data(1, b"world", false);
    peer.say_headers(1, &[("grpc-status", "0")], true);
    peer.expect_event(
        |event| matches!(event, Event::Headers { fields, .. } if fields.status() == Some(200)),
    );
    assert_eq!(peer.expect_data_event(b"world", false), stream);
    peer.expect_event(|event| {
        matches!(event, Event::Trailers { fields, .. } if fields.get("grpc-status") == Some(b"0"))
    });
    peer.engine.finish(stream);
    peer.collect();
    peer.expect_silence();
    assert!(peer.engine.is_idle());
    assert_eq!(
        peer.engine.send_data(stream, Payload::Copy(b"x"), false),
        Err(SendError::StreamClosed)
    );
}

#[test]
fn a_payload_that_is_not_to_be_had_resets_its_stream_and_no_other() {
    for length in [6, 50_000, 200_000] {
        let mut peer = Dialogue::server(Config::default());
        peer.say_request(1, true);
        let stream = peer.expect_request();
        let broken = Payload::Draw(Arc::new(Promised { bytes: b"hello", length }));
        peer.engine.send_headers(stream, &[Field::new(":status", "200")], false).expect("open");
        peer.engine.send_data(stream, broken, false).expect("open");
        peer.engine.send_trailers(stream, &[Field::new("grpc-status", "0")]).ok();
        peer.collect();
        peer.expect_headers(1, false);
        peer.expect(Kind::Data);
        peer.expect_reset(1, Reason::INTERNAL_ERROR);
        peer.expect_event(|event| matches!(event, Event::Reset { by: Initiator::Engine, .. }));
        peer.engine.finish(stream);
        peer.say_request(3, true);
        let stream = peer.expect_request();
        peer.answer(stream, b"world");
        peer.expect_answer(3, b"world");
    }
}

#[test]
fn a_large_body_waits_for_the_windows_and_trailers_ride_behind() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_request(1, true);
    let stream = peer.expect_request();
    let body: Vec<u8> = (0..200_000u32).map(|i| i as u8).collect();
    peer.engine.send_headers(stream, &[Field::new(":status", "200")], false).expect("open");
    peer.engine.send_data(stream, Payload::Keep(body.clone().into()), false).expect("open");
    peer.engine.send_trailers(stream, &[Field::new("grpc-status", "0")]).expect("open");
    peer.engine.finish(stream);
    peer.collect();
    peer.expect_headers(1, false);
    let mut received = Vec::new();
    loop {
        while let Some(frame) = peer.next_frame() {
            match frame.kind {
                Kind::Data => {
                    assert!(frame.payload.len() <= 16_384);
                    received.extend(frame.payload);
                }
                Kind::Headers => {
                    assert_eq!(frame.flags & END_STREAM, END_STREAM);
                    assert_eq!(received, body);
                    assert!(peer.engine.is_idle());
                    return;
                }
                other => panic!("unexpected {other:?}"),
            }
        }
        peer.say_window_update(0, 40_000);
        peer.say_window_update(1, 30_000);
    }
}

#[test]
fn an_owner_is_told_when_its_queue_has_drained() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_request(1, true);
    let stream = peer.expect_request();
    peer.engine.send_headers(stream, &[Field::new(":status", "200")], false).expect("open");
    peer.engine.send_data(stream, Payload::Copy(&[0; 200_000]), false).expect("open");
    peer.collect();
    assert_eq!(peer.engine.queued(stream), 200_000 - 65_535);
    peer.say_window_update(0, 1 << 20);
    assert!(peer.next_event().is_none());
    peer.say_window_update(1, 1 << 20);
    peer.expect_event(|event| matches!(event, Event::Writable { .. }));
    assert_eq!(peer.engine.queued(stream), 0);
}

#[test]
fn padding_is_taken_off_and_credited() {
    let mut peer = Dialogue::server(Config { stream_window: 100, ..Config::default() });
    peer.say_request(1, false);
    let stream = peer.expect_request();
    for (piece, credit) in [(usize::MAX, 61u32), (1, 64)] {
        peer.piece = piece;
        let mut payload = vec![60];
        payload.extend_from_slice(b"abc");
        payload.extend_from_slice(&[0; 60]);
        peer.say(Kind::Data, head::PADDED, 1, &payload);
        let mut data = Vec::new();
        while let Some(Told::Data { data: piece, .. }) = peer.next_event() {
            data.extend(piece);
        }
        assert_eq!(data, b"abc");
        // 61 octets of padding are more than half the window, so they are given back at once,
        // and with the next ones what was released in between.
        let update = peer.expect(Kind::WindowUpdate);
        assert_eq!((update.stream, &update.payload[..]), (1, &credit.to_be_bytes()[..]));
        peer.engine.release(stream, 3);
    }
}

#[test]
fn streams_are_credited_on_release_and_the_connection_on_receipt() {
    let config = Config {
        stream_window: 100_000,
        max_stream_window: 0,
        connection_window: 100_000,
        ..Config::default()
    };
    let mut peer = Dialogue::server(config);
    peer.say_request(1, false);
    let stream = peer.expect_request();
    for _ in 0..4 {
        peer.say_data(1, &[0; 15_000], false);
    }
    assert_eq!(peer.expect(Kind::WindowUpdate).stream, 0);
    peer.engine.release(stream, 49_999);
    peer.collect();
    assert_eq!(peer.next_frame(), None);
    peer.engine.release(stream, 1);
    peer.collect();
    let update = peer.expect(Kind::WindowUpdate);
    assert_eq!((update.stream, &update.payload[..]), (1, &50_000u32.to_be_bytes()[..]));
}

#[test]
fn a_connection_that_holds_too_much_is_not_credited() {
    let config = Config {
        stream_window: 1 << 20,
        max_stream_window: 0,
        connection_window: 65_535,
        connection_buffer: 100_000,
        ..Config::default()
    };
    let mut peer = Dialogue::server(config);
    peer.say_request(1, false);
    let stream = peer.expect_request();
    let mut sent = 0u32;
    let mut window = 65_535;
    while window >= 10_000 {
        peer.say_data(1, &[0; 10_000], false);
        sent += 10_000;
        window -= 10_000;
        while let Some(frame) = peer.next_frame() {
            let increment = frame.payload.try_into().expect("four octets");
            window += u32::from_be_bytes(increment);
        }
    }
    assert!((100_000..180_000).contains(&sent), "{sent}");
    peer.engine.release(stream, sent);
    peer.collect();
    assert_eq!(peer.expect(Kind::WindowUpdate).stream, 0);
}

#[test]
fn windows_grow_with_the_bandwidth_delay_product() {
    let config = Config {
        stream_window: 100_000,
        max_stream_window: 250_000,
        connection_window: 100_000,
        ..Config::default()
    };
    let mut peer = Dialogue::server(config);
    peer.say_request(1, false);
    let stream = peer.expect_request();
    let say = |peer: &mut Dialogue, bytes: u32| {
        for _ in 0..bytes / 10_000 {
            peer.say_data(1, &[0; 10_000], false);
            peer.engine.release(stream, 10_000);
            peer.collect();
        }
    };
    // Half the connection's window goes by: its update is followed by a probe.
    say(&mut peer, 50_000);
    let updates = [peer.expect(Kind::WindowUpdate), peer.expect(Kind::Ping)];
    assert_eq!(updates[0].stream, 0);
    peer.expect(Kind::WindowUpdate);
    // Before it comes back the peer has sent half a window more, so the windows double.
    say(&mut peer, 50_000);
    peer.expect(Kind::WindowUpdate);
    peer.expect(Kind::WindowUpdate);
    peer.pass(Duration::from_millis(100));
    peer.say(Kind::Ping, head::ACK, 0, &updates[1].payload);
    assert_eq!(peer.expect(Kind::Settings).payload, [0, 4, 0, 3, 0x0d, 0x40]);
    let update = peer.expect(Kind::WindowUpdate);
    let increment = u32::from_be_bytes(update.payload.try_into().expect("four octets"));
    assert!(update.stream == 0 && increment >= 300_000, "twice a stream's window in all");
    peer.say(Kind::Settings, head::ACK, 0, b"");
    // A probe that finds little changes nothing.
    say(&mut peer, 250_000);
    let probe = std::iter::from_fn(|| peer.next_frame())
        .find(|frame| frame.kind == Kind::Ping)
        .expect("the next probe");
    while peer.next_frame().is_some() {}
    peer.say(Kind::Ping, head::ACK, 0, &probe.payload);
    assert!(std::iter::from_fn(|| peer.next_frame()).all(|frame| frame.kind != Kind::Settings));
    // Nor does one that finds much, if the larger windows have made the peer no faster.
    for (milliseconds, grows) in [(220, false), (100, true)] {
        let probe = loop {
            say(&mut peer, 10_000);
            if let Some(frame) = peer.next_frame().filter(|frame| frame.kind == Kind::Ping) {
                break frame;
            }
        };
        say(&mut peer, 110_000);
        peer.pass(Duration::from_millis(milliseconds));
        while peer.next_frame().is_some() {}
        peer.say(Kind::Ping, head::ACK, 0, &probe.payload);
        let mut frames = std::iter::from_fn(|| peer.next_frame());
        assert_eq!(frames.any(|frame| frame.kind == Kind::Settings), grows);
    }
}

#[test]
fn streams_take_turns() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_settings(&[Setting::InitialWindowSize(1 << 20)]);
    peer.expect(Kind::Settings);
    let mut streams = Vec::new();
    for id in [1, 3, 5] {
        peer.say_request(id, true);
        streams.push(peer.expect_request());
    }
    for &stream in &streams {
        peer.engine.send_headers(stream, &[Field::new(":status", "200")], false).expect("open");
    }
    peer.collect();
    for _ in 0..3 {
        peer.expect(Kind::Headers);
    }
    for &stream in &streams {
        let body = vec![0; 100_000];
        peer.engine.send_data(stream, Payload::Keep(body.into()), true).expect("open");
    }
    peer.say_window_update(0, 1 << 20);
    let order: Vec<_> = std::iter::from_fn(|| peer.next_frame()).map(|f| f.stream).collect();
    assert_eq!(order.len(), 21);
    for round in order.chunks(3) {
        assert_eq!(round, [1, 3, 5]);
    }
}

#[test]
fn a_client_keeps_to_the_peers_limit_of_streams() {
    let mut peer = Dialogue::client(Config::default());
    peer.say_settings(&[Setting::MaxConcurrentStreams(2)]);
    let fields = request_fields();
    let first = peer.engine.open(&fields, true).expect("capacity");
    peer.engine.open(&fields, true).expect("capacity");
    assert_eq!(peer.engine.open(&fields, true), Err(OpenError::AtCapacity));
    peer.engine.reset(first, Reason::CANCEL);
    peer.engine.finish(first);
    peer.collect();
    peer.expect_event(|event| matches!(event, Event::Capacity));
    let third = peer.engine.open(&fields, true).expect("capacity again");
    assert_eq!(third.id().number(), 5);
    // What the peer sent before it knew of the reset is no fault, and its headers still count for
    // the compression state.
    peer.say_headers(1, &[(":status", "200"), ("x-a", "b")], false);
    peer.say_headers(1, &[("x-a", "b")], true);
    peer.say_headers(5, &[(":status", "200"), ("x-a", "b")], true);
    peer.expect_event(
        |event| matches!(event, Event::Headers { fields, .. } if fields.get("x-a") == Some(b"b")),
    );
    assert!(!peer.engine.is_closed());
}

#[test]
fn a_goaway_names_what_can_be_retried() {
    let mut peer = Dialogue::client(Config::default());
    let fields = request_fields();
    let first = peer.engine.open(&fields, true).expect("capacity");
    let second = peer.engine.open(&fields, true).expect("capacity");
    peer.say(Kind::GoAway, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0, b'b', b'y', b'e']);
    peer.expect_event(|event| {
        matches!(event, Event::GoAway { last_stream_id, debug, .. }
            if last_stream_id.number() == 1 && &debug[..] == b"bye")
    });
    peer.expect_event(|event| matches!(event, Event::Unprocessed { stream } if *stream == second));
    assert_eq!(peer.engine.open(&fields, true), Err(OpenError::GoingAway));
    assert!(peer.engine.is_draining());
    peer.say_headers(1, &[(":status", "200"), ("grpc-status", "0")], true);
    peer.expect_event(|event| matches!(event, Event::Headers { stream, .. } if *stream == first));
    peer.expect_event(|event| {
        matches!(event, Event::Closed(error)
            if error.by == Initiator::Peer && error.reason == Reason::NO_ERROR)
    });
}

#[test]
fn a_server_says_twice_that_it_goes_away() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_request(1, true);
    let first = peer.expect_request();
    peer.engine.shutdown();
    peer.collect();
    assert_eq!(peer.expect(Kind::GoAway).payload[..4], [0x7f, 0xff, 0xff, 0xff]);
    let ping = peer.expect(Kind::Ping);
    // A stream that was on its way still makes it.
    peer.say_request(3, true);
    let second = peer.expect_request();
    peer.say(Kind::Ping, head::ACK, 0, &ping.payload);
    assert_eq!(peer.expect(Kind::GoAway).payload[..4], [0, 0, 0, 3]);
    peer.say_request(5, true);
    peer.expect_silence();
    peer.answer(first, b"1");
    peer.expect_answer(1, b"1");
    assert!(peer.engine.is_draining());
    peer.answer(second, b"2");
    peer.expect_answer(3, b"2");
    peer.expect_event(
        |event| matches!(event, Event::Closed(error) if error.reason == Reason::NO_ERROR),
    );
}

#[test]
fn a_server_does_not_wait_forever_for_the_answer_to_its_ping() {
    let mut peer = Dialogue::server(Config::default());
    peer.engine.shutdown();
    peer.collect();
    peer.expect(Kind::GoAway);
    peer.expect(Kind::Ping);
    peer.pass(Duration::from_secs(5));
    peer.expect(Kind::GoAway);
    assert!(peer.engine.is_closed());
}

#[test]
fn an_answer_before_the_end_of_the_request_stops_the_upload() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_request(1, false);
    let stream = peer.expect_request();
    peer.answer(stream, b"enough");
    peer.expect_answer(1, b"enough");
    // RFC 9113 §8.1.
    peer.expect_reset(1, Reason::NO_ERROR);
    // What was on its way is discarded without complaint, trailers included.
    peer.say_data(1, &[0; 1000], false);
    peer.say_headers(1, &[("x", "y")], true);
    peer.expect_silence();
    assert!(peer.engine.is_idle());
}

#[test]
fn who_lets_go_of_an_open_stream_cancels_it() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_request(1, true);
    let stream = peer.expect_request();
    peer.engine.finish(stream);
    peer.collect();
    peer.expect_reset(1, Reason::CANCEL);
    assert!(peer.engine.is_idle());
}

#[test]
fn a_request_goes_on_until_its_response_has_left() {
    let config = Config { stream_window: 10_000, ..Config::default() };
    let mut peer = Dialogue::server(config);
    peer.say_settings(&[Setting::InitialWindowSize(1)]);
    peer.say_request(1, false);
    let stream = peer.expect_request();
    peer.say_data(1, &[7; 3_000], false);
    // Of another frame only the beginning has come when the owner goes.
    let frame = raw(Kind::Data, 0, 1, &[7; 7_000]);
    peer.say_raw(&frame[..1_000]);
    peer.answer(stream, b"more than the window");
    peer.say_raw(&frame[1_000..]);
    let granted: u32 = std::iter::from_fn(|| peer.next_frame())
        .filter(|frame| frame.kind == Kind::WindowUpdate && frame.stream == 1)
        .map(|frame| u32::from_be_bytes(frame.payload[..].try_into().expect("four octets")))
        .sum();
    assert!(granted >= 5_000, "{granted} bytes of 10,000 came back");
    assert_eq!(peer.engine.open_streams(), 1);
    peer.say_reset(1, Reason::CANCEL);
    assert!(peer.engine.is_idle());
    assert_eq!(peer.engine.queued_in_total(), 0);
}

#[test]
fn lower_windows_go_below_zero_and_come_back() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_request(1, true);
    let stream = peer.expect_request();
    peer.engine.send_headers(stream, &[Field::new(":status", "200")], false).expect("open");
    peer.engine.send_data(stream, Payload::Copy(&[7; 60_000]), false).expect("open");
    peer.collect();
    while peer.next_frame().is_some() {}
    // RFC 9113 §6.9.2.
    peer.say_settings(&[Setting::InitialWindowSize(10_000)]);
    peer.expect(Kind::Settings);
    peer.engine.send_data(stream, Payload::Copy(b"later"), true).expect("open");
    peer.say_window_update(1, 50_000);
    peer.expect_silence();
    peer.say_window_update(1, 5);
    peer.expect_data(1, b"later", true);
}

#[test]
fn the_peers_frame_size_is_kept() {
    let mut peer = Dialogue::server(Config { direct_limit: 1 << 20, ..Config::default() });
    peer.say_settings(&[Setting::MaxFrameSize(20_000)]);
    peer.expect(Kind::Settings);
    peer.say_request(1, true);
    let stream = peer.expect_request();
    let long = "x".repeat(30_000);
    let fields = [Field::new(":status", "200"), Field::new("x-long", &long)];
    peer.engine.send_headers(stream, &fields, false).expect("open");
    peer.engine.send_data(stream, Payload::Copy(&[1; 50_000]), true).expect("open");
    peer.collect();
    assert_eq!(peer.expect(Kind::Headers).payload.len(), 20_000);
    assert_eq!(peer.expect(Kind::Continuation).flags, END_HEADERS);
    let sizes: Vec<_> = std::iter::from_fn(|| peer.next_frame()).map(|f| f.payload.len()).collect();
    assert_eq!(sizes, [20_000, 20_000, 10_000]);
}
