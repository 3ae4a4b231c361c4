//! One stream: its identifier, its state, and what waits on it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::fields::{Field, Indexing};
use super::flow::{RecvWindow, SendWindow};

/// A stream identifier (RFC 9113 §5.1.1): odd for clients, even for servers, 0 for the connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(u32);

impl StreamId {
    pub(crate) const CONNECTION: Self = Self(0);
    pub(crate) const MAX: Self = Self(0x7fff_ffff);

    /// The identifier in a frame; its reserved bit is ignored (RFC 9113 §4.1).
    pub(crate) const fn from_wire(number: u32) -> Self {
        Self(number & 0x7fff_ffff)
    }

    /// The number on the wire.
    pub const fn number(self) -> u32 {
        self.0
    }

    pub(crate) const fn is_odd(self) -> bool {
        self.0 & 1 == 1
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The handle of a stream: where it is kept, and its identifier, which is never used twice on a
/// connection. So a handle that outlives its stream is harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StreamKey {
    pub(crate) slot: u32,
    pub(crate) id: StreamId,
}

impl StreamKey {
    /// The identifier on the wire, for logs.
    pub fn id(self) -> StreamId {
        self.id
    }

    /// The number of the slot that the stream is kept in: small and dense, for owners that keep
    /// their own state in a vector beside. It is used again once the stream is
    /// [finished](super::Connection::finish).
    pub fn slot(self) -> usize {
        self.slot as usize
    }
}

/// The state of a stream, from this side's view.
///
/// ```text
///                idle
///                  │ send or recv HEADERS
///                  ▼
///   ┌──────────── open ────────────┐
///   │ recv END_STREAM              │ send END_STREAM
///   ▼                              ▼
/// half closed (remote)       half closed (local)
///   │ send END_STREAM              │ recv END_STREAM
///   └───────────► closed ◄─────────┘
///                   ▲
///                   └ send or recv RST_STREAM, from any state but idle
/// ```
///
/// RFC 9113 §5.1, without the reserved states: this engine neither pushes nor accepts pushes. An
/// idle stream is one that is not kept yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    HalfClosedLocal,
    HalfClosedRemote,
    Closed,
}

impl State {
    pub(crate) fn end_local(&mut self) {
        *self = match self {
            Self::Open | Self::HalfClosedLocal => Self::HalfClosedLocal,
            Self::HalfClosedRemote | Self::Closed => Self::Closed,
        };
    }

    pub(crate) fn end_remote(&mut self) {
        *self = match self {
            Self::Open | Self::HalfClosedRemote => Self::HalfClosedRemote,
            Self::HalfClosedLocal | Self::Closed => Self::Closed,
        };
    }

    pub(crate) fn can_receive(self) -> bool {
        matches!(self, Self::Open | Self::HalfClosedLocal)
    }

    pub(crate) fn can_send(self) -> bool {
        matches!(self, Self::Open | Self::HalfClosedRemote)
    }
}

/// All that is kept of a stream.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) state: State,
    /// Final HEADERS were sent; before them nothing else can be.
    pub(crate) sent_headers: bool,
    /// Final HEADERS were received; what follows is DATA or trailers.
    pub(crate) received_headers: bool,
    /// The owner has let go: nothing is told about this stream any more.
    pub(crate) owner_gone: bool,
    /// Waits in the scheduler.
    pub(crate) ready: bool,
    /// To be told as `Writable` once the queue is short.
    pub(crate) owes_writable: bool,
    /// What the response to this request declares says nothing about its DATA (RFC 9110 §8.6).
    pub(crate) head_request: bool,
    pub(crate) end: End,
    pub(crate) send_window: SendWindow,
    pub(crate) recv_window: RecvWindow,
    /// Bytes handed to the owner and not yet released.
    pub(crate) unreleased: u32,
    /// What is left of the declared content-length; `u64::MAX` when none was declared.
    pub(crate) content_left: u64,
    pub(crate) queue: SendQueue,
}

impl Stream {
    pub(crate) fn new(send_window: u32, recv_window: u32) -> Self {
        Self {
            state: State::Open,
            sent_headers: false,
            received_headers: false,
            owner_gone: false,
            ready: false,
            owes_writable: false,
            head_request: false,
            end: End::NotYet,
            send_window: SendWindow::new(send_window),
            recv_window: RecvWindow::new(recv_window),
            unreleased: 0,
            content_left: u64::MAX,
            queue: SendQueue::default(),
        }
    }

    /// Whether something waits to be sent.
    pub(crate) fn has_pending(&self) -> bool {
        self.state.can_send() && (!self.queue.is_empty() || !matches!(self.end, End::NotYet))
    }
}

/// How this side ends the stream, once it has decided to.
#[derive(Debug)]
pub(crate) enum End {
    NotYet,
    /// With END_STREAM on the last DATA.
    Data,
    /// With a trailer section behind the queued DATA. Few streams have one, so it lies elsewhere.
    Trailers(Box<OwnedFields>),
}

/// Fields that wait behind queued data; encoded only when they are sent, because the compression
/// state moves on in the order of the wire.
#[derive(Debug)]
pub(crate) struct OwnedFields {
    text: Box<[u8]>,
    /// Lengths of name and value.
    spans: Box<[(u32, u32, Indexing)]>,
}

impl OwnedFields {
    pub(crate) fn new(fields: &[Field<'_>]) -> Self {
        let span =
            |field: &Field<'_>| (field.name.len() as u32, field.value.len() as u32, field.indexing);
        Self {
            text: fields
                .iter()
                .flat_map(|field| [field.name, field.value])
                .flatten()
                .copied()
                .collect(),
            spans: fields.iter().map(span).collect(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Field<'_>> + Clone {
        let mut rest = &self.text[..];
        self.spans.iter().map(move |&(name_len, value_len, indexing)| {
            let (name, after) = rest.split_at(name_len as usize);
            let (value, after) = after.split_at(value_len as usize);
            rest = after;
            Field { name, value, indexing }
        })
    }
}

/// Payload to be sent.
#[derive(Debug)]
pub enum Payload<'a> {
    /// Copied.
    Copy(&'a [u8]),
    /// Kept where it is when it is large enough for that to pay.
    Keep(Bytes),
    /// Copied part by part, when each is about to leave.
    Draw(Arc<dyn PayloadSource>),
}

/// Payload that is made when it is due.
pub trait PayloadSource: fmt::Debug + Send + Sync {
    /// How many bytes it is.
    fn length(&self) -> usize;

    /// Appends `length` bytes, from `at` on. `false` when they are not to be had, contrary to what
    /// was promised; the stream is then reset.
    fn copy(&self, at: usize, length: usize, into: &mut Vec<u8>) -> bool;
}

impl Payload<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Copy(bytes) => bytes.len(),
            Self::Keep(bytes) => bytes.len(),
            Self::Draw(source) => source.length(),
        }
    }
}

/// Data that waits for windows. Most streams never have any, so it lies elsewhere.
#[derive(Debug, Default)]
pub(crate) struct SendQueue(Option<Box<Queued>>);

#[derive(Debug, Default)]
struct Queued {
    chunks: VecDeque<Chunk>,
    /// Never 0.
    len: usize,
}

#[derive(Debug)]
enum Chunk {
    Kept(Bytes),
    /// Copies, gathered so that many small messages do not become many allocations.
    Copied {
        bytes: Vec<u8>,
        taken: usize,
    },
    Drawn {
        source: Arc<dyn PayloadSource>,
        taken: usize,
    },
}

/// Data on its way out of a queue.
pub(crate) enum QueuePiece<'a> {
    Copied(&'a [u8]),
    Kept(Bytes),
    Drawn { source: &'a dyn PayloadSource, at: usize, length: usize },
}

/// How large a gathered chunk may become.
const GATHER: usize = 16 << 10;

impl SendQueue {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |queued| queued.len)
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn push(&mut self, payload: Payload<'_>, copy_limit: usize) {
        let len = payload.len();
        if len == 0 {
            return;
        }
        let queued = self.0.get_or_insert_default();
        queued.len += len;
        match payload {
            Payload::Keep(bytes) if len > copy_limit => queued.chunks.push_back(Chunk::Kept(bytes)),
            Payload::Keep(bytes) => queued.copy(&bytes),
            Payload::Copy(bytes) => queued.copy(bytes),
            Payload::Draw(source) => queued.chunks.push_back(Chunk::Drawn { source, taken: 0 }),
        }
    }

    /// Takes the next `n` bytes, piece by piece; large pieces come as they are, others borrowed.
    pub(crate) fn take(&mut self, n: usize, piece: impl FnMut(QueuePiece<'_>)) {
        debug_assert!(n <= self.len(), "takes more than is queued");
        let Some(queued) = &mut self.0 else { return };
        queued.take(n, piece);
        if queued.len == 0 {
            self.0 = None;
        }
    }
}

impl Queued {
    fn take(&mut self, mut n: usize, mut piece: impl FnMut(QueuePiece<'_>)) {
        self.len -= n;
        while n > 0 {
            let Some(front) = self.chunks.front_mut() else { return };
            let empty = match front {
                Chunk::Kept(bytes) => {
                    let step = n.min(bytes.len());
                    n -= step;
                    piece(QueuePiece::Kept(bytes.split_to(step)));
                    bytes.is_empty()
                }
                Chunk::Copied { bytes, taken } => {
                    let step = n.min(bytes.len() - *taken);
                    n -= step;
                    piece(QueuePiece::Copied(&bytes[*taken..*taken + step]));
                    *taken += step;
                    *taken == bytes.len()
                }
                Chunk::Drawn { source, taken } => {
                    let step = n.min(source.length() - *taken);
                    n -= step;
                    piece(QueuePiece::Drawn { source: &**source, at: *taken, length: step });
                    *taken += step;
                    *taken == source.length()
                }
            };
            if empty {
                self.chunks.pop_front();
            }
        }
    }

    fn copy(&mut self, data: &[u8]) {
        match self.chunks.back_mut() {
            Some(Chunk::Copied { bytes, .. }) if bytes.len() + data.len() <= GATHER => {
                bytes.extend_from_slice(data);
            }
            _ => self.chunks.push_back(Chunk::Copied { bytes: data.to_vec(), taken: 0 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_closes_when_both_sides_have_ended_in_either_order() {
        let mut state = State::Open;
        state.end_remote();
        assert!(state.can_send() && !state.can_receive());
        state.end_local();
        assert_eq!(state, State::Closed);
        let mut state = State::Open;
        state.end_local();
        assert!(!state.can_send() && state.can_receive());
        state.end_remote();
        assert_eq!(state, State::Closed);
    }

    /// Gives what it has.
    #[derive(Debug)]
    struct Slowly(Vec<u8>);

    impl PayloadSource for Slowly {
        fn length(&self) -> usize {
            self.0.len()
        }

        fn copy(&self, at: usize, length: usize, into: &mut Vec<u8>) -> bool {
            into.extend_from_slice(&self.0[at..at + length]);
            true
        }
    }

    #[test]
    fn a_queue_gives_back_what_went_in() {
        let mut expected = Vec::new();
        let mut queue = SendQueue::default();
        for i in 0..2000usize {
            let bytes = vec![i as u8; i % 97];
            expected.extend_from_slice(&bytes);
            let payload = match i % 7 {
                0 => Payload::Keep(bytes.into()),
                1 => Payload::Draw(Arc::new(Slowly(bytes))),
                _ => Payload::Copy(&bytes),
            };
            queue.push(payload, 50);
        }
        assert_eq!(queue.len(), expected.len());
        let mut got = Vec::new();
        let mut step = 1;
        while !queue.is_empty() {
            let n = step.min(queue.len());
            queue.take(n, |piece| match piece {
                QueuePiece::Copied(bytes) => got.extend_from_slice(bytes),
                QueuePiece::Kept(bytes) => got.extend_from_slice(&bytes),
                QueuePiece::Drawn { source, at, length } => {
                    assert!(source.copy(at, length, &mut got));
                }
            });
            step = step * 3 % 1009 + 1;
        }
        assert_eq!(got, expected);
    }
}
