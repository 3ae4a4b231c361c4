//! Where in the byte stream the peer is.

use crate::http2::event::Input;
use crate::http2::frame::{Head, head};
use crate::http2::stream::{StreamId, StreamKey};

/// The framing state, with what has been kept of an incomplete frame.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) at: At,
    /// The beginning of a head or of a payload whose rest has not arrived.
    partial: Vec<u8>,
    /// A field block that continues (RFC 9113 §6.10).
    pub(super) block: Option<Box<OpenBlock>>,
    /// The peer's first SETTINGS have arrived.
    pub(super) greeted: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    /// The rest of the client's preface.
    Preface {
        matched: usize,
    },
    Head,
    Payload(Head),
    Data(DataFrame),
    Skip {
        left: u32,
    },
}

/// A DATA frame under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct DataFrame {
    pub(super) id: StreamId,
    /// `None` when nobody wants the data.
    pub(super) stream: Option<StreamKey>,
    /// The padding length octet is still to come.
    pub(super) padded: bool,
    pub(super) left: u32,
    pub(super) padding: u32,
    pub(super) end_stream: bool,
}

/// A field block whose HEADERS lacked END_HEADERS.
#[derive(Debug)]
pub(super) struct OpenBlock {
    pub(super) stream: StreamId,
    pub(super) end_stream: bool,
    pub(super) depends_on_itself: bool,
    pub(super) continuations: u32,
    pub(super) bytes: Vec<u8>,
}

impl Reader {
    pub(super) fn new(expects_preface: bool) -> Self {
        let at = if expects_preface { At::Preface { matched: 0 } } else { At::Head };
        Self { at, partial: Vec::new(), block: None, greeted: false }
    }

    /// Whether the transport may end here without cutting anything.
    pub(super) fn is_between_frames(&self) -> bool {
        matches!(self.at, At::Head) && self.partial.is_empty() && self.block.is_none()
    }

    /// What there is of the peer's first frame, as long as it is not complete.
    pub(super) fn first_octets(&self) -> Option<&[u8]> {
        (!self.greeted).then_some(self.partial.as_slice())
    }

    /// How much of a DATA frame on that stream is under way.
    pub(super) fn coming(&self, stream: StreamKey) -> u32 {
        match self.at {
            At::Data(frame) if frame.stream == Some(stream) => frame.left,
            _ => 0,
        }
    }

    pub(super) fn trim(&mut self) {
        if self.partial.is_empty() {
            self.partial = Vec::new();
        }
    }

    /// Bytes of memory held.
    #[cfg(test)]
    pub(super) fn memory(&self) -> usize {
        self.partial.capacity() + self.block.as_ref().map_or(0, |block| block.bytes.capacity())
    }

    /// The next head, once its nine octets are there.
    #[inline]
    pub(super) fn head(&mut self, input: &mut Input<'_>) -> Option<Head> {
        if self.partial.is_empty()
            && let Some(bytes) = input.remaining().first_chunk::<{ head::LEN }>()
        {
            let head = Head::parse(*bytes);
            input.take(head::LEN);
            return Some(head);
        }
        self.gather(input, head::LEN).then(|| {
            let bytes = self.partial.first_chunk().expect("nine octets were gathered");
            let head = Head::parse(*bytes);
            self.partial.clear();
            head
        })
    }

    /// The next payload of that length: borrowed from the input when it is all there, else from
    /// what was gathered, which [`recycle`](Self::recycle) takes back.
    #[inline]
    pub(super) fn payload<'i>(&mut self, input: &mut Input<'i>, len: usize) -> Option<Whole<'i>> {
        if self.partial.is_empty() && input.remaining().len() >= len {
            return Some(Whole::Borrowed(input.take(len)));
        }
        self.gather(input, len).then(|| Whole::Gathered(std::mem::take(&mut self.partial)))
    }

    /// Keeps a small buffer for the next incomplete frame, and no large one.
    pub(super) fn recycle(&mut self, whole: Whole<'_>) {
        const KEPT: usize = 512;
        if let Whole::Gathered(mut buffer) = whole
            && buffer.capacity() <= KEPT
        {
            buffer.clear();
            self.partial = buffer;
        }
    }

    /// Gathers until there are `len` bytes; memory grows with what arrives, not with what a length
    /// field claims.
    fn gather(&mut self, input: &mut Input<'_>, len: usize) -> bool {
        let missing = len.saturating_sub(self.partial.len());
        self.partial.extend_from_slice(input.take(missing));
        self.partial.len() == len
    }
}

/// A complete payload.
#[derive(Debug)]
pub(super) enum Whole<'i> {
    Borrowed(&'i [u8]),
    Gathered(Vec<u8>),
}

impl Whole<'_> {
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Gathered(bytes) => bytes,
        }
    }
}
