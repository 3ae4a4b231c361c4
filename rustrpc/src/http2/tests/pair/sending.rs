//! What the two ends send.

use std::sync::Arc;

use bytes::Bytes;

use super::super::random::Random;
use super::super::source::Promised;
use super::parts::{Body, expected};
use crate::http2::{Connection, Field, Indexing, Payload, StreamKey};

pub(super) static STATUS: [Field<'static>; 1] =
    [Field { name: b":status", value: b"200", indexing: Indexing::Always }];
pub(super) static GRPC_STATUS: [Field<'static>; 1] =
    [Field { name: b"grpc-status", value: b"0", indexing: Indexing::Always }];

/// Sends some more of a body; a response ends in trailers, a request with its last data.
pub(super) fn send_body(
    engine: &mut Connection,
    stream: StreamKey,
    body: &mut Body,
    random: &mut Random,
    request: bool,
) {
    // The end of a connection may be on its way to being told.
    if body.end_sent || engine.queued(stream) > 100_000 || engine.is_closed() {
        return;
    }
    let n = (body.len - body.sent).min(1 + random.body());
    let data = expected(stream.id(), body.sent, n);
    let last = body.sent + n == body.len;
    let payload = match random.below(3) {
        0 => Payload::Copy(data),
        1 => Payload::Draw(Arc::new(Promised { bytes: data, length: data.len() })),
        _ => Payload::Keep(Bytes::from_static(data)),
    };
    let end_stream = last && request && random.below(2) == 0;
    engine.send_data(stream, payload, end_stream).expect("still open");
    body.sent += n;
    body.end_sent = end_stream;
    if last && !end_stream && request {
        engine.send_data(stream, Payload::Copy(b""), true).expect("still open");
        body.end_sent = true;
    }
    if last && !request {
        engine.send_trailers(stream, &GRPC_STATUS).expect("still open");
        body.end_sent = true;
    }
}
