//! Whether a silent peer is still there (gRFC A8, A9).

use std::time::{Duration, Instant};

use crate::http2::Connection;

/// When a connection asks for a sign of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeepaliveSettings {
    /// How long the peer may be silent before it is asked.
    pub(crate) interval: Duration,
    /// How long the answer may take.
    pub(crate) timeout: Duration,
    /// Whether to ask while no call is open.
    pub(crate) when_idle: bool,
}

/// The PING that asks.
const PAYLOAD: [u8; 8] = *b"rustrpc?";

/// Watches over one connection.
#[derive(Debug)]
pub(crate) struct Keepalive {
    settings: KeepaliveSettings,
    /// When the peer was last heard of.
    heard: Instant,
    /// When the question was asked that nothing was heard since.
    asked: Option<Instant>,
}

impl Keepalive {
    pub(crate) fn new(settings: KeepaliveSettings, now: Instant) -> Self {
        Self { settings, heard: now, asked: None }
    }

    /// Something arrived.
    pub(crate) fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.asked = None;
    }

    /// When there is something to do.
    pub(crate) fn poll_timeout(&self, idle: bool) -> Option<Instant> {
        match self.asked {
            Some(asked) => asked.checked_add(self.settings.timeout),
            None if idle && !self.settings.when_idle => None,
            None => self.heard.checked_add(self.settings.interval),
        }
    }

    /// Asks if it is time to. `false` when the peer has not answered in time.
    pub(crate) fn handle_timeout(&mut self, core: &mut Connection, now: Instant) -> bool {
        if self.poll_timeout(core.is_idle()).is_none_or(|at| at > now) {
            return true;
        }
        if self.asked.is_some() {
            return false;
        }
        self.asked = Some(now);
        core.ping(PAYLOAD);
        true
    }

    /// How long the peer had to answer.
    pub(crate) fn timeout(&self) -> Duration {
        self.settings.timeout
    }
}
