//! DATA from the peer: checked, credited, handed on as it arrives (RFC 9113 §6.1, §6.9).

use super::Connection;
use super::reader::{At, DataFrame};
use super::receive::Progress;
use crate::http2::error::{Reason, Violation};
use crate::http2::event::{Event, Input};
use crate::http2::frame::{Head, head};
use crate::http2::stream::{StreamId, StreamKey};

impl Connection {
    /// The DATA frame that begins with this head.
    #[inline]
    pub(super) fn recv_data_head(&mut self, head: Head) -> Result<DataFrame, Violation> {
        // RFC 9113 §6.1.
        if head.stream == StreamId::CONNECTION {
            return Err(Violation::protocol("DATA without a stream"));
        }
        // RFC 9113 §5.1, idle.
        if self.is_unopened(head.stream) {
            return Err(Violation::protocol("DATA on an idle stream"));
        }
        // RFC 9113 §6.9: padding included, and even for streams that are gone.
        if self.recv_window.receive(head.len).is_err() {
            return Err(Violation::Connection(
                Reason::FLOW_CONTROL_ERROR,
                "DATA overran the connection's window",
            ));
        }
        self.count_data(head.len);
        let end_stream = head.has(head::END_STREAM);
        if !end_stream && head.len < 5 {
            self.spend_tiny_data()?;
        } else {
            self.budgets.earn_tiny_data(&self.config.limits, head.len);
        }
        let mut frame = DataFrame {
            id: head.stream,
            stream: None,
            padded: head.has(head::PADDED),
            left: head.len,
            padding: 0,
            end_stream,
        };
        match self.admit_data(head) {
            Ok(stream) => frame.stream = stream,
            Err(violation) => {
                self.reader.at = At::Data(frame);
                return Err(violation);
            }
        }
        Ok(frame)
    }

    /// Counts a DATA frame that the connection's window had room for.
    #[inline]
    pub(super) fn count_data(&mut self, len: u32) {
        self.recv_window.credit(len);
        self.bandwidth.received(len);
    }

    /// The stream of a DATA frame, if anybody wants it.
    #[inline]
    fn admit_data(&mut self, head: Head) -> Result<Option<StreamKey>, Violation> {
        let Some(stream) = self.streams.find(head.stream) else {
            self.recv_on_closed(head.stream, "DATA on a closed stream")?;
            return Ok(None);
        };
        let kept = self.streams.get_mut(stream).expect("found by its identifier");
        // RFC 9113 §5.1, half-closed (remote).
        if !kept.state.can_receive() {
            let detail = "DATA on a stream that its sender had ended";
            return Err(Violation::Stream(head.stream, Reason::STREAM_CLOSED, detail));
        }
        // RFC 9113 §8.1.
        if !kept.received_headers {
            let detail = "DATA before HEADERS";
            return Err(Violation::Stream(head.stream, Reason::PROTOCOL_ERROR, detail));
        }
        // RFC 9113 §6.9.1.
        if kept.recv_window.receive(head.len).is_err() {
            let detail = "DATA overran the stream's window";
            return Err(Violation::Stream(head.stream, Reason::FLOW_CONTROL_ERROR, detail));
        }
        kept.unreleased += head.len;
        self.unreleased += head.len as usize;
        Ok(Some(stream))
    }

    pub(super) fn recv_data<'i>(
        &mut self,
        mut frame: DataFrame,
        input: &mut Input<'i>,
    ) -> Result<Progress<'i>, Violation> {
        let mut overhead = 0;
        if frame.padded {
            if frame.left == 0 {
                return Err(Violation::frame_size("padded DATA lacks its padding length"));
            }
            let &[padding] = input.take(1) else {
                self.reader.at = At::Data(frame);
                return Ok(Progress::Exhausted);
            };
            frame.padded = false;
            frame.padding = u32::from(padding);
            // RFC 9113 §6.1.
            frame.left = (frame.left - 1)
                .checked_sub(frame.padding)
                .ok_or(Violation::protocol("the padding is longer than the frame"))?;
            overhead = 1 + frame.padding;
        }
        let data = input.take(frame.left as usize);
        frame.left -= data.len() as u32;
        if frame.left == 0 {
            let skipped = input.take(frame.padding as usize).len() as u32;
            frame.padding -= skipped;
        }
        let complete = frame.left == 0 && frame.padding == 0;
        let progress = !data.is_empty() || overhead > 0 || complete;
        self.reader.at = if complete { At::Head } else { At::Data(frame) };
        if complete {
            self.announce_connection_window();
        }
        let idle = if progress || !input.is_empty() { Progress::More } else { Progress::Exhausted };
        // The stream may have been reset, or its owner gone, since the frame began.
        let Some(stream) = frame.stream else { return Ok(idle) };
        let Some(kept) = self.streams.get_mut(stream) else { return Ok(idle) };
        if !kept.state.can_receive() {
            return Ok(idle);
        }
        // RFC 9113 §8.1.1: the declared length must be the sum of all DATA.
        if kept.content_left != u64::MAX {
            match kept.content_left.checked_sub(data.len() as u64) {
                Some(left) => kept.content_left = left,
                None => return Err(too_long(frame.id)),
            }
        }
        let end_stream = complete && frame.end_stream;
        if end_stream && !matches!(kept.content_left, 0 | u64::MAX) {
            return Err(too_short(frame.id));
        }
        let owner_gone = kept.owner_gone;
        if end_stream {
            self.end_remote(stream);
        }
        // Padding, and what nobody wants, is consumed by receiving it.
        let consumed = if owner_gone { overhead + data.len() as u32 } else { overhead };
        if consumed > 0 {
            self.release(stream, consumed);
        }
        if owner_gone || (data.is_empty() && !end_stream) {
            return Ok(idle);
        }
        Ok(Progress::Event(Event::Data { stream, data, end_stream }))
    }
}

pub(super) fn too_long(id: StreamId) -> Violation {
    Violation::Stream(id, Reason::PROTOCOL_ERROR, "more DATA than content-length declares")
}

pub(super) fn too_short(id: StreamId) -> Violation {
    Violation::Stream(id, Reason::PROTOCOL_ERROR, "less DATA than content-length declares")
}
