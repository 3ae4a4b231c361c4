//! What a call and its connection's task share: the two directions of one HTTP/2 stream.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
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
    key: OnceLock<StreamKey>,
    queue: Mutex<Option<Arc<CommandQueue>>>,
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
    Failed {
        status: Status,
        /// The peer has surely not looked at the call: it may be made again elsewhere.
        unprocessed: bool,
    },
}

/// What is to go out.
#[derive(Debug, Default)]
pub(crate) struct Outbound {
    pub(crate) head: Option<OutboundHead>,
    /// Server: whether there is a header block that the trailers can follow.
    head_sent: bool,
    pub(crate) buffer: Vec<u8>,
    pub(crate) end: Option<OutboundEnd>,
    /// Whether an [`Command::Outbound`] for this call is queued already.
    notified: bool,
    /// Bytes that the engine holds, as of the last look.
    in_engine: usize,
    /// Nothing can be sent any more.
    closed: bool,
    waker: Option<Waker>,
}

/// The fields in front of the first message.
#[derive(Debug)]
pub(crate) enum OutboundHead {
    Request(Box<RequestHead>),
    Response(Box<ResponseHead>),
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
    /// A call whose outbound direction begins as given. `window` is the flow-control window that
    /// the peer has been granted on each stream.
    pub(crate) fn new(mode: InboundMode, outbound: Outbound, window: u32) -> Self {
        Self {
            key: OnceLock::new(),
            queue: Mutex::new(None),
            inbound: Mutex::new(Inbound { mode, ..Inbound::default() }),
            outbound: Mutex::new(outbound),
            release_threshold: (window as usize / 4).clamp(1, 32 * 1024),
        }
    }

    /// The stream that carries the call, once it has one.
    pub(crate) fn key(&self) -> Option<StreamKey> {
        self.key.get().copied()
    }

    /// Gives the call its stream; once.
    pub(crate) fn set_key(&self, key: StreamKey) {
        self.key.set(key).ok();
    }

    /// Gives the call its connection, or another one as long as it has no stream.
    pub(crate) fn attach(&self, queue: Arc<CommandQueue>) {
        *lock(&self.queue) = Some(queue);
    }

    fn command(&self, command: Command) {
        let queue = lock(&self.queue).clone();
        if let Some(queue) = queue {
            // When the connection is over, its task has failed this call or is about to.
            queue.push(command).ok();
        }
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
                if !inbound.waker.as_ref().is_some_and(|old| old.will_wake(context.waker())) {
                    inbound.waker = Some(context.waker().clone());
                }
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

    /// Waits for the received head; `None` when the direction ended without one.
    pub(crate) fn poll_head(&self, context: &mut Context<'_>) -> Poll<Option<Arc<ReceivedHead>>> {
        let mut inbound = lock(&self.inbound);
        if inbound.head.is_some() || inbound.end.is_some() {
            return Poll::Ready(inbound.head.clone());
        }
        inbound.waker = Some(context.waker().clone());
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

    /// Fails the call from this side.
    pub(crate) fn fail(&self, status: Status, unprocessed: bool) {
        self.close_outbound();
        self.receive_end(InboundEnd::Failed { status, unprocessed });
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
        if !outbound.waker.as_ref().is_some_and(|old| old.will_wake(context.waker())) {
            outbound.waker = Some(context.waker().clone());
        }
        Poll::Pending
    }

    /// Hands over the head.
    pub(crate) fn send_head(self: &Arc<Self>, head: OutboundHead) {
        self.send_with(|outbound| outbound.head = Some(head));
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

    /// Encodes a message into what goes out.
    ///
    /// # Errors
    ///
    /// Those of `put`.
    pub(crate) fn send_message(
        self: &Arc<Self>,
        put: impl FnOnce(&mut Vec<u8>) -> Result<(), Status>,
    ) -> Result<(), Status> {
        let mut result = Ok(());
        self.send_with(|outbound| result = put(&mut outbound.buffer));
        result
    }

    /// Waits until nothing can be sent any more.
    pub(crate) fn poll_closed(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut outbound = lock(&self.outbound);
        if outbound.closed {
            return Poll::Ready(());
        }
        outbound.waker = Some(context.waker().clone());
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
            let notify = !outbound.notified && self.key.get().is_some();
            outbound.notified |= notify;
            notify
        };
        if notify {
            self.command(Command::Outbound(Arc::clone(self)));
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

    /// Nothing can be sent any more: frees what waits and wakes the sender.
    pub(crate) fn close_outbound(&self) {
        let waker = {
            let mut outbound = lock(&self.outbound);
            outbound.closed = true;
            outbound.buffer = Vec::new();
            outbound.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Client: the head, for opening the stream.
    pub(crate) fn take_head(&self) -> Option<OutboundHead> {
        lock(&self.outbound).head.take()
    }

    /// Client: the head that could not be sent, for another connection.
    pub(crate) fn put_head_back(&self, head: OutboundHead) {
        lock(&self.outbound).head = Some(head);
    }

    /// Client: whether nobody but this call's messages would notice if it moved to another
    /// connection. A call with its only message in its head is made anew by its owner.
    pub(crate) fn may_move(&self) -> bool {
        match &lock(&self.outbound).head {
            Some(OutboundHead::Request(head)) => head.body.is_none(),
            _ => false,
        }
    }

    /// Moves what is to go out into the engine.
    pub(crate) fn flush(&self, core: &mut Connection, key: StreamKey) {
        let waker = {
            let mut outbound = lock(&self.outbound);
            outbound.notified = false;
            if outbound.closed {
                return;
            }
            outbound.flush(core, key);
            outbound.in_engine = core.queued(key);
            if outbound.has_room() { outbound.waker.take() } else { None }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The engine has written something of this stream.
    pub(crate) fn drained(&self, queued: usize) {
        let waker = {
            let mut outbound = lock(&self.outbound);
            outbound.in_engine = queued;
            if outbound.has_room() { outbound.waker.take() } else { None }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Outbound {
    fn has_room(&self) -> bool {
        self.buffer.len() + self.in_engine < SEND_HIGH_WATER
    }

    // Send errors mean that the stream is over; its event, which tells why, is on its way.
    fn flush(&mut self, core: &mut Connection, key: StreamKey) {
        if let Some(OutboundHead::Response(head)) = self.head.take() {
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
    }
}

impl Outbound {
    /// What a client sends first.
    pub(crate) fn request(head: RequestHead) -> Self {
        Self { head: Some(OutboundHead::Request(Box::new(head))), ..Self::default() }
    }
}
