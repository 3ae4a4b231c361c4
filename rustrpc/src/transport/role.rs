//! What servers and clients do with a connection that is driven for them.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::command::Command;
use crate::http2::{Connection, ConnectionError, Event, Input};

/// What a server or a client does with the events of its connection.
pub(crate) trait Role: Send + Unpin + 'static {
    /// Something happened on the connection. What follows on its stream may be taken from `input`.
    fn handle_event(
        &mut self,
        core: &mut Connection,
        event: Event<'_>,
        input: &mut Input<'_>,
        now: Instant,
    );

    /// Another task wants something.
    fn handle_command(&mut self, core: &mut Connection, command: Command, now: Instant);

    /// Everything that was read is handled.
    fn handle_turn(&mut self, core: &mut Connection, now: Instant);

    /// All memory there is for peers is used up, and this connection has a large part in that: to
    /// let go of the call that holds most. Whether there is any.
    fn handle_shortage(&mut self, core: &mut Connection) -> bool;

    /// Whether several tasks are likely to send commands soon, so that it pays to let them run
    /// before the connection writes.
    fn expects_commands(&self) -> bool;

    /// A turn begins: wakes tasks that the last one made ready, if those were too many to be woken
    /// at once. Whether it did; then they run before anything else happens here.
    fn wake_more(&mut self) -> bool;

    /// Whether there are such tasks.
    fn is_behind_with_wakes(&self) -> bool;

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    fn poll_timeout(&self) -> Option<Instant>;

    /// The time that [`poll_timeout`](Self::poll_timeout) named has come.
    fn handle_timeout(&mut self, core: &mut Connection, now: Instant);

    /// Gives back memory that an idle connection does not need.
    fn trim(&mut self);

    /// The connection is over; `leftover` was never handled.
    fn handle_end(&mut self, end: &DriverEnd, leftover: Vec<Command>);
}

/// How a connection ended.
#[derive(Debug)]
pub(crate) enum DriverEnd {
    /// The engine is done: gracefully, or over a fault that it names.
    Http2(ConnectionError),
    /// The byte stream failed.
    Io(Arc<io::Error>),
}

impl fmt::Display for DriverEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DriverEnd::Http2(error) => error.fmt(f),
            DriverEnd::Io(error) => error.fmt(f),
        }
    }
}
