//! What must happen by when.

use std::time::{Duration, Instant};

use super::{Connection, Role};
use crate::http2::error::{Reason, Violation};
use crate::http2::limits::Limits;

/// The deadlines that are running.
#[derive(Debug)]
pub(super) struct Deadlines {
    /// For the client's preface, then for the first SETTINGS.
    pub(super) greeting: Option<Instant>,
    pub(super) settings_ack: Option<Instant>,
    /// For the end of an open field block.
    pub(super) block: Option<Instant>,
    /// For data to move again.
    pub(super) progress: Option<Instant>,
    /// For streams that wait until they may send into a small window.
    pub(super) small_send: Option<Instant>,
    /// For the second GOAWAY of a graceful shutdown.
    pub(super) goaway: Option<Instant>,
    /// The transport has carried the preface.
    preface_done: bool,
}

impl Deadlines {
    pub(super) fn new(role: Role, limits: &Limits, now: Instant) -> Self {
        Self {
            greeting: after(now, limits.preface_timeout),
            settings_ack: after(now, limits.settings_ack_timeout),
            block: None,
            progress: None,
            small_send: None,
            goaway: None,
            preface_done: role == Role::Client,
        }
    }

    pub(super) fn preface_done(&mut self, limits: &Limits, now: Instant) {
        self.preface_done = true;
        self.greeting = after(now, limits.settings_timeout);
    }

    pub(super) fn block_begun(&mut self, limits: &Limits, now: Instant) {
        self.block = after(now, limits.block_timeout);
    }
}

pub(super) fn after(now: Instant, wait: Option<Duration>) -> Option<Instant> {
    now.checked_add(wait?)
}

impl Connection {
    /// When [`handle_timeout`](Self::handle_timeout) is to be called, if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        let Deadlines { greeting, settings_ack, block, progress, small_send, goaway, .. } =
            self.deadlines;
        [greeting, settings_ack, block, progress, small_send, goaway].into_iter().flatten().min()
    }

    /// Does what is due. Calling it too early does nothing; what comes of it is told by
    /// [`poll_event`](Self::poll_event) and [`poll_transmit`](Self::poll_transmit).
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        if self.closed {
            return;
        }
        let due = |deadline: &mut Option<Instant>| deadline.take_if(|at| *at <= now).is_some();
        if due(&mut self.deadlines.greeting) {
            return match self.deadlines.preface_done {
                true => self.fail(Reason::SETTINGS_TIMEOUT, "no SETTINGS arrived in time"),
                false => self.fail(Reason::PROTOCOL_ERROR, "no preface arrived in time"),
            };
        }
        if due(&mut self.deadlines.settings_ack) {
            // RFC 9113 §6.5.3.
            return self.fail(Reason::SETTINGS_TIMEOUT, "SETTINGS were not acknowledged in time");
        }
        if due(&mut self.deadlines.block) {
            return self.fail(Reason::ENHANCE_YOUR_CALM, "a field block took too long");
        }
        if due(&mut self.deadlines.goaway) {
            self.send_final_goaway();
        }
        if due(&mut self.deadlines.small_send) {
            self.wake_small_sends();
        }
        if due(&mut self.deadlines.progress) {
            self.end_stalled();
        }
    }

    /// Ends the stream that has most queued, for want of memory. Whether there is any such, and how
    /// much it had: no stream is ended that has no more than `above`.
    pub fn shed(&mut self, above: usize) -> bool {
        let queued = self.streams.iter_mut().map(|(key, kept)| (kept.queue.len(), key));
        let Some((len, key)) = queued.max_by_key(|(len, _)| *len) else { return false };
        if len <= above {
            return false;
        }
        let detail = "there is no memory for what waits to be sent";
        self.punish(Violation::Stream(key.id, Reason::ENHANCE_YOUR_CALM, detail));
        true
    }

    /// More SETTINGS went out.
    pub(super) fn expect_settings_ack(&mut self) {
        self.unacknowledged_settings += 1;
        let timeout = self.config.limits.settings_ack_timeout;
        self.deadlines.settings_ack = self.deadlines.settings_ack.or(after(self.now, timeout));
    }

    /// Starts the clock when data waits and no window lets it go.
    pub(super) fn watch_progress(&mut self) {
        if self.queued == 0 || self.closed {
            self.deadlines.progress = None;
            self.deadlines.small_send = None;
            return;
        }
        let stalled = self.scheduler.is_empty() || self.is_held();
        if stalled && self.deadlines.progress.is_none() && self.role == Role::Server {
            self.deadlines.progress = after(self.now, self.config.limits.progress_timeout);
        }
    }

    /// Streams may send into small windows again, in turn from the one behind that which did so last:
    /// one of them may be all that is allowed until the next time.
    fn wake_small_sends(&mut self) {
        self.held = false;
        let mut waiting: Vec<_> = self
            .streams
            .iter_mut()
            .filter(|(_, kept)| !kept.ready && kept.has_pending())
            .map(|(stream, _)| stream)
            .collect();
        let last = self.budgets.last_small_send();
        waiting.sort_unstable_by_key(|stream| (stream.id <= last, stream.id));
        for stream in waiting {
            self.schedule(stream);
        }
    }

    /// Nothing has moved for too long: the culprits are the streams whose own windows are shut, or
    /// the whole connection.
    fn end_stalled(&mut self) {
        if self.is_held() {
            self.fail(Reason::ENHANCE_YOUR_CALM, "the peer's windows stayed shut for too long");
            return;
        }
        let stalled: Vec<_> = self
            .streams
            .iter_mut()
            .filter(|(_, kept)| !kept.queue.is_empty())
            .map(|(stream, _)| stream)
            .collect();
        for stream in stalled {
            let (reason, detail) = (Reason::ENHANCE_YOUR_CALM, "the stream's window stayed shut");
            self.punish(Violation::Stream(stream.id, reason, detail));
        }
        debug_assert!(self.queued == 0 || self.closed, "what stalled is gone");
    }
}
