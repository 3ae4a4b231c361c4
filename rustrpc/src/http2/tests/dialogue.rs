//! A scripted peer: it says frames, and expects frames and events.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::http2::error::Reason;
use crate::http2::fields::{Field, ListLimits};
use crate::http2::frame::head::{self, Head, Kind};
use crate::http2::frame::settings::Setting;
use crate::http2::frame::{self, goaway};
use crate::http2::hpack::{Decoder, Encoder};
use crate::http2::stream::StreamId;
use crate::http2::{Config, Connection, ConnectionError, Event, Input, Output, Payload, StreamKey};
use crate::testing::epoch;

use super::STEPS;

/// The engine under test, its scripted peer, and virtual time.
pub(super) struct Dialogue {
    pub(super) engine: Connection,
    pub(super) now: Instant,
    pub(super) encoder: Encoder,
    decoder: Decoder,
    /// Frames of the engine that were not expected yet.
    frames: VecDeque<Frame>,
    /// Events of the engine that were not expected yet.
    events: VecDeque<Told>,
    /// Reads are cut into pieces of that size.
    pub(super) piece: usize,
    /// Let go of streams as soon as they are reset.
    pub(super) release: bool,
    /// The most memory the engine has held.
    pub(super) peak: usize,
    /// Bytes that the peer has said.
    said: usize,
    /// Bytes that the engine has said.
    heard: usize,
    /// The steps that were counted before this dialogue.
    steps_before: usize,
}

/// A frame of the engine.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, flags, stream, payload } = self;
        write!(f, "{kind:?} on {stream}, flags {flags:#x}, {} bytes", payload.len())?;
        write!(f, ": {}", payload[..payload.len().min(40)].escape_ascii())
    }
}

/// An event, with its data owned.
#[derive(Debug)]
pub(super) enum Told {
    Data { stream: StreamKey, data: Vec<u8>, end_stream: bool },
    Other(Event<'static>),
}

impl Dialogue {
    /// A server that has been greeted and has acknowledged our SETTINGS.
    pub(super) fn server(config: Config) -> Self {
        let mut dialogue = Self::silent(Connection::server(config, epoch()));
        dialogue.say_raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        dialogue.greet();
        dialogue
    }

    /// A client that has been greeted and has acknowledged our SETTINGS.
    pub(super) fn client(config: Config) -> Self {
        let mut dialogue = Self::silent(Connection::client(config, epoch()));
        dialogue.greet();
        dialogue
    }

    /// An engine to which nothing has been said.
    pub(super) fn silent(engine: Connection) -> Self {
        let mut dialogue = Self {
            engine,
            now: epoch(),
            encoder: Encoder::new(4096),
            decoder: Decoder::new(),
            frames: VecDeque::new(),
            events: VecDeque::new(),
            piece: usize::MAX,
            release: true,
            peak: 0,
            said: 0,
            heard: 0,
            steps_before: STEPS.get(),
        };
        dialogue.collect();
        dialogue
    }

    fn greet(&mut self) {
        self.expect(Kind::Settings);
        self.say_settings(&[]);
        self.say(Kind::Settings, head::ACK, 0, b"");
        self.expect_event(|event| matches!(event, Event::Ready));
        self.frames.clear();
    }

    // What the peer says.

    pub(super) fn say_raw(&mut self, bytes: &[u8]) {
        self.said += bytes.len();
        for piece in bytes.chunks(self.piece.min(bytes.len().max(1))) {
            let mut input = Input::new(piece);
            while let Some(event) = self.engine.poll_event(&mut input, self.now) {
                let told = match event {
                    Event::Data { stream, data, end_stream } => {
                        Told::Data { stream, data: data.to_vec(), end_stream }
                    }
                    other => Told::Other(owned(other)),
                };
                if let (true, Told::Other(Event::Reset { stream, .. })) = (self.release, &told) {
                    let stream = *stream;
                    self.events.push_back(told);
                    self.engine.finish(stream);
                    continue;
                }
                self.events.push_back(told);
            }
            assert!(input.is_empty(), "the engine left input behind");
            self.peak = self.peak.max(self.engine.memory());
        }
        self.collect();
    }

    pub(super) fn say(&mut self, kind: Kind, flags: u8, stream: u32, payload: &[u8]) {
        self.say_raw(&raw(kind, flags, stream, payload));
    }

    pub(super) fn say_settings(&mut self, settings: &[Setting]) {
        let mut out = Vec::new();
        frame::settings::write(settings, &mut out);
        self.say_raw(&out);
    }

    pub(super) fn block(&mut self, fields: &[(&str, &str)]) -> Vec<u8> {
        let mut block = Vec::new();
        self.encoder
            .encode(fields.iter().map(|(name, value)| Field::new(*name, *value)), &mut block);
        block
    }

    pub(super) fn say_headers(&mut self, stream: u32, fields: &[(&str, &str)], end_stream: bool) {
        let block = self.block(fields);
        let flags = head::END_HEADERS | if end_stream { head::END_STREAM } else { 0 };
        self.say(Kind::Headers, flags, stream, &block);
    }

    /// A complete and valid request.
    pub(super) fn say_request(&mut self, stream: u32, end_stream: bool) {
        self.say_headers(stream, &REQUEST, end_stream);
    }

    pub(super) fn say_data(&mut self, stream: u32, data: &[u8], end_stream: bool) {
        let flags = if end_stream { head::END_STREAM } else { 0 };
        self.say(Kind::Data, flags, stream, data);
    }

    pub(super) fn say_reset(&mut self, stream: u32, reason: Reason) {
        self.say(Kind::RstStream, 0, stream, &reason.0.to_be_bytes());
    }

    pub(super) fn say_window_update(&mut self, stream: u32, increment: u32) {
        self.say(Kind::WindowUpdate, 0, stream, &increment.to_be_bytes());
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now += time;
        self.engine.handle_timeout(self.now);
        self.say_raw(b"");
        self.collect();
    }

    // What the engine's owner does.

    /// Answers a request in full, as a unary handler would, and lets go.
    pub(super) fn answer(&mut self, stream: StreamKey, body: &[u8]) {
        self.engine.send_headers(stream, &[Field::new(":status", "200")], false).expect("open");
        self.engine.send_data(stream, Payload::Copy(body), false).expect("open");
        self.engine.send_trailers(stream, &[Field::new("grpc-status", "0")]).expect("open");
        self.engine.finish(stream);
        self.collect();
    }

    // What is expected of the engine.

    /// Fetches what the engine has to say.
    pub(super) fn collect(&mut self) {
        let mut bytes = Vec::new();
        loop {
            let mut output = Output::new();
            self.engine.poll_transmit(&mut output);
            if output.is_empty() {
                break;
            }
            bytes.extend(output.to_vec());
        }
        self.heard += bytes.len();
        let mut rest = bytes.strip_prefix(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap_or(&bytes);
        while let Some((head, after)) = rest.split_first_chunk::<{ head::LEN }>() {
            let Head { len, kind, flags, stream } = Head::parse(*head);
            let (payload, after) = after.split_at(len as usize);
            let (stream, payload) = (stream.number(), payload.to_vec());
            self.frames.push_back(Frame { kind, flags, stream, payload });
            rest = after;
        }
        assert!(rest.is_empty(), "the engine wrote half a frame");
        // Writing may have told something, too.
        let mut input = Input::new(b"");
        while let Some(event) = self.engine.poll_event(&mut input, self.now) {
            self.events.push_back(Told::Other(owned(event)));
        }
    }

    /// The next frame, of that kind.
    #[track_caller]
    pub(super) fn expect(&mut self, kind: Kind) -> Frame {
        let frame = self.frames.pop_front().unwrap_or_else(|| panic!("no frame, not {kind:?}"));
        assert_eq!(frame.kind, kind, "{frame:?}");
        frame
    }

    #[track_caller]
    pub(super) fn expect_reset(&mut self, stream: u32, reason: Reason) {
        let frame = self.expect(Kind::RstStream);
        let got = frame::rst_stream::parse(&frame.payload).expect("well-formed");
        assert_eq!((frame.stream, got), (stream, reason));
    }

    /// GOAWAY with that code, and the end.
    #[track_caller]
    pub(super) fn expect_goaway(&mut self, reason: Reason) -> ConnectionError {
        let frame = loop {
            let frame = self.frames.pop_front().expect("a GOAWAY");
            if frame.kind == Kind::GoAway {
                break frame;
            }
        };
        let head = Head::new(frame.kind, frame.flags, StreamId::from_wire(0), frame.payload.len());
        let goaway = goaway::parse(head, &frame.payload).expect("well-formed");
        assert_eq!(goaway.reason, reason, "{}", goaway.debug.escape_ascii());
        assert!(self.engine.is_closed());
        assert!(self.frames.is_empty(), "something follows GOAWAY: {:?}", self.frames);
        loop {
            match self.events.pop_front().expect("the end is told") {
                Told::Other(Event::Closed(error)) => break *error,
                _ => continue,
            }
        }
    }

    /// What the peer has made the engine do was no more than what it did itself: `each` steps for
    /// one of its bytes, and two bytes of answer, beside what a connection costs in any case.
    #[track_caller]
    pub(super) fn expect_work(&self, each: usize) {
        let steps = STEPS.get() - self.steps_before;
        assert!(steps <= 100 + each * self.said, "{steps} steps for {} bytes", self.said);
        assert!(self.heard <= 300 + 2 * self.said, "{} bytes for {}", self.heard, self.said);
    }

    /// A block of fields, decoded.
    #[track_caller]
    pub(super) fn expect_headers(&mut self, stream: u32, end_stream: bool) -> String {
        let frame = self.expect(Kind::Headers);
        let flags = head::END_HEADERS | if end_stream { head::END_STREAM } else { 0 };
        assert_eq!((frame.stream, frame.flags), (stream, flags));
        let limits = ListLimits { bytes: usize::MAX, fields: usize::MAX };
        format!("{:?}", self.decoder.decode(&frame.payload, limits).expect("valid"))
    }

    #[track_caller]
    pub(super) fn expect_data(&mut self, stream: u32, data: &[u8], end_stream: bool) {
        let frame = self.expect(Kind::Data);
        assert_eq!((frame.stream, frame.flags), (stream, u8::from(end_stream)));
        assert_eq!(frame.payload.escape_ascii().to_string(), data.escape_ascii().to_string());
    }

    /// The whole answer of `answer`.
    #[track_caller]
    pub(super) fn expect_answer(&mut self, stream: u32, body: &[u8]) {
        self.expect_headers(stream, false);
        self.expect_data(stream, body, false);
        self.expect_headers(stream, true);
    }

    /// It was alive all the time, and nothing is held against it.
    #[track_caller]
    pub(super) fn expect_alive(&mut self) {
        while let Some(frame) = self.frames.pop_front() {
            assert!(!matches!(frame.kind, Kind::GoAway), "{frame:?}");
        }
        self.events.clear();
        assert!(!self.engine.is_closed());
        self.say(Kind::Ping, 0, 0, b"still OK");
        assert_eq!(self.expect(Kind::Ping).payload, b"still OK");
    }

    /// Reads requests and answers them all in full.
    pub(super) fn answer_all(&mut self) {
        while let Some(told) = self.events.pop_front() {
            if let Told::Other(Event::Headers { stream, .. }) = told {
                self.answer(stream, b"x");
            }
        }
        self.frames.clear();
    }

    /// The engine has said nothing more.
    #[track_caller]
    pub(super) fn expect_silence(&mut self) {
        assert!(self.frames.is_empty(), "{:?}", self.frames);
        assert!(self.events.is_empty(), "{:?}", self.events);
    }

    #[track_caller]
    pub(super) fn expect_event(&mut self, wanted: impl Fn(&Event<'static>) -> bool) {
        match self.events.pop_front() {
            Some(Told::Other(event)) if wanted(&event) => {}
            other => panic!("unexpected event {other:?}"),
        }
    }

    /// A request, and the handle of its stream.
    #[track_caller]
    pub(super) fn expect_request(&mut self) -> StreamKey {
        match self.events.pop_front() {
            Some(Told::Other(Event::Headers { stream, .. })) => stream,
            other => panic!("no request but {other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn expect_data_event(&mut self, wanted: &[u8], wanted_end: bool) -> StreamKey {
        match self.events.pop_front() {
            Some(Told::Data { stream, data, end_stream }) => {
                assert_eq!((&data[..], end_stream), (wanted, wanted_end));
                stream
            }
            other => panic!("no data but {other:?}"),
        }
    }

    /// The next frame without judging it.
    pub(super) fn next_frame(&mut self) -> Option<Frame> {
        self.frames.pop_front()
    }

    /// The next event without judging it.
    pub(super) fn next_event(&mut self) -> Option<Told> {
        self.events.pop_front()
    }
}

pub(super) const REQUEST: [(&str, &str); 5] = [
    (":method", "POST"),
    (":scheme", "http"),
    (":path", "/acme.orders.v1.OrderService/GetOrder"),
    (":authority", "localhost"),
    ("te", "trailers"),
];

pub(super) fn raw(kind: Kind, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let head = Head::new(kind, flags, StreamId::from_wire(stream), payload.len());
    let mut bytes = head.to_bytes().to_vec();
    bytes.extend_from_slice(payload);
    bytes
}

fn owned(event: Event<'_>) -> Event<'static> {
    match event {
        Event::Ready => Event::Ready,
        Event::Headers { stream, fields, end_stream } => {
            Event::Headers { stream, fields, end_stream }
        }
        Event::Data { .. } => unreachable!("data is owned by its own arm"),
        Event::Trailers { stream, fields } => Event::Trailers { stream, fields },
        Event::Reset { stream, reason, by } => Event::Reset { stream, reason, by },
        Event::Unprocessed { stream } => Event::Unprocessed { stream },
        Event::Writable { stream } => Event::Writable { stream },
        Event::Capacity => Event::Capacity,
        Event::Pong(payload) => Event::Pong(payload),
        Event::GoAway { last_stream_id, reason, debug } => {
            Event::GoAway { last_stream_id, reason, debug }
        }
        Event::Closed(error) => Event::Closed(error),
    }
}
