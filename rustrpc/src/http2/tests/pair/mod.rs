//! Two engines and the network between them, in virtual time and by seed.
//!
//! Every byte of payload is checked, every call has to end once, compression tables have to agree on
//! both sides, windows do so all the time (`windows.rs`), and nothing may get stuck. A failing seed is printed; replay it
//! with `RUSTRPC_SEED=<seed>`, and run more with `RUSTRPC_SEEDS=<number>`.
//!
//! What happens to the bytes: any split, partial writes, loss with the connection. What happens to
//! the ends: calls given up and reset, changed settings, restrained windows, jumps of the clock,
//! GOAWAY, and an end of the connection that one side hears of before the other.

mod parts;
mod sending;
mod windows;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::http2::error::Reason;
use crate::http2::stream::StreamId;
use crate::http2::{Event, Field, Indexing, Input, OpenError};
use crate::testing::epoch;

use self::parts::{Body, Call, End, config, expected};
use self::sending::{GRPC_STATUS, STATUS, send_body};
use super::random::Random;

/// One step in so many is followed by a look at all windows.
const CHECKED: usize = 50;
/// How many tests share the seeds, so that they use all cores.
const PARTS: u64 = 4;

#[test]
fn calls_over_a_faulty_network_0() {
    run(0);
}

#[test]
fn calls_over_a_faulty_network_1() {
    run(1);
}

#[test]
fn calls_over_a_faulty_network_2() {
    run(2);
}

#[test]
fn calls_over_a_faulty_network_3() {
    run(3);
}

fn run(part: u64) {
    let number = |name| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
    let seeds = match number("RUSTRPC_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=number("RUSTRPC_SEEDS").unwrap_or(2_000),
    };
    for seed in seeds.filter(|seed| seed % PARTS == part) {
        let outcome = std::panic::catch_unwind(|| World::new(seed).run());
        if let Err(panic) = outcome {
            println!("replay: RUSTRPC_SEED={seed} cargo test --package rustrpc --lib tests::pair");
            std::panic::resume_unwind(panic);
        }
    }
}

/// Both ends, what is in flight between them, and what their owners want.
struct World {
    random: Random,
    now: Instant,
    client: End,
    server: End,
    /// Calls by stream.
    calls: BTreeMap<StreamId, Call>,
    to_open: usize,
    /// Whether either side may be cut off or shut down in this run.
    fate: Fate,
    /// The step in which it comes.
    doom: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Quiet,
    Cut,
    Shutdown,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let client = End::client(config(&mut random));
        let server = End::server(config(&mut random));
        let fate = match random.below(8) {
            0 => Fate::Cut,
            1 | 2 => Fate::Shutdown,
            _ => Fate::Quiet,
        };
        let doom = random.below(2_000);
        Self {
            to_open: 1 + random.below(40),
            random,
            now: epoch(),
            client,
            server,
            calls: BTreeMap::new(),
            fate,
            doom,
        }
    }

    fn run(mut self) {
        for step in 0..2_500 {
            self.random_step();
            if step % CHECKED == 0 {
                self.check_windows();
            }
            if step == self.doom {
                match self.fate {
                    Fate::Quiet => {}
                    Fate::Cut => self.cut(),
                    Fate::Shutdown if self.random.below(2) == 0 => self.server.engine.shutdown(),
                    Fate::Shutdown => self.client.engine.shutdown(),
                }
            }
        }
        if self.fate == Fate::Cut {
            self.client.engine.handle_eof();
            self.server.engine.handle_eof();
        }
        self.settle();
        self.check_end();
    }

    fn random_step(&mut self) {
        match self.random.below(20) {
            0 | 1 => self.open(),
            2..=4 => self.continue_some_call(true),
            5..=7 => self.continue_some_call(false),
            8 | 9 => self.client.transmit(&mut self.random, false),
            10 | 11 => self.server.transmit(&mut self.random, false),
            12 | 13 => self.deliver(true, false),
            14 | 15 => self.deliver(false, false),
            16 => self.client.release(&mut self.random, false),
            17 => self.server.release(&mut self.random, false),
            18 => {
                let millis = match self.random.below(100) {
                    // The machine was asleep.
                    0 => self.random.below(3_600_000),
                    _ => self.random.below(20),
                };
                self.pass(Duration::from_millis(millis as u64));
            }
            _ if self.random.below(16) == 0 => {
                let end =
                    if self.random.below(2) == 0 { &mut self.client } else { &mut self.server };
                match self.random.below(2) {
                    _ if end.engine.is_closed() => {}
                    0 => end.change_settings(&mut self.random),
                    _ => end.engine.restrain(self.random.below(2) == 0),
                }
            }
            _ if self.random.below(8) == 0 => self.give_up_some_call(),
            _ => {}
        }
    }

    /// The connection breaks, with or without what is on its way, and one side may hear of it long
    /// before the other.
    fn cut(&mut self) {
        for end in [&mut self.client, &mut self.server] {
            if self.random.below(2) == 0 {
                end.wire.clear();
                end.broken = true;
            }
        }
        let who = self.random.below(3);
        if who != 0 {
            self.client.engine.handle_eof();
        }
        if who != 1 {
            self.server.engine.handle_eof();
        }
    }

    /// Everyone does all they can until nothing moves any more.
    fn settle(&mut self) {
        for _ in 0..100_000 {
            let before = self.progress();
            self.client.restore_settings();
            self.server.restore_settings();
            self.open();
            for id in self.calls.keys().copied().collect::<Vec<_>>() {
                self.continue_call(id, true);
                self.continue_call(id, false);
            }
            self.client.transmit(&mut self.random, true);
            self.deliver(true, true);
            self.server.transmit(&mut self.random, true);
            self.deliver(false, true);
            self.client.release(&mut self.random, true);
            self.server.release(&mut self.random, true);
            self.check_windows();
            if self.progress() == before && self.client.is_quiet() && self.server.is_quiet() {
                let timers = [&self.client, &self.server].map(|end| end.engine.poll_timeout());
                match timers.into_iter().flatten().min() {
                    Some(at) => self.pass(at.saturating_duration_since(self.now)),
                    None => return,
                }
            }
        }
        panic!("it never comes to rest");
    }

    fn progress(&self) -> (usize, usize, usize) {
        let total = |body: &Body| {
            let ends = [body.end_sent, body.end_received].map(usize::from);
            body.sent + body.received + ends[0] + ends[1]
        };
        let step = |call: &Call| usize::from(call.server.is_some() || call.response_begun);
        let calls = self.calls.values();
        let moved =
            calls.map(|call| total(&call.request) + total(&call.response) + step(call)).sum();
        let ends = self.calls.values().map(|call| call.ends as usize).sum();
        (moved, ends, self.to_open)
    }

    /// Compares the windows of both ends, as long as they are connected.
    fn check_windows(&self) {
        let ends = [&self.client, &self.server];
        if ends.iter().any(|end| end.broken || end.engine.is_closed()) {
            return;
        }
        windows::check(&self.client, &self.server);
        windows::check(&self.server, &self.client);
    }

    fn check_end(&mut self) {
        for (id, call) in &self.calls {
            assert_eq!(call.ends, 1, "stream {id} has not ended once: {call:?}");
            if call.complete {
                assert_eq!(call.response.received, call.response.len, "stream {id}");
            }
        }
        let (client, server) = (&self.client.engine, &self.server.engine);
        match self.fate {
            Fate::Quiet => {
                assert_eq!(self.to_open, 0, "some calls were never opened");
                assert!(!client.is_closed() && !server.is_closed());
            }
            Fate::Cut | Fate::Shutdown => {
                assert!(client.is_closed() && server.is_closed());
                assert_eq!((self.client.closed, self.server.closed), (1, 1));
                return;
            }
        }
        assert!(client.is_idle() && server.is_idle());
        let connection = StreamId::CONNECTION;
        let (client_send, client_recv) = client.windows(connection).expect("always there");
        let (server_send, server_recv) = server.windows(connection).expect("always there");
        assert_eq!(client_send, server_recv, "windows are conserved");
        assert_eq!(server_send, client_recv, "windows are conserved");
        let (client_encoder, client_decoder) = client.tables();
        let (server_encoder, server_decoder) = server.tables();
        let agree = |encoder: Option<_>, decoder| encoder.is_none_or(|table| table == decoder);
        assert!(agree(client_encoder, server_decoder), "tables agree");
        assert!(agree(server_encoder, client_decoder), "tables agree");
        assert_eq!(client.queued_in_total() + server.queued_in_total(), 0);
        for end in [&mut self.client, &mut self.server] {
            assert!(end.held.is_empty());
            end.engine.trim();
            // Both tables, and what is left of streams.
            assert!(end.engine.memory() < 40_000, "{} bytes are held", end.engine.memory());
        }
    }

    fn open(&mut self) {
        if self.to_open == 0 || self.client.engine.is_closed() {
            return;
        }
        let tag = format!("tag-{}", self.random.below(6));
        let fields = [
            Field::new(":method", "POST"),
            Field::new(":scheme", "http"),
            Field::new(":path", "/a.B/C").indexing(Indexing::Always),
            Field::new("x-tag", &tag),
            Field::new("x-secret", "s").indexing(Indexing::Sensitive),
        ];
        let len = self.random.body();
        let end_stream = len == 0 && self.random.below(2) == 0;
        let stream = match self.client.engine.open(&fields, end_stream) {
            Ok(stream) => stream,
            Err(OpenError::AtCapacity | OpenError::GoingAway | OpenError::Closed) => return,
            Err(other) => panic!("{other}"),
        };
        self.to_open -= 1;
        let mut call = Call { client: Some(stream), ..Call::default() };
        call.request.len = len;
        call.request.end_sent = end_stream;
        call.response.len = self.random.body();
        call.eager = self.random.below(4) == 0;
        self.calls.insert(stream.id(), call);
    }

    fn continue_some_call(&mut self, client: bool) {
        if let Some(id) = self.random.pick(self.calls.keys()) {
            self.continue_call(id, client);
        }
    }

    fn continue_call(&mut self, id: StreamId, client: bool) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        if client {
            let Some(stream) = call.client else { return };
            send_body(&mut self.client.engine, stream, &mut call.request, &mut self.random, true);
            return;
        }
        let Some(stream) = call.server else { return };
        let engine = &mut self.server.engine;
        if !call.request.end_received && !call.eager || engine.is_closed() {
            return;
        }
        let whole = expected(id, 0, call.response.len);
        if !call.response_begun
            && self.random.below(2) == 0
            && engine.send_whole(stream, &STATUS, whole, &GRPC_STATUS)
        {
            call.response_begun = true;
            call.response.sent = whole.len();
            call.response.end_sent = true;
        } else {
            if !std::mem::replace(&mut call.response_begun, true) {
                engine.send_headers(stream, &STATUS, false).expect("open");
            }
            send_body(engine, stream, &mut call.response, &mut self.random, false);
        }
        if call.response.end_sent {
            call.server = None;
            self.server.held.remove(&id);
            engine.finish(stream);
        }
    }

    fn give_up_some_call(&mut self) {
        let Some(id) = self.random.pick(self.calls.keys()) else { return };
        let call = self.calls.get_mut(&id).expect("picked from there");
        if self.random.below(2) == 0 {
            if let Some(stream) = call.client.take() {
                self.client.engine.finish(stream);
                self.client.held.remove(&id);
                call.ends += 1;
            }
        } else if let Some(stream) = call.server.take() {
            self.server.engine.reset(stream, Reason::INTERNAL_ERROR);
            self.server.engine.finish(stream);
            self.server.held.remove(&id);
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.client.engine.handle_timeout(self.now);
        self.server.engine.handle_timeout(self.now);
    }

    /// Carries bytes over and lets the receiver act on them.
    fn deliver(&mut self, to_server: bool, all: bool) {
        let (from, to) = match to_server {
            true => (&mut self.client, &mut self.server),
            false => (&mut self.server, &mut self.client),
        };
        let mut bytes = Vec::new();
        if to.engine.wants_read() || to.engine.is_closed() {
            let limit = if all { usize::MAX } else { 1 + self.random.below(30_000) };
            bytes.extend(from.wire.drain(..limit.min(from.wire.len())));
            to.ear.hear(&bytes);
        }
        let mut input = Input::new(&bytes);
        while let Some(event) = to.engine.poll_event(&mut input, self.now) {
            let rest = match event {
                Event::Headers { stream, .. } if to_server && self.random.below(2) == 0 => {
                    let rest = to.engine.take_rest(stream, &mut input);
                    rest.map(|data| Event::Data { stream, data, end_stream: true })
                }
                _ => None,
            };
            for event in [Some(event), rest].into_iter().flatten() {
                match to_server {
                    true => server_event(to, &mut self.calls, event),
                    false => client_event(to, &mut self.calls, event),
                }
            }
        }
        assert!(input.is_empty());
    }
}

fn server_event(server: &mut End, calls: &mut BTreeMap<StreamId, Call>, event: Event<'_>) {
    match event {
        Event::Headers { stream, fields, end_stream } => {
            assert_eq!(fields.path(), Some(&b"/a.B/C"[..]));
            assert_eq!(fields.get("x-secret"), Some(&b"s"[..]));
            let call = calls.get_mut(&stream.id()).expect("opened by the client");
            assert!(call.server.is_none());
            call.server = Some(stream);
            call.request.end_received = end_stream;
        }
        Event::Data { stream, data, end_stream } => {
            let call = calls.get_mut(&stream.id()).expect("opened by the client");
            assert_eq!(call.server, Some(stream), "data after the end");
            call.request.receive(stream.id(), data, end_stream);
            server.hold(stream, data.len());
        }
        Event::Reset { stream, .. } => {
            let call = calls.get_mut(&stream.id()).expect("opened by the client");
            assert_eq!(call.server.take(), Some(stream), "reset after the end");
            server.held.remove(&stream.id());
            server.engine.finish(stream);
        }
        Event::Closed(_) => {
            server.closed += 1;
            for call in calls.values_mut() {
                call.server = None;
            }
        }
        Event::Trailers { .. } | Event::Unprocessed { .. } => panic!("unexpected {event:?}"),
        _ => {}
    }
}

fn client_event(client: &mut End, calls: &mut BTreeMap<StreamId, Call>, event: Event<'_>) {
    let mut ended = None;
    match event {
        Event::Headers { stream, fields, end_stream } => {
            assert_eq!(fields.status(), Some(200));
            assert!(!end_stream);
            assert_eq!(calls[&stream.id()].client, Some(stream), "headers after the end");
        }
        Event::Data { stream, data, end_stream } => {
            let call = calls.get_mut(&stream.id()).expect("opened by us");
            assert_eq!(call.client, Some(stream), "data after the end");
            call.response.receive(stream.id(), data, end_stream);
            client.hold(stream, data.len());
        }
        Event::Trailers { stream, fields } => {
            assert_eq!(fields.get("grpc-status"), Some(&b"0"[..]));
            let call = calls.get_mut(&stream.id()).expect("opened by us");
            call.complete = true;
            call.response.end_received = true;
            ended = Some(stream);
        }
        Event::Reset { stream, .. } | Event::Unprocessed { stream } => ended = Some(stream),
        Event::Closed(_) => {
            client.closed += 1;
            for call in calls.values_mut().filter(|call| call.client.is_some()) {
                call.client = None;
                call.ends += 1;
            }
        }
        _ => {}
    }
    if let Some(stream) = ended {
        let call = calls.get_mut(&stream.id()).expect("opened by us");
        assert_eq!(call.client.take(), Some(stream), "ended twice");
        call.ends += 1;
        client.held.remove(&stream.id());
        client.engine.finish(stream);
    }
}
