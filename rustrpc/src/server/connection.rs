//! The server's side of a connection: requests in, handlers, answers out.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Instant;

use super::builder::ServerSettings;
use super::call::{Answer, Body, CallLimits, ReplyKind, ServerCall};
use super::calls::{CallState, Calls};
use super::fallback::FallbackRequest;
use super::handler::{self, Handler};
use super::request_head::{CallHead, RequestHead};
use super::router::Router;
use crate::rpc::{
    CallContext, CancellationToken, Code, Deframer, Frame, MethodKind, PeerAddress, Status,
    split_only_frame,
};
use crate::transport::{
    CallStream, Command, CommandQueue, Connection, DeadlineScope, DriverEnd, Event, HandlerReply,
    HeadMemo, InboundEnd, InboundMode, Initiator, Payload, Reason, ReceivedHead, Role, StreamKey,
    send_bare_response, send_response_head, send_status, send_trailers_only,
};

/// Answers larger than this are handed to the engine as they are, not copied.
const COPIED_ANSWER: usize = 16 * 1024;

/// What a server does with one connection.
pub(crate) struct ServerRole {
    router: Arc<Router>,
    settings: Arc<ServerSettings>,
    peer: Arc<PeerAddress>,
    queue: Arc<CommandQueue>,
    calls: Calls,
    heads: HeadMemo<RequestHead>,
    /// Where answers that are ready at once are encoded.
    answer: Vec<u8>,
    /// The token of the last call, if nobody kept it: the next call's.
    spare_token: Option<CancellationToken>,
    /// Calls with a deadline that were made in this turn: few of them still wait for their
    /// message at its end.
    fresh: Vec<StreamKey>,
    /// Calls that wait for their message, by deadline; some may be done by now.
    deadlines: BinaryHeap<Reverse<(Instant, usize, u32)>>,
}

impl ServerRole {
    pub(crate) fn new(
        router: Arc<Router>,
        settings: Arc<ServerSettings>,
        peer: PeerAddress,
        queue: Arc<CommandQueue>,
    ) -> Self {
        Self {
            router,
            settings,
            peer: Arc::new(peer),
            queue,
            calls: Calls::default(),
            heads: HeadMemo::new(),
            answer: Vec::new(),
            spare_token: None,
            fresh: Vec::new(),
            deadlines: BinaryHeap::new(),
        }
    }

    fn handle_request(
        &mut self,
        core: &mut Connection,
        key: StreamKey,
        head: Arc<RequestHead>,
        end_stream: bool,
        now: Instant,
    ) {
        let call = match &*head {
            RequestHead::Call(call) => call,
            RequestHead::Refused(status) => {
                send_trailers_only(core, key, status, &Default::default());
                return core.finish(key);
            }
            RequestHead::NotGrpc { http_status, status, received } => {
                if self.settings.fallback.is_some() {
                    // An answer ahead of the body would end the stream under a client that sends.
                    if !end_stream {
                        return self.calls.put(key, CallState::NotGrpc { head });
                    }
                    self.answer_by_fallback(core, key, received);
                } else {
                    let content_type = "application/grpc";
                    send_bare_response(core, key, *http_status, content_type, Some(status), true);
                }
                return core.finish(key);
            }
        };
        let deadline = self.deadline_of(call, now);
        if call.route.descriptor.kind.client_streams() {
            let stream = self.new_stream(key, InboundMode::Stream);
            if end_stream {
                stream.receive_end(InboundEnd::Complete(None));
            }
            return self.start_streaming(
                core,
                key,
                call,
                deadline,
                Body::Streaming(Arc::clone(&stream)),
                stream,
            );
        }
        if end_stream {
            let status = Status::unimplemented("the request ended without a message");
            send_trailers_only(core, key, &status, &Default::default());
            return core.finish(key);
        }
        if deadline.is_some() {
            self.fresh.push(key);
        }
        let deframer = Deframer::default();
        self.calls.put(key, CallState::Gathering { head: Arc::clone(&head), deadline, deframer });
    }

    fn deadline_of(&self, call: &CallHead, now: Instant) -> Option<Instant> {
        let timeout = match (call.timeout, self.settings.timeout) {
            (Some(client), Some(server)) => client.min(server),
            (client, server) => client.or(server)?,
        };
        // A deadline beyond what the clock can say is none.
        now.checked_add(timeout)
    }

    /// Answers a request that is not gRPC and has come to its end.
    fn answer_by_fallback(&self, core: &mut Connection, key: StreamKey, head: &ReceivedHead) {
        let Some(fallback) = &self.settings.fallback else { return };
        let text =
            |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        let (method, path) = (text(head.block().method()), text(head.block().path()));
        let response = fallback.answer(FallbackRequest { method: &method, path: &path });
        send_bare_response(core, key, response.status, &response.content_type, None, false);
        // The stream may be gone, and then nobody waits for the rest.
        core.send_data(key, Payload::Copy(&response.body), true).ok();
    }

    fn handle_data(
        &mut self,
        core: &mut Connection,
        key: StreamKey,
        data: &[u8],
        end_stream: bool,
    ) {
        let Some(state) = self.calls.find(key) else {
            core.release(key, length(data.len()));
            return;
        };
        match state {
            CallState::Running { stream, .. } => {
                let consumed = match stream {
                    Some(stream) => stream.receive_data(data),
                    None => data.len(),
                };
                core.release(key, length(consumed));
                if let (true, Some(stream)) = (end_stream, stream) {
                    stream.receive_end(InboundEnd::Complete(None));
                }
            }
            CallState::NotGrpc { head } => {
                let head = Arc::clone(head);
                core.release(key, length(data.len()));
                if let (true, RequestHead::NotGrpc { received, .. }) = (end_stream, &*head) {
                    self.answer_by_fallback(core, key, received);
                    self.calls.take(key);
                    core.finish(key);
                }
            }
            CallState::Gathering { deframer, .. } => {
                core.release(key, length(data.len()));
                let whole = if end_stream && deframer.remaining() == 0 {
                    split_only_frame(data)
                } else {
                    None
                };
                if let Some(frame) = whole {
                    return self.dispatch(core, key, frame);
                }
                deframer.push(data);
                self.check_gathered(core, key, end_stream);
            }
        }
    }

    /// Looks whether a message that came in pieces is complete.
    fn check_gathered(&mut self, core: &mut Connection, key: StreamKey, end_stream: bool) {
        let limit = self.settings.received;
        let Some(CallState::Gathering { deframer, .. }) = self.calls.find(key) else {
            return;
        };
        if !end_stream {
            // Only the prefix is of interest: a message over the limit is refused at once.
            if let Err(status) = deframer.check_prefix(limit) {
                self.refuse(core, key, status);
            }
            return;
        }
        let whole = std::mem::take(deframer);
        match whole.only_frame(limit) {
            Ok(frame) => self.dispatch(core, key, frame),
            Err(status) => self.refuse(core, key, status),
        }
    }

    /// Gives a complete message to its handler.
    fn dispatch(&mut self, core: &mut Connection, key: StreamKey, frame: Frame<'_>) {
        let Some(CallState::Gathering { head, deadline, .. }) = self.calls.take(key) else {
            return;
        };
        let RequestHead::Call(call) = &*head else { return };
        let limits = self.limits(call);
        if let Err(status) = limits.received.check_received(frame.payload.len()) {
            send_trailers_only(core, key, &status, &Default::default());
            return core.finish(key);
        }
        if call.route.descriptor.kind == MethodKind::ServerStreaming {
            let stream = self.new_stream(key, InboundMode::Discard);
            let body = Body::ServerStreaming(frame, Arc::clone(&stream));
            return self.start_streaming(core, key, call, deadline, body, stream);
        }
        let token = self.spare_token.take().unwrap_or_default();
        let context = self.context(call, deadline, &token);
        self.answer.clear();
        let service = self.router.service(call.route);
        let answer = &mut self.answer;
        let reply = {
            let _scope = DeadlineScope::enter(deadline);
            catch_unwind(AssertUnwindSafe(|| {
                service.call(
                    call.route.method,
                    ServerCall { head: call, context, limits, body: Body::Unary(frame), answer },
                )
            }))
        };
        match reply.map(|reply| reply.kind) {
            Ok(ReplyKind::Done(answer)) => {
                send_answer(core, key, answer, &mut self.answer);
                core.finish(key);
                self.keep_token(token);
            }
            Ok(ReplyKind::Unary(pending)) => {
                let task =
                    handler::spawn(Handler::Unary(pending), key, Arc::clone(&self.queue), deadline);
                self.calls.put(key, CallState::Running { task, token, stream: None });
            }
            Ok(ReplyKind::Streaming(_)) => {
                let status = Status::internal("a unary method was answered by a stream");
                send_trailers_only(core, key, &status, &Default::default());
                core.finish(key);
            }
            Err(_) => {
                send_trailers_only(core, key, &handler::panicked(), &Default::default());
                core.finish(key);
            }
        }
    }

    fn start_streaming(
        &mut self,
        core: &mut Connection,
        key: StreamKey,
        call: &CallHead,
        deadline: Option<Instant>,
        body: Body<'_>,
        stream: Arc<CallStream>,
    ) {
        let token = CancellationToken::new();
        let context = self.context(call, deadline, &token);
        let limits = self.limits(call);
        let service = self.router.service(call.route);
        let answer = &mut self.answer;
        let reply = {
            let _scope = DeadlineScope::enter(deadline);
            catch_unwind(AssertUnwindSafe(|| {
                service.call(
                    call.route.method,
                    ServerCall { head: call, context, limits, body, answer },
                )
            }))
        };
        let mut handler = match reply.map(|reply| reply.kind) {
            Ok(ReplyKind::Streaming(handler)) => handler,
            Ok(ReplyKind::Done(Answer { result, metadata, .. })) => {
                let status = result
                    .err()
                    .unwrap_or_else(|| Status::internal("a stream was answered by one message"));
                send_trailers_only(core, key, &status, &metadata);
                return core.finish(key);
            }
            Ok(ReplyKind::Unary(_)) => {
                let status = Status::internal("a stream was answered by one message");
                send_trailers_only(core, key, &status, &Default::default());
                return core.finish(key);
            }
            Err(_) => {
                send_trailers_only(core, key, &handler::panicked(), &Default::default());
                return core.finish(key);
            }
        };
        let mut no_waker = Context::from_waker(Waker::noop());
        if handler::poll_streaming(&mut handler, &mut no_waker, &stream, deadline).is_ready() {
            drop(handler);
            // What it had to say is in the stream, or queued as a command that finds no call.
            stream.flush(core);
            return core.finish(key);
        }
        stream.flush(core);
        let task = handler::spawn(
            Handler::Streaming(handler, Arc::clone(&stream)),
            key,
            Arc::clone(&self.queue),
            deadline,
        );
        self.calls.put(key, CallState::Running { task, token, stream: Some(stream) });
    }

    fn new_stream(&self, key: StreamKey, mode: InboundMode) -> Arc<CallStream> {
        let queue = Arc::clone(&self.queue);
        Arc::new(CallStream::server(key, queue, mode, self.settings.http2.stream_window))
    }

    fn context(
        &self,
        call: &CallHead,
        deadline: Option<Instant>,
        token: &CancellationToken,
    ) -> CallContext {
        CallContext {
            method: Some(call.route.descriptor),
            deadline,
            peer: Some(Arc::clone(&self.peer)),
            cancellation: Some(token.clone()),
            compressed: false,
        }
    }

    fn limits(&self, call: &CallHead) -> CallLimits {
        CallLimits {
            received: self.settings.received,
            sent: self.settings.sent,
            compression: call.accepted.restrict(self.settings.compression),
        }
    }

    fn keep_token(&mut self, mut token: CancellationToken) {
        if token.is_unshared() {
            self.spare_token = Some(token);
        }
    }

    /// Ends a call that has no handler yet.
    fn refuse(&mut self, core: &mut Connection, key: StreamKey, status: Status) {
        self.calls.take(key);
        send_trailers_only(core, key, &status, &Default::default());
        core.finish(key);
    }

    /// The client has given up, or the connection is lost.
    fn cancel(&mut self, core: &mut Connection, key: StreamKey, status: Status) {
        match self.calls.find(key) {
            Some(CallState::Running { task, token, stream }) => {
                token.cancel();
                if let Some(stream) = stream {
                    stream.close_outbound();
                    stream.receive_end(InboundEnd::Failed(status));
                }
                // The slot is free once the task says that the handler is gone.
                task.abort();
            }
            Some(CallState::Gathering { .. } | CallState::NotGrpc { .. }) => {
                self.calls.take(key);
                core.finish(key);
            }
            None => core.finish(key),
        }
    }
}

impl Role for ServerRole {
    fn handle_event(&mut self, core: &mut Connection, event: Event<'_>, now: Instant) {
        match event {
            Event::Headers { stream, fields, end_stream } => {
                let Self { heads, router, .. } = self;
                let head = heads.meaning(fields, |block| RequestHead::interpret(block, router));
                self.handle_request(core, stream, head, end_stream, now);
            }
            Event::Data { stream, data, end_stream } => {
                self.handle_data(core, stream, data, end_stream)
            }
            // gRPC clients send no trailers; those that do have ended their stream by them.
            Event::Trailers { stream, .. } => self.handle_data(core, stream, &[], true),
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
                if let Some(CallState::Running { stream: Some(stream), .. }) =
                    self.calls.find(stream)
                {
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
            Command::Outbound(stream) => {
                stream.flush(core);
            }
            Command::Consumed(stream, bytes) => {
                if let Some(key) = stream.key() {
                    core.release(key, length(bytes));
                }
            }
            Command::Reply(key, reply) => {
                if self.calls.take(key).is_some() {
                    let HandlerReply { result, metadata, trailers, mut message, compression } =
                        *reply;
                    send_answer(
                        core,
                        key,
                        Answer { result, metadata, trailers, compression },
                        &mut message,
                    );
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
        for key in std::mem::take(&mut self.fresh) {
            if let Some(CallState::Gathering { deadline: Some(at), .. }) = self.calls.find(key) {
                let entry = (*at, key.slot(), key.id().number());
                self.deadlines.push(Reverse(entry));
            }
        }
        if self.deadlines.len() > 2 * self.calls.slots() + 64 {
            let calls = &self.calls;
            self.deadlines.retain(|Reverse((_, slot, id))| calls.key_at(*slot, *id).is_some());
        }
    }

    fn expects_commands(&self) -> bool {
        self.calls.running() > 1
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.deadlines.peek().map(|Reverse((at, _, _))| *at)
    }

    fn handle_timeout(&mut self, core: &mut Connection, now: Instant) {
        while let Some(Reverse((at, slot, id))) = self.deadlines.peek().copied() {
            if at > now {
                return;
            }
            self.deadlines.pop();
            let Some(key) = self.calls.key_at(slot, id) else { continue };
            if let Some(CallState::Gathering { .. }) = self.calls.find(key) {
                let status = Status::deadline_exceeded(
                    "the deadline passed before the request was complete",
                );
                self.refuse(core, key, status);
            }
        }
    }

    fn handle_end(&mut self, end: &DriverEnd, _leftover: Vec<Command>) {
        let status = Status::unavailable(format!("the connection to the client is over: {end}"));
        for state in std::mem::take(&mut self.calls).into_states() {
            if let CallState::Running { task, token, stream } = state {
                token.cancel();
                if let Some(stream) = stream {
                    stream.close_outbound();
                    stream.receive_end(InboundEnd::Failed(status.clone()));
                }
                task.abort();
            }
        }
    }
}

/// A number of bytes as the engine counts them; what is taken from a window fits.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// Sends the answer of a unary call, whose message is in `message`.
fn send_answer(core: &mut Connection, key: StreamKey, answer: Answer, message: &mut Vec<u8>) {
    let Answer { result, metadata, trailers, compression } = answer;
    match &result {
        Err(status) if metadata.is_empty() => send_trailers_only(core, key, status, &trailers),
        result => {
            send_response_head(core, key, &metadata, compression);
            if result.is_ok() {
                // A failed send means that the stream is over; its event is on its way.
                if message.len() <= COPIED_ANSWER {
                    core.send_data(key, Payload::Copy(message), false).ok();
                } else {
                    core.send_data(key, Payload::Keep(std::mem::take(message).into()), false).ok();
                }
            }
            send_status(core, key, result, &trailers);
        }
    }
}

impl fmt::Debug for ServerRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerRole")
            .field("peer", &self.peer)
            .field("running", &self.calls.running())
            .finish_non_exhaustive()
    }
}
