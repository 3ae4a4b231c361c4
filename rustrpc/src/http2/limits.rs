//! What a peer may cost us, and how a connection is set up.

use std::time::{Duration, Instant};

/// How a connection behaves; every field has a default that serves, and a reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Streams a peer may have open at once (SETTINGS_MAX_CONCURRENT_STREAMS), counted until their
    /// owner has let go of them. Default 1,000: enough for any honest client on one connection.
    pub max_concurrent_streams: u32,
    /// Bytes a peer may send ahead on one stream before they are
    /// [released](super::Connection::release) (SETTINGS_INITIAL_WINDOW_SIZE), at most 2^31-1.
    /// Default 1 MiB: 80 Gbit/s at 0.1 ms, 80 Mbit/s at 100 ms round trip.
    pub stream_window: u32,
    /// The window that a stream's may grow to where bandwidth and round trip time call for it:
    /// whenever the peer fills half a window within one round trip, measured by PING, the windows
    /// double, as long as that makes the peer faster. At most 2^31-1; no more than [`stream_window`](Self::stream_window) switches it
    /// off. Default 8 MiB: 640 Mbit/s at 100 ms round trip.
    pub max_stream_window: u32,
    /// Bytes a peer may send ahead on all streams together; credited when they arrive, so that one
    /// slow stream does not stop its neighbours. Grows to twice the window of a stream. At most
    /// 2^31-1. Default 4 MiB.
    pub connection_window: u32,
    /// Bytes received and not released, over all streams, from which on the connection's window is
    /// no longer credited: the bound of what one peer can make us hold. Default 16 MiB.
    pub connection_buffer: usize,
    /// The largest payload of a frame we take (SETTINGS_MAX_FRAME_SIZE), 16,384 to 16,777,215.
    /// Default 16,384. Payloads are handed on as they arrive, so this does not bound memory.
    pub max_frame_size: u32,
    /// The decoder's dynamic table in bytes (SETTINGS_HEADER_TABLE_SIZE). Default 4,096.
    pub decoder_table_size: u32,
    /// The encoder's dynamic table in bytes, however much the peer offers. Default 4,096: a peer
    /// that offers gigabytes does not make us fill them.
    pub encoder_table_size: u32,
    /// Payloads longer than this are not copied but kept and written from where they are.
    /// Default 4 KiB, about where a copy costs as much as another segment of a vectored write.
    pub copy_limit: usize,
    /// Bytes that [`send_data`](super::Connection::send_data) may place straight into the output
    /// before it starts to queue. Default 64 KiB.
    pub direct_limit: usize,
    /// Queued bytes of a stream under which it becomes
    /// [`Writable`](super::Event::Writable) again. Default 32 KiB.
    pub low_water_mark: usize,
    /// Bytes that one [`poll_transmit`](super::Connection::poll_transmit) moves into the output.
    /// Default 256 KiB: large enough for a full vectored write, small enough to stay fair.
    pub transmit_budget: usize,
    /// What a peer may cost us.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_concurrent_streams: 1_000,
            stream_window: 1 << 20,
            max_stream_window: 8 << 20,
            connection_window: 4 << 20,
            connection_buffer: 16 << 20,
            max_frame_size: 16_384,
            decoder_table_size: 4_096,
            encoder_table_size: 4_096,
            copy_limit: 4_096,
            direct_limit: 64 << 10,
            low_water_mark: 32 << 10,
            transmit_budget: 256 << 10,
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// The same, with every value moved into the range that the protocol allows.
    pub(crate) fn clamped(mut self) -> Self {
        self.stream_window = self.stream_window.clamp(1, i32::MAX as u32);
        self.max_stream_window = self.max_stream_window.min(i32::MAX as u32);
        self.connection_window = self.connection_window.clamp(65_535, i32::MAX as u32);
        self.max_frame_size = self.max_frame_size.clamp(16_384, 16_777_215);
        // RFC 9113 §5.1.2 advises against less than one; zero would make a server that serves none.
        self.max_concurrent_streams = self.max_concurrent_streams.max(1);
        self
    }
}

/// What a peer may cost us. Each limit ends in a connection error of ENHANCE_YOUR_CALM unless it
/// says otherwise; durations of `None` switch a limit off.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Size of a decoded field list: names, values and 32 bytes each (RFC 9113 §6.5.2). The stream
    /// is reset; the table is kept in step. Default 16 KiB (HPACK bomb, CVE-2016-6581).
    pub max_field_list_size: usize,
    /// Fields in a list, each crumb of a cookie counted. The stream is reset.
    /// Default 128 (CVE-2026-49975).
    pub max_fields: usize,
    /// CONTINUATION frames in one field block. Default 8 (CVE-2024-27316).
    pub max_continuations: u32,
    /// Bytes of one encoded field block. Default 32 KiB (CVE-2024-27316).
    pub max_block_size: usize,
    /// How long a field block may take from its HEADERS to its last CONTINUATION. Default 5 s.
    pub block_timeout: Option<Duration>,
    /// Streams that a client may reset before they were answered, and errors it may make us answer
    /// by RST_STREAM; two finished calls earn one back. Default 200 at once and 33 per second
    /// (rapid reset, CVE-2023-44487; made-you-reset, CVE-2025-8671).
    pub resets: Allowance,
    /// Oddities that are allowed but useless: PRIORITY, unknown frames, frames on closed streams,
    /// SETTINGS after the first. Default 1,000 at once and 33 per second (CVE-2019-9513, -9515).
    pub glitches: Allowance,
    /// Frames of DATA with fewer than five bytes that do not end their stream; each 64 bytes of
    /// other DATA earn one back, so no stream of real messages, however small, runs out.
    /// Default 100 (CVE-2019-9518).
    pub tiny_data: u32,
    /// Answers (to PING, SETTINGS, faulty streams) waiting to be written from which on
    /// [`wants_read`](super::Connection::wants_read) says no. Default 100 (CVE-2019-9512, -9515).
    pub pause_replies: u32,
    /// Waiting answers at which the connection is closed. Default 1,000.
    pub max_replies: u32,
    /// The least time between two PINGs to a server unless it sent HEADERS or DATA in between; a
    /// PING too early is a strike (gRFC A8). Default 5 minutes.
    pub ping_interval: Option<Duration>,
    /// Strikes that are forgiven; the next ends in GOAWAY with `too_many_pings`. Default 2.
    pub ping_strikes: u32,
    /// Windows smaller than this are not used while there is more to send, but for
    /// [`small_sends`](Self::small_sends). Default 1 KiB (data dribble, CVE-2019-9511).
    pub min_send: usize,
    /// DATA frames that windows below [`min_send`](Self::min_send) may make us send; a stream that
    /// has none left waits. Default 100 at once and 33 per second.
    pub small_sends: Allowance,
    /// How long data may wait while the peer's windows stay shut and none of it moves. Then the
    /// streams that wait for their own windows are reset, or, if it is the connection's window, the
    /// connection is closed. So it is when the peer stops to read the byte stream for as long.
    /// Default 60 s; servers only (CVE-2019-9517).
    pub progress_timeout: Option<Duration>,
    /// How long a client may take for its connection preface; PROTOCOL_ERROR. Default 10 s.
    pub preface_timeout: Option<Duration>,
    /// How long after the preface, or on a client after the start, the first SETTINGS may take;
    /// SETTINGS_TIMEOUT. Default 5 s on servers, 10 s on clients.
    pub settings_timeout: Option<Duration>,
    /// How long our SETTINGS may stay unacknowledged; SETTINGS_TIMEOUT. Default 30 s.
    pub settings_ack_timeout: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_field_list_size: 16 << 10,
            max_fields: 128,
            max_continuations: 8,
            max_block_size: 32 << 10,
            block_timeout: Some(Duration::from_secs(5)),
            resets: Allowance { burst: 200, per_second: 33 },
            glitches: Allowance { burst: 1_000, per_second: 33 },
            tiny_data: 100,
            pause_replies: 100,
            max_replies: 1_000,
            ping_interval: Some(Duration::from_secs(300)),
            ping_strikes: 2,
            min_send: 1 << 10,
            small_sends: Allowance { burst: 100, per_second: 33 },
            progress_timeout: Some(Duration::from_secs(60)),
            preface_timeout: Some(Duration::from_secs(10)),
            settings_timeout: Some(Duration::from_secs(5)),
            settings_ack_timeout: Some(Duration::from_secs(30)),
        }
    }
}

/// So many at once, and so many more per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// What may be spent at once.
    pub burst: u32,
    /// What comes back each second, up to the burst.
    pub per_second: u32,
}

/// What is left of an [`Allowance`], in thousandths so that a millisecond's share is a whole number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    left: u64,
    filled: Instant,
}

impl Budget {
    pub(crate) fn new(allowance: Allowance, now: Instant) -> Self {
        Self { left: u64::from(allowance.burst) * 1000, filled: now }
    }

    /// Takes one, if there is one.
    #[must_use]
    pub(crate) fn spend(&mut self, allowance: Allowance, now: Instant) -> bool {
        self.refill(allowance, now);
        match self.left.checked_sub(1000) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }

    /// Puts back some thousandths.
    pub(crate) fn earn(&mut self, allowance: Allowance, thousandths: u64) {
        self.left = (self.left + thousandths).min(u64::from(allowance.burst) * 1000);
    }

    /// When there will be one to spend, if ever.
    pub(crate) fn next(&self, allowance: Allowance) -> Option<Instant> {
        let missing = 1000u64.saturating_sub(self.left);
        let wait = missing.checked_div(u64::from(allowance.per_second))?;
        self.filled.checked_add(Duration::from_millis(wait + 1))
    }

    fn refill(&mut self, allowance: Allowance, now: Instant) {
        let full = u64::from(allowance.burst) * 1000;
        let millis = now.saturating_duration_since(self.filled).as_millis() as u64;
        if millis > 0 {
            let earned = millis.saturating_mul(u64::from(allowance.per_second));
            self.left = self.left.saturating_add(earned).min(full);
            self.filled = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::epoch;

    #[test]
    fn a_budget_runs_out_and_comes_back() {
        let allowance = Allowance { burst: 3, per_second: 2 };
        let start = epoch();
        let mut budget = Budget::new(allowance, start);
        for _ in 0..3 {
            assert!(budget.spend(allowance, start));
        }
        assert!(!budget.spend(allowance, start));
        let next = budget.next(allowance).expect("it refills");
        assert!(!budget.spend(allowance, start + Duration::from_millis(499)));
        assert!(budget.spend(allowance, next));
        budget.earn(allowance, 1500);
        assert!(budget.spend(allowance, next));
        assert!(!budget.spend(allowance, next));
        // However long it rests, it holds no more than its burst.
        let later = next + Duration::from_secs(1_000_000);
        assert_eq!((0..10).filter(|_| budget.spend(allowance, later)).count(), 3);
    }

    #[test]
    fn values_out_of_range_are_moved_into_it() {
        let config = Config {
            stream_window: u32::MAX,
            connection_window: 0,
            max_frame_size: 1,
            max_concurrent_streams: 0,
            ..Config::default()
        }
        .clamped();
        assert_eq!(config.stream_window, i32::MAX as u32);
        assert_eq!(config.connection_window, 65_535);
        assert_eq!(config.max_frame_size, 16_384);
        assert_eq!(config.max_concurrent_streams, 1);
        assert_eq!(Config::default().clamped(), Config::default());
    }
}
