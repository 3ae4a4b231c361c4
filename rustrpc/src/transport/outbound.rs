//! The outbound direction of a call: what is to go out, and who waits to send more.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::call_stream::CallStream;
use super::command::{Command, CommandQueue};
use super::fields::ResponseHead;
use super::memory::Charge;
use super::sync::lock;
use crate::http2::{Connection, Payload, PayloadSource, StreamKey};
use crate::rpc::{Metadata, Status};
use crate::wire::Outline;

/// A sender waits while more than this is on its way, its own last message included. It is what one
/// write takes, so that a stream of large messages costs a write and a wake-up for that much.
const SEND_HIGH_WATER: usize = 256 * 1024;
/// The same while memory is short. Not below [`low_water_mark`](crate::http2::Config::low_water_mark),
/// where senders that wait are woken.
const SHORT_SEND_HIGH_WATER: usize = 32 * 1024;
/// Payloads up to this size are copied into the write buffer; larger ones are kept and written
/// from where they are.
const COPIED_PAYLOAD: usize = 16 * 1024;
/// A larger outbound buffer is not kept for the next messages.
const KEPT_BUFFER: usize = 64 * 1024;

/// What is to go out.
#[derive(Debug, Default)]
pub(crate) struct Outbound {
    /// The connection's queue, once the call has a connection.
    pub(super) queue: Option<Arc<CommandQueue>>,
    /// The stream on that connection, once it is open.
    pub(super) key: Option<StreamKey>,
    head: Option<Box<ResponseHead>>,
    /// Server: whether there is a header block that the trailers can follow.
    head_sent: bool,
    /// Large messages, outlined or each in the buffer that it was encoded in.
    large: Vec<Payload<'static>>,
    /// How many bytes they are.
    large_len: usize,
    /// What follows them.
    buffer: Vec<u8>,
    /// For all that, until the connection's task has it.
    pub(super) charge: Option<Charge>,
    end: Option<OutboundEnd>,
    /// Whether an [`Command::Outbound`] for this call is queued already.
    pub(super) notified: bool,
    /// Bytes that the engine holds, as of the last look.
    in_engine: usize,
    /// Nothing can be sent any more.
    pub(super) closed: bool,
    /// Client: how often the call was taken from one connection to another.
    pub(super) moves: u32,
    /// Senders that wait for room, or for the end.
    wakers: Vec<Waker>,
    /// The one that has nothing to send now, and waits for the end alone.
    idle: Option<Waker>,
}

/// What follows the last message.
#[derive(Debug)]
pub(crate) enum OutboundEnd {
    /// A client has no more messages.
    HalfClose,
    /// A server's last word.
    Status(Result<(), Status>, Metadata),
}

/// The side of the call: sending.
impl CallStream {
    /// Waits for room. `false` when nothing can be sent any more; the inbound direction tells why.
    pub(crate) fn poll_room(&self, context: &mut Context<'_>) -> Poll<bool> {
        let mut outbound = lock(&self.outbound);
        if outbound.closed {
            return Poll::Ready(false);
        }
        if outbound.has_room() {
            return Poll::Ready(true);
        }
        outbound.wake_later(context);
        Poll::Pending
    }

    /// Client: whether parts of the request are still to be sent.
    pub(crate) fn is_sending(&self) -> bool {
        let outbound = lock(&self.outbound);
        !outbound.closed || outbound.in_engine > 0
    }

    /// Hands over the head.
    pub(crate) fn send_head(self: &Arc<Self>, head: ResponseHead) {
        self.send_with(|outbound| outbound.head = Some(Box::new(head)));
    }

    /// Hands over encoded messages and perhaps a large one behind them, and leaves a buffer for the
    /// next ones.
    pub(crate) fn send_messages(
        self: &Arc<Self>,
        bytes: &mut Vec<u8>,
        large: Option<Arc<Outline>>,
    ) {
        self.send_with(|outbound| {
            if let Some(large) = large {
                outbound.put_large(std::mem::take(bytes));
                outbound.large_len += large.length();
                outbound.large.push(Payload::Draw(large));
            } else if bytes.len() > COPIED_PAYLOAD {
                outbound.put_large(std::mem::take(bytes));
            } else if outbound.buffer.is_empty() {
                std::mem::swap(&mut outbound.buffer, bytes);
            } else {
                outbound.buffer.extend_from_slice(bytes);
            }
        });
        bytes.clear();
    }

    /// Waits until nothing can be sent any more. Only the last one to wait is woken.
    pub(crate) fn poll_closed(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut outbound = lock(&self.outbound);
        if outbound.closed {
            return Poll::Ready(());
        }
        if !outbound.idle.as_ref().is_some_and(|old| old.will_wake(context.waker())) {
            outbound.idle = Some(context.waker().clone());
        }
        Poll::Pending
    }

    /// Hands over the end. Only the first end counts.
    pub(crate) fn send_end(self: &Arc<Self>, end: OutboundEnd) {
        self.send_with(|outbound| {
            outbound.end.get_or_insert(end);
        });
    }

    fn send_with(self: &Arc<Self>, add: impl FnOnce(&mut Outbound)) {
        let notify = {
            let mut outbound = lock(&self.outbound);
            if outbound.closed {
                return;
            }
            add(&mut outbound);
            outbound.charge();
            // Without a stream the call is not opened yet: opening it will look here.
            if outbound.notified || outbound.key.is_none() {
                return;
            }
            outbound.notified = true;
            outbound.queue.clone()
        };
        if let Some(queue) = notify {
            // When the connection is over, its task has failed this call or is about to.
            queue.push(Command::Outbound(Arc::clone(self))).ok();
        }
    }
}

/// The side of the connection's task.
impl CallStream {
    /// Nothing can be sent any more: frees what waits and wakes the senders.
    pub(crate) fn close_outbound(&self) {
        let wakers = {
            let mut outbound = lock(&self.outbound);
            outbound.closed = true;
            outbound.buffer = Vec::new();
            outbound.large = Vec::new();
            outbound.large_len = 0;
            outbound.charge = None;
            outbound.queue = None;
            outbound.take_wakers()
        };
        wake(wakers);
    }

    /// Client: the call has a stream; moves what is to go out there into the engine.
    pub(crate) fn opened(&self, core: &mut Connection, key: StreamKey) {
        let wakers = {
            let mut outbound = lock(&self.outbound);
            outbound.key = Some(key);
            if let Some(body) = self.request.as_ref().and_then(|request| request.body.as_ref()) {
                // A failed send means that the stream is over; its event is on its way.
                core.send_data(key, body.payload(), true).ok();
                outbound.closed = true;
                outbound.in_engine = core.queued(key);
                return;
            }
            outbound.flush(core, key)
        };
        wake(wakers);
    }

    /// The connection's task is about to poll the handler and flushes afterwards, so what the
    /// handler sends needs no command.
    pub(crate) fn expect_flush(&self) {
        lock(&self.outbound).notified = true;
    }

    /// Moves what is to go out into the engine.
    pub(crate) fn flush(&self, core: &mut Connection) {
        let wakers = {
            let mut outbound = lock(&self.outbound);
            outbound.notified = false;
            match outbound.key {
                Some(key) if !outbound.closed => outbound.flush(core, key),
                _ => return,
            }
        };
        wake(wakers);
    }

    /// The engine has written something of this stream.
    pub(crate) fn drained(&self, queued: usize) {
        let wakers = {
            let mut outbound = lock(&self.outbound);
            outbound.in_engine = queued;
            outbound.take_wakers()
        };
        wake(wakers);
    }
}

fn wake(wakers: Vec<Waker>) {
    for waker in wakers {
        waker.wake();
    }
}

impl PayloadSource for Outline {
    fn length(&self) -> usize {
        Outline::length(self)
    }

    fn copy(&self, at: usize, length: usize, into: &mut Vec<u8>) -> bool {
        Outline::copy(self, at, length, into)
    }
}

impl Outbound {
    /// What goes out on a stream that is open.
    pub(super) fn on(queue: Arc<CommandQueue>, key: StreamKey) -> Self {
        Self { queue: Some(queue), key: Some(key), ..Self::default() }
    }

    fn has_room(&self) -> bool {
        let short = self.queue.as_ref().is_some_and(|queue| queue.account().is_short());
        let mark = if short { SHORT_SEND_HIGH_WATER } else { SEND_HIGH_WATER };
        self.gathered() + self.in_engine < mark
    }

    /// How many bytes the connection's task has not taken yet.
    fn gathered(&self) -> usize {
        self.large_len + self.buffer.len()
    }

    fn charge(&mut self) {
        let gathered = self.gathered();
        if let Some(queue) = &self.queue
            && (gathered > 0 || self.charge.is_some())
        {
            self.charge.get_or_insert_with(|| Charge::new(queue.account())).set(gathered);
        }
    }

    /// Keeps the order: what is gathered already goes in front.
    fn put_large(&mut self, bytes: Vec<u8>) {
        for part in [std::mem::take(&mut self.buffer), bytes] {
            if !part.is_empty() {
                self.large_len += part.len();
                self.large.push(Payload::Keep(part.into()));
            }
        }
    }

    fn wake_later(&mut self, context: &mut Context<'_>) {
        if !self.wakers.iter().any(|old| old.will_wake(context.waker())) {
            self.wakers.push(context.waker().clone());
        }
    }

    /// Those to wake now.
    fn take_wakers(&mut self) -> Vec<Waker> {
        if self.closed {
            self.wakers.extend(self.idle.take());
        }
        if self.has_room() || self.closed { std::mem::take(&mut self.wakers) } else { Vec::new() }
    }

    // Send errors mean that the stream is over; its event, which tells why, is on its way.
    fn flush(&mut self, core: &mut Connection, key: StreamKey) -> Vec<Waker> {
        if let Some(head) = self.head.take() {
            super::fields::send_response_head(core, key, &head.metadata, head.compression);
            self.head_sent = true;
        }
        let half_close = matches!(self.end, Some(OutboundEnd::HalfClose));
        let mut sent_end = false;
        let (alone, mut large) = (self.buffer.is_empty(), self.large.drain(..));
        self.large_len = 0;
        while let Some(payload) = large.next() {
            let last = alone && large.len() == 0;
            core.send_data(key, payload, last && half_close).ok();
            sent_end |= last;
        }
        drop(large);
        if !self.buffer.is_empty() {
            if self.buffer.len() <= COPIED_PAYLOAD {
                core.send_data(key, Payload::Copy(&self.buffer), half_close).ok();
                self.buffer.clear();
            } else {
                let buffer = std::mem::take(&mut self.buffer);
                core.send_data(key, Payload::Keep(buffer.into()), half_close).ok();
            }
            if self.buffer.capacity() > KEPT_BUFFER {
                self.buffer = Vec::new();
            }
        } else if half_close && !sent_end {
            core.send_data(key, Payload::Copy(&[]), true).ok();
        }
        match self.end.take() {
            None => {}
            Some(OutboundEnd::HalfClose) => self.closed = true,
            Some(OutboundEnd::Status(result, trailers)) => {
                self.closed = true;
                match result {
                    Err(status) if !self.head_sent => {
                        super::fields::send_trailers_only(core, key, &status, &trailers)
                    }
                    result => super::fields::send_status(core, key, &result, &trailers),
                }
            }
        }
        self.in_engine = core.queued(key);
        self.charge();
        self.take_wakers()
    }
}
