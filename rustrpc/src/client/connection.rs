//! The client's side of a connection: calls out, answers in.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Instant;

use tokio::sync::oneshot;

use super::handle::ConnectionHandle;
use super::pool::Pool;
use crate::rpc::{Code, Status};
use crate::transport::{
    CallStream, Command, Connection, DriverEnd, Event, HeadMemo, InboundEnd, Initiator, OpenError,
    OutboundHead, Payload, Reason, ReceivedHead, Role, StreamKey, send_request_head,
};

/// What a client does with one connection.
pub(crate) struct ClientSide {
    pool: Weak<Pool>,
    handle: Arc<ConnectionHandle>,
    /// Told when the server's first SETTINGS arrive.
    ready: Option<oneshot::Sender<Result<(), Status>>>,
    /// By the stream's slot.
    calls: Vec<Option<(StreamKey, Arc<CallStream>)>>,
    /// Calls that have a place, but came before the server said that it has fewer.
    waiting: VecDeque<Arc<CallStream>>,
    heads: HeadMemo<ReceivedHead>,
    open: usize,
}

impl ClientSide {
    pub(crate) fn new(
        pool: Weak<Pool>,
        handle: Arc<ConnectionHandle>,
        ready: oneshot::Sender<Result<(), Status>>,
    ) -> Self {
        let (calls, waiting) = Default::default();
        Self { pool, handle, ready: Some(ready), calls, waiting, heads: HeadMemo::new(), open: 0 }
    }

    fn open(&mut self, core: &mut Connection, stream: Arc<CallStream>, now: Instant) {
        if stream.is_cancelled() {
            return self.free_place();
        }
        let Some(OutboundHead::Request(mut head)) = stream.take_head() else {
            return self.free_place();
        };
        match send_request_head(core, &head, now) {
            Ok(key) => {
                stream.set_key(key);
                if let Some(body) = head.body.take() {
                    // A failed send means that the stream is over; its event is on its way.
                    core.send_data(key, Payload::Keep(body), true).ok();
                } else {
                    stream.flush(core, key);
                }
                let slot = key.slot();
                if self.calls.len() <= slot {
                    self.calls.resize_with(slot + 1, || None);
                }
                self.calls[slot] = Some((key, stream));
                self.open += 1;
            }
            Err(OpenError::AtCapacity) => {
                stream.put_head_back(OutboundHead::Request(head));
                self.waiting.push_back(stream);
            }
            Err(
                error @ (OpenError::GoingAway
                | OpenError::Exhausted
                | OpenError::Closed
                | OpenError::NotAClient),
            ) => {
                stream.put_head_back(OutboundHead::Request(head));
                self.free_place();
                self.leave();
                let status =
                    Status::unavailable(format!("the connection to {}: {error}", self.handle.peer));
                self.hand_back(stream, status);
            }
        }
    }

    /// A call that was never sent goes to another connection.
    fn hand_back(&self, stream: Arc<CallStream>, status: Status) {
        match self.pool.upgrade() {
            Some(pool) if stream.may_move() => pool.reopen(stream),
            _ => stream.fail(status, true),
        }
    }

    fn find(&self, key: StreamKey) -> Option<&Arc<CallStream>> {
        let (known, stream) = self.calls.get(key.slot())?.as_ref()?;
        (*known == key).then_some(stream)
    }

    /// The call is over on the wire.
    fn close(&mut self, core: &mut Connection, key: StreamKey, end: InboundEnd) {
        // Frees the slot; resets the stream if the server answered before the request was complete.
        core.finish(key);
        let Some(entry) = self
            .calls
            .get_mut(key.slot())
            .and_then(|entry| entry.take_if(|(known, _)| *known == key))
        else {
            return;
        };
        self.open -= 1;
        self.free_place();
        let (_, stream) = entry;
        stream.close_outbound();
        stream.receive_end(end);
    }

    fn free_place(&self) {
        if self.handle.give_back()
            && let Some(pool) = self.pool.upgrade()
        {
            pool.place_freed();
        }
    }

    fn leave(&self) {
        self.handle.leave();
        if let Some(pool) = self.pool.upgrade() {
            pool.forget(&self.handle);
        }
    }

    fn reset_status(&self, reason: Reason, by: Initiator) -> Status {
        let peer = &self.handle.peer;
        match by {
            Initiator::Peer => Status::new(
                Code::from_http2_error(reason.0),
                format!("{peer} reset the call: {reason}"),
            ),
            Initiator::Engine | Initiator::Owner => Status::internal(format!(
                "the call was reset because {peer} broke the rules of HTTP/2: {reason}"
            )),
        }
    }
}

impl Role for ClientSide {
    fn handle_event(&mut self, core: &mut Connection, event: Event<'_>, now: Instant) {
        match event {
            Event::Ready => {
                self.handle.set_places(core.open_streams() + core.capacity());
                if let Some(ready) = self.ready.take() {
                    // When nobody waits any more, the pool drops the connection.
                    ready.send(Ok(())).ok();
                }
            }
            Event::Headers { stream: key, fields, end_stream } => {
                let head = self.heads.meaning(fields, ReceivedHead::new);
                if let Some(stream) = self.find(key) {
                    stream.receive_head(head);
                }
                if end_stream {
                    self.close(core, key, InboundEnd::Complete(None));
                }
            }
            Event::Data { stream: key, data, end_stream } => {
                let consumed =
                    self.find(key).map_or(data.len(), |stream| stream.receive_data(data));
                core.release(key, u32::try_from(consumed).unwrap_or(u32::MAX));
                if end_stream {
                    self.close(core, key, InboundEnd::Complete(None));
                }
            }
            Event::Trailers { stream: key, fields } => {
                let trailers = self.heads.meaning(fields, ReceivedHead::new);
                self.close(core, key, InboundEnd::Complete(Some(trailers)));
            }
            Event::Reset { stream: key, reason, by } => {
                let status = self.reset_status(reason, by);
                let unprocessed = reason == Reason::REFUSED_STREAM && by == Initiator::Peer;
                self.close(core, key, InboundEnd::Failed { status, unprocessed });
            }
            Event::Unprocessed { stream: key } => {
                let peer = &self.handle.peer;
                let status =
                    Status::unavailable(format!("{peer} went away before it processed the call"));
                self.close(core, key, InboundEnd::Failed { status, unprocessed: true });
            }
            Event::Writable { stream: key } => {
                if let Some(stream) = self.find(key) {
                    stream.drained(core.queued(key));
                }
            }
            Event::Capacity => {
                for stream in std::mem::take(&mut self.waiting) {
                    self.open(core, stream, now);
                }
            }
            Event::GoAway { .. } => self.leave(),
            Event::Pong(_) | Event::Closed(_) => {}
        }
    }

    fn handle_command(&mut self, core: &mut Connection, command: Command, now: Instant) {
        match command {
            Command::Open(stream) => self.open(core, stream, now),
            Command::Outbound(stream) => {
                if let Some(key) = stream.key() {
                    stream.flush(core, key);
                }
            }
            Command::Consumed(stream, bytes) => {
                if let Some(key) = stream.key() {
                    core.release(key, u32::try_from(bytes).unwrap_or(u32::MAX));
                }
            }
            Command::Cancel(stream) => {
                let status = Status::cancelled("the call was dropped");
                match stream.key() {
                    Some(key) => {
                        core.reset(key, Reason::CANCEL);
                        self.close(core, key, InboundEnd::Failed { status, unprocessed: false });
                    }
                    None => {
                        let before = self.waiting.len();
                        self.waiting.retain(|waiting| !Arc::ptr_eq(waiting, &stream));
                        if self.waiting.len() < before {
                            self.free_place();
                        }
                    }
                }
            }
            Command::Shutdown => core.shutdown(),
            Command::Close => core.close(Reason::NO_ERROR, b"the client is done"),
            Command::Reply(..) | Command::HandlerGone(_) => {}
        }
    }

    fn handle_turn(&mut self, core: &mut Connection, _now: Instant) {
        if self.ready.is_none()
            && self.handle.set_places(core.open_streams() + core.capacity())
            && let Some(pool) = self.pool.upgrade()
        {
            pool.place_freed();
        }
    }

    fn expects_commands(&self) -> bool {
        self.open > 1
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn handle_timeout(&mut self, _core: &mut Connection, _now: Instant) {}

    fn handle_end(&mut self, end: &DriverEnd, leftover: Vec<Command>) {
        self.leave();
        let peer = &self.handle.peer;
        let lost = |phase: &str| {
            let status =
                Status::unavailable(format!("the connection to {peer} was lost {phase}: {end}"));
            match end {
                DriverEnd::Http2(error) => status.with_source(error.clone()),
                DriverEnd::Io(error) => status.with_source(Arc::clone(error)),
            }
        };
        if let Some(ready) = self.ready.take() {
            ready.send(Err(lost("before HTTP/2 was established"))).ok();
        }
        for (_, stream) in std::mem::take(&mut self.calls).into_iter().flatten() {
            let phase = if stream.head().is_some() {
                "during the response"
            } else {
                "while waiting for the response"
            };
            stream.close_outbound();
            stream.receive_end(InboundEnd::Failed { status: lost(phase), unprocessed: false });
        }
        let unopened = leftover.into_iter().filter_map(|command| match command {
            Command::Open(stream) => Some(stream),
            _ => None,
        });
        for stream in unopened.chain(std::mem::take(&mut self.waiting)) {
            let status = lost("before the call was sent");
            self.hand_back(stream, status);
        }
    }
}

impl fmt::Debug for ClientSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSide")
            .field("handle", &self.handle)
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}
