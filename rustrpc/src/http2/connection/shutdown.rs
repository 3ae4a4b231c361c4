//! How a connection ends, gracefully or not (RFC 9113 §5.4.1, §6.8).

use std::time::Duration;

use super::bandwidth::PROBE;
use super::{Connection, Queued, Role, timers};
use crate::http2::error::{ConnectionError, Initiator, Reason};
use crate::http2::frame::{goaway, ping};
use crate::http2::stream::{End, SendQueue, State, StreamId};

/// How far a shutdown has come, on either side.
#[derive(Debug, Default)]
pub(super) struct Shutdown {
    /// The last stream we promised to process, once that is final.
    promised: Option<StreamId>,
    /// We have announced that we are going away.
    announced: bool,
    /// The last of our streams that the peer promised to process.
    peer_promised: Option<StreamId>,
}

impl Shutdown {
    pub(super) fn is_under_way(&self) -> bool {
        self.announced || self.peer_promised.is_some()
    }

    /// RFC 9113 §6.8: the number in a later GOAWAY is never larger.
    pub(super) fn peer_goes_away(&mut self, last: StreamId) {
        self.peer_promised = Some(self.peer_promised.map_or(last, |before| before.min(last)));
    }
}

/// The PING between the two GOAWAYs of a graceful shutdown.
const SHUTDOWN_PING: [u8; 8] = *b"shutdown";
/// How long to wait for its answer.
const SHUTDOWN_PING_TIMEOUT: Duration = Duration::from_secs(5);

impl Connection {
    /// Starts a graceful shutdown: no new streams, the open ones are carried to their end, then the
    /// connection closes.
    ///
    /// A server says so twice (RFC 9113 §6.8): first without refusing anything, then, one round
    /// trip later, with the number of the last stream that made it.
    pub fn shutdown(&mut self) {
        if self.closed || self.shutdown.announced {
            return;
        }
        self.shutdown.announced = true;
        if self.role == Role::Server {
            self.write_goaway(StreamId::MAX, Reason::NO_ERROR, b"");
            self.staged.write_with(|out| ping::write(SHUTDOWN_PING, false, out));
            self.deadlines.goaway = timers::after(self.now, Some(SHUTDOWN_PING_TIMEOUT));
        } else {
            self.send_final_goaway();
        }
    }

    /// Ends the connection at once with GOAWAY. All streams are over; nothing is told about them
    /// but [`Event::Closed`](crate::http2::Event).
    pub fn close(&mut self, reason: Reason, debug: &[u8]) {
        if self.closed {
            return;
        }
        self.write_goaway(self.last_peer_stream, reason, debug);
        let detail = String::from_utf8_lossy(debug).into_owned();
        self.end(ConnectionError { reason, by: Initiator::Owner, detail: detail.into() });
    }

    /// Sends a PING; its answer is an [`Event::Pong`](crate::http2::Event) with the same payload.
    pub fn ping(&mut self, payload: [u8; 8]) {
        if !self.closed {
            self.staged.write_with(|out| ping::write(payload, false, out));
        }
    }

    /// Whether the connection takes no new streams but lives on for the open ones.
    pub fn is_draining(&self) -> bool {
        !self.closed && self.shutdown.is_under_way()
    }

    /// RFC 9113 §5.4.1: GOAWAY, then the end.
    pub(super) fn fail(&mut self, reason: Reason, detail: &'static str) {
        if self.closed {
            return;
        }
        self.write_goaway(self.last_peer_stream, reason, detail.as_bytes());
        self.end(ConnectionError { reason, by: Initiator::Engine, detail: detail.into() });
    }

    pub(super) fn end(&mut self, error: ConnectionError) {
        if std::mem::replace(&mut self.closed, true) {
            return;
        }
        self.queued = 0;
        for (_, stream) in self.streams.iter_mut() {
            stream.state = State::Closed;
            stream.queue = SendQueue::default();
            stream.end = End::NotYet;
        }
        self.events.push_back(Queued::Closed(Box::new(error)));
    }

    /// Whether a PING's answer is the owner's to know.
    pub(super) fn recv_pong(&mut self, payload: [u8; 8]) -> bool {
        if payload == SHUTDOWN_PING && self.deadlines.goaway.take().is_some() {
            self.send_final_goaway();
            return false;
        }
        !(payload == PROBE && self.recv_probe())
    }

    pub(super) fn send_final_goaway(&mut self) {
        self.deadlines.goaway = None;
        self.shutdown.promised = Some(self.last_peer_stream);
        self.write_goaway(self.last_peer_stream, Reason::NO_ERROR, b"");
        self.finish_shutdown_if_done();
    }

    /// Whether a stream is one of those that our GOAWAY left out.
    pub(super) fn is_after_goaway(&self, id: StreamId) -> bool {
        self.shutdown.promised.is_some_and(|last| !self.is_local(id) && id > last)
    }

    /// Ends a connection on which nothing is left to be done.
    pub(super) fn finish_shutdown_if_done(&mut self) {
        if self.closed || self.streams.open() > 0 {
            return;
        }
        if self.shutdown.promised.is_some() {
            self.end(ConnectionError {
                reason: Reason::NO_ERROR,
                by: Initiator::Owner,
                detail: "shut down gracefully".into(),
            });
        } else if self.shutdown.peer_promised.is_some() && !self.shutdown.announced {
            self.end(ConnectionError {
                reason: Reason::NO_ERROR,
                by: Initiator::Peer,
                detail: "the peer went away gracefully".into(),
            });
        }
    }

    fn write_goaway(&mut self, last: StreamId, reason: Reason, debug: &[u8]) {
        self.staged.write_with(|out| goaway::write(last, reason, debug, out));
    }
}
