//! The engine as a server, and the h2 crate's client on the other side: what one side says in an
//! order that the input chooses, the other side hears, cut at places that the input chooses too.
//!
//! A call that neither side gave up must have ended well on both: all of the request was received,
//! and all of the response.
#![no_main]

#[path = "h2_client/call.rs"]
mod call;
#[path = "h2_client/pipe.rs"]
mod pipe;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use call::Call;
use h2::client::SendRequest;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use libfuzzer_sys::fuzz_target;
use pipe::{Pipe, Wires};
use rustrpc::http2::{
    Allowance, Config, Connection, Event, Field, FieldBlock, Input, Limits, Output, Payload,
    Reason, StreamKey,
};

/// The header that says which call it is.
const CALL: &str = "x-call";
const MOST_CALLS: usize = 40;
/// Smaller windows than this take too long to carry the largest bodies.
const LEAST_WINDOW: u32 = 64;

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data);
    let mut world = World::new(&mut choices);
    // Each step moves at most some 60 KB, so that this bounds the time.
    for _ in 0..1_000 {
        if choices.0.is_empty() {
            break;
        }
        world.step(&mut choices);
    }
    world.settle();
    world.check();
});

/// What the input says is to happen.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn next(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first)
    }

    /// Small sizes mostly, and some larger than a frame.
    fn size(&mut self) -> usize {
        self.next().pow(2)
    }
}

struct World {
    now: Instant,
    engine: Connection,
    output: Output,
    client: h2::client::Connection<Pipe, Bytes>,
    requests: SendRequest<Bytes>,
    wires: Rc<RefCell<Wires>>,
    calls: Vec<Call>,
}

impl World {
    fn new(choices: &mut Choices<'_>) -> Self {
        let now = Instant::now();
        let engine = Connection::server(config(choices), now);
        let wires = Rc::<RefCell<Wires>>::default();
        let handshake = h2::client::Builder::new()
            .initial_window_size(LEAST_WINDOW + choices.size() as u32)
            .initial_connection_window_size(65_535 + choices.size() as u32)
            .max_frame_size(16_384 + choices.size() as u32)
            .header_table_size(choices.size() as u32)
            // What h2 holds against hostile servers; this one only does as it is told.
            .max_concurrent_reset_streams(1_000)
            .max_local_error_reset_streams(None)
            .data_frame_budget(usize::MAX)
            .handshake::<_, Bytes>(Pipe(Rc::clone(&wires)));
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok((requests, client))) = pin!(handshake).poll(&mut context) else {
            panic!("the handshake waits for nothing");
        };
        let calls = Vec::new();
        Self { now, engine, output: Output::new(), client, requests, wires, calls }
    }

    fn step(&mut self, choices: &mut Choices<'_>) {
        let what = choices.next();
        if what & 0x0f == 0 {
            return self.open(choices);
        }
        match what & 0x0f {
            1 => self.carry_to_server(choices.size()),
            2 => self.carry_to_client(choices.size()),
            3 => return self.pass(Duration::from_millis(choices.next() as u64)),
            4 => return self.engine.restrain(what & 0x10 != 0),
            _ => {}
        }
        if self.calls.is_empty() {
            return;
        }
        let number = choices.next() % self.calls.len();
        match what & 0x0f {
            5 => self.request_more(number, choices.size(), what & 0x30 == 0),
            6 => self.request_trailers(number),
            7 => self.respond(number, choices.size()),
            8 => self.respond_end(number),
            9 => self.read(number, choices.size()),
            10 => self.release(number, choices.size()),
            11 => self.client_gives_up(number, what & 0x10 != 0),
            12 => self.server_gives_up(number),
            _ => {}
        }
    }

    /// The client's side.
    fn open(&mut self, choices: &mut Choices<'_>) {
        let mut context = Context::from_waker(Waker::noop());
        if self.calls.len() == MOST_CALLS
            || !matches!(self.requests.poll_ready(&mut context), Poll::Ready(Ok(())))
        {
            return;
        }
        let number = self.calls.len();
        let shape = choices.next();
        let mut request =
            Request::builder().method("POST").uri("http://here/a.B/C").body(()).expect("valid");
        request.headers_mut().insert(CALL, HeaderValue::from(number));
        let mut fields = Vec::new();
        for _ in 0..shape & 7 {
            let (name, length) = (format!("x-{}", choices.next() & 15), choices.next() * 4);
            let value = "v".repeat(length);
            let header = HeaderName::from_bytes(name.as_bytes()).expect("valid");
            let mut header_value = HeaderValue::from_str(&value).expect("valid");
            header_value.set_sensitive(shape & 8 != 0);
            request.headers_mut().append(header, header_value);
            fields.push((name, value));
        }
        let end = shape & 16 != 0;
        let (pending, send) = self.requests.send_request(request, end).expect("is ready");
        let mut call = Call { pending: Some(pending), send: Some(send), fields, ..Call::default() };
        call.request.ended = end;
        self.calls.push(call);
    }

    fn request_more(&mut self, number: usize, length: usize, end: bool) {
        let call = &mut self.calls[number];
        let Some(send) = call.send.as_mut().filter(|_| !call.request.ended) else { return };
        let data = call.request.write(number, length);
        call.request.ended = end;
        // A stream that the server has ended early takes no more.
        if send.send_data(data, end).is_err() {
            call.request.ended = true;
        }
    }

    fn request_trailers(&mut self, number: usize) {
        let call = &mut self.calls[number];
        let Some(send) = call.send.as_mut().filter(|_| !call.request.ended) else { return };
        call.request.ended = true;
        let mut trailers = HeaderMap::new();
        trailers.insert(CALL, HeaderValue::from(number));
        let _ = send.send_trailers(trailers);
    }

    fn read(&mut self, number: usize, most: usize) {
        let mut context = Context::from_waker(Waker::noop());
        let call = &mut self.calls[number];
        if let Some(pending) = &mut call.pending {
            match Pin::new(pending).poll(&mut context) {
                Poll::Pending => return,
                Poll::Ready(Ok(response)) => {
                    assert_eq!(response.status(), 200);
                    assert_eq!(response.headers()[CALL], HeaderValue::from(number));
                    call.receive = Some(response.into_body());
                    call.pending = None;
                }
                Poll::Ready(Err(error)) => {
                    call.fail(number, &error);
                    call.pending = None;
                    return;
                }
            }
        }
        let Some(receive) = &mut call.receive else { return };
        let mut read = 0;
        while read < most {
            match receive.poll_data(&mut context) {
                Poll::Pending => return,
                Poll::Ready(Some(Ok(data))) => {
                    call.response.read(number, &data);
                    read += data.len().max(1);
                    let _ = receive.flow_control().release_capacity(data.len());
                }
                Poll::Ready(Some(Err(error))) => {
                    call.fail(number, &error);
                    call.receive = None;
                    return;
                }
                Poll::Ready(None) => match receive.poll_trailers(&mut context) {
                    Poll::Pending => return,
                    Poll::Ready(Ok(trailers)) => {
                        let trailers = trailers.expect("every answer ends in trailers");
                        assert_eq!(trailers["grpc-status"], HeaderValue::from(number));
                        call.response.end(number);
                        call.receive = None;
                        return;
                    }
                    Poll::Ready(Err(error)) => {
                        call.fail(number, &error);
                        call.receive = None;
                        return;
                    }
                },
            }
        }
    }

    fn client_gives_up(&mut self, number: usize, by_reset: bool) {
        let call = &mut self.calls[number];
        call.given_up = true;
        if let (true, Some(send)) = (by_reset, &mut call.send) {
            send.send_reset(h2::Reason::CANCEL);
        }
        (call.send, call.pending, call.receive) = Default::default();
    }

    fn drive_client(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(over) = Pin::new(&mut self.client).poll(&mut context) {
            panic!("the client's connection is over: {over:?}");
        }
    }

    /// The server's side.
    fn respond(&mut self, number: usize, length: usize) {
        let call = &mut self.calls[number];
        let Some(key) = call.key.filter(|_| !call.answered.ended) else { return };
        if !std::mem::replace(&mut call.answering, true) {
            let number = number.to_string();
            let head = [Field::new(":status", "200"), Field::new(CALL, &number)];
            self.engine.send_headers(key, &head, false).expect("is open");
        }
        let data = call.answered.write(number, length);
        let payload = match length % 2 {
            0 => Payload::Copy(&data),
            _ => Payload::Keep(data),
        };
        self.engine.send_data(key, payload, false).expect("is open");
    }

    fn respond_end(&mut self, number: usize) {
        self.respond(number, 0);
        let call = &mut self.calls[number];
        let Some(key) = call.key.filter(|_| !call.answered.ended) else { return };
        call.answered.ended = true;
        let status = number.to_string();
        let trailers = [Field::new("grpc-status", &status)];
        self.engine.send_trailers(key, &trailers).expect("is open");
        call.cut = !call.received.ended;
        call.key = None;
        self.engine.finish(key);
    }

    fn server_gives_up(&mut self, number: usize) {
        let call = &mut self.calls[number];
        let Some(key) = call.key.take() else { return };
        call.given_up = true;
        self.engine.reset(key, Reason::INTERNAL_ERROR);
        self.engine.finish(key);
    }

    fn release(&mut self, number: usize, most: usize) {
        let call = &mut self.calls[number];
        let Some(key) = call.key else { return };
        let released = call.held.min(most);
        call.held -= released;
        self.engine.release(key, released as u32);
    }

    fn hear(&mut self, bytes: &[u8]) {
        let mut input = Input::new(bytes);
        while let Some(event) = self.engine.poll_event(&mut input, self.now) {
            match event {
                Event::Headers { stream, fields, end_stream } => {
                    let number = number(&fields);
                    let call = &mut self.calls[number];
                    assert!(call.key.is_none(), "call {number} begins twice");
                    call.key = Some(stream);
                    call.heard = true;
                    call.received.ended = end_stream;
                    for (name, value) in &call.fields {
                        let there = fields.iter().any(|field| {
                            field.name == name.as_bytes() && field.value == value.as_bytes()
                        });
                        assert!(there, "call {number} has lost {name}");
                    }
                    // Pseudo-fields are not among them.
                    let known = call.fields.len() + 1;
                    assert_eq!(fields.iter().count(), known, "call {number} has other fields");
                }
                Event::Data { stream, data, end_stream } => {
                    let (number, call) = find(&mut self.calls, stream);
                    call.received.read(number, data);
                    call.held += data.len();
                    if end_stream {
                        call.received.end(number);
                    }
                }
                Event::Trailers { stream, fields } => {
                    let (at, call) = find(&mut self.calls, stream);
                    assert_eq!(number(&fields), at);
                    call.received.end(at);
                }
                Event::Reset { stream, reason, by } => {
                    let (number, call) = find(&mut self.calls, stream);
                    assert!(call.given_up, "call {number} was reset: {reason} by {by:?}");
                    call.key = None;
                    self.engine.finish(stream);
                }
                Event::Closed(error) => panic!("the server's connection is over: {error:?}"),
                _ => {}
            }
        }
        assert!(input.is_empty(), "input is left behind");
    }

    /// What is between them.
    fn carry_to_server(&mut self, most: usize) {
        self.drive_client();
        if !self.engine.wants_read() {
            return;
        }
        let bytes: Vec<u8> = {
            let mut wires = self.wires.borrow_mut();
            let length = most.min(wires.to_server.len());
            wires.to_server.drain(..length).collect()
        };
        self.hear(&bytes);
    }

    fn carry_to_client(&mut self, most: usize) {
        self.engine.poll_transmit(&mut self.output);
        let mut left = most;
        while left > 0 && !self.output.is_empty() {
            let chunk = self.output.chunk();
            let length = left.min(chunk.len());
            let mut wires = self.wires.borrow_mut();
            wires.to_client.extend(&chunk[..length]);
            wires.arrived += length;
            drop(wires);
            self.output.advance(length);
            left -= length;
        }
        self.drive_client();
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.engine.handle_timeout(self.now);
    }

    /// Everybody does all they can, until nothing moves any more.
    fn settle(&mut self) {
        let (mut before, mut unmoved) = (BTreeMap::new(), 0);
        loop {
            for number in 0..self.calls.len() {
                self.request_more(number, 0, true);
                self.release(number, usize::MAX);
                if self.calls[number].received.ended {
                    self.respond_end(number);
                }
                // h2 tells nobody of a call that was dropped while it waited to be opened: it opens it
                // all the same, and leaves it so. A deadline is what ends such a call.
                if self.calls[number].given_up && unmoved > 100 {
                    self.server_gives_up(number);
                }
                self.read(number, usize::MAX);
            }
            self.carry_to_server(usize::MAX);
            while self.engine.wants_transmit() || !self.output.is_empty() {
                self.carry_to_client(usize::MAX);
            }
            self.carry_to_client(usize::MAX);
            let state: BTreeMap<_, _> = (self.calls.iter().enumerate())
                .map(|(number, call)| (number, (call.received.length, call.response.length)))
                .collect();
            let wires = self.wires.borrow();
            let quiet = wires.to_server.is_empty() && wires.to_client.is_empty();
            if quiet && state == before && self.calls.iter().all(Call::is_over) {
                return;
            }
            // Nothing hears of what moved only within h2; it is long over by then.
            unmoved = if state == before { unmoved + 1 } else { 0 };
            let stuck = self.calls.iter().enumerate().find(|(_, call)| !call.is_over());
            assert!(unmoved < 1_000, "it is stuck: {stuck:?}");
            before = state;
            drop(wires);
            self.pass(Duration::from_millis(1));
        }
    }

    fn check(&self) {
        for (number, call) in self.calls.iter().enumerate().filter(|(_, call)| !call.given_up) {
            assert_eq!(call.response, call.answered, "call {number}");
            if !call.cut {
                assert_eq!(call.received, call.request, "call {number}");
            }
        }
        assert_eq!(self.engine.open_streams(), 0);
        assert_eq!(self.engine.queued_in_total(), 0);
    }
}

fn number(fields: &FieldBlock) -> usize {
    let text = fields.get(CALL).expect("every call has a number");
    std::str::from_utf8(text).expect("a number").parse().expect("a number")
}

fn find(calls: &mut [Call], key: StreamKey) -> (usize, &mut Call) {
    let found = calls.iter_mut().enumerate().find(|(_, call)| call.key == Some(key));
    found.expect("only what is open is heard of")
}

/// Windows and frames of any size; what is meant for hostile peers is off, as h2 is told to do
/// many things that only those do.
fn config(choices: &mut Choices<'_>) -> Config {
    Config {
        max_concurrent_streams: 1 + choices.next() as u32,
        stream_window: LEAST_WINDOW + choices.size() as u32,
        max_stream_window: LEAST_WINDOW + choices.size() as u32,
        connection_window: 65_535 + choices.size() as u32,
        connection_buffer: choices.size() * 4,
        max_frame_size: 16_384 + choices.size() as u32,
        decoder_table_size: choices.next() as u32 * 32,
        encoder_table_size: choices.next() as u32 * 32,
        copy_limit: choices.size(),
        direct_limit: choices.size(),
        low_water_mark: choices.size(),
        transmit_budget: 1 + choices.size() * 4,
        limits: Limits {
            resets: Allowance { burst: u32::MAX, per_second: 0 },
            glitches: Allowance { burst: u32::MAX, per_second: 0 },
            small_sends: Allowance { burst: u32::MAX, per_second: 0 },
            tiny_data: u32::MAX,
            progress_timeout: None,
            preface_timeout: None,
            settings_timeout: None,
            settings_ack_timeout: None,
            block_timeout: None,
            ..Limits::default()
        },
    }
}
