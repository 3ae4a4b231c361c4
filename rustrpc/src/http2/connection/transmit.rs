//! What goes out, and in which order.

use super::{Connection, Queued, count_step};
use crate::http2::error::{Reason, Violation};
use crate::http2::frame::{data, head};
use crate::http2::output::Output;
use crate::http2::scheduler::QUANTUM;
use crate::http2::stream::{End, Payload, PayloadSource, QueuePiece, State, StreamKey};

/// A DATA frame that is still the last thing in the staged output.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastData {
    stream: StreamKey,
    /// Where its head is.
    mark: usize,
    len: usize,
}

/// What came of a stream's turn.
enum Turn {
    /// It sent; there may be more.
    Sent,
    /// It has nothing more that its own window lets it send.
    Done,
    /// The connection's window does not let it send: it keeps its turn.
    ConnectionBlocked,
}

impl Connection {
    /// Moves what is to be written now into `out`: answers, headers and what fitted at once first,
    /// then queued data in fair turns, up to [`Config::transmit_budget`](crate::http2::Config).
    ///
    /// Best called with an empty `out` (then nothing is copied); call again once it is written.
    pub fn poll_transmit(&mut self, out: &mut Output) {
        if !self.scheduler.is_empty() && !self.closed {
            self.staged.exchange_buffer(out);
            self.transmit_queued(self.config.transmit_budget.saturating_sub(out.len()));
        }
        self.last_data = None;
        self.replies = 0;
        out.append(&mut self.staged);
        self.watch_progress();
    }

    /// Writes payload that fits into all windows behind what is staged.
    pub(super) fn write_data_now(
        &mut self,
        stream: StreamKey,
        payload: Payload<'_>,
        end_stream: bool,
    ) {
        let len = payload.len();
        if let Some(kept) = self.streams.get_mut(stream) {
            kept.send_window.consume(len);
        }
        self.send_window.consume(len);
        self.budgets.sent();
        self.deadlines.progress = None;
        let max_frame_size = self.peer.max_frame_size as usize;
        match payload {
            Payload::Keep(mut bytes) if len > self.config.copy_limit => {
                self.last_data = None;
                while !bytes.is_empty() {
                    let piece = bytes.split_to(bytes.len().min(max_frame_size));
                    let end = end_stream && bytes.is_empty();
                    self.staged.extend(&data::head(stream.id, piece.len(), end));
                    self.staged.push(piece);
                }
            }
            Payload::Keep(bytes) => self.stage_copy(stream, &bytes, end_stream),
            Payload::Copy(bytes) => self.stage_copy(stream, bytes, end_stream),
            Payload::Draw(_) if len == 0 => self.stage_copy(stream, b"", end_stream),
            Payload::Draw(source) => {
                self.last_data = None;
                let mut at = 0;
                while at < len {
                    let length = (len - at).min(max_frame_size);
                    let end = end_stream && at + length == len;
                    self.staged.extend(&data::head(stream.id, length, end));
                    if !draw(&mut self.staged, &*source, at, length) {
                        return self.punish(not_to_be_had(stream));
                    }
                    at += length;
                }
            }
        }
        if end_stream {
            self.end_local(stream);
        }
    }

    /// Copies payload into the staged output, into the last frame if that is this stream's: many
    /// small messages become one frame.
    fn stage_copy(&mut self, stream: StreamKey, bytes: &[u8], end_stream: bool) {
        let max_frame_size = self.peer.max_frame_size as usize;
        if let Some(last) = self.last_data
            && last.stream == stream
            && last.len + bytes.len() <= max_frame_size
            && last.mark + head::LEN + last.len == self.staged.mark()
            && let Some(head) = self.staged.patch(last.mark, head::LEN)
        {
            let len = last.len + bytes.len();
            head.copy_from_slice(&data::head(stream.id, len, end_stream));
            self.staged.extend(bytes);
            self.last_data = Some(LastData { len, ..last });
            return;
        }
        if bytes.is_empty() && !end_stream {
            return;
        }
        let mut rest = bytes;
        loop {
            let (piece, after) = rest.split_at(rest.len().min(max_frame_size));
            rest = after;
            let mark = self.staged.mark();
            self.staged.extend(&data::head(stream.id, piece.len(), end_stream && rest.is_empty()));
            self.staged.extend(piece);
            self.last_data = Some(LastData { stream, mark, len: piece.len() });
            if rest.is_empty() {
                return;
            }
        }
    }

    /// Lets a stream take part if it has something to send and a window to send it in.
    pub(super) fn schedule(&mut self, stream: StreamKey) {
        let Some(kept) = self.streams.get_mut(stream) else { return };
        let sendable =
            kept.has_pending() && (kept.send_window.available() > 0 || kept.queue.is_empty());
        if sendable && !kept.ready {
            kept.ready = true;
            self.scheduler.push(stream);
        }
    }

    /// RFC 9113 §6.9.2: a changed initial size moves every stream's window, below zero even.
    pub(super) fn shift_send_windows(&mut self, by: i64) -> Result<(), Violation> {
        let mut to_schedule = Vec::new();
        for (stream, kept) in self.streams.iter_mut() {
            count_step();
            if kept.state == State::Closed {
                continue;
            }
            if kept.send_window.shift(by).is_err() {
                return Err(Violation::Connection(
                    Reason::FLOW_CONTROL_ERROR,
                    "INITIAL_WINDOW_SIZE moved a stream's window beyond 2^31-1",
                ));
            }
            if by > 0 && kept.has_pending() {
                to_schedule.push(stream);
            }
        }
        for stream in to_schedule {
            self.schedule(stream);
        }
        Ok(())
    }

    fn transmit_queued(&mut self, budget: usize) {
        while self.staged.len() < budget {
            count_step();
            let Some(stream) = self.scheduler.pop() else { return };
            match self.take_turn(stream) {
                Turn::Sent => {
                    if let Some(kept) = self.streams.get_mut(stream) {
                        kept.ready = false;
                    }
                    self.schedule(stream);
                }
                Turn::Done => {
                    if let Some(kept) = self.streams.get_mut(stream) {
                        kept.ready = false;
                    }
                }
                Turn::ConnectionBlocked => {
                    self.scheduler.put_back(stream);
                    return;
                }
            }
        }
    }

    /// Lets data wait for a larger window, or until small sends are allowed again.
    fn hold(&mut self, by_connection: bool) -> Turn {
        if self.deadlines.small_send.is_none() {
            self.deadlines.small_send = self.budgets.next_small_send(&self.config.limits);
        }
        self.held |= by_connection;
        if by_connection { Turn::ConnectionBlocked } else { Turn::Done }
    }

    /// Whether queued data cannot move because of the connection's window.
    pub(super) fn is_held(&self) -> bool {
        self.held || self.send_window.available() == 0
    }

    fn take_turn(&mut self, stream: StreamKey) -> Turn {
        let connection_window = self.send_window.available();
        let min_send = self.config.limits.min_send;
        let Some(kept) = self.streams.get_mut(stream) else { return Turn::Done };
        if !kept.has_pending() {
            return Turn::Done;
        }
        let waiting = kept.queue.len();
        let window = kept.send_window.available().min(connection_window);
        if waiting > 0 {
            if kept.send_window.available() == 0 {
                return Turn::Done;
            }
            if connection_window == 0 {
                return Turn::ConnectionBlocked;
            }
            // A window this small is not worth a frame, unless that is all the peer ever gives.
            if window < min_send.min(waiting) && !self.spend_small_send(stream.id) {
                return self.hold(window == connection_window);
            }
        }
        let max_frame_size = self.peer.max_frame_size as usize;
        // A peer may take larger frames than one write has room for.
        let room = self.config.transmit_budget.saturating_sub(self.staged.len()).max(QUANTUM);
        let turn = if self.scheduler.is_empty() { room } else { QUANTUM };
        let max_frame_size = max_frame_size.min(turn);
        let len = waiting.min(window).min(max_frame_size);
        let Some(kept) = self.streams.get_mut(stream) else { return Turn::Done };
        let last = len == waiting;
        let end_stream = last && matches!(kept.end, End::Data);
        let mut to_be_had = true;
        if len > 0 || end_stream {
            kept.send_window.consume(len);
            let staged = &mut self.staged;
            staged.extend(&data::head(stream.id, len, end_stream));
            let copy_limit = self.config.copy_limit;
            kept.queue.take(len, |piece| match piece {
                QueuePiece::Kept(bytes) if bytes.len() > copy_limit => staged.push(bytes),
                QueuePiece::Kept(bytes) => staged.extend(&bytes),
                QueuePiece::Copied(bytes) => staged.extend(bytes),
                QueuePiece::Drawn { source, at, length } => {
                    to_be_had &= draw(staged, source, at, length);
                }
            });
        }
        let writable = kept.owes_writable && kept.queue.len() < self.config.low_water_mark;
        if writable {
            kept.owes_writable = false;
        }
        let tell = writable && !kept.owner_gone && matches!(kept.end, End::NotYet);
        let end = if last { std::mem::replace(&mut kept.end, End::NotYet) } else { End::NotYet };
        self.send_window.consume(len);
        self.queued -= len;
        self.budgets.sent();
        self.deadlines.progress = None;
        self.last_data = None;
        if !to_be_had {
            self.punish(not_to_be_had(stream));
            return Turn::Done;
        }
        if tell {
            self.events.push_back(Queued::Writable(stream));
        }
        if let End::Trailers(fields) = &end {
            self.write_headers(stream, fields.iter(), true);
        }
        if !matches!(end, End::NotYet) {
            self.end_local(stream);
        }
        Turn::Sent
    }
}

/// Copies part of a payload into the output. Whether it was to be had; if not, zeros take its place,
/// for the sake of the frame that has begun.
fn draw(staged: &mut Output, source: &dyn PayloadSource, at: usize, length: usize) -> bool {
    staged.write_with(|tail| {
        let end = tail.len() + length;
        let to_be_had = source.copy(at, length, tail) && tail.len() == end;
        tail.resize(end, 0);
        to_be_had
    })
}

fn not_to_be_had(stream: StreamKey) -> Violation {
    Violation::Stream(stream.id, Reason::INTERNAL_ERROR, "a payload changed while it was sent")
}
