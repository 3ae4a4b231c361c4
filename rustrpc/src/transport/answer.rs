//! The answer of a handler that answers by a value, from the handler to the wire.

use std::sync::Arc;

use super::fields::{send_plain_response, send_response_head, send_status, send_trailers_only};
use super::memory::Account;
use crate::http2::{Connection, Payload, StreamKey};
use crate::rpc::{Compression, Metadata, Status};
use crate::wire::Outline;

/// Larger messages are handed to the engine as they are, not copied.
const COPIED: usize = 16 * 1024;

/// An answer, but for its message, which lies in a buffer that goes with it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) result: Result<(), Status>,
    /// In front of the message.
    pub(crate) metadata: Metadata,
    /// Behind it.
    pub(crate) trailers: Metadata,
    /// What `grpc-encoding` is to say.
    pub(crate) compression: Compression,
    /// The message, if it is large; there is no other then.
    pub(crate) large: Option<Arc<Outline>>,
}

impl Answer {
    pub(crate) fn failed(status: Status) -> Self {
        let (metadata, trailers, compression, large) = Default::default();
        Self { result: Err(status), metadata, trailers, compression, large }
    }

    /// Becomes a refusal where there is no memory to keep the message until the client has read it.
    /// Then the message is gone.
    pub(crate) fn need_room(&mut self, message: &mut Vec<u8>, account: &Account) {
        if self.result.is_ok() && !account.has_room_for(self.length(message)) {
            *message = Vec::new();
            *self = Self::failed(account.exhausted());
        }
    }

    /// The length of its message, which is in `message` unless it is large.
    pub(crate) fn length(&self, message: &[u8]) -> usize {
        self.large.as_ref().map_or(message.len(), |large| large.length())
    }

    /// Sends it with its message, or that there is no room for that.
    pub(crate) fn send(
        mut self,
        core: &mut Connection,
        key: StreamKey,
        message: &mut Vec<u8>,
        account: &Account,
    ) {
        self.need_room(message, account);
        if self.is_plain() && send_plain_response(core, key, message) {
            return;
        }
        let Self { result, metadata, trailers, compression, large } = self;
        match &result {
            Err(status) if metadata.is_empty() => send_trailers_only(core, key, status, &trailers),
            result => {
                send_response_head(core, key, &metadata, compression);
                if result.is_ok() {
                    // A failed send means that the stream is over; its event is on its way.
                    let payload = match large {
                        Some(large) => Payload::Draw(large),
                        None if message.len() <= COPIED => Payload::Copy(message),
                        None => Payload::Keep(std::mem::take(message).into()),
                    };
                    core.send_data(key, payload, false).ok();
                }
                send_status(core, key, result, &trailers);
            }
        }
    }

    /// Whether it is a message that lies in a buffer, and nothing else.
    #[inline]
    fn is_plain(&self) -> bool {
        self.result.is_ok()
            && self.metadata.is_empty()
            && self.trailers.is_empty()
            && self.large.is_none()
            && self.compression == Compression::Identity
    }
}
