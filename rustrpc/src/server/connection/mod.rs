//! The server's side of a connection: requests in, handlers, answers out.

mod request;
mod running;

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::builder::ServerSettings;
use super::calls::{CallState, Calls};
use super::deadlines::Deadlines;
use super::dispatch::Sampler;
use super::handler;
use super::router::Router;
use super::wake::Wakers;
use crate::rpc::{CancellationToken, Code, Metadata, Peer, Status};
use crate::transport::{
    Command, CommandQueue, Connection, DriverEnd, Event, HandlerReply, InboundEnd, Initiator,
    Input, OutboundEnd, Reason, Role, StreamKey, send_trailers_only,
};

/// What a server does with one connection.
pub(crate) struct ServerRole {
    router: Arc<Router>,
    settings: Arc<ServerSettings>,
    peer: Arc<Peer>,
    queue: Arc<CommandQueue>,
    calls: Calls,
    wakers: Wakers,
    sampler: Sampler,
    deadlines: Deadlines,
    /// Where answers of handlers that this task polls are encoded.
    answer: Vec<u8>,
    /// The token of the last call: the next one's, unless somebody kept it.
    spare_token: Option<CancellationToken>,
}

impl ServerRole {
    pub(crate) fn new(
        router: Arc<Router>,
        settings: Arc<ServerSettings>,
        peer: Peer,
        queue: Arc<CommandQueue>,
    ) -> Self {
        let (calls, wakers, sampler, deadlines) = Default::default();
        Self {
            router,
            settings,
            peer: Arc::new(peer),
            queue,
            calls,
            wakers,
            sampler,
            deadlines,
            answer: Vec::new(),
            spare_token: None,
        }
    }

    /// Ends a call that has no handler yet.
    fn refuse(&mut self, core: &mut Connection, key: StreamKey, status: &Status) {
        self.calls.take(key);
        send_trailers_only(core, key, status, &Metadata::new());
        core.finish(key);
    }

    /// The client has given up.
    fn cancel(&mut self, core: &mut Connection, key: StreamKey, status: Status) {
        match self.calls.find(key) {
            // The slot is free once the task says that the handler is gone.
            Some(CallState::Spawned { .. } | CallState::Answered) => {
                if let Some(state) = self.calls.take(key) {
                    abandon(state, status);
                }
                self.calls.put(key, None, CallState::Answered);
            }
            Some(_) => {
                if let Some(state) = self.calls.take(key) {
                    abandon(state, status);
                }
                core.finish(key);
            }
            None => core.finish(key),
        }
    }

    /// Ends a call that must not go on, in its handler's place.
    fn end(&mut self, core: &mut Connection, key: StreamKey, status: Status) {
        let Some(state) = self.calls.take(key) else { return };
        let spawned = match &state {
            CallState::Spawned { .. } => true,
            CallState::NotGrpc { .. } | CallState::Gathering { .. } => false,
            CallState::Waiting { .. } => false,
            CallState::Answered => return self.calls.put(key, None, state),
        };
        match state.stream() {
            Some(stream) => {
                let end = OutboundEnd::Status(Err(status.clone()), Metadata::new());
                stream.send_end(end);
                stream.flush(core);
            }
            None => send_trailers_only(core, key, &status, &Metadata::new()),
        }
        abandon(state, status);
        if spawned {
            self.calls.put(key, None, CallState::Answered);
        } else {
            core.finish(key);
        }
    }
}

impl Role for ServerRole {
    fn handle_event(
        &mut self,
        core: &mut Connection,
        event: Event<'_>,
        input: &mut Input<'_>,
        now: Instant,
    ) {
        match event {
            Event::Headers { stream, fields, end_stream } => {
                self.handle_request(core, stream, fields, end_stream, input, now);
            }
            Event::Data { stream, data, end_stream } => {
                self.handle_data(core, stream, data, end_stream, input);
            }
            // gRPC clients send no trailers; those that do have ended their stream by them.
            Event::Trailers { stream, .. } => self.handle_data(core, stream, &[], true, input),
            Event::Reset { stream, reason, by } => {
                let status = match by {
                    Initiator::Peer => {
                        Status::cancelled(format!("the client reset the call: {reason}"))
                    }
                    _ => Status::new(
                        Code::from_http2_error(reason.0),
                        format!("the call was reset because of what the client sent: {reason}"),
                    ),
                };
                self.cancel(core, stream, status);
            }
            Event::Writable { stream } => {
                let queued = core.queued(stream);
                if let Some(stream) = self.calls.find(stream).and_then(|state| state.stream()) {
                    stream.drained(queued);
                }
            }
            Event::Ready
            | Event::Unprocessed { .. }
            | Event::Capacity
            | Event::Pong(_)
            | Event::GoAway { .. }
            | Event::Closed(_) => {}
        }
    }

    fn handle_command(&mut self, core: &mut Connection, command: Command, _now: Instant) {
        match command {
            Command::Woken(slot) => self.handle_woken(core, slot),
            Command::Outbound(stream) => {
                stream.flush(core);
            }
            Command::Consumed(stream, bytes) => {
                if let Some(key) = stream.key() {
                    core.release(key, length(bytes));
                }
            }
            Command::Reply(key, reply) => {
                if let Some(CallState::Spawned { .. }) = self.calls.take(key) {
                    let HandlerReply { answer, mut message, charge } = *reply;
                    // From here on it counts as something that is queued.
                    drop(charge);
                    answer.send(core, key, &mut message, self.queue.account());
                }
                core.finish(key);
            }
            Command::HandlerGone(key) => {
                self.calls.take(key);
                core.finish(key);
            }
            Command::Shutdown => core.shutdown(),
            Command::Close => core.close(Reason::NO_ERROR, b"the server stops"),
            Command::Open(_) | Command::Cancel(_) => {}
        }
    }

    fn handle_turn(&mut self, _core: &mut Connection, _now: Instant) {
        self.deadlines.enter(&self.calls);
    }

    fn handle_shortage(&mut self, core: &mut Connection) -> bool {
        let largest = self.calls.largest();
        // No status would reach a client that leaves so much unread.
        if core.shed(largest.map_or(0, |(held, _)| held)) {
            return true;
        }
        let Some((_, key)) = largest.filter(|(held, _)| *held > 0) else { return false };
        if let Some(stream) = self.calls.find(key).and_then(|state| state.stream()) {
            stream.drop_unread();
        }
        self.end(core, key, self.queue.account().exhausted());
        true
    }

    fn expects_commands(&self) -> bool {
        self.calls.running() > 1
    }

    fn wake_more(&mut self) -> bool {
        false
    }

    fn is_behind_with_wakes(&self) -> bool {
        false
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.deadlines.next()
    }

    fn handle_timeout(&mut self, core: &mut Connection, now: Instant) {
        while let Some(key) = self.deadlines.take(&self.calls, now) {
            let status = match self.calls.find(key) {
                Some(CallState::Gathering { .. }) => {
                    Status::deadline_exceeded("the deadline passed before the request was complete")
                }
                _ => handler::deadline_passed(),
            };
            self.end(core, key, status);
        }
    }

    fn trim(&mut self) {
        // No stream is kept, so there is no call.
        self.calls = Calls::default();
        self.wakers = Wakers::default();
        self.deadlines = Deadlines::default();
        self.answer = Vec::new();
    }

    fn handle_end(&mut self, end: &DriverEnd, _leftover: Vec<Command>) {
        let status = Status::unavailable(format!("the connection to the client is over: {end}"));
        for state in std::mem::take(&mut self.calls).into_states() {
            abandon(state, status.clone());
        }
    }
}

/// Lets go of a call that goes on no further: its handler is dropped, or told to end.
fn abandon(state: CallState, status: Status) {
    if let Some(stream) = state.stream() {
        stream.close_outbound();
        stream.receive_end(InboundEnd::Failed(status));
    }
    match state {
        CallState::Waiting { handler, token, .. } => {
            token.cancel();
            handler.dismiss();
        }
        CallState::Spawned { task, token, .. } => {
            token.cancel();
            task.abort();
        }
        CallState::NotGrpc { .. } | CallState::Gathering { .. } | CallState::Answered => {}
    }
}

/// A number of bytes as the engine counts them; what is taken from a window fits.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

impl fmt::Debug for ServerRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerRole")
            .field("peer", &self.peer)
            .field("running", &self.calls.running())
            .finish_non_exhaustive()
    }
}
