//! The task that owns a connection.

use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::ReadBuf;
use tokio::task::coop;
use tokio::time::Sleep;

use super::byte_stream::ByteStream;
use super::command::{Command, CommandQueue};
use super::keepalive::{Keepalive, KeepaliveSettings};
use super::lifetime::{Lifetime, LifetimeSettings};
use super::memory::Charge;
use super::role::{DriverEnd, Role};
use super::{allocator, read_buffer, write_buffer};
use crate::http2::{Connection, Event, Input, Output, Reason};

/// How often a turn reads before it lets other tasks run.
const READS_PER_TURN: usize = 4;
/// How much a turn writes before it looks at what the peer and other tasks want. What is sent small
/// and at once would otherwise wait behind all that the windows let large messages send.
const WRITTEN_PER_TURN: usize = 512 * 1024;
/// How many pieces one write gathers.
const WRITE_SLICES: usize = 64;
/// How long a connection is idle before it gives its memory back.
const TRIM_AFTER: Duration = Duration::from_secs(5);
/// How many calls a turn lets go of when all memory is used up.
const SHED_PER_TURN: usize = 64;
/// How long a connection reads nothing when all memory is used up.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(20);
/// How long the peer may take to read the last words of a connection.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_secs(2);

/// Owns the engine, the byte stream and the role of one connection. As a future it runs them until
/// the connection is over.
///
/// A turn reads until the stream has no more, handles what was read, then what other tasks want,
/// and writes once.
pub(crate) struct Driver<S, R: Role> {
    stream: S,
    core: Connection,
    role: R,
    queue: Arc<CommandQueue>,
    /// The buffer that is swapped against the queue's.
    commands: Vec<Command>,
    output: Output,
    timer: Option<Pin<Box<Sleep>>>,
    keepalive: Option<Keepalive>,
    /// `None` when the connection lasts as long as it likes.
    lifetime: Option<Box<Lifetime>>,
    /// When the connection will have been idle for long.
    trim_at: Option<Instant>,
    /// It has given its memory back.
    trimmed: bool,
    /// When the peer must have taken something of what waits to be written.
    write_by: Option<Instant>,
    end: Option<DriverEnd>,
    /// The end of the peer's bytes was seen.
    eof: bool,
    /// The task has given way to others once since it was woken.
    gave_way: bool,
    /// For what waits to be written.
    charge: Charge,
    /// When a connection that must not read for want of memory looks again.
    resume_at: Option<Instant>,
    /// The connection is over; only its last words are to be written.
    over: bool,
    /// They are written, and the byte stream is closed in this direction.
    said_all: bool,
}

impl<S, R: Role> Driver<S, R>
where
    S: ByteStream,
{
    pub(crate) fn new(
        stream: S,
        core: Connection,
        role: R,
        queue: Arc<CommandQueue>,
        keepalive: Option<KeepaliveSettings>,
    ) -> Self {
        allocator::expect_messages();
        let charge = Charge::new(queue.account());
        Self {
            stream,
            core,
            role,
            queue,
            commands: Vec::new(),
            output: Output::new(),
            timer: None,
            keepalive: keepalive.map(|settings| Keepalive::new(settings, super::now())),
            lifetime: None,
            trim_at: None,
            trimmed: false,
            write_by: None,
            end: None,
            eof: false,
            gave_way: false,
            charge,
            resume_at: None,
            over: false,
            said_all: false,
        }
    }

    /// The same, but it is over when these say so.
    pub(crate) fn lasting(mut self, settings: LifetimeSettings) -> Self {
        self.lifetime = Lifetime::begin(settings, super::now());
        self
    }

    /// Reads until there is no more, and handles it. Whether it stopped early.
    fn read(&mut self, context: &mut Context<'_>, now: Instant) -> bool {
        let mut buffer = read_buffer::take();
        let mut more = true;
        for _ in 0..READS_PER_TURN {
            if self.eof || self.end.is_some() || !self.core.wants_read() {
                more = false;
                break;
            }
            if self.queue.account().must_wait() {
                self.resume_at = now.checked_add(SHORTAGE_PAUSE);
                more = false;
                break;
            }
            let mut room = ReadBuf::new(&mut buffer);
            match unbudgeted(context, |context| {
                Pin::new(&mut self.stream).poll_read(context, &mut room)
            }) {
                Poll::Pending => {
                    more = false;
                    break;
                }
                Poll::Ready(Err(error)) => {
                    self.end = Some(DriverEnd::Io(Arc::new(error)));
                    more = false;
                    break;
                }
                Poll::Ready(Ok(())) => {
                    let filled = room.filled().len();
                    if filled == 0 {
                        self.eof = true;
                        self.core.handle_eof();
                    } else if let Some(keepalive) = &mut self.keepalive {
                        keepalive.heard(now);
                    }
                    self.handle_input(&buffer[..filled], now);
                }
            }
        }
        read_buffer::give_back(buffer);
        more
    }

    /// Holds the peer to less while memory is short.
    fn mind_memory(&mut self) {
        let account = self.queue.account();
        self.core.restrain(account.is_short());
        for _ in 0..SHED_PER_TURN {
            if !account.must_shed() || !self.role.handle_shortage(&mut self.core) {
                return;
            }
            self.charge.set(self.core.queued_in_total() + self.output.len());
        }
    }

    /// Whatever is queued counts at once: the next answer may be one too many.
    #[inline]
    fn count_queued(&mut self) {
        self.charge.set(self.core.queued_in_total() + self.output.len());
    }

    fn handle_input(&mut self, bytes: &[u8], now: Instant) {
        let mut input = Input::new(bytes);
        while let Some(event) = self.core.poll_event(&mut input, now) {
            if let Event::Closed(error) = event {
                self.end.get_or_insert(DriverEnd::Http2(*error));
                return;
            }
            self.role.handle_event(&mut self.core, event, &mut input, now);
            self.count_queued();
        }
    }

    fn handle_commands(&mut self, context: &mut Context<'_>, now: Instant) {
        let mut commands = std::mem::take(&mut self.commands);
        self.queue.drain(&mut commands, context.waker());
        for command in commands.drain(..) {
            self.role.handle_command(&mut self.core, command, now);
            self.count_queued();
        }
        self.commands = commands;
    }

    /// Writes what there is, and watches that the peer takes it: one that never reads would hold
    /// what is written for it for ever, whatever its flow-control windows say.
    fn write(&mut self, context: &mut Context<'_>, now: Instant) -> Poll<io::Result<()>> {
        let written = self.write_up_to(WRITTEN_PER_TURN, context);
        if written.is_ready() {
            self.write_by = None;
        } else if self.write_by.is_none() {
            self.write_by = self.core.progress_timeout().and_then(|limit| now.checked_add(limit));
            self.set_timer(context);
        }
        written
    }

    /// Ready when nothing is left, or `most` and a little more is written.
    fn write_up_to(&mut self, most: usize, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut total = 0;
        loop {
            if self.output.is_empty() {
                if total >= most {
                    break;
                }
                write_buffer::lend(&mut self.output, self.core.queued_in_total());
                self.core.poll_transmit(&mut self.output);
                if self.output.is_empty() {
                    break;
                }
            }
            let mut slices = [IoSlice::new(&[]); WRITE_SLICES];
            let filled = self.output.io_slices(&mut slices);
            let written = ready!(unbudgeted(context, |context| {
                let stream = Pin::new(&mut self.stream);
                match &slices[..filled] {
                    [slice] => stream.poll_write(context, slice),
                    slices => stream.poll_write_vectored(context, slices),
                }
            }))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.output.advance(written);
            total += written;
            self.write_by = None;
        }
        write_buffer::take_back(&mut self.output);
        // A byte stream that buffers (TLS, for one) sends now; sockets have nothing to do.
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn handle_timers(&mut self, context: &mut Context<'_>, now: Instant) {
        if self.core.poll_timeout().is_some_and(|at| at <= now) {
            self.core.handle_timeout(now);
            // Time-outs speak through events, which need no bytes.
            self.handle_input(&[], now);
        }
        if self.role.poll_timeout().is_some_and(|at| at <= now) {
            self.role.handle_timeout(&mut self.core, now);
        }
        if let Some(keepalive) = &mut self.keepalive
            && !keepalive.handle_timeout(&mut self.core, now)
        {
            let timeout = keepalive.timeout();
            let error = format!("the peer did not answer a keepalive ping within {timeout:?}");
            let error = io::Error::new(io::ErrorKind::TimedOut, error);
            self.end.get_or_insert(DriverEnd::Io(Arc::new(error)));
        }
        if let Some(lifetime) = &mut self.lifetime
            && !lifetime.handle_timeout(&mut self.core, now)
        {
            let detail = b"max_connection_age and its grace are over";
            self.core.close(Reason::NO_ERROR, detail);
        }
        if self.write_by.is_some_and(|at| at <= now) {
            let error =
                "the peer has read nothing for as long as the limit progress_timeout allows";
            let error = io::Error::new(io::ErrorKind::TimedOut, error);
            self.end.get_or_insert(DriverEnd::Io(Arc::new(error)));
        }
        if self.core.is_idle() {
            let trim_at = *self.trim_at.get_or_insert(now + TRIM_AFTER);
            if trim_at <= now && !self.trimmed && self.output.is_empty() {
                self.trimmed = true;
                self.core.trim();
                self.role.trim();
                self.output = Output::new();
                self.commands = Vec::new();
            }
        } else {
            self.trim_at = None;
            self.trimmed = false;
        }
        self.set_timer(context);
    }

    fn set_timer(&mut self, context: &mut Context<'_>) {
        let idle = self.core.is_idle();
        let times = [
            self.core.poll_timeout(),
            self.role.poll_timeout(),
            self.keepalive.as_ref().and_then(|keepalive| keepalive.poll_timeout(idle)),
            self.lifetime.as_ref().and_then(|lifetime| lifetime.poll_timeout()),
            // What waits to be written holds the trimming up, and wakes this task by itself.
            self.trim_at.filter(|_| !self.trimmed && self.output.is_empty()),
            self.write_by,
            self.resume_at,
        ];
        let Some(next) = times.into_iter().flatten().min() else { return };
        let next = tokio::time::Instant::from_std(next);
        loop {
            match &mut self.timer {
                // A timer that rings too early costs one idle turn; setting it anew each time a
                // deadline moves back would cost more.
                Some(timer) if timer.deadline() <= next && !timer.is_elapsed() => {}
                Some(timer) => timer.as_mut().reset(next),
                None => self.timer = Some(Box::pin(tokio::time::sleep_until(next))),
            }
            let Some(timer) = &mut self.timer else { return };
            if timer.as_mut().poll(context).is_pending() {
                return;
            }
            if timer.deadline() >= next {
                // It is due already, since the clock went on during this turn.
                context.waker().wake_by_ref();
                return;
            }
        }
    }

    /// The connection is over: tells the role, and refuses commands from now on.
    fn finish(&mut self, end: &DriverEnd) {
        let leftover = self.queue.close();
        self.role.handle_end(end, leftover);
        // Bounds how long the peer may take to read the last words.
        let until = tokio::time::Instant::now() + LAST_WORDS_TIMEOUT;
        self.timer = Some(Box::pin(tokio::time::sleep_until(until)));
        if matches!(end, DriverEnd::Io(_)) {
            self.output = Output::new();
            // Nothing more can be heard.
            self.eof = true;
        }
    }

    /// Writes what is left, closes the byte stream, and waits until the peer has closed it too.
    fn poll_last_words(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let late = self.timer.as_mut().is_none_or(|timer| timer.as_mut().poll(context).is_ready());
        if late {
            return Poll::Ready(());
        }
        if !self.said_all {
            if ready!(self.write_up_to(usize::MAX, context)).is_err()
                || ready!(Pin::new(&mut self.stream).poll_shutdown(context)).is_err()
            {
                return Poll::Ready(());
            }
            self.said_all = true;
        }
        self.poll_hear_out(context)
    }

    /// Reads what the peer still sends, for nobody. A socket that is closed before everything is read
    /// resets the connection, and then the peer may lose what was written last (RFC 9112 section 9.6
    /// has the same for HTTP/1.1).
    fn poll_hear_out(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut buffer = read_buffer::take();
        let mut heard = Poll::Pending;
        for turn in 0..=READS_PER_TURN {
            if turn == READS_PER_TURN {
                context.waker().wake_by_ref();
                break;
            }
            let mut room = ReadBuf::new(&mut buffer);
            if self.eof {
                heard = Poll::Ready(());
                break;
            }
            match Pin::new(&mut self.stream).poll_read(context, &mut room) {
                Poll::Pending => break,
                Poll::Ready(read) => self.eof = read.is_err() || room.filled().is_empty(),
            }
        }
        read_buffer::give_back(buffer);
        heard
    }
}

impl<S, R: Role> Future for Driver<S, R>
where
    S: ByteStream,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if this.over {
            return this.poll_last_words(context);
        }
        if this.role.wake_more() {
            this.gave_way = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        // Woken by a handler that has answered, while others are about to: let them run first, so
        // that all their answers leave in one write.
        let commands = this.queue.attend();
        if commands && !this.gave_way && this.role.expects_commands() {
            this.gave_way = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        this.gave_way = false;
        let now = super::now();
        this.resume_at = None;
        let more = this.read(context, now);
        this.mind_memory();
        let paused = !this.core.wants_read();
        this.role.handle_turn(&mut this.core, now);
        this.handle_commands(context, now);
        // Commands may have led to events, such as a stream that ended.
        this.handle_input(&[], now);
        this.handle_timers(context, now);
        let written = this.write(context, now);
        // Writing makes room in the engine, which it tells by events; what they lead to, such as
        // the rest of an answer, comes with the next turn.
        this.handle_input(&[], now);
        if let Poll::Ready(Err(error)) = written {
            this.end.get_or_insert(DriverEnd::Io(Arc::new(error)));
        }
        this.count_queued();
        if let Some(end) = this.end.take() {
            this.finish(&end);
            this.over = true;
            return this.poll_last_words(context);
        }
        // A read that was put off for the sake of unread answers left no one to wake this task.
        let resumed = paused && this.core.wants_read();
        let behind = this.role.is_behind_with_wakes();
        if more || resumed || behind || this.output.is_empty() && this.core.wants_transmit() {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

/// Polls without drawing on the task's cooperative budget, which belongs to the handlers that the
/// task polls: when they had used it up, nothing would be read or written any more. A turn is
/// bounded by itself.
fn unbudgeted<T>(
    context: &mut Context<'_>,
    poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Poll<T> {
    pin!(coop::unconstrained(poll_fn(poll))).poll(context)
}

impl<S, R: Role> Drop for Driver<S, R> {
    fn drop(&mut self) {
        if !self.over {
            // The runtime is going down, or the server has no more patience with this connection.
            let error = io::Error::new(
                io::ErrorKind::ConnectionAborted,
                "the connection's task was stopped",
            );
            let leftover = self.queue.close();
            self.role.handle_end(&DriverEnd::Io(Arc::new(error)), leftover);
        }
    }
}
