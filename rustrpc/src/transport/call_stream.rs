//! What a call and its connection's task share: the two directions of one HTTP/2 stream.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::command::{Command, CommandQueue};
use super::fields::RequestHead;
use super::memory::{Account, Charge};
use super::outbound::Outbound;
use super::sync::{Mutex, lock};
use crate::http2::{FieldBlock, StreamKey};
use crate::rpc::{ApartValue, Deframer, Status, append, claimed_length};

/// The two directions of a call.
///
/// Both hold bytes, not messages: the call encodes and decodes on its own task, many messages for
/// each time it takes the lock, and the connection's task only moves bytes.
#[derive(Debug)]
pub(crate) struct CallStream {
    /// Client: what the call begins with. It stays, so that a call which no server has looked at
    /// can be made again over another connection. Servers have none, and leave no room for it.
    pub(super) request: Option<Box<RequestHead>>,
    inbound: Mutex<Inbound>,
    pub(super) outbound: Mutex<Outbound>,
    /// How many consumed bytes are worth telling the connection's task about.
    release_threshold: usize,
}

/// What came in and was not consumed yet.
#[derive(Debug, Default)]
struct Inbound {
    head: Option<FieldBlock>,
    /// Part of a stream of messages, or what a call for one message gathers.
    data: Vec<u8>,
    /// The large value of that message, if it is gathered apart.
    value: Option<Box<ApartValue>>,
    /// Part of it that its reader has to release.
    unreleased: usize,
    /// The length at which `data` is the message that the reader waits for, or the large value in
    /// it; it is told of nothing less. 0 when it takes whatever there is.
    wanted: usize,
    /// What arrived behind that message.
    behind: Vec<u8>,
    /// What the reader has taken of a message that is not complete.
    with_reader: usize,
    /// For all that.
    charge: Option<Charge>,
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
    Complete(Option<FieldBlock>),
    /// It broke off.
    Failed(Status),
}

/// What a call for one message has gathered.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) head: Option<FieldBlock>,
    pub(crate) deframer: Deframer,
    /// How it ended; `None` when there is more data than was to be gathered.
    pub(crate) end: Option<InboundEnd>,
}

impl Inbound {
    fn charge(&mut self) {
        let held = self.held();
        if let Some(charge) = &mut self.charge {
            charge.set(held);
        }
    }

    fn held(&self) -> usize {
        let value = self.value.as_ref().map_or(0, |value| value.received());
        value + self.data.len() + self.behind.len() + self.with_reader
    }

    fn gather(&mut self, data: &[u8]) {
        let mut deframer = self.take_gathered();
        deframer.push(data);
        (self.data, self.value) = deframer.pause();
        self.charge();
    }

    fn take_gathered(&mut self) -> Deframer {
        Deframer::resume(std::mem::take(&mut self.data), self.value.take())
    }

    /// Part of a stream of messages. How much of it counts as consumed at once, and whether there is
    /// something that the reader waits for.
    fn receive_streamed(&mut self, data: &[u8]) -> (usize, bool) {
        // A message may be larger than the window, so what is missing of it opens that by itself.
        let missing = self.wanted.saturating_sub(self.data.len()).min(data.len());
        let (missing, rest) = data.split_at(missing);
        append(&mut self.data, missing, self.wanted);
        if self.wanted > 0 {
            let first = if self.behind.is_empty() { rest } else { &self.behind };
            let claimed = claimed_length(first);
            append(&mut self.behind, rest, claimed);
        } else {
            // This may begin inside a message.
            self.data.extend_from_slice(rest);
        }
        self.unreleased += rest.len();
        self.charge();
        (missing.len(), self.data.len() >= self.wanted)
    }

    /// Drops what nobody has read, and gives its length.
    fn discard(&mut self) -> usize {
        self.mode = InboundMode::Discard;
        (self.data, self.value, self.behind) = Default::default();
        self.wanted = 0;
        self.with_reader = 0;
        self.charge();
        std::mem::take(&mut self.unreleased)
    }

    fn wake_later(&mut self, context: &mut Context<'_>) {
        if !self.waker.as_ref().is_some_and(|old| old.will_wake(context.waker())) {
            self.waker = Some(context.waker().clone());
        }
    }
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
        let charge = Charge::new(queue.account());
        let stream = Self::new(None, Outbound::on(queue, key), mode, window);
        lock(&stream.inbound).charge = Some(charge);
        stream
    }

    /// Client: a call that has no connection yet.
    pub(crate) fn client(request: RequestHead, mode: InboundMode, window: u32) -> Self {
        Self::new(Some(Box::new(request)), Outbound::default(), mode, window)
    }

    /// Client: a call that has failed before it started.
    pub(crate) fn failed(status: Status) -> Self {
        let stream = Self::new(None, Outbound::default(), InboundMode::Stream, 0);
        stream.fail(status);
        stream
    }

    fn new(
        request: Option<Box<RequestHead>>,
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

    /// Whom received bytes are put down for, once there is a connection.
    pub(crate) fn account(&self) -> Option<Arc<Account>> {
        let inbound = lock(&self.inbound);
        inbound.charge.as_ref().map(|charge| Arc::clone(charge.account()))
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
        self.request.as_deref()
    }

    /// Gives the call a connection. It has no stream there yet.
    pub(crate) fn attach(&self, queue: Arc<CommandQueue>) {
        lock(&self.inbound).charge = Some(Charge::new(queue.account()));
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
        outbound.charge = None;
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
            let inbound = &mut *inbound;
            if inbound.data.is_empty() && inbound.end.is_none() {
                // What is there of a large message goes on growing where it is.
                if let Some((buffer, wanted)) = deframer.lend() {
                    (inbound.data, inbound.wanted) = (buffer, wanted);
                    inbound.with_reader = 0;
                }
            }
            let incomplete = inbound.data.len() < inbound.wanted && inbound.end.is_none();
            if incomplete || inbound.data.is_empty() {
                if let Some(end) = &inbound.end {
                    return Poll::Ready(Some(end.clone()));
                }
                inbound.wake_later(context);
                false
            } else {
                deframer.push_buffer(&mut inbound.data);
                if inbound.wanted > 0 {
                    inbound.wanted = 0;
                    inbound.data = std::mem::take(&mut inbound.behind);
                }
                inbound.with_reader = deframer.remaining();
                inbound.charge();
                *unreleased += std::mem::take(&mut inbound.unreleased);
                true
            }
        };
        if *unreleased >= self.release_threshold {
            self.command(Command::Consumed(Arc::clone(self), std::mem::take(unreleased)));
        }
        if taken { Poll::Ready(None) } else { Poll::Pending }
    }

    /// Waits until everything is there that a call for one message gathers.
    pub(crate) fn poll_gathered(&self, context: &mut Context<'_>) -> Poll<Gathered> {
        let mut inbound = lock(&self.inbound);
        let over = match inbound.mode {
            InboundMode::Gather(most) => inbound.held() > most,
            InboundMode::Stream | InboundMode::Discard => false,
        };
        if over || inbound.end.is_some() {
            let deframer = inbound.take_gathered();
            inbound.charge();
            return Poll::Ready(Gathered {
                head: inbound.head.clone(),
                deframer,
                end: inbound.end.clone(),
            });
        }
        inbound.wake_later(context);
        Poll::Pending
    }

    /// Waits for the received head; `None` when the direction ended without one.
    pub(crate) fn poll_head(&self, context: &mut Context<'_>) -> Poll<Option<FieldBlock>> {
        let mut inbound = lock(&self.inbound);
        if inbound.head.is_some() || inbound.end.is_some() {
            return Poll::Ready(inbound.head.clone());
        }
        inbound.wake_later(context);
        Poll::Pending
    }

    /// The received head, if it has arrived.
    pub(crate) fn head(&self) -> Option<FieldBlock> {
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
            (inbound.discard() + unreleased, inbound.end.is_some())
        };
        if unread > 0 && !ended {
            self.command(Command::Consumed(Arc::clone(self), unread));
        }
    }

    /// Client: nobody waits for this call any more.
    pub(crate) fn cancel(self: &Arc<Self>) {
        self.give_up(None);
    }

    /// Client: ends a call that cannot go on, since this side has found something wrong.
    pub(crate) fn abort(self: &Arc<Self>, status: Status) {
        self.give_up(Some(InboundEnd::Failed(status)));
    }

    fn give_up(self: &Arc<Self>, end: Option<InboundEnd>) {
        let wakers = {
            let mut inbound = lock(&self.inbound);
            if inbound.end.is_some() {
                return;
            }
            inbound.cancelled = true;
            let reader = if end.is_some() { inbound.waker.take() } else { None };
            inbound.end = end;
            [inbound.opener.take(), reader]
        };
        for waker in wakers.into_iter().flatten() {
            waker.wake();
        }
        self.command(Command::Cancel(Arc::clone(self)));
        // What is half-closed from now on was not finished: the server must not take it for that.
        self.close_outbound();
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

    /// Fails a call that no connection knows, or that its connection has let go of.
    pub(crate) fn fail(&self, status: Status) {
        self.close_outbound();
        self.receive_end(InboundEnd::Failed(status));
    }
}

/// The side of the connection's task.
impl CallStream {
    /// Client: the response's head arrived.
    pub(crate) fn receive_head(&self, head: FieldBlock) {
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
                    let (consumed, ready) = inbound.receive_streamed(data);
                    (if ready { inbound.waker.take() } else { None }, consumed)
                }
                InboundMode::Gather(most) => {
                    inbound.gather(data);
                    if inbound.held() > most {
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

    /// There is no memory for what nobody has read yet.
    pub(crate) fn drop_unread(&self) {
        // What the reader has, it will not complete: it is told the end.
        lock(&self.inbound).discard();
    }

    /// Received bytes that are held, here or by the reader.
    pub(crate) fn held(&self) -> usize {
        lock(&self.inbound).held()
    }

    /// The inbound direction is over. Only the first end counts.
    pub(crate) fn receive_end(&self, end: InboundEnd) {
        if let Some(waker) = self.note_end(end) {
            waker.wake();
        }
    }

    /// The same, without waking whoever waits for it.
    #[must_use]
    pub(crate) fn note_end(&self, end: InboundEnd) -> Option<Waker> {
        let mut inbound = lock(&self.inbound);
        inbound.end.get_or_insert(end);
        inbound.waker.take()
    }
}
