//! Types that an `Any` may hold.

use std::fmt;

use super::{Json, JsonError, JsonReader, JsonWriter};
use crate::wire::{DecodeError, Message};

/// A message type by its name, for what [`Printer::types`](super::Printer::types) and
/// [`Parser::types`](super::Parser::types) are given.
///
/// ```ignore
/// static TYPES: &[JsonType] = &[JsonType::of::<Order>(), JsonType::of::<Receipt>()];
/// let printer = Printer::new().types(TYPES);
/// ```
#[derive(Clone, Copy)]
pub struct JsonType {
    name: &'static str,
    special: bool,
    write: fn(&[u8], &mut JsonWriter) -> Result<(), DecodeError>,
    read: fn(&mut JsonReader<'_>) -> Result<Vec<u8>, JsonError>,
}

impl JsonType {
    /// The type `M`.
    #[must_use]
    pub const fn of<M: Message + Json>() -> Self {
        Self { name: M::NAME, special: M::SPECIAL, write: write::<M>, read: read::<M> }
    }

    /// The message's full name, such as `acme.orders.v1.Order`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether an `Any` has the message's form as a member `value`, not spread out.
    #[doc(hidden)]
    #[must_use]
    pub fn is_special(&self) -> bool {
        self.special
    }

    /// Writes the JSON form of an encoded message.
    #[doc(hidden)]
    pub fn write(&self, bytes: &[u8], w: &mut JsonWriter) -> Result<(), DecodeError> {
        (self.write)(bytes, w)
    }

    /// Reads the JSON form of a message and encodes it.
    #[doc(hidden)]
    pub fn read(&self, r: &mut JsonReader<'_>) -> Result<Vec<u8>, JsonError> {
        (self.read)(r)
    }
}

impl fmt::Debug for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonType({})", self.name)
    }
}

fn write<M: Message + Json>(bytes: &[u8], w: &mut JsonWriter) -> Result<(), DecodeError> {
    M::decode(bytes)?.write_json(w);
    Ok(())
}

fn read<M: Message + Json>(r: &mut JsonReader<'_>) -> Result<Vec<u8>, JsonError> {
    let mut message = M::default();
    message.read_json(r)?;
    r.complete(&message)?;
    Ok(message.encode_to_vec())
}
