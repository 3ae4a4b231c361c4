//! What the peer has used up of its limits.

use std::time::Instant;

use super::Connection;
use crate::http2::error::Violation;
use crate::http2::limits::{Budget, Limits};
use crate::http2::stream::StreamId;

#[derive(Debug)]
pub(super) struct Budgets {
    resets: Budget,
    glitches: Budget,
    small_sends: Budget,
    /// The stream that was the last to make one.
    last_small_send: StreamId,
    /// Tiny DATA frames left, in 64ths, so that each byte of honest data counts.
    tiny_data: u32,
    ping_strikes: u32,
    last_ping: Option<Instant>,
    /// HEADERS or DATA were sent since the last PING (gRFC A8).
    sent_since_ping: bool,
}

/// Bytes of DATA that earn back one tiny frame.
const EARNING: u32 = 64;

impl Budgets {
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        Self {
            resets: Budget::new(limits.resets, now),
            glitches: Budget::new(limits.glitches, now),
            small_sends: Budget::new(limits.small_sends, now),
            last_small_send: StreamId::CONNECTION,
            tiny_data: limits.tiny_data.saturating_mul(EARNING),
            ping_strikes: 0,
            last_ping: None,
            sent_since_ping: false,
        }
    }

    /// HEADERS or DATA were sent.
    #[inline]
    pub(super) fn sent(&mut self) {
        self.sent_since_ping = true;
    }

    /// A call was answered in full: two of them earn back one reset.
    pub(super) fn completed(&mut self, limits: &Limits) {
        self.resets.earn(limits.resets, 500);
    }

    pub(super) fn earn_tiny_data(&mut self, limits: &Limits, bytes: u32) {
        let full = limits.tiny_data.saturating_mul(EARNING);
        self.tiny_data = self.tiny_data.saturating_add(bytes).min(full);
    }

    /// gRFC A8: a PING too soon after the last is a strike, unless something was sent in between.
    pub(super) fn is_ping_abuse(&mut self, limits: &Limits, now: Instant) -> bool {
        let Some(interval) = limits.ping_interval else { return false };
        let last = self.last_ping.replace(now);
        if std::mem::take(&mut self.sent_since_ping) {
            self.ping_strikes = 0;
        } else if last.is_some_and(|last| now.saturating_duration_since(last) < interval) {
            self.ping_strikes += 1;
        }
        self.ping_strikes > limits.ping_strikes
    }

    /// After which stream it is the next one's turn.
    pub(super) fn last_small_send(&self) -> StreamId {
        self.last_small_send
    }

    /// When a small send will be possible again, if ever.
    pub(super) fn next_small_send(&self, limits: &Limits) -> Option<Instant> {
        self.small_sends.next(limits.small_sends)
    }
}

impl Connection {
    /// Something allowed but useless happened.
    pub(super) fn glitch(&mut self) -> Result<(), Violation> {
        match self.budgets.glitches.spend(self.config.limits.glitches, self.now) {
            true => Ok(()),
            false => Err(Violation::calm("too many useless frames")),
        }
    }

    pub(super) fn spend_tiny_data(&mut self) -> Result<(), Violation> {
        match self.budgets.tiny_data.checked_sub(EARNING) {
            Some(left) => {
                self.budgets.tiny_data = left;
                Ok(())
            }
            None => Err(Violation::calm("too many tiny DATA frames")),
        }
    }

    pub(super) fn spend_reset(&mut self) -> bool {
        self.budgets.resets.spend(self.config.limits.resets, self.now)
    }

    /// Whether the stream may send into a window too small to be worth a frame.
    pub(super) fn spend_small_send(&mut self, stream: StreamId) -> bool {
        let Budgets { small_sends, last_small_send, .. } = &mut self.budgets;
        let may = small_sends.spend(self.config.limits.small_sends, self.now);
        if may {
            *last_small_send = stream;
        }
        may
    }
}
