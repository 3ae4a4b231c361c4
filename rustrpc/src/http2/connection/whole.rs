//! Requests and responses that come or go in one piece.

use super::Connection;
use crate::http2::event::Input;
use crate::http2::fields::Field;
use crate::http2::frame::{self, Head, Kind, head, headers};
use crate::http2::hpack::ListName;
use crate::http2::stream::{State, StreamKey};

impl Connection {
    /// What follows on a stream whose header section was the last event, if that is one DATA frame
    /// which ends the stream and lies in `input` whole. It counts as released.
    ///
    /// Nothing is lost by not asking: the same data is the next event then. Data that is not as it
    /// should be is left to that as well.
    pub fn take_rest<'i>(&mut self, stream: StreamKey, input: &mut Input<'i>) -> Option<&'i [u8]> {
        let (mut head, mut data) = self.next_on(stream, input)?;
        // C++ gRPC, and what is built on it, grants a window in between.
        if head.kind == Kind::WindowUpdate {
            input.take(head::LEN + data.len());
            if let Err(violation) = self.recv_window_update(head, data) {
                self.punish(violation);
                return None;
            }
            (head, data) = self.next_on(stream, input)?;
        }
        let kept = self.streams.get_mut(stream)?;
        let is_rest = head.kind == Kind::Data
            && head.has(head::END_STREAM)
            && !head.has(head::PADDED)
            && kept.state == State::Open
            && kept.received_headers
            && (kept.content_left == u64::MAX || kept.content_left == u64::from(head.len))
            && kept.recv_window.has_room(head.len)
            && self.recv_window.receive(head.len).is_ok();
        if !is_rest {
            return None;
        }
        input.take(head::LEN + data.len());
        kept.content_left = u64::MAX;
        kept.state = State::HalfClosedRemote;
        self.count_data(head.len);
        self.budgets.earn_tiny_data(&self.config.limits, head.len);
        self.announce_connection_window();
        Some(data)
    }

    /// Takes an empty DATA frame that ends the stream, if that is next in `input`: the end of a request
    /// all of whose data has come.
    pub(crate) fn take_end(&mut self, stream: StreamKey, input: &mut Input<'_>) -> bool {
        // Its length, and its type.
        let is_empty = input.remaining().starts_with(&[0, 0, 0, 0]);
        is_empty && self.take_rest(stream, input).is_some()
    }

    /// The next frame, if it is on this stream and lies in `input` whole.
    #[inline]
    fn next_on<'i>(&self, stream: StreamKey, input: &Input<'i>) -> Option<(Head, &'i [u8])> {
        let (octets, behind) = input.remaining().split_first_chunk::<{ head::LEN }>()?;
        let head = Head::parse(*octets);
        if head.stream != stream.id || head.len > self.config.max_frame_size {
            return None;
        }
        let payload = behind.get(..head.len as usize)?;
        self.reader.is_between_frames().then_some((head, payload))
    }

    /// Sends a whole response at once, with header and trailer sections that are part of the program,
    /// and lets go of the stream, which has received all there is. `false` if that can't be done: for
    /// want of a window, or since the peer's decoder does not know the fields yet. Then nothing is
    /// sent.
    pub(crate) fn send_whole(
        &mut self,
        stream: StreamKey,
        head: &'static [Field<'static>],
        data: &[u8],
        trailers: &'static [Field<'static>],
    ) -> bool {
        let most = self.send_window.available().min(self.peer.max_frame_size as usize);
        let Some(kept) = self.streams.get_mut(stream) else { return false };
        if kept.state != State::HalfClosedRemote
            || kept.sent_headers
            || data.len() > most.min(kept.send_window.available())
            || self.staged.len() + data.len() > self.config.direct_limit
        {
            return false;
        }
        let Some(head) = self.encoder.known(ListName::of_constant(head)) else { return false };
        let Some(trailers) = self.encoder.known(ListName::of_constant(trailers)) else {
            return false;
        };
        self.unreleased -= kept.unreleased as usize;
        self.send_window.consume(data.len());
        self.staged.write_with(|out| {
            out.reserve(3 * frame::head::LEN + head.len() + data.len() + trailers.len());
            headers::write_short(stream.id, false, head, out);
            out.extend_from_slice(&frame::data::head(stream.id, data.len(), false));
            out.extend_from_slice(data);
            headers::write_short(stream.id, true, trailers, out);
        });
        self.last_data = None;
        self.deadlines.progress = None;
        self.budgets.sent();
        self.budgets.completed(&self.config.limits);
        self.streams.close(stream.id);
        self.streams.remove(stream);
        self.announce_connection_window();
        self.finish_shutdown_if_done();
        true
    }
}
