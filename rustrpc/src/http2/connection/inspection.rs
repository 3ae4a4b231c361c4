//! What tests look at from outside.

use super::Connection;
use crate::http2::flow::DEFAULT_WINDOW;
use crate::http2::stream::StreamId;

/// A stream's windows, in the directions that are open.
#[derive(Debug)]
pub(in crate::http2) struct Windows {
    pub(in crate::http2) id: StreamId,
    /// What may still be sent.
    pub(in crate::http2) send: Option<i32>,
    /// What may still be received.
    pub(in crate::http2) receive: Option<i32>,
}

impl Connection {
    /// Of all streams.
    pub(in crate::http2) fn stream_windows(&self) -> Vec<Windows> {
        let windows = self.streams.iter().map(|(key, stream)| Windows {
            id: key.id,
            send: stream.state.can_send().then(|| stream.send_window.size()),
            receive: stream.state.can_receive().then(|| stream.recv_window.left()),
        });
        windows.collect()
    }

    /// What has not been asked for by `poll_transmit` yet.
    pub(in crate::http2) fn staged(&self) -> Vec<u8> {
        self.staged.to_vec()
    }

    /// The window that streams opened now start from, as the peer has said.
    pub(in crate::http2) fn initial_send_window(&self) -> u32 {
        self.peer.initial_window
    }

    /// Whether the peer counts with the windows that were announced, and not yet with the
    /// protocol's larger ones.
    pub(in crate::http2) fn has_settled_windows(&self) -> bool {
        self.unacknowledged_settings == 0 || self.stream_window >= DEFAULT_WINDOW
    }
}
