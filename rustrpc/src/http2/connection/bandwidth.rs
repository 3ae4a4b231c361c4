//! Receive windows that follow the bandwidth-delay product.

use std::time::Instant;

use super::Connection;
use crate::http2::flow::DEFAULT_WINDOW;
use crate::http2::frame::settings::{self, Setting};
use crate::http2::frame::{ping, window_update};

/// The PING that measures one round trip.
pub(super) const PROBE: [u8; 8] = *b"measure!";

/// What arrived since a probe left.
///
/// A probe goes out with an update of the connection's window, so there is one at most for each
/// half of that window: calls that need no large windows never see any.
#[derive(Debug, Default)]
pub(super) struct Bandwidth {
    /// Bytes of DATA since the probe, and when that left; `None` while none is under way.
    probe: Option<(u64, Instant)>,
    /// Bytes per second when the windows grew last.
    rate: u64,
}

impl Bandwidth {
    #[inline]
    pub(super) fn received(&mut self, bytes: u32) {
        if let Some((received, _)) = &mut self.probe {
            *received += u64::from(bytes);
        }
    }
}

impl Connection {
    /// Starts to measure, unless the windows are as large as they may get.
    pub(super) fn probe_bandwidth(&mut self) {
        if !self.restrained
            && self.stream_window < self.config.max_stream_window
            && self.bandwidth.probe.is_none()
            && self.unacknowledged_settings == 0
        {
            self.bandwidth.probe = Some((0, self.now));
            self.staged.write_with(|out| ping::write(PROBE, false, out));
        }
    }

    /// The probe came back: whether it was ours, and if a stream may have been held up by its
    /// window in between, larger windows.
    ///
    /// Where windows hold a sender up, larger ones make it faster. Where something else does, they
    /// only make longer what waits in front of everybody, and with it the round trip.
    pub(super) fn recv_probe(&mut self) -> bool {
        let Some((received, sent)) = self.bandwidth.probe.take() else { return false };
        if self.restrained || received < u64::from(self.stream_window / 2) {
            return true;
        }
        let nanoseconds = self.now.saturating_duration_since(sent).as_nanos().max(1);
        let rate = u128::from(received).saturating_mul(1_000_000_000) / nanoseconds;
        let rate = u64::try_from(rate).unwrap_or(u64::MAX);
        if rate / 5 < self.bandwidth.rate / 4 {
            return true;
        }
        self.bandwidth.rate = rate;
        let window = self.stream_window.saturating_mul(2).min(self.config.max_stream_window);
        self.grow_windows(window);
        true
    }

    /// RFC 9113 §6.9.2, §6.5: announces larger windows for all streams, open ones included.
    fn grow_windows(&mut self, window: u32) {
        self.stream_window = window;
        for (_, stream) in self.streams.iter_mut() {
            stream.recv_window.resize(window);
        }
        let setting = [Setting::InitialWindowSize(window)];
        self.staged.write_with(|out| settings::write(&setting, out));
        self.expect_settings_ack();
        self.recv_window.grow(self.full_connection_window());
        self.announce_connection_window();
    }

    /// Keeps all windows at the protocol's default, or lets them be as large as they were. Windows
    /// become smaller only as the peer uses them, since what it was promised it may send.
    pub fn restrain(&mut self, restrained: bool) {
        if restrained == self.restrained {
            return;
        }
        self.restrained = restrained;
        if restrained {
            self.recv_window.shrink(DEFAULT_WINDOW);
            for (_, stream) in self.streams.iter_mut() {
                stream.recv_window.shrink(DEFAULT_WINDOW);
            }
            return;
        }
        self.recv_window.grow(self.full_connection_window());
        self.announce_connection_window();
        let window = self.stream_window;
        for (key, stream) in self.streams.iter_mut() {
            stream.recv_window.grow(window);
            if stream.state.can_receive()
                && let Some(increment) = stream.recv_window.announce()
            {
                self.staged.write_with(|out| window_update::write(key.id, increment, out));
            }
        }
    }

    /// What the connection's window is kept at while nothing restrains it.
    fn full_connection_window(&self) -> u32 {
        let grown = match self.stream_window > self.config.stream_window {
            true => self.stream_window.saturating_mul(2).min(i32::MAX as u32),
            false => 0,
        };
        self.config.connection_window.max(grown)
    }
}
