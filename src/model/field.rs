//! Fields of messages and cases of oneofs.

use super::{Comments, DefaultValue, ItemPath, Name};

/// A field of a message, or a case of a oneof.
///
/// The Rust type follows from `cardinality`, `kind` and `boxed`:
///
/// | cardinality | Rust type |
/// |---|---|
/// | `Implicit` | `T` |
/// | `Explicit`, `Required` | `Option<T>`, `Option<Box<T>>` when `boxed`; in a oneof `T`, `Box<T>` |
/// | `Repeated` | `Vec<T>` |
/// | `Map` | `HashMap<K, T>` or `BTreeMap<K, T>` |
#[derive(Debug)]
pub struct Field {
    /// The protobuf name with the message's in front, `acme.orders.v1.Order.created`.
    pub full_name: String,
    /// The name of the struct field (or of the oneof's variant).
    pub name: Name,
    pub json_name: String,
    pub number: u32,
    pub cardinality: Cardinality,
    /// What one value is; for a map, what the values are.
    pub kind: Kind,
    /// Whether a message is kept in a `Box`, because its type contains itself or by option.
    pub boxed: bool,
    /// How `bytes` are kept, here or as the values of a map.
    pub bytes: BytesType,
    /// Whether `string`s have to be checked to be UTF-8 by the protobuf rules. A Rust `String` has
    /// to be so anyhow.
    pub utf8: bool,
    /// The default declared in the .proto, if any.
    pub default: Option<DefaultValue>,
    /// The accessor of a field with a declared default.
    pub accessor: Option<Name>,
    pub comments: Comments,
    pub deprecated: bool,
    pub attributes: Vec<String>,
}

/// How often a field may occur, and whether it tells "absent" from "zero".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// No presence: a value equal to the type's default is not written. Never a message.
    Implicit,
    /// Present or absent.
    Explicit,
    /// Explicit, and the message is incomplete without it.
    Required,
    Repeated {
        /// Written as one length-delimited run. Both forms are always accepted.
        packed: bool,
    },
    Map(MapType),
}

/// The Rust collection and the key of a map field; the field's `kind` is the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapType {
    pub key: MapKey,
    /// `BTreeMap` instead of `HashMap`.
    pub ordered: bool,
}

/// A scalar that may be a map's key: not a float, not bytes.
pub type MapKey = Scalar;

/// What one value of a field is.
#[derive(Clone, Debug)]
pub enum Kind {
    Scalar(Scalar),
    Enum(EnumReference),
    Message(MessageReference),
}

/// The protobuf scalar types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scalar {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
}

/// The enum that a field refers to.
#[derive(Clone, Debug)]
pub struct EnumReference {
    pub full_name: String,
    pub path: ItemPath,
    /// See [`Enum::closed`](super::Enum::closed).
    pub closed: bool,
    /// The number of the enum's first value.
    pub default_number: i32,
}

/// The message that a field refers to.
#[derive(Clone, Debug)]
pub struct MessageReference {
    pub full_name: String,
    pub path: ItemPath,
    /// Its view; a message without one takes its place in views itself.
    pub view: Option<ItemPath>,
    /// Written as a group, between a start and an end tag, instead of with its length.
    pub delimited: bool,
    /// Whether the message, or one below it, has required fields.
    pub required: bool,
}

/// How a `bytes` field is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BytesType {
    /// `Vec<u8>`
    Vec,
    /// `rustrpc::Bytes`
    Bytes,
}

impl Scalar {
    /// The name of the type in a .proto.
    pub fn proto_name(self) -> &'static str {
        match self {
            Self::Double => "double",
            Self::Float => "float",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Sint32 => "sint32",
            Self::Sint64 => "sint64",
            Self::Fixed32 => "fixed32",
            Self::Fixed64 => "fixed64",
            Self::Sfixed32 => "sfixed32",
            Self::Sfixed64 => "sfixed64",
            Self::Bool => "bool",
            Self::String => "string",
            Self::Bytes => "bytes",
        }
    }

    /// The wire type of a single value: 0 varint, 1 eight bytes, 2 with a length, 5 four bytes.
    pub fn wire_type(self) -> u32 {
        match self {
            Self::Double | Self::Fixed64 | Self::Sfixed64 => 1,
            Self::Float | Self::Fixed32 | Self::Sfixed32 => 5,
            Self::String | Self::Bytes => 2,
            _ => 0,
        }
    }
}

impl Kind {
    /// The wire type of a single value, 3 for a delimited message (whose end tag has 4).
    pub fn wire_type(&self) -> u32 {
        match self {
            Self::Scalar(scalar) => scalar.wire_type(),
            Self::Enum(_) => 0,
            Self::Message(message) if message.delimited => 3,
            Self::Message(_) => 2,
        }
    }
}

impl Field {
    /// The tag that an unpacked value of this field is written with.
    pub fn tag(&self) -> u32 {
        self.number << 3 | self.kind.wire_type()
    }
}
