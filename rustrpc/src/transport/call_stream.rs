//! What a call and its connection's task share: the two directions of one HTTP/2 stream.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::command::{Command, CommandQueue};
use super::fields::{RequestHead, ResponseHead};
use super::received::ReceivedHead;
use crate::http2::{Connection, Payload, StreamKey};
use crate::rpc::{Deframer, Metadata, Status};

/// A sender waits while more than this is on its way, its own last message included.
const SEND_HIGH_WATER: usize = 64 * 1024;
/// Payloads up to this size are copied into the write buffer; larger ones are kept and written
/// from where they are.
const COPIED_PAYLOAD: usize = 16 * 1024;
/// A larger outbound buffer is not kept for the next messages.
const KEPT_BUFFER: usize = 64 * 1024;

/// Locks, whether or not some thread panicked while it held the lock: what these locks guard is
/// valid at each of their holders' steps.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The two directions of a call.
///
/// Both hold bytes, not messages: the call encodes and decodes on its own task, many messages for
/// each time it takes the lock, and the connection's task only moves bytes.
#[derive(Debug)]
pub(crate) struct CallStream {
    /// Client: what the call begins with. It stays, so that a call which no server has looked at
    /// can be made again over another connection.
    request: Option<RequestHead>,
    inbound: Mutex<Inbound>,
    outbound: Mutex<Outbound>,
    /// How many consumed bytes are worth telling the connection's task about.
    release_threshold: usize,
}

/// What came in and was not consumed yet.
#[derive(Debug, Default)]
struct Inbound {
    head: Option<Arc<ReceivedHead>>,
    data: Vec<u8>,
    end: Option<InboundEnd>,
    mode: InboundMode,
    waker: Option<Waker>,
    /// Client: nobody waits for the call any more.
    cancelled: bool,
    /// Client: whoever looks for a connection for this call.
    opener: Option<Waker>,
}

/// How the connection's task treats received data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum InboundMode {
    /// The call is woken for whatever arrives, and its consumption opens the window.
    #[default]
    Stream,
    /// The call wants one message: it is woken at the end, or beyond this many bytes, and the
    /// window opens by itself up to there.
    Gather(usize),
    /// Nobody reads: data is dropped.
    Discard,
}

/// How the inbound direction ended.
#[derive(Clone, Debug)]
pub(crate) enum InboundEnd {
    /// The peer ended it, on a client with trailers unless the head was all.
    Complete(Option<Arc<ReceivedHead>>),
    /// It broke off.
    Failed(Status),
}

/// What a call for one message has gathered.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) head: Option<Arc<ReceivedHead>>,
    pub(crate) data: Vec<u8>,
    /// How it ended; `None` when there is more data than was to be gathered.
    pub(crate) end: Option<InboundEnd>,
}

impl Inbound {
    fn wake_later(&mut self, context: &mut Context<'_>) {
        if !self.waker.as_ref().is_some_and(|old| old.will_wake(context.waker())) {
            self.waker = Some(context.waker().clone());
        }
    }
}

/// What is to go out.
#[derive(Debug, Default)]
pub(crate) struct Outbound {
    /// The connection's queue, once the call has a connection.
    queue: Option<Arc<CommandQueue>>,
    /// The stream on that connection, once it is open.
    key: Option<StreamKey>,
    head: Option<Box<ResponseHead>>,
    /// Server: whether there is a header block that the trailers can follow.
    head_sent: bool,
    buffer: Vec<u8>,
    end: Option<OutboundEnd>,
    /// Whether an [`Command::Outbound`] for this call is queued already.
    notified: bool,
    /// Bytes that the engine holds, as of the last look.
    in_engine: usize,
    /// Nothing can be sent any more.
    closed: bool,
    /// Client: how often the call was taken from one connection to another.
    moves: u32,
    /// Senders that wait for room, or for the end.
    wakers: Vec<Waker>,
}

/// What follows the last message.
#[derive(Debug)]
pub(crate) enum OutboundEnd {
    /// A client has no more messages.
    HalfClose,
    /// A server's last word.
    Status(Result<(), Status>, Metadata),
}

impl CallStream {
    /// Server: a call on the stream `key` of the connection behind `queue`. `window` is the
    /// flow-control window that the peer has been granted on each stream.
    pub(crate) fn server(
        key: StreamKey,
        queue: Arc<CommandQueue>,
        mode: InboundMode,
        window: u32,
    ) -> Self {
        let outbound = Outbound { queue: Some(queue), key: Some(key), ..Outbound::default() };
        Self::new(None, outbound, mode, window)
    }

    /// Client: a call that has no connection yet.
    pub(crate) fn client(request: RequestHead, mode: InboundMode, window: u32) -> Self {
        Self::new(Some(request), Outbound::default(), mode, window)
    }

    /// Client: a call that has failed before it started.
    pub(crate) fn failed(status: Status) -> Self {
        let stream = Self::new(None, Outbound::default(), InboundMode::Stream, 0);
        stream.fail(status);
        stream
    }

    fn new(
        request: Option<RequestHead>,
        outbound: Outbound,
        mode: InboundMode,
        window: u32,
    ) -> Self {
        Self {
            request,
            inbound: Mutex::new(Inbound { mode, ..Inbound::default() }),
            outbound: Mutex::new(outbound),
            release_threshold: (window as usize / 4).clamp(1, 32 * 1024),
        }
    }

    /// The stream that carries the call, once it has one.
    pub(crate) fn key(&self) -> Option<StreamKey> {
        lock(&self.outbound).key
    }

    fn command(&self, command: Command) {
        let queue = lock(&self.outbound).queue.clone();
        if let Some(queue) = queue {
            // When the connection is over, its task has failed this call or is about to.
            queue.push(command).ok();
        }
    }
}

/// The side of a client that looks for a connection.
impl CallStream {
    /// What the call begins with; `None` on a server.
    pub(crate) fn request(&self) -> Option<&RequestHead> {
        self.request.as_ref()
    }

    /// Gives the call a connection. It has no stream there yet.
    pub(crate) fn attach(&self, queue: Arc<CommandQueue>) {
        let mut outbound = lock(&self.outbound);
        outbound.queue = Some(queue);
        outbound.key = None;
        outbound.notified = false;
    }

    /// Takes the call from its connection, to make it again over another. `false` when it must not
    /// be: it has moved `most` times, nobody waits for it any more, or something of it is lost.
    pub(crate) fn detach(&self, most: u32) -> bool {
        {
            let inbound = lock(&self.inbound);
            if inbound.cancelled || inbound.head.is_some() || inbound.end.is_some() {
                return false;
            }
        }
        let whole = self.request.as_ref().is_some_and(|request| request.body.is_some());
        let mut outbound = lock(&self.outbound);
        // What a stream of requests has handed to a connection is not here any more.
        let lost = !whole && (outbound.closed || outbound.key.is_some());
        if lost || outbound.moves >= most {
            return false;
        }
        outbound.moves += 1;
        outbound.queue = None;
        outbound.key = None;
        outbound.notified = false;
        true
    }
}

/// The side of the call: receiving.
impl CallStream {
    /// Moves what has arrived into `deframer`, or tells how the direction ended.
    pub(crate) fn poll_inbound(
        self: &Arc<Self>,
        context: &mut Context<'_>,
        deframer: &mut Deframer,
        unreleased: &mut usize,
    ) -> Poll<Option<InboundEnd>> {
        let taken = {
            let mut inbound = lock(&self.inbound);
            if inbound.data.is_empty() {
                if let Some(end) = &inbound.end {
                    return Poll::Ready(Some(end.clone()));
                }
                inbound.wake_later(context);
                0
            } else {
                let taken = inbound.data.len();
                deframer.push_buffer(&mut inbound.data);
                if inbound.mode == InboundMode::Stream {
                    *unreleased += taken
                };
                taken
            }
        };
        if *unreleased >= self.release_threshold {
            self.command(Command::Consumed(Arc::clone(self), std::mem::take(unreleased)));
        }
        if taken == 0 { Poll::Pending } else { Poll::Ready(None) }
    }

    /// Waits until everything is there that a call for one message gathers.
    pub(crate) fn poll_gathered(&self, context: &mut Context<'_>) -> Poll<Gathered> {
        let mut inbound = lock(&self.inbound);
        let over = match inbound.mode {
            InboundMode::Gather(most) => inbound.data.len() > most,
            InboundMode::Stream | InboundMode::Discard => false,
        };
        if over || inbound.end.is_some() {
            return Poll::Ready(Gathered {
                head: inbound.head.clone(),
                data: std::mem::take(&mut inbound.data),
                end: inbound.end.clone(),
            });
        }
        inbound.wake_later(context);
        Poll::Pending
    }

    /// Waits for the received head; `None` when the direction ended without one.
    pub(crate) fn poll_head(&self, context: &mut Context<'_>) -> Poll<Option<Arc<ReceivedHead>>> {
        let mut inbound = lock(&self.inbound);
        if inbound.head.is_some() || inbound.end.is_some() {
            return Poll::Ready(inbound.head.clone());
        }
        inbound.wake_later(context);
        Poll::Pending
    }

    /// The received head, if it has arrived.
    pub(crate) fn head(&self) -> Option<Arc<ReceivedHead>> {
        lock(&self.inbound).head.clone()
    }

    /// How the inbound direction ended, if it has.
    pub(crate) fn inbound_end(&self) -> Option<InboundEnd> {
        lock(&self.inbound).end.clone()
    }

    /// Nobody will read any more; what is unread counts as consumed.
    pub(crate) fn discard_inbound(self: &Arc<Self>, unreleased: usize) {
        let (unread, ended) = {
            let mut inbound = lock(&self.inbound);
            let was_stream = inbound.mode == InboundMode::Stream;
            inbound.mode = InboundMode::Discard;
            let unread = std::mem::take(&mut inbound.data).len();
            (if was_stream { unread + unreleased } else { 0 }, inbound.end.is_some())
        };
        if unread > 0 && !ended {
            self.command(Command::Consumed(Arc::clone(self), unread));
        }
    }

    /// Client: nobody waits for this call any more.
    pub(crate) fn cancel(self: &Arc<Self>) {
        let opener = {
            let mut inbound = lock(&self.inbound);
            if inbound.end.is_some() {
                return;
            }
            inbound.cancelled = true;
            inbound.opener.take()
        };
        if let Some(opener) = opener {
            opener.wake();
        }
        self.command(Command::Cancel(Arc::clone(self)));
    }

    /// Client: whether nobody waits for this call any more.
    pub(crate) fn is_cancelled(&self) -> bool {
        lock(&self.inbound).cancelled
    }

    /// Client: waits until nobody waits for this call any more.
    pub(crate) fn poll_cancelled(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut inbound = lock(&self.inbound);
        if inbound.cancelled {
            return Poll::Ready(());
        }
        inbound.opener = Some(context.waker().clone());
        Poll::Pending
    }

    /// Ends a call that cannot go on, since this side has found something wrong.
    pub(crate) fn abort(self: &Arc<Self>, status: Status) {
        self.cancel();
        self.receive_end(InboundEnd::Failed(status));
    }

    /// Fails a call that no connection knows, or that its connection has let go of.
    pub(crate) fn fail(&self, status: Status) {
        self.close_outbound();
        self.receive_end(InboundEnd::Failed(status));
    }
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

    /// Hands over encoded messages, and leaves a buffer for the next ones.
    pub(crate) fn send_bytes(self: &Arc<Self>, bytes: &mut Vec<u8>) {
        self.send_with(|outbound| {
            if outbound.buffer.is_empty() {
                std::mem::swap(&mut outbound.buffer, bytes);
            } else {
                outbound.buffer.extend_from_slice(bytes);
            }
        });
        bytes.clear();
    }

    /// Waits until nothing can be sent any more.
    pub(crate) fn poll_closed(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut outbound = lock(&self.outbound);
        if outbound.closed {
            return Poll::Ready(());
        }
        outbound.wake_later(context);
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
    /// Client: the response's head arrived.
    pub(crate) fn receive_head(&self, head: Arc<ReceivedHead>) {
        let waker = {
            let mut inbound = lock(&self.inbound);
            inbound.head = Some(head);
            if matches!(inbound.mode, InboundMode::Gather(_)) { None } else { inbound.waker.take() }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Data arrived. Returns how many bytes count as consumed at once.
    pub(crate) fn receive_data(&self, data: &[u8]) -> usize {
        let (waker, consumed) = {
            let mut inbound = lock(&self.inbound);
            match inbound.mode {
                InboundMode::Discard => (None, data.len()),
                InboundMode::Stream => {
                    inbound.data.extend_from_slice(data);
                    (inbound.waker.take(), 0)
                }
                InboundMode::Gather(most) => {
                    inbound.data.extend_from_slice(data);
                    if inbound.data.len() > most {
                        (inbound.waker.take(), 0)
                    } else {
                        (None, data.len())
                    }
                }
            }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        consumed
    }

    /// The inbound direction is over. Only the first end counts.
    pub(crate) fn receive_end(&self, end: InboundEnd) {
        let waker = {
            let mut inbound = lock(&self.inbound);
            inbound.end.get_or_insert(end);
            inbound.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Nothing can be sent any more: frees what waits and wakes the senders.
    pub(crate) fn close_outbound(&self) {
        let wakers = {
            let mut outbound = lock(&self.outbound);
            outbound.closed = true;
            outbound.buffer = Vec::new();
            outbound.queue = None;
            std::mem::take(&mut outbound.wakers)
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

impl Outbound {
    fn has_room(&self) -> bool {
        self.buffer.len() + self.in_engine < SEND_HIGH_WATER
    }

    fn wake_later(&mut self, context: &mut Context<'_>) {
        if !self.wakers.iter().any(|old| old.will_wake(context.waker())) {
            self.wakers.push(context.waker().clone());
        }
    }

    /// Those to wake now.
    fn take_wakers(&mut self) -> Vec<Waker> {
        if self.has_room() || self.closed { std::mem::take(&mut self.wakers) } else { Vec::new() }
    }

    // Send errors mean that the stream is over; its event, which tells why, is on its way.
    fn flush(&mut self, core: &mut Connection, key: StreamKey) -> Vec<Waker> {
        if let Some(head) = self.head.take() {
            super::fields::send_response_head(core, key, &head.metadata, head.compression);
            self.head_sent = true;
        }
        let half_close = matches!(self.end, Some(OutboundEnd::HalfClose));
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
        } else if half_close {
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
        self.take_wakers()
    }
}
