//! What a field block means for its stream (RFC 9113 §8).

use super::data::too_short;
use super::{Connection, Role};
use crate::http2::error::{Reason, Violation};
use crate::http2::event::Event;
use crate::http2::fields::{FieldBlock, ListLimits, Pseudo, facts};
use crate::http2::flow::DEFAULT_WINDOW;
use crate::http2::stream::{State, Stream, StreamId, StreamKey};

impl Connection {
    /// A complete field block on a stream.
    pub(super) fn recv_block(
        &mut self,
        id: StreamId,
        end_stream: bool,
        depends_on_itself: bool,
        block: &[u8],
    ) -> Result<Option<Event<'static>>, Violation> {
        let limits = &self.config.limits;
        let limits = ListLimits { bytes: limits.max_field_list_size, fields: limits.max_fields };
        // RFC 9113 §4.3: decoded whatever becomes of the stream, for the state both sides share.
        let fields =
            self.decoder.decode(block, limits).map_err(|why| Violation::compression(why.0))?;
        if self.is_unopened(id) {
            return self.recv_request(id, end_stream, depends_on_itself, fields);
        }
        if let Some(stream) = self.streams.find(id) {
            return self.recv_more_headers(stream, end_stream, fields);
        }
        // RFC 9113 §5.1, closed. Trailers of a call that we cancelled, perhaps long ago; but a
        // client has no such excuse for a stream that it ended itself.
        if self.role == Role::Client {
            self.glitch()?;
        } else if !self.reset_lately.contains(id) && !self.is_after_goaway(id) {
            let detail = "HEADERS on a closed stream";
            return Err(Violation::Connection(Reason::STREAM_CLOSED, detail));
        }
        Ok(None)
    }

    fn recv_request(
        &mut self,
        id: StreamId,
        end_stream: bool,
        depends_on_itself: bool,
        fields: FieldBlock,
    ) -> Result<Option<Event<'static>>, Violation> {
        // RFC 9113 §5.1.1: clients use odd identifiers; servers of ours do not push.
        if self.role == Role::Client || !id.is_odd() {
            return Err(Violation::protocol("HEADERS on a stream that its sender may not open"));
        }
        self.last_peer_stream = id;
        // RFC 9113 §6.8: streams above the one in our GOAWAY are ignored.
        if self.is_after_goaway(id) {
            return Ok(None);
        }
        let fail = |reason, detail| Err(Violation::Stream(id, reason, detail));
        if depends_on_itself {
            return fail(Reason::PROTOCOL_ERROR, "a stream depends on itself");
        }
        // RFC 9113 §5.1.2. Streams count until their owner is done with them, so that a client
        // cannot have more handlers running by resetting streams.
        if self.streams.len() >= self.config.max_concurrent_streams as usize {
            return fail(Reason::REFUSED_STREAM, "too many concurrent streams");
        }
        check_request(&fields).map_err(|(reason, why)| Violation::Stream(id, reason, why))?;
        let mut stream = Stream::new(self.peer.initial_window, self.initial_recv_window());
        if self.restrained {
            stream.recv_window.shrink(DEFAULT_WINDOW);
        }
        stream.received_headers = true;
        stream.content_left = fields.content_length().unwrap_or(u64::MAX);
        if end_stream {
            stream.state = State::HalfClosedRemote;
            if !matches!(stream.content_left, 0 | u64::MAX) {
                return Err(too_short(id));
            }
        }
        let stream = self.streams.insert(id, stream);
        Ok(Some(Event::Headers { stream, fields, end_stream }))
    }

    /// A response, or trailers.
    fn recv_more_headers(
        &mut self,
        stream: StreamKey,
        end_stream: bool,
        fields: FieldBlock,
    ) -> Result<Option<Event<'static>>, Violation> {
        let id = stream.id;
        let kept = self.streams.get_mut(stream).expect("found by its identifier");
        // RFC 9113 §5.1, half-closed (remote).
        if !kept.state.can_receive() {
            let detail = "HEADERS on a stream that its sender had ended";
            return Err(Violation::Stream(id, Reason::STREAM_CLOSED, detail));
        }
        let trailers = kept.received_headers;
        let fail = |(reason, why)| Violation::Stream(id, reason, why);
        if trailers {
            check_trailers(&fields, end_stream).map_err(fail)?;
        } else {
            let status = check_response(&fields).map_err(fail)?;
            // RFC 9113 §8.1: interim responses come before the final one and end nothing.
            if status < 200 {
                if end_stream || status == 101 {
                    return Err(fail((Reason::PROTOCOL_ERROR, "an interim response is invalid")));
                }
                self.glitch()?;
                return Ok(None);
            }
            kept.received_headers = true;
            // RFC 9110 §8.6: there, the length is that of what a GET would have got.
            if !kept.head_request && status != 304 {
                kept.content_left = fields.content_length().unwrap_or(u64::MAX);
            }
        }
        // RFC 9113 §8.1.1.
        if end_stream && !matches!(kept.content_left, 0 | u64::MAX) {
            return Err(too_short(id));
        }
        let owner_gone = kept.owner_gone;
        if end_stream {
            self.end_remote(stream);
        }
        Ok((!owner_gone).then_some(match trailers {
            true => Event::Trailers { stream, fields },
            false => Event::Headers { stream, fields, end_stream },
        }))
    }

    /// The peer has ended its half of a stream.
    pub(super) fn end_remote(&mut self, stream: StreamKey) {
        let Some(kept) = self.streams.get_mut(stream) else { return };
        kept.state.end_remote();
        if kept.state == State::Closed {
            self.close_stream(stream);
        }
    }
}

type Fault = (Reason, &'static str);

/// What holds for every field list (RFC 9113 §8.2, §8.3).
fn check_fields(fields: &FieldBlock) -> Result<(), Fault> {
    let found = fields.facts();
    if found == 0 {
        return Ok(());
    }
    if found & facts::TOO_LARGE != 0 {
        return Err((Reason::ENHANCE_YOUR_CALM, "the field list is larger than the limits allow"));
    }
    let why = [
        (facts::BAD_NAME, "a field name is invalid"),
        (facts::BAD_VALUE, "a field value is invalid"),
        (facts::CONNECTION_SPECIFIC, "a connection-specific field is present"),
        (facts::BAD_PSEUDO, "a pseudo-field is unknown, repeated or out of place"),
        (facts::BAD_LENGTH, "content-length is invalid"),
    ];
    let why = why.iter().find(|(fact, _)| found & fact != 0).map_or("", |(_, why)| why);
    Err((Reason::PROTOCOL_ERROR, why))
}

/// RFC 9113 §8.3.1.
fn check_request(fields: &FieldBlock) -> Result<(), Fault> {
    check_fields(fields)?;
    const REQUIRED: u8 = Pseudo::Method.bit() | Pseudo::Scheme.bit() | Pseudo::Path.bit();
    let present = fields.pseudo_mask();
    let fail = |why| Err((Reason::PROTOCOL_ERROR, why));
    // Extended CONNECT (RFC 8441) is not announced, so `:protocol` is no pseudo-field here.
    if present & (Pseudo::Status.bit() | Pseudo::Protocol.bit()) != 0 {
        return fail("a request has a pseudo-field that is not one of a request");
    }
    if fields.method() == Some(b"CONNECT") {
        // RFC 9113 §8.5.
        return match present & !Pseudo::Method.bit() == Pseudo::Authority.bit() {
            true => Ok(()),
            false => fail("CONNECT has other pseudo-fields than :method and :authority"),
        };
    }
    if present & REQUIRED != REQUIRED {
        return fail("a request lacks :method, :scheme or :path");
    }
    match fields.path() {
        Some([b'/', ..]) => Ok(()),
        Some(b"*") if fields.method() == Some(b"OPTIONS") => Ok(()),
        _ => fail(":path does not begin with a slash"),
    }
}

/// RFC 9113 §8.3.2; gives the status.
fn check_response(fields: &FieldBlock) -> Result<u16, Fault> {
    check_fields(fields)?;
    let fail = |why| Err((Reason::PROTOCOL_ERROR, why));
    if fields.pseudo_mask() != Pseudo::Status.bit() {
        return fail("a response lacks :status or has other pseudo-fields");
    }
    match fields.pseudo(Pseudo::Status) {
        Some([a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9']) => {
            let digit = |byte: &u8| u16::from(byte - b'0');
            Ok(digit(a) * 100 + digit(b) * 10 + digit(c))
        }
        _ => fail(":status is not a number of three digits"),
    }
}

/// RFC 9113 §8.1.
fn check_trailers(fields: &FieldBlock, end_stream: bool) -> Result<(), Fault> {
    if !end_stream {
        return Err((Reason::PROTOCOL_ERROR, "trailers do not end their stream"));
    }
    check_fields(fields)?;
    match fields.pseudo_mask() {
        0 => Ok(()),
        _ => Err((Reason::PROTOCOL_ERROR, "a pseudo-field is in the trailers")),
    }
}
