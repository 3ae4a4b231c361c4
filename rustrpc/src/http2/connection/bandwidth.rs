//! Receive windows that follow the bandwidth-delay product.

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
    /// Bytes of DATA since the probe; `None` while none is under way.
    received: Option<u64>,
}

impl Bandwidth {
    #[inline]
    pub(super) fn received(&mut self, bytes: u32) {
        if let Some(received) = &mut self.received {
            *received += u64::from(bytes);
        }
    }
}

impl Connection {
    /// Starts to measure, unless the windows are as large as they may get.
    pub(super) fn probe_bandwidth(&mut self) {
        if !self.restrained
            && self.stream_window < self.config.max_stream_window
            && self.bandwidth.received.is_none()
            && self.unacknowledged_settings == 0
        {
            self.bandwidth.received = Some(0);
            self.staged.write_with(|out| ping::write(PROBE, false, out));
        }
    }

    /// The probe came back: whether it was ours, and if a stream may have been held up by its
    /// window in between, larger windows.
    pub(super) fn recv_probe(&mut self) -> bool {
        let Some(received) = self.bandwidth.received.take() else { return false };
        if self.restrained || received < u64::from(self.stream_window / 2) {
            return true;
        }
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
