//! A request on its way in, until it is complete.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::running::Begun;
use super::{ServerRole, length};
use crate::rpc::{Metadata, MethodKind, RequestFrame, Status, split_only_frame};
use crate::server::call::Body;
use crate::server::calls::{CallState, Parts};
use crate::server::fallback::FallbackRequest;
use crate::server::request_head::{CallHead, RequestHead};
use crate::transport::{
    CallStream, Connection, FieldBlock, InboundEnd, InboundMode, Input, Payload, StreamKey,
    send_bare_response, send_trailers_only,
};

impl ServerRole {
    /// The head of a request has come; the rest of it may be next in `input`.
    pub(super) fn handle_request(
        &mut self,
        core: &mut Connection,
        key: StreamKey,
        fields: FieldBlock,
        end_stream: bool,
        input: &mut Input<'_>,
        now: Instant,
    ) {
        let head = match RequestHead::of(&fields, &self.router) {
            RequestHead::Call(head) => *head,
            RequestHead::Refused(status) => return self.refuse(core, key, status),
            RequestHead::NotGrpc { http_status, status } => {
                if self.settings.fallback.is_some() {
                    // An answer ahead of the body would end the stream under a client that sends.
                    if !end_stream {
                        return self.calls.put(key, None, CallState::NotGrpc { fields });
                    }
                    self.answer_by_fallback(core, key, &fields);
                } else {
                    let content_type = "application/grpc";
                    send_bare_response(core, key, *http_status, content_type, Some(status), true);
                }
                return core.finish(key);
            }
        };
        if let Some(status) = self.queue.account().refusal() {
            return self.refuse(core, key, &status);
        }
        let deadline = self.deadline_of(&head, now);
        if deadline.is_some() {
            self.deadlines.note(key);
        }
        if head.route.descriptor.kind.client_streams() {
            let stream = self.new_stream(key, InboundMode::Stream);
            if end_stream {
                stream.receive_end(InboundEnd::Complete(None));
            }
            let body = Body::Streaming(Arc::clone(&stream));
            let call = Begun { key, head, fields, deadline };
            return self.start_streaming(core, call, body, stream);
        }
        if end_stream {
            let status = Status::unimplemented("the request ended without a message");
            return self.refuse(core, key, &status);
        }
        let rest = core.take_rest(key, input);
        if let Some(frame) = rest.and_then(split_only_frame) {
            let call = Begun { key, head, fields, deadline };
            return self.dispatch(core, call, RequestFrame::Received(frame));
        }
        self.calls.put(key, deadline, CallState::Gathering { fields, parts: None });
        if let Some(data) = rest {
            self.handle_data(core, key, data, true, input);
        }
    }

    /// Part of a request's body has come; the end of it may be next in `input`.
    pub(super) fn handle_data(
        &mut self,
        core: &mut Connection,
        key: StreamKey,
        data: &[u8],
        end_stream: bool,
        input: &mut Input<'_>,
    ) {
        let Some(state) = self.calls.find(key) else {
            return core.release(key, length(data.len()));
        };
        match state {
            CallState::Waiting { .. } | CallState::Spawned { .. } | CallState::Answered => {
                let stream = state.stream();
                let consumed = match stream {
                    Some(stream) => stream.receive_data(data),
                    None => data.len(),
                };
                core.release(key, length(consumed));
                if let (true, Some(stream)) = (end_stream, stream) {
                    stream.receive_end(InboundEnd::Complete(None));
                }
            }
            CallState::NotGrpc { fields } => {
                let fields = fields.clone();
                core.release(key, length(data.len()));
                if end_stream {
                    self.answer_by_fallback(core, key, &fields);
                    self.calls.take(key);
                    core.finish(key);
                }
            }
            CallState::Gathering { fields, parts } => {
                // Clients that are built on the h2 crate end a request by an empty frame behind its data.
                if parts.is_none()
                    && let Some(frame) = split_only_frame(data)
                    && (end_stream || core.take_end(key, input))
                {
                    self.dispatch_gathered(core, key, RequestFrame::Received(frame));
                    // Most handlers have answered by now, and nothing is left to be told.
                    return core.release(key, length(data.len()));
                }
                core.release(key, length(data.len()));
                let (router, account) = (&self.router, self.queue.account());
                let parts = parts.get_or_insert_with(|| {
                    let whole = matches!(RequestHead::of(fields, router), RequestHead::Call(call)
                        if router.whole(call.route.number).load(Ordering::Relaxed));
                    Box::new(Parts::new(whole, account))
                });
                parts.push(data);
                self.check_gathered(core, key, end_stream);
            }
        }
    }

    pub(super) fn new_stream(&self, key: StreamKey, mode: InboundMode) -> Arc<CallStream> {
        let queue = Arc::clone(&self.queue);
        Arc::new(CallStream::server(key, queue, mode, self.settings.http2.stream_window))
    }

    fn deadline_of(&self, head: &CallHead, now: Instant) -> Option<Instant> {
        let timeout = match (head.timeout, self.settings.timeout) {
            (Some(client), Some(server)) => client.min(server),
            (client, server) => client.or(server)?,
        };
        // A deadline beyond what the clock can say is none.
        now.checked_add(timeout)
    }

    /// Answers a request that is not gRPC and has come to its end.
    fn answer_by_fallback(&self, core: &mut Connection, key: StreamKey, fields: &FieldBlock) {
        let Some(fallback) = &self.settings.fallback else { return };
        let text =
            |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        let (method, path) = (text(fields.method()), text(fields.path()));
        let response = fallback.answer(FallbackRequest { method: &method, path: &path });
        send_bare_response(core, key, response.status, &response.content_type, None, false);
        // The stream may be gone, and then nobody waits for the rest.
        core.send_data(key, Payload::Copy(&response.body), true).ok();
    }

    /// Looks whether a message that came in pieces is complete.
    fn check_gathered(&mut self, core: &mut Connection, key: StreamKey, end_stream: bool) {
        let limit = self.settings.received;
        let Some(CallState::Gathering { parts: Some(parts), .. }) = self.calls.find(key) else {
            return;
        };
        if !end_stream {
            // Only the prefix is of interest: a message over the limit is refused at once.
            if let Err(status) = parts.deframer.check_prefix(limit) {
                self.refuse(core, key, &status);
            }
            return;
        }
        match std::mem::take(&mut parts.deframer).into_only_frame(limit) {
            Ok(frame) => self.dispatch_gathered(core, key, RequestFrame::Gathered(frame)),
            Err(status) => self.refuse(core, key, &status),
        }
    }

    /// Gives a message that was waited for to its handler.
    fn dispatch_gathered(
        &mut self,
        core: &mut Connection,
        key: StreamKey,
        frame: RequestFrame<'_>,
    ) {
        let Some((fields, deadline)) = self.calls.take_gathered(key) else { return };
        let RequestHead::Call(head) = *RequestHead::of(&fields, &self.router) else { return };
        self.dispatch(core, Begun { key, head, fields, deadline }, frame);
    }

    /// Gives a complete message to its handler.
    fn dispatch(&mut self, core: &mut Connection, call: Begun, frame: RequestFrame<'_>) {
        let Begun { key, head: CallHead { route, .. }, .. } = call;
        let length = frame.length();
        if let Err(status) = self.settings.received.check_received(length) {
            send_trailers_only(core, key, &status, &Metadata::new());
            return core.finish(key);
        }
        if route.descriptor.kind == MethodKind::ServerStreaming {
            let stream = self.new_stream(key, InboundMode::Discard);
            let body = Body::ServerStreaming(frame, Arc::clone(&stream));
            return self.start_streaming(core, call, body, stream);
        }
        self.start_unary(core, call, frame);
    }
}
