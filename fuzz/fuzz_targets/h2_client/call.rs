//! What both sides know of a call.

use bytes::Bytes;
use h2::client::ResponseFuture;
use h2::{RecvStream, SendStream};
use rustrpc::http2::StreamKey;

/// A call, as both sides see it.
#[derive(Default, Debug)]
pub struct Call {
    // The client's side.
    pub send: Option<SendStream<Bytes>>,
    pub pending: Option<ResponseFuture>,
    pub receive: Option<RecvStream>,
    pub request: Body,
    pub response: Body,
    pub fields: Vec<(String, String)>,
    // The server's side.
    pub key: Option<StreamKey>,
    pub received: Body,
    pub answered: Body,
    pub answering: bool,
    /// Received and not released.
    pub held: usize,
    /// The server knows of it.
    pub heard: bool,
    /// Somebody gave it up.
    pub given_up: bool,
    /// The server has ended it before the request was complete.
    pub cut: bool,
}

impl Call {
    /// The client was told of a failure. Until it knows how many streams it may open, it may have
    /// opened one too many, which nobody has looked at then.
    pub fn fail(&mut self, number: usize, error: &h2::Error) {
        if error.reason() == Some(h2::Reason::REFUSED_STREAM) && !self.heard {
            self.given_up = true;
        }
        assert!(self.given_up, "call {number} failed: {error}");
    }

    pub fn is_over(&self) -> bool {
        self.given_up && self.key.is_none() || self.response.ended
    }
}

/// How far one direction of a call has come, at one end.
#[derive(Default, Debug, PartialEq)]
pub struct Body {
    pub length: usize,
    pub ended: bool,
}

impl Body {
    /// More of what `call` sends.
    pub fn write(&mut self, call: usize, length: usize) -> Bytes {
        let bytes = (0..length).map(|at| content(call, self.length + at)).collect();
        self.length += length;
        bytes
    }

    pub fn read(&mut self, call: usize, data: &[u8]) {
        assert!(!self.ended, "call {call} has data behind its end");
        for (at, byte) in data.iter().enumerate() {
            assert_eq!(*byte, content(call, self.length + at), "call {call} is garbled");
        }
        self.length += data.len();
    }

    pub fn end(&mut self, call: usize) {
        assert!(!std::mem::replace(&mut self.ended, true), "call {call} ends twice");
    }
}

fn content(call: usize, at: usize) -> u8 {
    (call * 31 + at * 7 + at / 251) as u8
}
