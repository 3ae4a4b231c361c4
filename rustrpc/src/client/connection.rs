//! The client's side of a connection: calls out, answers in.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::answer;
use super::handle::ConnectionHandle;
use super::pool::Pool;
use super::wakes::Wakes;
use crate::rpc::{Code, Status};
use crate::transport::{
    CallStream, Command, Connection, DriverEnd, Event, InboundEnd, Initiator, Input, OpenError,
    Reason, Role, StreamKey, send_request_head,
};

/// How often a call goes from one connection to another before it was ever sent.
const MOST_MOVES: u32 = 5;
/// How often a call is made again that a server refused before it looked at it (gRFC A6).
const MOST_REFUSALS: u32 = 1;

/// How long nobody uses a connection before it closes, if there are others.
const SPARE_AFTER: Duration = Duration::from_secs(30);

/// What a client does with one connection.
pub(crate) struct ClientSide {
    pool: Weak<Pool>,
    handle: Arc<ConnectionHandle>,
    /// Told when the server's first SETTINGS arrive.
    ready: Option<oneshot::Sender<Result<(), Status>>>,
    /// By the stream's slot.
    calls: Vec<Option<(StreamKey, Arc<CallStream>)>>,
    /// When calls are too late, by deadline; some may be done by now.
    deadlines: BinaryHeap<Reverse<(Instant, usize, u32)>>,
    open: usize,
    wakes: Wakes,
    /// There were calls since it was last looked whether there are any.
    used: bool,
    /// When it will have been unused for long.
    spare_at: Option<Instant>,
}

impl ClientSide {
    pub(crate) fn new(
        pool: Weak<Pool>,
        handle: Arc<ConnectionHandle>,
        ready: oneshot::Sender<Result<(), Status>>,
    ) -> Self {
        let (calls, deadlines, wakes, spare_at) = Default::default();
        let (ready, open, used) = (Some(ready), 0, true);
        Self { pool, handle, ready, calls, deadlines, open, wakes, used, spare_at }
    }

    fn open(&mut self, core: &mut Connection, stream: Arc<CallStream>, now: Instant) {
        let Some(request) = stream.request() else { return self.free_place() };
        if stream.is_cancelled() {
            self.free_place();
            return stream.fail(Status::cancelled("the call was dropped"));
        }
        if request.deadline.is_some_and(|deadline| deadline.at <= now) {
            self.free_place();
            let peer = &self.handle.peer;
            let what = format!("the deadline passed before the call was sent to {peer}");
            return stream.fail(Status::deadline_exceeded(what));
        }
        if let Some(status) = self.handle.queue.account().refusal() {
            self.free_place();
            return stream.fail(status);
        }
        let error = match send_request_head(core, request, now) {
            Ok(key) => {
                let slot = key.slot();
                if let Some(deadline) = request.deadline {
                    self.deadlines.push(Reverse((deadline.at, slot, key.id().number())));
                }
                stream.opened(core, key);
                if self.calls.len() <= slot {
                    self.calls.resize_with(slot + 1, || None);
                }
                self.calls[slot] = Some((key, stream));
                self.open += 1;
                self.used = true;
                return;
            }
            Err(error) => error,
        };
        if error == OpenError::AtCapacity {
            // The server has lowered its limit since this place was given away.
            self.handle.set_places(core.open_streams() + core.capacity());
        } else {
            self.leave();
        }
        self.free_place();
        let peer = &self.handle.peer;
        let status = Status::unavailable(format!("the connection to {peer}: {error}"));
        self.move_or_fail(stream, MOST_MOVES, status.with_source(error));
    }

    /// A call that the server has surely not looked at goes to another connection.
    fn move_or_fail(&self, stream: Arc<CallStream>, most: u32, status: Status) {
        match self.pool.upgrade() {
            Some(pool) if stream.detach(most) => pool.begin(&stream),
            _ => stream.fail(status),
        }
    }

    fn find(&self, key: StreamKey) -> Option<&Arc<CallStream>> {
        let (known, stream) = self.calls.get(key.slot())?.as_ref()?;
        (*known == key).then_some(stream)
    }

    /// The call is over on the wire: frees its slot. What is still open is reset, for one when the
    /// server has answered before the request was complete.
    fn take(&mut self, core: &mut Connection, key: StreamKey) -> Option<Arc<CallStream>> {
        core.finish(key);
        let entry = self.calls.get_mut(key.slot())?;
        let (_, stream) = entry.take_if(|(known, _)| *known == key)?;
        self.open -= 1;
        self.free_place();
        Some(stream)
    }

    fn close(&mut self, core: &mut Connection, key: StreamKey, end: InboundEnd) {
        if let Some(stream) = self.take(core, key) {
            stream.close_outbound();
            if let Some(caller) = stream.note_end(end) {
                self.wakes.add(caller);
            }
        }
    }

    fn fail(&mut self, core: &mut Connection, key: StreamKey, status: Status) {
        self.close(core, key, InboundEnd::Failed(status));
    }

    /// The open call on this slot, if it is the one that had it when the deadline was noted.
    fn key_at(&self, slot: usize, id: u32) -> Option<StreamKey> {
        let (key, _) = self.calls.get(slot)?.as_ref()?;
        (key.id().number() == id).then_some(*key)
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
    fn handle_event(
        &mut self,
        core: &mut Connection,
        event: Event<'_>,
        _input: &mut Input<'_>,
        now: Instant,
    ) {
        match event {
            Event::Ready => {
                self.handle.set_places(core.open_streams() + core.capacity());
                if let Some(ready) = self.ready.take() {
                    // When nobody waits any more, the pool drops the connection.
                    ready.send(Ok(())).ok();
                }
            }
            Event::Headers { stream: key, fields, end_stream } => {
                if let Some(stream) = self.find(key) {
                    stream.receive_head(fields);
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
                    let head = self.find(key).and_then(|stream| stream.head());
                    self.fail(core, key, answer::without_trailers(head.as_ref()));
                }
            }
            Event::Trailers { stream: key, fields } => {
                self.close(core, key, InboundEnd::Complete(Some(fields)));
            }
            Event::Reset { stream: key, reason, by } => {
                // The server keeps the same deadlines; those that have passed are why it resets.
                self.handle_timeout(core, now);
                let status = self.reset_status(reason, by);
                if reason == Reason::REFUSED_STREAM && by == Initiator::Peer {
                    if let Some(stream) = self.take(core, key) {
                        self.move_or_fail(stream, MOST_REFUSALS, status);
                    }
                } else {
                    self.fail(core, key, status);
                }
            }
            Event::Unprocessed { stream: key } => {
                if let Some(stream) = self.take(core, key) {
                    let peer = &self.handle.peer;
                    let status = format!("{peer} went away before it looked at the call");
                    self.move_or_fail(stream, MOST_MOVES, Status::unavailable(status));
                }
            }
            Event::Writable { stream: key } => {
                if let Some(stream) = self.find(key) {
                    stream.drained(core.queued(key));
                }
            }
            Event::GoAway { .. } => self.leave(),
            Event::Capacity | Event::Pong(_) | Event::Closed(_) => {}
        }
    }

    fn handle_command(&mut self, core: &mut Connection, command: Command, now: Instant) {
        match command {
            Command::Open(stream) => self.open(core, stream, now),
            Command::Outbound(stream) => stream.flush(core),
            Command::Consumed(stream, bytes) => {
                if let Some(key) = stream.key() {
                    core.release(key, u32::try_from(bytes).unwrap_or(u32::MAX));
                }
            }
            Command::Cancel(stream) => {
                let Some(key) = stream.key() else { return };
                // The call may have moved to another connection, which then knows of it.
                if self.find(key).is_some_and(|known| Arc::ptr_eq(known, &stream)) {
                    core.reset(key, Reason::CANCEL);
                    self.fail(core, key, Status::cancelled("the call was dropped"));
                }
            }
            Command::Shutdown => core.shutdown(),
            Command::Close => core.close(Reason::NO_ERROR, b"the client is done"),
            Command::Reply(..) | Command::HandlerGone(_) | Command::Woken(_) => {}
        }
    }

    fn handle_turn(&mut self, core: &mut Connection, now: Instant) {
        if self.open == 0 && std::mem::take(&mut self.used) {
            self.spare_at = now.checked_add(SPARE_AFTER);
        }
        if self.deadlines.len() > 2 * self.open + 64 {
            let mut deadlines = std::mem::take(&mut self.deadlines);
            deadlines.retain(|Reverse((_, slot, id))| self.key_at(*slot, *id).is_some());
            self.deadlines = deadlines;
        }
        if self.ready.is_none()
            && self.handle.set_places(core.open_streams() + core.capacity())
            && let Some(pool) = self.pool.upgrade()
        {
            pool.place_freed();
        }
    }

    fn handle_shortage(&mut self, core: &mut Connection) -> bool {
        let calls = self.calls.iter().flatten();
        let held = calls.map(|(key, stream)| (stream.held() + core.queued(*key), *key));
        let largest = held.max_by_key(|(held, _)| *held).filter(|(held, _)| *held > 0);
        let Some((_, key)) = largest else { return false };
        if let Some(stream) = self.find(key) {
            stream.drop_unread();
        }
        core.reset(key, Reason::CANCEL);
        self.fail(core, key, self.handle.queue.account().exhausted());
        true
    }

    fn expects_commands(&self) -> bool {
        self.open > 1
    }

    fn wake_more(&mut self) -> bool {
        self.wakes.next_turn()
    }

    fn is_behind_with_wakes(&self) -> bool {
        self.wakes.is_behind()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let deadline = self.deadlines.peek().map(|Reverse((at, _, _))| *at);
        deadline.into_iter().chain(self.spare_at).min()
    }

    fn handle_timeout(&mut self, core: &mut Connection, now: Instant) {
        if self.spare_at.take_if(|at| *at <= now).is_some()
            && let Some(pool) = self.pool.upgrade()
            && pool.dismiss(&self.handle)
        {
            core.shutdown();
        }
        while let Some(Reverse((at, slot, id))) = self.deadlines.peek().copied() {
            if at > now {
                return;
            }
            self.deadlines.pop();
            let Some(key) = self.key_at(slot, id) else { continue };
            let phase = self.find(key).map_or("", |stream| phase_of(stream));
            let what = format!("the deadline passed {phase} {}", self.handle.peer);
            core.reset(key, Reason::CANCEL);
            self.fail(core, key, Status::deadline_exceeded(what));
        }
    }

    fn trim(&mut self) {
        self.calls = Vec::new();
        self.deadlines = BinaryHeap::new();
        self.wakes.finish();
    }

    fn handle_end(&mut self, end: &DriverEnd, leftover: Vec<Command>) {
        self.leave();
        self.wakes.finish();
        let peer = &self.handle.peer;
        let lost = |phase: &str| {
            let status =
                Status::unavailable(format!("the connection was lost {phase} {peer}: {end}"));
            match end {
                DriverEnd::Http2(error) => status.with_source(error.clone()),
                DriverEnd::Io(error) => status.with_source(Arc::clone(error)),
            }
        };
        if let Some(ready) = self.ready.take() {
            ready.send(Err(lost("during the HTTP/2 handshake with"))).ok();
        }
        for (_, stream) in std::mem::take(&mut self.calls).into_iter().flatten() {
            let status = lost(phase_of(&stream));
            stream.fail(status);
        }
        for command in leftover {
            if let Command::Open(stream) = command {
                self.move_or_fail(stream, MOST_MOVES, lost("before the call was sent to"));
            }
        }
    }
}

/// What a call is doing, in front of the name of its server.
fn phase_of(stream: &CallStream) -> &'static str {
    if stream.head().is_some() {
        "while reading the response of"
    } else if stream.is_sending() {
        "while sending the request to"
    } else {
        "while waiting for the response of"
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
