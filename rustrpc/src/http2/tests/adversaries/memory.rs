//! Peers that fill what they are given, when there is little to give.

use crate::http2::Config;
use crate::http2::flow::DEFAULT_WINDOW;
use crate::http2::frame::Kind;
use crate::http2::tests::dialogue::Dialogue;

/// Sends on one stream as much as the windows allow, each message consumed at once, and counts what
/// it may send from then on.
fn granted(peer: &mut Dialogue, messages: u32) -> u32 {
    let mut granted = 0;
    for _ in 0..messages {
        peer.say_data(1, &[0; 16_384], false);
        if let Some(super::super::dialogue::Told::Data { stream, .. }) = peer.next_event() {
            peer.engine.release(stream, 16_384);
        }
        peer.collect();
        while let Some(frame) = peer.next_frame() {
            assert_eq!(frame.kind, Kind::WindowUpdate);
            if frame.stream == 1 {
                granted += u32::from_be_bytes(frame.payload.try_into().expect("four octets"));
            }
        }
    }
    granted
}

fn connect() -> Dialogue {
    let config = Config { max_stream_window: 0, ..Config::default() };
    let mut peer = Dialogue::server(config);
    peer.say_request(1, false);
    peer.expect_request();
    peer
}

#[test]
fn a_sender_to_a_restrained_connection_is_left_with_small_windows() {
    let mut peer = connect();
    peer.engine.restrain(true);
    // It uses up all but one of the 64 pieces of 16 KiB that it was promised, and is given back
    // only what a small window holds.
    let given = granted(&mut peer, 63);
    assert!(given <= DEFAULT_WINDOW, "{given}");
    let (_, left) = peer.engine.windows(crate::http2::StreamId::from_wire(1)).expect("open");
    assert!(left <= DEFAULT_WINDOW as i32, "{left}");
    // Once there is room again, so are the windows.
    peer.engine.restrain(false);
    peer.collect();
    let (_, left) = peer.engine.windows(crate::http2::StreamId::from_wire(1)).expect("open");
    assert!(left > 1 << 19, "{left}");
    peer.expect_alive();
}

#[test]
fn a_sender_to_an_unrestrained_connection_keeps_its_windows() {
    let mut peer = connect();
    assert!(granted(&mut peer, 63) >= 1 << 19);
    peer.expect_alive();
}
