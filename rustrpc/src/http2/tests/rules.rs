//! The rules of RFC 9113, each broken once.

use super::dialogue::{Dialogue, REQUEST, raw};
use crate::http2::error::{Initiator, Reason};
use crate::http2::frame::Kind;
use crate::http2::frame::head::{ACK, END_HEADERS, END_STREAM, PADDED, PRIORITY};
use crate::http2::{Config, Connection, Event, Field};
use crate::testing::epoch;

fn server() -> Dialogue {
    Dialogue::server(Config::default())
}

/// A server with an open stream 1.
fn server_with_stream() -> Dialogue {
    let mut peer = server();
    peer.say_request(1, false);
    peer.expect_request();
    peer
}

#[test]
fn faults_of_the_connection() {
    use Reason as R;
    let cases = [
        (Kind::Data, 0, 0, &b"x"[..], R::PROTOCOL_ERROR, "§6.1: DATA without a stream"),
        (Kind::Data, 0, 3, b"x", R::PROTOCOL_ERROR, "§5.1: DATA on an idle stream"),
        (Kind::Data, PADDED, 1, b"", R::FRAME_SIZE_ERROR, "§6.1: no room for the pad length"),
        (Kind::Data, PADDED, 1, &[9, 0, 0], R::PROTOCOL_ERROR, "§6.1: too much padding"),
        (Kind::Headers, END_HEADERS, 0, b"\x82", R::PROTOCOL_ERROR, "§6.2: without a stream"),
        (Kind::Headers, END_HEADERS, 2, b"\x82", R::PROTOCOL_ERROR, "§5.1.1: an even stream"),
        (Kind::Headers, END_HEADERS | PADDED, 3, &[9], R::PROTOCOL_ERROR, "§6.2: padding"),
        (Kind::Headers, END_HEADERS | PRIORITY, 3, &[0], R::FRAME_SIZE_ERROR, "§6.2: priority"),
        (Kind::Headers, END_HEADERS, 3, b"\xff", R::COMPRESSION_ERROR, "§4.3: undecodable"),
        (Kind::Priority, 0, 0, &[0; 5], R::PROTOCOL_ERROR, "§6.3: without a stream"),
        (Kind::RstStream, 0, 0, &[0; 4], R::PROTOCOL_ERROR, "§6.4: without a stream"),
        (Kind::RstStream, 0, 3, &[0; 4], R::PROTOCOL_ERROR, "§6.4: idle stream"),
        (Kind::RstStream, 0, 1, &[0; 3], R::FRAME_SIZE_ERROR, "§6.4: length"),
        (Kind::Settings, 0, 1, b"", R::PROTOCOL_ERROR, "§6.5: on a stream"),
        (Kind::Settings, ACK, 0, &[0; 6], R::FRAME_SIZE_ERROR, "§6.5: payload with ACK"),
        (Kind::Settings, 0, 0, &[0; 5], R::FRAME_SIZE_ERROR, "§6.5: length"),
        (Kind::Settings, 0, 0, &[0, 2, 0, 0, 0, 2], R::PROTOCOL_ERROR, "§6.5.2: ENABLE_PUSH"),
        (Kind::Settings, 0, 0, &[0, 4, 255, 0, 0, 0], R::FLOW_CONTROL_ERROR, "§6.5.2: window"),
        (Kind::Settings, 0, 0, &[0, 5, 0, 0, 0, 1], R::PROTOCOL_ERROR, "§6.5.2: frame size"),
        (Kind::PushPromise, END_HEADERS, 1, &[0; 4], R::PROTOCOL_ERROR, "§8.4: push by a client"),
        (Kind::Ping, 0, 1, &[0; 8], R::PROTOCOL_ERROR, "§6.7: on a stream"),
        (Kind::Ping, 0, 0, &[0; 7], R::FRAME_SIZE_ERROR, "§6.7: length"),
        (Kind::GoAway, 0, 1, &[0; 8], R::PROTOCOL_ERROR, "§6.8: on a stream"),
        (Kind::GoAway, 0, 0, &[0; 7], R::FRAME_SIZE_ERROR, "§6.8: length"),
        (Kind::WindowUpdate, 0, 0, &[0; 4], R::PROTOCOL_ERROR, "§6.9: by nothing"),
        (Kind::WindowUpdate, 0, 0, &[0; 3], R::FRAME_SIZE_ERROR, "§6.9: length"),
        (Kind::WindowUpdate, 0, 3, &[0, 0, 0, 1], R::PROTOCOL_ERROR, "§5.1: idle stream"),
        (Kind::WindowUpdate, 0, 0, &[127, 255, 255, 255], R::FLOW_CONTROL_ERROR, "§6.9.1"),
        (Kind::Continuation, END_HEADERS, 1, b"", R::PROTOCOL_ERROR, "§6.10: nothing to continue"),
        (Kind::Data, 0, 1, &[0; 16_385], R::FRAME_SIZE_ERROR, "§4.2: too large"),
    ];
    for (kind, flags, stream, payload, reason, why) in cases {
        for piece in [usize::MAX, 1] {
            let mut peer = server_with_stream();
            peer.piece = piece;
            println!("{why}, in pieces of {piece}");
            peer.say(kind, flags, stream, payload);
            let error = peer.expect_goaway(reason);
            assert_eq!(error.by, Initiator::Engine);
        }
    }
}

#[test]
fn faults_of_a_stream() {
    use Reason as R;
    let cases: &[(Kind, u8, &[u8], R, &str)] = &[
        (Kind::WindowUpdate, 0, &[0; 4], R::PROTOCOL_ERROR, "§6.9: by nothing"),
        (Kind::WindowUpdate, 0, &[127, 255, 255, 255], R::FLOW_CONTROL_ERROR, "§6.9.1"),
        (Kind::Priority, 0, &[0; 4], R::FRAME_SIZE_ERROR, "§6.3: length"),
        (Kind::Headers, END_HEADERS, b"", R::PROTOCOL_ERROR, "§8.1: trailers without an end"),
        (Kind::Headers, END_HEADERS | END_STREAM, b"\x84", R::PROTOCOL_ERROR, "§8.1: pseudo"),
    ];
    for &(kind, flags, payload, reason, why) in cases {
        println!("{why}");
        let mut peer = server_with_stream();
        peer.say(kind, flags, 1, payload);
        peer.expect_reset(1, reason);
        peer.expect_event(|event| {
            matches!(event, Event::Reset { by: Initiator::Engine, reason: told, .. } if *told == reason)
        });
        // The connection goes on.
        peer.say_request(3, true);
        let stream = peer.expect_request();
        peer.answer(stream, b"fine");
        peer.expect_answer(3, b"fine");
        peer.expect_silence();
    }
}

#[test]
fn malformed_requests() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[(":scheme", "http"), (":path", "/")], "§8.3.1: no :method"),
        (&[(":method", "GET"), (":path", "/")], "§8.3.1: no :scheme"),
        (&[(":method", "GET"), (":scheme", "http")], "§8.3.1: no :path"),
        (&[(":method", "GET"), (":scheme", "http"), (":path", "")], "§8.3.1: empty :path"),
        (&[(":method", "GET"), (":scheme", "http"), (":path", "a/b")], "§8.3.1: no slash"),
        (&[(":method", "GET"), (":scheme", "http"), (":path", "*")], "§8.3.1: * without OPTIONS"),
        (&[(":method", "CONNECT"), (":path", "/"), (":authority", "a")], "§8.5: CONNECT"),
        (&[(":status", "200")], "§8.3: a response's field"),
    ];
    let additions: &[(&str, &str, &str)] = &[
        (":path", "/again", "§8.3: repeated"),
        (":unknown", "x", "§8.3: unknown"),
        (":protocol", "websocket", "RFC 8441: not announced"),
        ("X-Upper", "x", "§8.2.1: uppercase"),
        ("connection", "keep-alive", "§8.2.2"),
        ("transfer-encoding", "chunked", "§8.2.2"),
        ("te", "gzip", "§8.2.2"),
        ("content-length", "ten", "§8.1.1"),
        ("x", "a\0b", "§8.2.1: NUL"),
        ("x", "a\nb", "§8.2.1: LF"),
        ("x", " a", "§8.2.1: leading space"),
    ];
    let mut all: Vec<(Vec<_>, &str)> = Vec::new();
    for (fields, why) in cases {
        all.push((fields.to_vec(), why));
    }
    for (name, value, why) in additions {
        let mut fields = REQUEST.to_vec();
        if name.starts_with(':') {
            fields.insert(4, (name, value));
        } else {
            fields.push((name, value));
        }
        all.push((fields, why));
    }
    let mut late = REQUEST.to_vec();
    late.swap(3, 4);
    all.push((late, "§8.3: a pseudo-field behind a regular one"));
    for (fields, why) in all {
        println!("{why}: {fields:?}");
        let mut peer = server();
        peer.say_headers(1, &fields, true);
        peer.expect_reset(1, Reason::PROTOCOL_ERROR);
        peer.expect_silence();
    }
}

#[test]
fn unusual_requests_that_are_valid() {
    for fields in [
        &[(":method", "OPTIONS"), (":scheme", "http"), (":path", "*")][..],
        &[(":method", "CONNECT"), (":authority", "a:1")],
        &[(":method", "GET"), (":scheme", "http"), (":path", "/"), ("content-length", "0")],
    ] {
        let mut peer = server();
        peer.say_headers(1, fields, true);
        peer.expect_request();
        peer.expect_silence();
    }
}

#[test]
fn content_length_is_the_sum_of_the_data() {
    // RFC 9113 §8.1.1.
    for (declared, frames, ok) in [
        ("5", &["hello"][..], true),
        ("5", &["he", "llo"], true),
        ("5", &["hell"], false),
        ("5", &["hello", "!"], false),
        ("0", &["x"], false),
    ] {
        let mut peer = server();
        let mut fields = REQUEST.to_vec();
        fields.push(("content-length", declared));
        peer.say_headers(1, &fields, false);
        peer.expect_request();
        for (i, frame) in frames.iter().enumerate() {
            peer.say_data(1, frame.as_bytes(), i + 1 == frames.len());
        }
        if !ok {
            peer.expect_reset(1, Reason::PROTOCOL_ERROR);
        }
        assert_eq!(peer.next_frame(), None);
    }
    let mut peer = server();
    let mut fields = REQUEST.to_vec();
    fields.push(("content-length", "5"));
    peer.say_headers(1, &fields, true);
    peer.expect_reset(1, Reason::PROTOCOL_ERROR);
}

#[test]
fn frames_behind_the_end_of_a_stream() {
    // RFC 9113 §5.1, half-closed (remote).
    let mut peer = server();
    peer.say_request(1, true);
    peer.expect_request();
    peer.say_data(1, b"more", true);
    peer.expect_reset(1, Reason::STREAM_CLOSED);
    // Closed by its answer.
    let mut peer = server();
    peer.say_request(1, true);
    let stream = peer.expect_request();
    peer.answer(stream, b"");
    while peer.next_frame().is_some() {}
    peer.say_data(1, b"more", true);
    peer.expect_reset(1, Reason::STREAM_CLOSED);
    let mut peer = server();
    peer.say_request(1, true);
    let stream = peer.expect_request();
    peer.answer(stream, b"");
    peer.say_request(1, true);
    peer.expect_goaway(Reason::STREAM_CLOSED);
    // Never opened, but lower than one that was (RFC 9113 §5.1.1).
    let mut peer = server();
    peer.say_request(5, true);
    peer.expect_request();
    peer.say_request(3, true);
    peer.expect_goaway(Reason::STREAM_CLOSED);
}

#[test]
fn windows_are_kept() {
    // RFC 9113 §6.9.1.
    let mut peer = Dialogue::server(Config { stream_window: 10, ..Config::default() });
    peer.say_request(1, false);
    peer.expect_request();
    peer.say_data(1, &[0; 11], false);
    peer.expect_reset(1, Reason::FLOW_CONTROL_ERROR);
    let config = Config { connection_window: 65_535, connection_buffer: 0, ..Config::default() };
    let mut peer = Dialogue::server(config);
    peer.say_request(1, false);
    for _ in 0..4 {
        peer.say_data(1, &[0; 16_000], false);
    }
    peer.say_data(1, &[0; 1_536], false);
    peer.expect_goaway(Reason::FLOW_CONTROL_ERROR);
}

#[test]
fn a_lower_window_counts_once_it_is_acknowledged() {
    // RFC 9113 §6.9.2: before that, the peer may rely on the default.
    let config = Config { stream_window: 10, ..Config::default() };
    let mut peer = Dialogue::silent(Connection::server(config, epoch()));
    peer.say_raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    peer.say_settings(&[]);
    peer.say_request(1, false);
    peer.say_data(1, &[0; 1_000], false);
    peer.say(Kind::Settings, ACK, 0, b"");
    while let Some(frame) = peer.next_frame() {
        assert_ne!(frame.kind, Kind::RstStream);
    }
    peer.say_data(1, b"x", false);
    peer.expect_reset(1, Reason::FLOW_CONTROL_ERROR);
}

#[test]
fn a_stream_may_end_in_less_than_no_window() {
    // RFC 9113 §6.9.1: an empty frame needs none, and §6.9.2 may leave less.
    let config = Config { stream_window: 10, ..Config::default() };
    let mut peer = Dialogue::silent(Connection::server(config, epoch()));
    peer.say_raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    peer.say_settings(&[]);
    peer.expect_event(|event| matches!(event, Event::Ready));
    peer.say_request(1, false);
    let stream = peer.expect_request();
    peer.say_data(1, &[7; 1_000], false);
    peer.expect_data_event(&[7; 1_000], false);
    peer.say(Kind::Settings, ACK, 0, b"");
    peer.say_data(1, b"", true);
    peer.expect_data_event(b"", true);
    peer.collect();
    while peer.next_frame().is_some() {}
    peer.answer(stream, b"all of it");
    peer.expect_answer(1, b"all of it");
}

#[test]
fn nothing_interrupts_a_field_block() {
    // RFC 9113 §6.10.
    for frame in [
        raw(Kind::Ping, 0, 0, &[0; 8]),
        raw(Kind::Data, 0, 1, b"x"),
        raw(Kind::Continuation, END_HEADERS, 3, b""),
        raw(Kind::Unknown(77), 0, 0, b""),
        raw(Kind::Headers, END_HEADERS, 3, b""),
    ] {
        let mut peer = server();
        let block = peer.block(&REQUEST);
        peer.say(Kind::Headers, END_STREAM, 1, &block);
        peer.say_raw(&frame);
        peer.expect_goaway(Reason::PROTOCOL_ERROR);
    }
}

#[test]
fn the_preface_is_exact() {
    // RFC 9113 §3.4.
    let silent = || Dialogue::silent(Connection::server(Config::default(), epoch()));
    for preface in [&b"GET / HTTP/1.1\r\n"[..], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\rX", b"\0"] {
        let mut peer = silent();
        peer.say_raw(preface);
        peer.expect_goaway(Reason::PROTOCOL_ERROR);
    }
    let mut peer = silent();
    peer.say_raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    peer.say(Kind::Ping, 0, 0, &[0; 8]);
    peer.expect_goaway(Reason::PROTOCOL_ERROR);
    let mut peer = silent();
    peer.say_raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    peer.say(Kind::Settings, ACK, 0, b"");
    peer.expect_goaway(Reason::PROTOCOL_ERROR);
}

#[test]
fn malformed_responses() {
    let cases = [
        (&[("grpc-status", "0")][..], true, "§8.3.2: no :status"),
        (&[(":status", "20")], true, "§8.3.2: not three digits"),
        (&[(":status", "+20")], true, "§8.3.2: not three digits"),
        (&[(":status", "200"), (":path", "/")], true, "§8.3: a request's field"),
        (&[(":status", "103")], true, "§8.1: an interim response that ends"),
        (&[(":status", "101")], false, "§8.6: no upgrades"),
        (&[(":status", "200"), ("content-length", "5")], true, "§8.1.1"),
    ];
    for (fields, end_stream, why) in cases {
        println!("{why}");
        let mut peer = Dialogue::client(Config::default());
        let request = REQUEST.map(|(name, value)| Field::new(name, value));
        peer.engine.open(&request, true).expect("capacity");
        peer.collect();
        peer.expect_headers(1, true);
        peer.say_headers(1, fields, end_stream);
        peer.expect_reset(1, Reason::PROTOCOL_ERROR);
        peer.expect_event(|event| matches!(event, Event::Reset { by: Initiator::Engine, .. }));
    }
}

#[test]
fn a_client_refuses_pushes_and_streams_it_did_not_open() {
    for frame in [
        raw(Kind::PushPromise, END_HEADERS, 1, &[0, 0, 0, 2, 0x82]),
        raw(Kind::Headers, END_HEADERS, 2, b"\x88"),
        raw(Kind::Headers, END_HEADERS, 3, b"\x88"),
        raw(Kind::Data, 0, 3, b"x"),
        raw(Kind::Settings, 0, 0, &[0, 2, 0, 0, 0, 1]),
    ] {
        let mut peer = Dialogue::client(Config::default());
        let request = REQUEST.map(|(name, value)| Field::new(name, value));
        peer.engine.open(&request, true).expect("capacity");
        peer.say_raw(&frame);
        peer.expect_goaway(Reason::PROTOCOL_ERROR);
    }
}

#[test]
fn data_before_headers_is_refused_by_a_client() {
    let mut peer = Dialogue::client(Config::default());
    let request = REQUEST.map(|(name, value)| Field::new(name, value));
    peer.engine.open(&request, true).expect("capacity");
    peer.collect();
    peer.expect_headers(1, true);
    peer.say_data(1, b"x", false);
    peer.expect_reset(1, Reason::PROTOCOL_ERROR);
}

#[test]
fn a_length_without_content_is_fine_where_there_is_none() {
    // RFC 9110 §8.6.
    for (method, status) in [("HEAD", "200"), ("GET", "304")] {
        let mut peer = Dialogue::client(Config::default());
        let mut request = REQUEST.map(|(name, value)| Field::new(name, value));
        request[0] = Field::new(":method", method);
        peer.engine.open(&request, true).expect("capacity");
        peer.collect();
        peer.expect_headers(1, true);
        peer.say_headers(1, &[(":status", status), ("content-length", "100")], true);
        peer.expect_event(|event| matches!(event, Event::Headers { end_stream: true, .. }));
        peer.expect_silence();
    }
}

#[test]
fn the_end_of_the_transport_says_what_was_cut() {
    let mut peer = server();
    peer.engine.handle_eof();
    peer.say_raw(b"");
    peer.expect_event(|event| {
        matches!(event, Event::Closed(error) if error.by == Initiator::Peer
            && error.to_string().contains("transport was closed"))
    });
    let mut peer = server();
    peer.say_raw(b"\0\0");
    peer.engine.handle_eof();
    peer.say_raw(b"");
    peer.expect_event(
        |event| matches!(event, Event::Closed(error) if error.detail.contains("middle of a frame")),
    );
}
