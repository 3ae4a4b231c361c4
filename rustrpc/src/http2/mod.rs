//! The HTTP/2 engine (RFC 9113): a pure state machine, bytes and time in, bytes and events out.
//!
//! A [`Connection`] is fed with what was read ([`poll_event`](Connection::poll_event)) and with the
//! passing of time ([`handle_timeout`](Connection::handle_timeout)); it takes commands (send this,
//! reset that), and says what is to be written ([`poll_transmit`](Connection::poll_transmit)) and
//! when it wants to be woken ([`poll_timeout`](Connection::poll_timeout)). It performs no I/O, reads
//! no clock, takes no lock and starts no task, so every behaviour can be replayed.
//!
//! A driver's turn:
//!
//! 1. read; give the bytes to `poll_event` until it returns `None`, and do what the events say; a server
//!    may [take the rest](Connection::take_rest) of a request together with its head;
//! 2. carry out its own commands (`send_headers`, `send_data`, `release`, …);
//! 3. `poll_transmit` into an empty [`Output`]; write that; again until both are empty;
//! 4. read on only while [`wants_read`](Connection::wants_read); sleep until `poll_timeout`.
//!
//! After [`Event::Closed`] write what is left and close the transport.

mod connection;
mod error;
mod event;
mod fields;
mod flow;
mod frame;
mod hpack;
mod limits;
mod output;
mod scheduler;
mod settings;
mod store;
mod stream;
#[cfg(test)]
mod tests;

pub use connection::Connection;
pub use error::{ConnectionError, Initiator, OpenError, Reason, SendError};
pub use event::{Event, Input};
pub(crate) use fields::SharedBlock;
pub use fields::{Field, FieldBlock, FieldIter, Indexing, ReceivedField};
pub(crate) use hpack::{LastField, ListName};
pub use limits::{Allowance, Config, Limits};
pub use output::Output;
pub use stream::{Payload, PayloadSource, StreamId, StreamKey};
