//! Compression of messages (gRPC's `compression.md`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::framing::MessageLimit;
use super::status::Status;

/// Whoever answers for the memory that inflating takes.
pub(crate) trait Meter {
    /// So many bytes more are to be held.
    ///
    /// # Errors
    ///
    /// RESOURCE_EXHAUSTED when there is no room for them; they are not counted then.
    fn hold(&self, bytes: usize) -> Result<(), Status>;

    /// So many are held no more.
    fn let_go(&self, bytes: usize);
}

/// An inflated message, counted until this is dropped.
pub(crate) struct Inflated<'m> {
    bytes: Vec<u8>,
    held: usize,
    meter: &'m dyn Meter,
}

/// How messages are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    #[default]
    Identity,
    /// gzip (RFC 1952).
    #[cfg(feature = "gzip")]
    Gzip,
}

impl Compression {
    /// What this build can inflate, as `grpc-accept-encoding` says it.
    pub(crate) const ACCEPTED: &'static str =
        if cfg!(feature = "gzip") { "identity,gzip" } else { "identity" };

    /// The name in `grpc-encoding`.
    pub const fn name(self) -> &'static str {
        match self {
            Compression::Identity => "identity",
            #[cfg(feature = "gzip")]
            Compression::Gzip => "gzip",
        }
    }

    /// The compression of this name, if this build has it.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "identity" => Some(Compression::Identity),
            #[cfg(feature = "gzip")]
            "gzip" => Some(Compression::Gzip),
            _ => None,
        }
    }

    /// Reads `grpc-encoding`.
    ///
    /// # Errors
    ///
    /// UNIMPLEMENTED, with the encodings that would do, for one that this build does not have.
    pub(crate) fn from_field(name: &[u8]) -> Result<Self, Status> {
        std::str::from_utf8(name).ok().and_then(Self::from_name).ok_or_else(|| {
            Status::unimplemented(format!(
                "messages are compressed with {:?}, but only {} can be read here",
                String::from_utf8_lossy(name),
                Self::ACCEPTED
            ))
        })
    }

    /// Appends the compressed bytes to `output`.
    pub(crate) fn compress(self, input: &[u8], output: &mut Vec<u8>) {
        match self {
            Compression::Identity => output.extend_from_slice(input),
            #[cfg(feature = "gzip")]
            Compression::Gzip => {
                use std::io::Write as _;
                let mut encoder =
                    flate2::write::GzEncoder::new(output, flate2::Compression::default());
                let written = encoder.write_all(input).and_then(|()| encoder.finish().map(drop));
                written.expect("writing to memory does not fail");
            }
        }
    }

    /// Inflates in a stream, no further than the limit and than `meter` has room for.
    ///
    /// # Errors
    ///
    /// INTERNAL when the bytes are malformed, RESOURCE_EXHAUSTED when there is more than the limit
    /// or no room.
    pub(crate) fn decompress<'m>(
        self,
        input: &[u8],
        limit: MessageLimit,
        meter: &'m dyn Meter,
    ) -> Result<Inflated<'m>, Status> {
        let mut output = Inflated { bytes: Vec::new(), held: 0, meter };
        match self {
            Compression::Identity => {
                limit.check_received(input.len())?;
                output.make_room(input.len())?;
                output.bytes.extend_from_slice(input);
            }
            #[cfg(feature = "gzip")]
            Compression::Gzip => {
                use std::io::Read as _;
                let most = limit.0.saturating_add(1);
                let mut decoder = flate2::read::MultiGzDecoder::new(input);
                let mut room = most.min(input.len().saturating_mul(4).max(LEAST_ROOM));
                loop {
                    output.make_room(room)?;
                    let read = (&mut decoder).take(room as u64).read_to_end(&mut output.bytes);
                    let read = read.map_err(|error| {
                        Status::internal(format!("a received message is not valid gzip: {error}"))
                            .with_source(error)
                    })?;
                    let length = output.bytes.len();
                    if read < room || length == most {
                        break;
                    }
                    // Twice as much, as a vector does that grows by itself.
                    room = length.min(most - length);
                }
                if output.bytes.len() > limit.0 {
                    return Err(Status::resource_exhausted(format!(
                        "a received message of {} bytes inflates to more than the limit of {} bytes; \
                         raise it with max_received_message_size",
                        input.len(),
                        limit.0
                    )));
                }
            }
        }
        Ok(output)
    }
}

/// What is made room for at first, unless the input is large.
#[cfg(feature = "gzip")]
const LEAST_ROOM: usize = 1024;

impl Inflated<'_> {
    fn make_room(&mut self, more: usize) -> Result<(), Status> {
        self.meter.hold(more)?;
        self.held += more;
        self.bytes.reserve_exact(more);
        Ok(())
    }

    /// Gives the bytes away, while they stay counted here.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

impl Drop for Inflated<'_> {
    fn drop(&mut self) {
        self.meter.let_go(self.held);
    }
}

/// The encodings that a peer says it can inflate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AcceptedCompression {
    gzip: bool,
}

impl AcceptedCompression {
    /// Reads `grpc-accept-encoding`.
    pub(crate) fn from_field(names: &[u8]) -> Self {
        Self { gzip: names.split(|byte| *byte == b',').any(|name| name.trim_ascii() == b"gzip") }
    }

    /// The wanted compression if the peer takes it, else none.
    pub(crate) fn restrict(self, wanted: Compression) -> Compression {
        if wanted == Compression::Identity || self.gzip { wanted } else { Compression::Identity }
    }
}

/// Decides message by message whether a response stream compresses, while it runs.
///
/// The stream keeps one clone and sets it before it yields a message; the response gets the other
/// by [`Response::compression_switch`](super::Response::compression_switch).
#[derive(Clone, Debug)]
pub struct CompressionSwitch {
    on: Arc<AtomicBool>,
}

impl CompressionSwitch {
    /// A switch that is on or off.
    pub fn new(on: bool) -> Self {
        Self { on: Arc::new(AtomicBool::new(on)) }
    }

    /// Whether the next message is compressed.
    pub fn set(&self, on: bool) {
        self.on.store(on, Ordering::Relaxed);
    }

    /// Whether it is on.
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
pub(super) mod testing {
    use std::cell::Cell;

    use super::*;

    /// Has room for so many bytes.
    pub(in super::super) struct Room(pub(in super::super) Cell<usize>);

    impl Room {
        pub(in super::super) fn of(bytes: usize) -> Self {
            Self(Cell::new(bytes))
        }
    }

    impl Meter for Room {
        fn hold(&self, bytes: usize) -> Result<(), Status> {
            let left = self.0.get().checked_sub(bytes);
            self.0.set(left.ok_or_else(|| Status::resource_exhausted("no room"))?);
            Ok(())
        }

        fn let_go(&self, bytes: usize) {
            self.0.set(self.0.get() + bytes);
        }
    }
}

#[cfg(all(test, feature = "gzip"))]
mod tests {
    use super::super::Code;
    use super::testing::Room;
    use super::*;

    #[test]
    fn gzip_round_trip() {
        let input = b"daydreaming and hacking ".repeat(100);
        let mut compressed = Vec::new();
        Compression::Gzip.compress(&input, &mut compressed);
        assert!(compressed.len() < input.len() / 4);
        let room = Room::of(2 * input.len());
        let mut inflated = Compression::Gzip
            .decompress(&compressed, MessageLimit(input.len()), &room)
            .expect("valid");
        assert_eq!(inflated.take(), input);
        assert!((input.len()..=2 * input.len()).contains(&inflated.held));
        drop(inflated);
        assert_eq!(room.0.get(), 2 * input.len());
    }

    #[test]
    fn lengths_around_those_that_room_is_made_for() {
        for length in [0, 1, 1023, 1024, 1025, 2047, 2048, 2049, 70_000] {
            let (input, mut compressed) = (vec![7; length], Vec::new());
            Compression::Gzip.compress(&input, &mut compressed);
            let room = Room::of(1 << 20);
            let inflate = |limit| Compression::Gzip.decompress(&compressed, limit, &room);
            for limit in [length, length + 1, usize::MAX] {
                let mut inflated = inflate(MessageLimit(limit)).expect("within the limit");
                assert_eq!(inflated.take(), input);
            }
            if let Some(less) = length.checked_sub(1) {
                assert!(inflate(MessageLimit(less)).is_err());
            }
            assert_eq!(room.0.get(), 1 << 20);
        }
    }

    #[test]
    fn inflating_ends_where_there_is_no_room() {
        let mut compressed = Vec::new();
        Compression::Gzip.compress(&vec![0; 1 << 22], &mut compressed);
        let room = Room::of(1 << 20);
        let refused = Compression::Gzip.decompress(&compressed, MessageLimit(1 << 23), &room);
        let status = refused.err().expect("there is no room");
        assert_eq!((status.code(), status.message()), (Code::ResourceExhausted, "no room"));
        assert_eq!(room.0.get(), 1 << 20);
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        let mut compressed = Vec::new();
        Compression::Gzip.compress(&vec![0; 1 << 22], &mut compressed);
        let room = Room::of(10_000);
        let refused = Compression::Gzip.decompress(&compressed, MessageLimit(1000), &room);
        let status = refused.err().expect("too large");
        assert_eq!(status.code(), Code::ResourceExhausted);
    }

    #[test]
    fn garbage_is_refused() {
        let room = Room::of(10_000);
        let refused = Compression::Gzip.decompress(b"no gzip", MessageLimit(1000), &room);
        let status = refused.err().expect("garbage");
        assert_eq!(status.code(), Code::Internal);
    }

    #[test]
    fn only_what_the_peer_accepts_is_used() {
        let accepted = AcceptedCompression::from_field(b"identity, gzip");
        assert_eq!(accepted.restrict(Compression::Gzip), Compression::Gzip);
        let accepted = AcceptedCompression::from_field(b"identity,deflate");
        assert_eq!(accepted.restrict(Compression::Gzip), Compression::Identity);
        assert_eq!(
            Compression::from_field(b"br").expect_err("unknown").code(),
            Code::Unimplemented
        );
    }
}
