//! Responses that are small, on their way out.

use super::dialogue::{Dialogue, Told};
use crate::http2::frame::settings::Setting;
use crate::http2::{Config, Field, Indexing, Payload, StreamKey};

#[test]
fn a_whole_answer_leaves_at_once_or_not_at_all() {
    static HEAD: [Field<'static>; 2] = [
        Field { name: b":status", value: b"200", indexing: Indexing::Always },
        Field { name: b"content-type", value: b"a/b", indexing: Indexing::Always },
    ];
    static TRAILERS: [Field<'static>; 1] =
        [Field { name: b"grpc-status", value: b"0", indexing: Indexing::Always }];
    let mut peer = Dialogue::server(Config::default());
    let send = |peer: &mut Dialogue, id, body: &[u8], end_stream| {
        peer.say_request(id, end_stream);
        let stream = peer.expect_request();
        (stream, peer.engine.send_whole(stream, &HEAD, body, &TRAILERS))
    };
    let at_length = |peer: &mut Dialogue, stream: StreamKey, body: &[u8]| {
        peer.engine.send_constant_headers(stream, &HEAD).expect("open");
        peer.engine.send_data(stream, Payload::Copy(body), false).expect("open");
        peer.engine.send_constant_trailers(stream, &TRAILERS).expect("open");
        peer.engine.finish(stream);
        peer.collect();
    };
    let hear = |peer: &mut Dialogue, id, body: &[u8]| {
        assert_eq!(peer.expect_headers(id, false), "[:status: 200, content-type: a/b]");
        peer.expect_data(id, body, false);
        assert_eq!(peer.expect_headers(id, true), "[grpc-status: 0]");
        peer.expect_silence();
        assert!(peer.engine.is_idle());
    };
    // The peer's decoder must know the fields, and nothing else may be said of them.
    for id in [1, 3] {
        let (stream, sent) = send(&mut peer, id, b"first", true);
        assert!(!sent);
        at_length(&mut peer, stream, b"first");
        hear(&mut peer, id, b"first");
    }
    for (id, body) in [(5, &b"second"[..]), (7, b"")] {
        let (stream, sent) = send(&mut peer, id, body, true);
        assert!(sent);
        // It is gone, and its key harmless.
        peer.engine.finish(stream);
        assert!(!peer.engine.send_whole(stream, &HEAD, body, &TRAILERS));
        peer.collect();
        hear(&mut peer, id, body);
    }
    // A request that goes on, windows of stream and connection, an answer that has begun.
    let (stream, sent) = send(&mut peer, 9, b"early", false);
    assert!(!sent);
    peer.say_data(9, b"rest", true);
    assert!(matches!(peer.next_event(), Some(Told::Data { end_stream: true, .. })));
    peer.engine.send_constant_headers(stream, &HEAD).expect("open");
    assert!(!peer.engine.send_whole(stream, &HEAD, b"", &TRAILERS));
    peer.engine.send_data(stream, Payload::Copy(&[7; 60_000]), false).expect("open");
    peer.engine.send_constant_trailers(stream, &TRAILERS).expect("open");
    peer.engine.finish(stream);
    peer.collect();
    // Of 65,535 bytes some hundred are gone before, and 60,000 now.
    let (stream, sent) = send(&mut peer, 11, &[7; 6_000], true);
    assert!(!sent, "the connection's window");
    peer.say_window_update(0, 100_000);
    peer.say_settings(&[Setting::InitialWindowSize(10)]);
    assert!(!peer.engine.send_whole(stream, &HEAD, &[7; 11], &TRAILERS), "the stream's window");
    assert!(peer.engine.send_whole(stream, &HEAD, &[7; 10], &TRAILERS));
    assert!(peer.engine.is_idle());
}

#[test]
fn a_small_answer_is_one_contiguous_write() {
    let mut peer = Dialogue::server(Config::default());
    peer.say_request(1, true);
    let stream = peer.expect_request();
    let engine = &mut peer.engine;
    engine.send_headers(stream, &[Field::new(":status", "200")], false).expect("open");
    engine.send_data(stream, Payload::Copy(b"abc"), false).expect("open");
    engine.send_data(stream, Payload::Copy(b"def"), false).expect("open");
    engine.send_trailers(stream, &[Field::new("grpc-status", "0")]).expect("open");
    let mut output = crate::http2::Output::new();
    engine.poll_transmit(&mut output);
    assert_eq!(output.chunk().len(), output.len());
    // Both messages went into one frame.
    let text = output.to_vec();
    assert!(text.windows(15).any(|w| w == b"\0\0\x06\0\0\0\0\0\x01abcdef"));
}
