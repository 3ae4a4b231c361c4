//! One connection: what holds it together, and what can be asked of it.

mod bandwidth;
mod budgets;
mod control;
mod data;
mod headers;
#[cfg(test)]
mod inspection;
mod other_protocol;
mod queued;
mod reader;
mod receive;
mod reset_lately;
mod send;
mod shutdown;
mod timers;
mod transmit;
mod whole;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::bandwidth::Bandwidth;
use self::budgets::Budgets;
use self::other_protocol::other_protocol;
use self::queued::Queued;
use self::reader::Reader;
use self::reset_lately::ResetLately;
use self::shutdown::Shutdown;
use self::timers::Deadlines;
use super::error::{ConnectionError, Initiator, Reason, Violation};
use super::event::{Event, Input};
use super::flow::{DEFAULT_WINDOW, RecvWindow, SendWindow};
use super::frame::{rst_stream, settings as settings_frame, window_update};
use super::hpack::{Decoder, Encoder};
use super::limits::Config;
use super::output::Output;
use super::scheduler::Scheduler;
use super::settings::{PeerSettings, announced};
use super::store::Store;
use super::stream::{End, SendQueue, State, StreamId, StreamKey};

/// What a client sends first (RFC 9113 §3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Both ends of an HTTP/2 connection, as a state machine. See the [module](super) for how to drive
/// it.
#[derive(Debug)]
pub struct Connection {
    role: Role,
    config: Arc<Config>,
    now: Instant,
    reader: Reader,
    decoder: Decoder,
    encoder: Encoder,
    peer: PeerSettings,
    /// Our SETTINGS that the peer has not acknowledged.
    unacknowledged_settings: u32,
    streams: Store,
    scheduler: Scheduler,
    /// Events that are not the direct result of the next bytes.
    events: VecDeque<Queued>,
    /// What is written already but not yet fetched by `poll_transmit`.
    staged: Output,
    /// The last DATA frame in `staged`, while more can be added to it.
    last_data: Option<transmit::LastData>,
    /// Answers in `staged` that the peer provoked.
    replies: u32,
    send_window: SendWindow,
    recv_window: RecvWindow,
    /// What the windows of streams are kept at.
    stream_window: u32,
    bandwidth: Bandwidth,
    /// Windows are kept small for now.
    restrained: bool,
    /// Bytes handed to the owner and not yet released, over all streams.
    unreleased: usize,
    /// Bytes queued on all streams.
    queued: usize,
    /// The highest stream the peer has opened.
    last_peer_stream: StreamId,
    /// The next stream we would open.
    next_stream: u32,
    /// `open` was refused for want of capacity; its owner wants to know when there is some.
    wants_capacity: bool,
    /// The connection's window is too small to be worth a frame; queued data waits for it to grow.
    held: bool,
    reset_lately: ResetLately,
    budgets: Budgets,
    deadlines: Deadlines,
    shutdown: Shutdown,
    closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Client,
    Server,
}

impl Connection {
    /// The server's end; it waits for the client's preface.
    pub fn server(config: impl Into<Arc<Config>>, now: Instant) -> Self {
        Self::new(Role::Server, config.into(), now)
    }

    /// The client's end; its preface is ready to be transmitted.
    pub fn client(config: impl Into<Arc<Config>>, now: Instant) -> Self {
        Self::new(Role::Client, config.into(), now)
    }

    /// Takes as much of `input` as yields one event; `None` once all of it is consumed and there is
    /// nothing more to tell. What is left of an incomplete frame is kept inside, within bounds.
    pub fn poll_event<'i>(&mut self, input: &mut Input<'i>, now: Instant) -> Option<Event<'i>> {
        self.now = now;
        loop {
            count_step();
            if let Some(event) = self.events.pop_front() {
                return Some(event.into_event());
            }
            if self.closed {
                input.take(usize::MAX);
                return None;
            }
            match self.receive(input) {
                Ok(receive::Progress::Event(event)) => return Some(event),
                Ok(receive::Progress::More) => {}
                Ok(receive::Progress::Exhausted) if self.events.is_empty() => return None,
                Ok(receive::Progress::Exhausted) => {}
                Err(violation) => self.punish(violation),
            }
        }
    }

    /// Notes that the peer closed the transport.
    pub fn handle_eof(&mut self) {
        let detail = match (self.reader.is_between_frames(), self.streams.open()) {
            (true, 0) => "the transport was closed",
            (true, _) => "the transport was closed while calls were open",
            (false, _) => self
                .reader
                .first_octets()
                .and_then(other_protocol)
                .unwrap_or("the transport was closed in the middle of a frame"),
        };
        let (reason, by) = (Reason::NO_ERROR, Initiator::Peer);
        self.end(ConnectionError { reason, by, detail: detail.into() });
    }

    /// Gives back what the application has consumed of a stream's data, so that the peer may send
    /// more: the length of [`Event::Data`]'s payload, or parts of it as they are consumed.
    pub fn release(&mut self, stream: StreamKey, bytes: u32) {
        let Some(kept) = self.streams.get_mut(stream) else { return };
        let bytes = bytes.min(kept.unreleased);
        kept.unreleased -= bytes;
        self.unreleased -= bytes as usize;
        if kept.state.can_receive() {
            kept.recv_window.credit(bytes);
            if let Some(increment) = kept.recv_window.announce() {
                self.staged.write_with(|out| window_update::write(stream.id, increment, out));
            }
        }
        self.announce_connection_window();
    }

    /// Lets go of a stream: its owner (the handler, the call) is gone. Ends it if it has not ended:
    /// what is queued behind an ended send half is still sent. Only now may the slot be used again,
    /// and on a server only now does the stream no longer count against the limit.
    pub fn finish(&mut self, stream: StreamKey) {
        let coming = self.reader.coming(stream);
        let Some(kept) = self.streams.get_mut(stream) else { return };
        kept.owner_gone = true;
        let (state, pending) = (kept.state, kept.has_pending());
        let ended = !matches!(kept.end, End::NotYet);
        let cancelled = state.can_send() && !ended || self.role == Role::Client;
        if state != State::Closed && !cancelled && pending {
            // The request may go on until the response has left: a peer may want to be rid of it before
            // it reads, or before it cancels. Each byte is released as it comes, from here on.
            let held = kept.unreleased.saturating_sub(coming);
            return self.release(stream, held);
        }
        let unreleased = std::mem::take(&mut kept.unreleased);
        self.unreleased -= unreleased as usize;
        if state == State::Closed {
            self.streams.remove(stream);
        } else if cancelled {
            // RFC 9113 §7: no longer wanted.
            self.reset(stream, Reason::CANCEL);
        } else {
            // RFC 9113 §8.1: the response is complete, the rest of the request is not needed.
            self.reset(stream, Reason::NO_ERROR);
        }
        if unreleased > 0 {
            self.announce_connection_window();
        }
    }

    /// Ends a stream early with RST_STREAM. Nothing more is told about it; the slot stays taken
    /// until [`finish`](Self::finish).
    pub fn reset(&mut self, stream: StreamKey, reason: Reason) {
        if self.streams.get(stream).is_none_or(|kept| kept.state == State::Closed) {
            return;
        }
        self.write_reset(stream.id, reason);
        self.close_stream(stream);
    }

    /// Bytes accepted for a stream that wait for windows or for their turn. When this is more than
    /// you want to see queued, stop; once it is below [`Config::low_water_mark`] again there is an
    /// [`Event::Writable`].
    pub fn queued(&self, stream: StreamKey) -> usize {
        self.streams.get(stream).map_or(0, |kept| kept.queue.len())
    }

    /// Bytes queued on all streams, and bytes ready for the next `poll_transmit`.
    pub fn queued_in_total(&self) -> usize {
        self.queued + self.staged.len()
    }

    /// Whether more should be read: false while too many answers wait to be written, or once the
    /// connection is closed.
    pub fn wants_read(&self) -> bool {
        !self.closed && self.replies <= self.config.limits.pause_replies
    }

    /// Whether `poll_transmit` would yield something.
    pub fn wants_transmit(&self) -> bool {
        !self.staged.is_empty() || (!self.scheduler.is_empty() && !self.is_held() && !self.closed)
    }

    /// Whether no stream is kept: neither open, nor waiting for its owner.
    pub fn is_idle(&self) -> bool {
        self.streams.len() == 0
    }

    /// Whether the connection is over; [`Event::Closed`] says or said why.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Streams that are open on the wire.
    pub fn open_streams(&self) -> usize {
        self.streams.open()
    }

    /// How long the peer may take to read any of what is written for it. The engine can't see that,
    /// so whoever owns the byte stream watches it.
    pub fn progress_timeout(&self) -> Option<Duration> {
        self.config.limits.progress_timeout.filter(|_| self.role == Role::Server)
    }

    /// Gives back memory that an idle connection does not need; caches are built anew. Worth it
    /// when a connection has been idle for a while.
    pub fn trim(&mut self) {
        self.staged.trim();
        self.streams.trim();
        self.scheduler.trim();
        self.decoder.trim();
        self.encoder.trim();
        self.reader.trim();
        self.reset_lately.trim();
        if self.events.is_empty() {
            self.events = VecDeque::new();
        }
    }

    /// The send and receive windows of a stream, or of the connection for stream 0.
    #[cfg(test)]
    pub(super) fn windows(&self, id: StreamId) -> Option<(i32, i32)> {
        if id == StreamId::CONNECTION {
            return Some((self.send_window.size(), self.recv_window.left()));
        }
        let kept = self.streams.get(self.streams.find(id)?)?;
        Some((kept.send_window.size(), kept.recv_window.left()))
    }

    /// What the encoder, once its last change was sent, and the decoder remember.
    #[cfg(test)]
    pub(super) fn tables(&self) -> (Option<Vec<String>>, Vec<String>) {
        (self.encoder.settled_table(), self.decoder.table().texts())
    }

    /// Bytes of memory held.
    #[cfg(test)]
    pub(super) fn memory(&mut self) -> usize {
        size_of::<Self>()
            + self.reader.memory()
            + self.decoder.memory()
            + self.encoder.table().memory()
            + self.streams.memory()
            + self.staged.memory()
            + self.events.capacity() * size_of::<Queued>()
            + self.reset_lately.memory()
    }

    fn new(role: Role, config: Arc<Config>, now: Instant) -> Self {
        let clamped = Config::clone(&config).clamped();
        let config = if *config == clamped { config } else { Arc::new(clamped) };
        let mut connection = Self {
            role,
            now,
            reader: Reader::new(role == Role::Server),
            decoder: Decoder::new(),
            encoder: Encoder::new(config.encoder_table_size as usize),
            peer: PeerSettings::new(),
            unacknowledged_settings: 1,
            streams: Store::default(),
            scheduler: Scheduler::default(),
            events: VecDeque::new(),
            staged: Output::new(),
            last_data: None,
            replies: 0,
            send_window: SendWindow::new(DEFAULT_WINDOW),
            recv_window: RecvWindow::new(DEFAULT_WINDOW),
            stream_window: config.stream_window,
            bandwidth: Bandwidth::default(),
            restrained: false,
            unreleased: 0,
            queued: 0,
            last_peer_stream: StreamId::CONNECTION,
            next_stream: 1,
            wants_capacity: false,
            held: false,
            reset_lately: ResetLately::default(),
            budgets: Budgets::new(&config.limits, now),
            deadlines: Deadlines::new(role, &config.limits, now),
            shutdown: Shutdown::default(),
            closed: false,
            config,
        };
        connection.write_preface();
        connection
    }

    fn write_preface(&mut self) {
        if self.role == Role::Client {
            self.staged.extend(PREFACE);
        }
        let settings = announced(&self.config, self.role == Role::Client);
        self.staged.write_with(|out| settings_frame::write(&settings, out));
        if self.config.decoder_table_size as usize > super::hpack::DEFAULT_TABLE_SIZE {
            self.decoder.set_limit(self.config.decoder_table_size as usize);
        }
        // RFC 9113 §6.9.2: the connection's window is not set by SETTINGS.
        self.recv_window.grow(self.config.connection_window);
        self.announce_connection_window();
    }

    /// RFC 9113 §6.9: sends what was credited to the connection, unless its owner holds too much.
    #[inline]
    fn announce_connection_window(&mut self) {
        if self.recv_window.is_due() {
            self.send_connection_window();
        }
    }

    fn send_connection_window(&mut self) {
        if self.unreleased > self.config.connection_buffer || self.closed {
            return;
        }
        if let Some(increment) = self.recv_window.announce() {
            self.staged
                .write_with(|out| window_update::write(StreamId::CONNECTION, increment, out));
            self.probe_bandwidth();
        }
    }

    /// The one place where a fault becomes frames and events (RFC 9113 §5.4).
    fn punish(&mut self, violation: Violation) {
        match violation {
            Violation::Connection(reason, detail) => self.fail(reason, detail),
            Violation::Stream(id, reason, _) => {
                self.write_reset(id, reason);
                self.count_reply();
                if let Some(stream) = self.streams.find(id) {
                    if self.streams.get(stream).is_some_and(|kept| !kept.owner_gone) {
                        let by = Initiator::Engine;
                        self.events.push_back(Queued::Reset { stream, reason, by });
                    }
                    self.close_stream(stream);
                }
                // What we are made to reset costs as much as what the peer resets.
                if self.role == Role::Server && !self.spend_reset() {
                    self.fail(Reason::ENHANCE_YOUR_CALM, "too many stream errors");
                }
            }
        }
    }

    /// Counts an answer that the peer provoked.
    fn count_reply(&mut self) {
        self.replies += 1;
        if self.replies >= self.config.limits.max_replies && !self.closed {
            self.fail(Reason::ENHANCE_YOUR_CALM, "too many answers are waiting to be read");
        }
    }

    fn write_reset(&mut self, id: StreamId, reason: Reason) {
        self.staged.write_with(|out| rst_stream::write(id, reason, out));
        self.reset_lately.push(id);
    }

    /// The stream is over on the wire; the slot goes too if its owner has gone already.
    fn close_stream(&mut self, stream: StreamKey) {
        let Some(kept) = self.streams.get_mut(stream) else { return };
        kept.state = State::Closed;
        if !kept.queue.is_empty() {
            self.queued -= kept.queue.len();
            kept.queue = SendQueue::default();
        }
        kept.end = End::NotYet;
        let (owner_gone, unreleased) = (kept.owner_gone, kept.unreleased);
        self.streams.close(stream.id);
        if owner_gone {
            self.unreleased -= unreleased as usize;
            self.streams.remove(stream);
        }
        self.tell_capacity();
        self.finish_shutdown_if_done();
    }

    /// Tells an owner who was refused that it may open streams again.
    fn tell_capacity(&mut self) {
        if self.wants_capacity && self.has_capacity() {
            self.wants_capacity = false;
            self.events.push_back(Queued::Capacity);
        }
    }

    /// What a new stream's receive window starts from. Until the peer has acknowledged a lower
    /// one, it may rely on the default (RFC 9113 §6.9.2).
    fn initial_recv_window(&self) -> u32 {
        match self.unacknowledged_settings {
            0 => self.stream_window,
            _ => self.stream_window.max(DEFAULT_WINDOW),
        }
    }

    /// The peer knows our settings: streams opened before have the announced windows from now on.
    fn settle_recv_windows(&mut self) {
        let window = self.stream_window;
        if window < DEFAULT_WINDOW {
            for (_, stream) in self.streams.iter_mut() {
                stream.recv_window.resize(window);
            }
        }
    }

    fn is_local(&self, id: StreamId) -> bool {
        // RFC 9113 §5.1.1: odd ones are the client's.
        id.is_odd() == (self.role == Role::Client)
    }

    /// RFC 9113 §5.1: whether a stream has never been opened.
    fn is_unopened(&self, id: StreamId) -> bool {
        match self.is_local(id) {
            true => id.number() >= self.next_stream || self.role == Role::Server,
            false => id > self.last_peer_stream,
        }
    }
}

/// Tests hold peers to the work that they cause: a step is a pass through a loop whose length a
/// peer decides.
#[inline]
fn count_step() {
    #[cfg(test)]
    super::tests::STEPS.set(super::tests::STEPS.get() + 1);
}
