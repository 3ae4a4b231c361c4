//! Handlers from their first poll to their last.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::task::coop;

use super::ServerRole;
use crate::rpc::{CallContext, CancellationToken, Metadata, RequestFrame, Status};
use crate::server::call::{Body, Place, ReplyKind, ServerCall};
use crate::server::calls::CallState;
use crate::server::handler::{self, Handler, HandlerTask};
use crate::server::request_head::CallHead;
use crate::transport::{
    Answer, CallStream, Command, Connection, DeadlineScope, FieldBlock, StreamKey,
    received_metadata, send_trailers_only,
};

/// A call that can be served, and begins.
pub(super) struct Begun {
    pub(super) key: StreamKey,
    pub(super) head: CallHead,
    /// What the head was in, which is the metadata.
    pub(super) fields: FieldBlock,
    pub(super) deadline: Option<Instant>,
}

impl ServerRole {
    /// Gives the message of a unary call to its handler.
    pub(super) fn start_unary(
        &mut self,
        core: &mut Connection,
        call: Begun,
        frame: RequestFrame<'_>,
    ) {
        let Begun { key, head: CallHead { route, accepted, .. }, deadline, .. } = call;
        let method = route.number;
        let inline = self.router.is_inline(method, frame.length());
        let token = self.token();
        let began = (inline && self.sampler.is_due(method)).then(Instant::now);
        let reply = self.begin(call, token.clone(), Body::Unary(frame), inline);
        if let Some(began) = began
            && self.router.pace(method).record(began.elapsed())
        {
            self.sampler.repeat(method);
        }
        match reply {
            Some(ReplyKind::Done(answer)) => {
                answer.send(core, key, &mut self.answer, self.queue.account());
                core.finish(key);
                self.spare_token = Some(token);
            }
            Some(ReplyKind::Answering(handler)) => {
                let handler = Handler::Answering(handler, accepted, None);
                if inline {
                    let state = CallState::Waiting { handler, method, token };
                    self.calls.put(key, deadline, state);
                } else {
                    self.spawn(key, deadline, method, handler, token);
                }
            }
            Some(ReplyKind::Streaming(_)) => {
                let status = Status::internal("a unary method was answered by a stream");
                send_trailers_only(core, key, &status, &Metadata::new());
                core.finish(key);
            }
            None => {
                send_trailers_only(core, key, &handler::panicked(), &Metadata::new());
                core.finish(key);
            }
        }
    }

    /// Starts the handler of a call that streams in either direction.
    pub(super) fn start_streaming(
        &mut self,
        core: &mut Connection,
        call: Begun,
        body: Body<'_>,
        stream: Arc<CallStream>,
    ) {
        let Begun { key, head: CallHead { route, accepted, .. }, deadline, .. } = call;
        let method = route.number;
        let request = match &body {
            Body::Unary(frame) | Body::ServerStreaming(frame, _) => frame.length(),
            Body::Streaming(_) => 0,
        };
        let inline = self.router.is_inline(method, request);
        let answers_by_stream = route.descriptor.kind.server_streams();
        let token = self.token();
        let handler = match self.begin(call, token.clone(), body, inline) {
            Some(ReplyKind::Streaming(handler)) if answers_by_stream => {
                Handler::Streaming(handler, stream)
            }
            Some(ReplyKind::Answering(handler)) if !answers_by_stream => {
                Handler::Answering(handler, accepted, Some(stream))
            }
            Some(ReplyKind::Done(Answer { result: Err(status), trailers, .. })) => {
                send_trailers_only(core, key, &status, &trailers);
                return core.finish(key);
            }
            Some(_) => {
                let status = Status::internal("the service answers another kind of method");
                send_trailers_only(core, key, &status, &Metadata::new());
                return core.finish(key);
            }
            None => {
                send_trailers_only(core, key, &handler::panicked(), &Metadata::new());
                return core.finish(key);
            }
        };
        if inline {
            self.calls.put(key, deadline, CallState::Waiting { handler, method, token });
            self.poll_waiting(core, key);
        } else {
            self.spawn(key, deadline, method, handler, token);
        }
    }

    /// A handler that this task polls was woken, on this slot.
    pub(super) fn handle_woken(&mut self, core: &mut Connection, slot: usize) {
        if !coop::has_budget_remaining() {
            // Whatever the handler looks at would only put it off: it comes first in the next turn.
            self.queue.push(Command::Woken(slot)).ok();
            return;
        }
        self.wakers.answer(slot);
        let Some(key) = self.calls.key_on(slot) else { return };
        let Some(CallState::Waiting { method, .. }) = self.calls.find(key) else { return };
        if self.router.is_inline(*method, 0) {
            return self.poll_waiting(core, key);
        }
        // Its polls have been found to take long, or those of its method.
        let deadline = self.calls.deadline(key);
        if let Some(CallState::Waiting { handler, method, token }) = self.calls.take(key) {
            self.spawn(key, deadline, method, handler, token);
        }
    }

    fn poll_waiting(&mut self, core: &mut Connection, key: StreamKey) {
        let deadline = self.calls.deadline(key);
        let Some(CallState::Waiting { handler, method, .. }) = self.calls.find(key) else { return };
        let mut context = Context::from_waker(self.wakers.of(key, &self.queue));
        if let Some(stream) = handler.outbound() {
            stream.expect_flush();
        }
        self.answer.clear();
        let began = self.sampler.is_due(*method).then(Instant::now);
        let polled = handler.poll(&mut context, deadline, &self.settings, &mut self.answer);
        if let Some(began) = began
            && self.router.pace(*method).record(began.elapsed())
        {
            self.sampler.repeat(*method);
        }
        if let Some(stream) = handler.outbound() {
            stream.flush(core);
        }
        let Poll::Ready(answer) = polled else { return };
        if let Some(CallState::Waiting { handler, .. }) = self.calls.take(key) {
            handler.dismiss();
        }
        if let Some(answer) = answer {
            answer.send(core, key, &mut self.answer, self.queue.account());
        }
        core.finish(key);
    }

    fn spawn(
        &mut self,
        key: StreamKey,
        deadline: Option<Instant>,
        method: usize,
        handler: Handler,
        token: CancellationToken,
    ) {
        let stream = handler.stream().cloned();
        let task = HandlerTask {
            handler: Some(handler),
            key,
            queue: Arc::clone(&self.queue),
            deadline,
            settings: Arc::clone(&self.settings),
            router: Arc::clone(&self.router),
            method,
        };
        let state = CallState::Spawned { task: task.spawn(), token, stream };
        self.calls.put(key, deadline, state);
    }

    /// Hands a call to its service; `None` when that panicked.
    fn begin(
        &mut self,
        call: Begun,
        token: CancellationToken,
        body: Body<'_>,
        inline: bool,
    ) -> Option<ReplyKind> {
        let Begun { key, head: CallHead { route, encoding, accepted, .. }, fields, deadline } =
            call;
        let received = self.settings.received;
        let terms = self.settings.answer_terms(accepted);
        self.answer.clear();
        let place = if inline {
            Place::Here { waker: self.wakers.of(key, &self.queue), answer: &mut self.answer }
        } else {
            Place::Task
        };
        let service = self.router.service(route);
        let account = self.queue.account();
        let whole = self.router.whole(route.number);
        let call_now = ServerCall {
            call: CallContext { method: route.descriptor, deadline, token },
            encoding,
            metadata: received_metadata(fields),
            received,
            terms,
            body,
            account,
            place,
            whole,
        };
        let _scope = DeadlineScope::enter(deadline);
        let reply = catch_unwind(AssertUnwindSafe(|| service.call(route.method, call_now)));
        reply.ok().map(|reply| reply.kind)
    }

    /// The token of a call that begins: the last one's, unless somebody kept that.
    fn token(&mut self) -> CancellationToken {
        match self.spare_token.take() {
            Some(token) if token.is_reusable() => token,
            _ => CancellationToken::of(Arc::clone(&self.peer)),
        }
    }
}
