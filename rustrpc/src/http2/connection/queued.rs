//! Events that are not the direct result of the next bytes.

use crate::http2::error::{ConnectionError, Initiator, Reason};
use crate::http2::event::Event;
use crate::http2::stream::{StreamId, StreamKey};

/// An event that waits to be told.
#[derive(Debug)]
pub(super) enum Queued {
    Reset { stream: StreamKey, reason: Reason, by: Initiator },
    Unprocessed(StreamKey),
    Writable(StreamKey),
    Capacity,
    GoAway { last_stream_id: StreamId, reason: Reason, debug: Box<[u8]> },
    Closed(Box<ConnectionError>),
}

impl Queued {
    pub(super) fn into_event(self) -> Event<'static> {
        match self {
            Self::Reset { stream, reason, by } => Event::Reset { stream, reason, by },
            Self::Unprocessed(stream) => Event::Unprocessed { stream },
            Self::Writable(stream) => Event::Writable { stream },
            Self::Capacity => Event::Capacity,
            Self::GoAway { last_stream_id, reason, debug } => {
                Event::GoAway { last_stream_id, reason, debug }
            }
            Self::Closed(error) => Event::Closed(error),
        }
    }
}
