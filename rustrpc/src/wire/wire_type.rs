//! The low three bits of a tag.

/// How the value behind a tag is laid out.
///
/// See <https://protobuf.dev/programming-guides/encoding/#structure>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WireType {
    /// A base-128 number of one to ten bytes.
    Varint = 0,
    /// Eight bytes, little-endian.
    Fixed64 = 1,
    /// A varint length and that many bytes.
    LengthDelimited = 2,
    /// The begin of a group; its fields follow up to the matching end.
    StartGroup = 3,
    /// The end of a group.
    EndGroup = 4,
    /// Four bytes, little-endian.
    Fixed32 = 5,
}

impl WireType {
    /// The wire type of a tag; `None` for 6 and 7, which mean nothing.
    #[must_use]
    pub const fn of_tag(tag: u32) -> Option<Self> {
        Some(match tag & 7 {
            0 => Self::Varint,
            1 => Self::Fixed64,
            2 => Self::LengthDelimited,
            3 => Self::StartGroup,
            4 => Self::EndGroup,
            5 => Self::Fixed32,
            _ => return None,
        })
    }

    /// The whole tag of a field: its number and this wire type.
    #[must_use]
    pub const fn tag(self, number: u32) -> u32 {
        number << 3 | self as u32
    }
}
