//! Compression of messages (gRPC's `compression.md`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::framing::MessageLimit;
use super::status::Status;

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

    /// Inflates in a stream, and no further than the limit.
    ///
    /// # Errors
    ///
    /// INTERNAL when the bytes are malformed, RESOURCE_EXHAUSTED when there is more than the limit.
    pub(crate) fn decompress(self, input: &[u8], limit: MessageLimit) -> Result<Vec<u8>, Status> {
        match self {
            Compression::Identity => {
                limit.check_received(input.len())?;
                Ok(input.to_vec())
            }
            #[cfg(feature = "gzip")]
            Compression::Gzip => {
                use std::io::Read as _;
                let mut output = Vec::new();
                let most = u64::try_from(limit.0).unwrap_or(u64::MAX).saturating_add(1);
                flate2::read::MultiGzDecoder::new(input)
                    .take(most)
                    .read_to_end(&mut output)
                    .map_err(|error| {
                        Status::internal(format!("a received message is not valid gzip: {error}"))
                            .with_source(error)
                    })?;
                if output.len() > limit.0 {
                    return Err(Status::resource_exhausted(format!(
                        "a received message of {} bytes inflates to more than the limit of {} bytes; \
                         raise it with max_received_message_size",
                        input.len(),
                        limit.0
                    )));
                }
                Ok(output)
            }
        }
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

#[cfg(all(test, feature = "gzip"))]
mod tests {
    use super::super::Code;
    use super::*;

    #[test]
    fn gzip_round_trip() {
        let input = b"daydreaming and hacking ".repeat(100);
        let mut compressed = Vec::new();
        Compression::Gzip.compress(&input, &mut compressed);
        assert!(compressed.len() < input.len() / 4);
        let inflated =
            Compression::Gzip.decompress(&compressed, MessageLimit(input.len())).expect("valid");
        assert_eq!(inflated, input);
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        let mut compressed = Vec::new();
        Compression::Gzip.compress(&vec![0; 1 << 22], &mut compressed);
        let status =
            Compression::Gzip.decompress(&compressed, MessageLimit(1000)).expect_err("too large");
        assert_eq!(status.code(), Code::ResourceExhausted);
    }

    #[test]
    fn garbage_is_refused() {
        let status =
            Compression::Gzip.decompress(b"no gzip", MessageLimit(1000)).expect_err("garbage");
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
