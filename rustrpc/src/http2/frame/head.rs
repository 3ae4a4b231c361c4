//! The nine octets before every payload (RFC 9113 §4.1).

use crate::http2::stream::StreamId;

/// ```text
/// Length (24), Type (8), Flags (8), Reserved (1), Stream Identifier (31)
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) len: u32,
    pub(crate) kind: Kind,
    pub(crate) flags: u8,
    pub(crate) stream: StreamId,
}

/// Octets of a frame's head.
pub(crate) const LEN: usize = 9;

pub(crate) const END_STREAM: u8 = 0x1;
pub(crate) const ACK: u8 = 0x1;
pub(crate) const END_HEADERS: u8 = 0x4;
pub(crate) const PADDED: u8 = 0x8;
pub(crate) const PRIORITY: u8 = 0x20;

/// The type of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Data,
    Headers,
    Priority,
    RstStream,
    Settings,
    PushPromise,
    Ping,
    GoAway,
    WindowUpdate,
    Continuation,
    /// RFC 9113 §4.1: to be ignored and discarded.
    Unknown(u8),
}

impl Kind {
    #[inline]
    fn from_wire(kind: u8) -> Self {
        match kind {
            0 => Self::Data,
            1 => Self::Headers,
            2 => Self::Priority,
            3 => Self::RstStream,
            4 => Self::Settings,
            5 => Self::PushPromise,
            6 => Self::Ping,
            7 => Self::GoAway,
            8 => Self::WindowUpdate,
            9 => Self::Continuation,
            other => Self::Unknown(other),
        }
    }

    fn to_wire(self) -> u8 {
        match self {
            Self::Data => 0,
            Self::Headers => 1,
            Self::Priority => 2,
            Self::RstStream => 3,
            Self::Settings => 4,
            Self::PushPromise => 5,
            Self::Ping => 6,
            Self::GoAway => 7,
            Self::WindowUpdate => 8,
            Self::Continuation => 9,
            Self::Unknown(other) => other,
        }
    }
}

impl Head {
    pub(crate) fn new(kind: Kind, flags: u8, stream: StreamId, len: usize) -> Self {
        debug_assert!(len < 1 << 24, "the length field has 24 bits");
        Self { len: len as u32, kind, flags, stream }
    }

    #[inline]
    pub(crate) fn parse(bytes: [u8; LEN]) -> Self {
        let [l0, l1, l2, kind, flags, s0, s1, s2, s3] = bytes;
        Self {
            len: u32::from_be_bytes([l0, l1, l2, kind]) >> 8,
            kind: Kind::from_wire(kind),
            flags,
            stream: StreamId::from_wire(u32::from_be_bytes([s0, s1, s2, s3])),
        }
    }

    #[inline]
    pub(crate) fn to_bytes(self) -> [u8; LEN] {
        let [_, a, b, c] = self.len.to_be_bytes();
        let [s0, s1, s2, s3] = self.stream.number().to_be_bytes();
        [a, b, c, self.kind.to_wire(), self.flags, s0, s1, s2, s3]
    }

    #[inline]
    pub(crate) fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_survive_and_the_reserved_bit_is_ignored() {
        for kind in 0..=255 {
            let bytes = [0, 0x40, 1, kind, 0x2d, 0, 0, 0, 7];
            let head = Head::parse(bytes);
            assert_eq!(head.len, 0x4001);
            assert_eq!(head.to_bytes(), bytes);
        }
        let reserved = Head::parse([0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(reserved.stream.number(), 0x7fff_ffff);
    }
}
