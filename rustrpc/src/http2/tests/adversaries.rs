//! Peers that mean harm, how each ends, and honest twins that must not.

use super::dialogue::Dialogue;
use crate::http2::Config;
use crate::http2::error::Reason;

#[test]
fn rapid_reset() {
    let mut peer = Dialogue::server(Config::default());
    let mut opened = 0;
    while !peer.engine.is_closed() {
        let id = opened * 2 + 1;
        peer.say_request(id, true);
        peer.say_reset(id, Reason::CANCEL);
        opened += 1;
        assert!(opened <= 201, "the budget is 200");
    }
    peer.expect_goaway(Reason::ENHANCE_YOUR_CALM);
    assert_eq!(opened, 201);
}
