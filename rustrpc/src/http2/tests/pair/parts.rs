//! What the pair is made of: the two ends, the calls between them, and random settings.

use std::collections::{BTreeMap, VecDeque};
use std::sync::LazyLock;
use std::time::Instant;

use super::windows::Ear;
use crate::http2::frame::settings::{self, Setting};
use crate::http2::limits::{Allowance, Limits};
use crate::http2::stream::StreamId;
use crate::http2::tests::random::Random;
use crate::http2::{Config, Connection, Output, StreamKey};
use crate::testing::epoch;

/// One engine and the wire that leaves it.
pub(super) struct End {
    pub(super) engine: Connection,
    pub(super) output: Output,
    pub(super) wire: VecDeque<u8>,
    /// What it has heard.
    pub(super) ear: Ear,
    /// Received and not released.
    pub(super) held: BTreeMap<StreamId, (StreamKey, u32)>,
    pub(super) closed: u32,
    /// Whether what leaves it is lost.
    pub(super) broken: bool,
    config: Config,
    /// Whether the peer has been told other settings than those of `config`.
    changed: bool,
    /// Whether anything was sent, and so the preface.
    begun: bool,
}

#[derive(Debug, Default)]
pub(super) struct Call {
    pub(super) client: Option<StreamKey>,
    pub(super) server: Option<StreamKey>,
    pub(super) request: Body,
    pub(super) response: Body,
    pub(super) response_begun: bool,
    /// The handler answers without waiting for the end of the request.
    pub(super) eager: bool,
    /// How often the client was told of the end.
    pub(super) ends: u32,
    pub(super) complete: bool,
}

#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) len: usize,
    pub(super) sent: usize,
    pub(super) end_sent: bool,
    pub(super) received: usize,
    pub(super) end_received: bool,
}

/// The octets at that place of a stream's bodies.
pub(super) fn expected(id: StreamId, at: usize, len: usize) -> &'static [u8] {
    static PATTERN: LazyLock<Vec<u8>> =
        LazyLock::new(|| (0..1usize << 18).map(|at| (at * 7 + at / 251) as u8).collect());
    &PATTERN[id.number() as usize * 31 + at..][..len]
}

impl Body {
    pub(super) fn receive(&mut self, id: StreamId, data: &[u8], end_stream: bool) {
        assert!(!self.end_received, "data behind the end");
        assert!(data == expected(id, self.received, data.len()), "stream {id} is garbled");
        self.received += data.len();
        self.end_received = end_stream;
        if end_stream {
            assert_eq!(self.received, self.len, "stream {id} is cut short");
        }
    }
}

impl End {
    pub(super) fn client(config: Config) -> Self {
        Self::new(config, Connection::client, Ear::of_client())
    }

    pub(super) fn server(config: Config) -> Self {
        Self::new(config, Connection::server, Ear::of_server())
    }

    fn new(config: Config, role: fn(Config, Instant) -> Connection, ear: Ear) -> Self {
        Self {
            engine: role(config.clone(), epoch()),
            output: Output::new(),
            wire: VecDeque::new(),
            ear,
            held: BTreeMap::new(),
            closed: 0,
            broken: false,
            config,
            changed: false,
            begun: false,
        }
    }

    /// Bytes were received. What is held stays within the windows.
    pub(super) fn hold(&mut self, stream: StreamKey, bytes: usize) {
        let held = &mut self.held.entry(stream.id()).or_insert((stream, 0)).1;
        *held += bytes as u32;
        let Config { stream_window, max_stream_window, connection_window, .. } = self.config;
        let window = stream_window.max(max_stream_window).max(65_535);
        assert!(*held <= window, "stream {}: {held} bytes of {window}", stream.id());
        let total: usize = self.held.values().map(|(_, held)| *held as usize).sum();
        // Beyond the buffer no more is granted than was; windows grow to several streams' worth.
        let most = self.config.connection_buffer + connection_window.max(4 * window) as usize;
        assert!(total <= most, "{total} bytes of {most}");
    }

    /// Tells the peer of other settings, when it can be done between two frames. Its engine does
    /// not know of it: they are all less than it has announced.
    pub(super) fn change_settings(&mut self, random: &mut Random) {
        let settings = [
            Setting::HeaderTableSize(
                random.below(self.config.decoder_table_size as usize + 1) as u32
            ),
            Setting::MaxConcurrentStreams(
                random.below(self.config.max_concurrent_streams as usize + 1) as u32,
            ),
            Setting::MaxFrameSize(
                16_384 + random.below(self.config.max_frame_size as usize - 16_383) as u32,
            ),
        ];
        self.announce(&settings, true);
    }

    /// Tells the peer of the settings that the engine has announced, if it was told others.
    pub(super) fn restore_settings(&mut self) {
        if self.changed {
            let settings = [
                Setting::HeaderTableSize(self.config.decoder_table_size),
                Setting::MaxConcurrentStreams(self.config.max_concurrent_streams),
                Setting::MaxFrameSize(self.config.max_frame_size),
            ];
            self.announce(&settings, false);
        }
    }

    fn announce(&mut self, settings: &[Setting], changed: bool) {
        if self.begun && !self.broken && self.output.is_empty() && !self.engine.is_closed() {
            let mut frame = Vec::new();
            settings::write(settings, &mut frame);
            self.wire.extend(frame);
            self.changed = changed;
        }
    }

    /// Writes some or all of what there is to be written.
    pub(super) fn transmit(&mut self, random: &mut Random, all: bool) {
        loop {
            self.engine.poll_transmit(&mut self.output);
            if self.output.is_empty() {
                assert!(!self.engine.wants_transmit(), "it wants to transmit, but does not");
                return;
            }
            let mut limit = if all { usize::MAX } else { 1 + random.below(50_000) };
            while limit > 0 && !self.output.is_empty() {
                let chunk = self.output.chunk();
                let n = limit.min(chunk.len());
                self.begun = true;
                if !self.broken {
                    self.wire.extend(&chunk[..n]);
                }
                self.output.advance(n);
                limit -= n;
            }
            if !all {
                return;
            }
        }
    }

    pub(super) fn release(&mut self, random: &mut Random, all: bool) {
        let Some(id) = random.pick(self.held.keys()) else { return };
        let ids = if all { self.held.keys().copied().collect() } else { vec![id] };
        for id in ids {
            let (stream, held) = self.held[&id];
            let n = if all { held } else { random.below(held as usize + 1) as u32 };
            self.engine.release(stream, n);
            if n == held {
                self.held.remove(&id);
            } else {
                self.held.insert(id, (stream, held - n));
            }
        }
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.wire.is_empty() && self.output.is_empty() && !self.engine.wants_transmit()
    }
}

/// Windows, tables and frames of any size; limits that only time could break are off, so that
/// whatever gets stuck stays stuck and is seen.
pub(super) fn config(random: &mut Random) -> Config {
    let window = |random: &mut Random| match random.below(4) {
        // Small sends are slow on purpose, one at a time, so not too small: by five bytes each a
        // connection takes hundreds of thousands of steps.
        0 => 64 + random.below(2_000) as u32,
        1 => 65_535,
        _ => 64 + random.below(1 << 20) as u32,
    };
    Config {
        max_concurrent_streams: 1 + random.below(30) as u32,
        stream_window: window(random),
        max_stream_window: window(random),
        connection_window: 65_535 + window(random),
        connection_buffer: random.below(1 << 20),
        max_frame_size: 16_384 + random.below(60_000) as u32,
        decoder_table_size: random.below(8_192) as u32,
        encoder_table_size: random.below(8_192) as u32,
        copy_limit: random.below(10_000),
        direct_limit: random.below(100_000),
        low_water_mark: random.below(50_000),
        transmit_budget: 1 + random.below(300_000),
        limits: Limits {
            resets: Allowance { burst: u32::MAX, per_second: 0 },
            glitches: Allowance { burst: 100_000, per_second: 0 },
            tiny_data: 1 << 20,
            progress_timeout: None,
            preface_timeout: None,
            settings_timeout: None,
            settings_ack_timeout: None,
            block_timeout: None,
            ..Limits::default()
        },
    }
}

impl Random {
    pub(super) fn body(&mut self) -> usize {
        match self.below(6) {
            0 => 0,
            1 => self.below(10),
            2 | 3 => self.below(2_000),
            4 => self.below(40_000),
            _ => self.below(200_000),
        }
    }

    pub(super) fn pick<'a>(
        &mut self,
        ids: impl ExactSizeIterator<Item = &'a StreamId>,
    ) -> Option<StreamId> {
        let at = self.below(ids.len());
        ids.skip(at).copied().next()
    }
}
