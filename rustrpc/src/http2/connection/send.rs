//! What the owner sends.

use super::{Connection, Role};
use crate::http2::error::{OpenError, Reason, SendError};
use crate::http2::fields::Field;
use crate::http2::flow::DEFAULT_WINDOW;
use crate::http2::frame::headers;
use crate::http2::hpack::{Encoder, LastField, ListName};
use crate::http2::stream::{End, OwnedFields, Payload, State, Stream, StreamId, StreamKey};

impl Connection {
    /// Opens a stream with a request. `fields` begin with the pseudo-fields.
    ///
    /// # Errors
    ///
    /// [`OpenError::AtCapacity`] is followed by an [`Event::Capacity`](crate::http2::Event) when it
    /// is worth trying again; the others are final for this connection.
    pub fn open(&mut self, fields: &[Field<'_>], end_stream: bool) -> Result<StreamKey, OpenError> {
        let stream = self.begin_request(end_stream)?;
        if fields.iter().any(|field| field.name == b":method" && field.value == b"HEAD")
            && let Some(kept) = self.streams.get_mut(stream)
        {
            kept.head_request = true;
        }
        self.write_headers(stream, fields.iter().copied(), end_stream);
        Ok(stream)
    }

    /// The same for a request that has content and is no HEAD, with fields that have a name, perhaps
    /// one that goes with them, and more behind them.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub(crate) fn open_named<'f, F, V: AsRef<[u8]>>(
        &mut self,
        name: ListName,
        fields: impl FnOnce() -> F,
        last: Option<LastField<impl FnOnce() -> V>>,
        more: impl IntoIterator<Item = Field<'f>>,
    ) -> Result<StreamKey, OpenError>
    where
        F: IntoIterator<Item = Field<'f>, IntoIter: Clone>,
    {
        let stream = self.begin_request(false)?;
        self.write_block(stream, false, |encoder, out| {
            match last {
                Some(last) => encoder.encode_named_with(name, fields, last, out),
                None => _ = encoder.encode_named(name, fields, out),
            }
            encoder.encode_more(more, out);
        });
        Ok(stream)
    }

    fn begin_request(&mut self, end_stream: bool) -> Result<StreamKey, OpenError> {
        self.can_open().inspect_err(|error| {
            self.wants_capacity |= *error == OpenError::AtCapacity;
        })?;
        let id = StreamId::from_wire(self.next_stream);
        // RFC 9113 §5.1.1.
        self.next_stream += 2;
        let mut stream = Stream::new(self.peer.initial_window, self.initial_recv_window());
        if self.restrained {
            stream.recv_window.shrink(DEFAULT_WINDOW);
        }
        stream.sent_headers = true;
        if end_stream {
            stream.state = State::HalfClosedLocal;
        }
        Ok(self.streams.insert(id, stream))
    }

    /// Whether [`open`](Self::open) would succeed now.
    ///
    /// # Errors
    ///
    /// What `open` would say.
    pub fn can_open(&self) -> Result<(), OpenError> {
        if self.role == Role::Server {
            return Err(OpenError::NotAClient);
        }
        if self.closed {
            return Err(OpenError::Closed);
        }
        // RFC 9113 §6.8.
        if self.shutdown.is_under_way() {
            return Err(OpenError::GoingAway);
        }
        if self.next_stream > StreamId::MAX.number() {
            return Err(OpenError::Exhausted);
        }
        if self.has_capacity() { Ok(()) } else { Err(OpenError::AtCapacity) }
    }

    /// How many more streams the peer lets us open now (RFC 9113 §5.1.2).
    pub fn capacity(&self) -> usize {
        (self.peer.max_concurrent_streams as usize).saturating_sub(self.streams.open())
    }

    /// Sends the response's header section.
    ///
    /// # Errors
    ///
    /// If the stream has ended, or has sent headers before.
    pub fn send_headers(
        &mut self,
        stream: StreamKey,
        fields: &[Field<'_>],
        end_stream: bool,
    ) -> Result<(), SendError> {
        self.begin_answer(stream)?;
        self.write_headers(stream, fields.iter().copied(), end_stream);
        if end_stream {
            self.end_local(stream);
        }
        Ok(())
    }

    /// The same with fields that are part of the program, and more to follow.
    ///
    /// # Errors
    ///
    /// As [`send_headers`](Self::send_headers).
    pub(crate) fn send_constant_headers(
        &mut self,
        stream: StreamKey,
        fields: &'static [Field<'static>],
    ) -> Result<(), SendError> {
        self.begin_answer(stream)?;
        self.write_constant_headers(stream, fields, false);
        Ok(())
    }

    /// Sends payload, as soon as the windows allow. What had to be queued shows in
    /// [`queued`](Self::queued); there is no limit but what the caller keeps to.
    ///
    /// # Errors
    ///
    /// If the stream has ended, has not sent headers yet, or has ended its send half.
    pub fn send_data(
        &mut self,
        stream: StreamKey,
        data: Payload<'_>,
        end_stream: bool,
    ) -> Result<(), SendError> {
        let kept = self.sendable(stream)?;
        let direct = kept.queue.is_empty()
            && data.len() <= kept.send_window.available()
            && data.len() <= self.send_window.available()
            && self.staged.len() + data.len() <= self.config.direct_limit;
        if direct {
            self.write_data_now(stream, data, end_stream);
            return Ok(());
        }
        let copy_limit = self.config.copy_limit;
        let low_water_mark = self.config.low_water_mark;
        self.queued += data.len();
        let kept = self.sendable(stream)?;
        kept.queue.push(data, copy_limit);
        kept.owes_writable |= kept.queue.len() >= low_water_mark;
        if end_stream {
            kept.end = End::Data;
        }
        self.schedule(stream);
        Ok(())
    }

    /// Sends the trailer section behind all data, which ends the stream's send half.
    ///
    /// # Errors
    ///
    /// As [`send_data`](Self::send_data).
    pub fn send_trailers(
        &mut self,
        stream: StreamKey,
        fields: &[Field<'_>],
    ) -> Result<(), SendError> {
        let kept = self.sendable(stream)?;
        if kept.queue.is_empty() {
            self.write_headers(stream, fields.iter().copied(), true);
            self.end_local(stream);
        } else {
            kept.end = End::Trailers(Box::new(OwnedFields::new(fields)));
        }
        Ok(())
    }

    /// The same with fields that are part of the program.
    ///
    /// # Errors
    ///
    /// As [`send_data`](Self::send_data).
    pub(crate) fn send_constant_trailers(
        &mut self,
        stream: StreamKey,
        fields: &'static [Field<'static>],
    ) -> Result<(), SendError> {
        if !self.sendable(stream)?.queue.is_empty() {
            return self.send_trailers(stream, fields);
        }
        self.write_constant_headers(stream, fields, true);
        self.end_local(stream);
        Ok(())
    }

    fn begin_answer(&mut self, stream: StreamKey) -> Result<(), SendError> {
        let kept = self.streams.get_mut(stream).ok_or(SendError::StreamClosed)?;
        if kept.state == State::Closed {
            return Err(SendError::StreamClosed);
        }
        if kept.sent_headers {
            return Err(SendError::WrongState);
        }
        kept.sent_headers = true;
        Ok(())
    }

    fn sendable(&mut self, stream: StreamKey) -> Result<&mut Stream, SendError> {
        let kept = self.streams.get_mut(stream).ok_or(SendError::StreamClosed)?;
        match kept.state {
            State::Closed => Err(SendError::StreamClosed),
            _ if !kept.state.can_send() || !kept.sent_headers => Err(SendError::WrongState),
            _ if !matches!(kept.end, End::NotYet) => Err(SendError::WrongState),
            _ => Ok(kept),
        }
    }

    pub(super) fn has_capacity(&self) -> bool {
        self.capacity() > 0
    }

    pub(super) fn write_headers<'f>(
        &mut self,
        stream: StreamKey,
        fields: impl IntoIterator<Item = Field<'f>, IntoIter: Clone>,
        end_stream: bool,
    ) {
        self.write_block(stream, end_stream, |encoder, out| encoder.encode(fields, out));
    }

    fn write_constant_headers(
        &mut self,
        stream: StreamKey,
        fields: &'static [Field<'static>],
        end_stream: bool,
    ) {
        let name = ListName::of_constant(fields);
        self.write_block(stream, end_stream, |encoder, out| {
            encoder.encode_named(name, || fields.iter().copied(), out);
        });
    }

    fn write_block(
        &mut self,
        stream: StreamKey,
        end_stream: bool,
        encode: impl FnOnce(&mut Encoder, &mut Vec<u8>),
    ) {
        self.budgets.sent();
        let max_frame_size = self.peer.max_frame_size as usize;
        let encoder = &mut self.encoder;
        self.staged.write_with(|out| {
            headers::write(stream.id, end_stream, max_frame_size, out, |out| encode(encoder, out));
        });
    }

    /// This side has ended its half of a stream on the wire.
    pub(super) fn end_local(&mut self, stream: StreamKey) {
        let Some(kept) = self.streams.get_mut(stream) else { return };
        kept.end = End::NotYet;
        kept.state.end_local();
        let (state, owner_gone) = (kept.state, kept.owner_gone);
        if self.role == Role::Server {
            self.budgets.completed(&self.config.limits);
        }
        if state == State::Closed {
            self.close_stream(stream);
        } else if owner_gone {
            // RFC 9113 §8.1: the response is complete, the rest of the request is not needed.
            self.reset(stream, Reason::NO_ERROR);
        }
    }
}
