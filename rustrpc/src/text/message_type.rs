//! Types that an `Any` may spell out.

use std::fmt;

use super::{Text, TextError, TextReader, TextWriter};
use crate::wire::Message;

/// A message type by its name, for what [`Printer::types`](super::Printer::types) and
/// [`Parser::types`](super::Parser::types) are given.
///
/// ```ignore
/// static TYPES: &[TextType] = &[TextType::of::<Order>(), TextType::of::<Receipt>()];
/// let printer = Printer::new().types(TYPES);
/// ```
#[derive(Clone, Copy)]
pub struct TextType {
    name: &'static str,
    write: fn(&str, &[u8], &mut TextWriter) -> bool,
    read: fn(&mut TextReader<'_>) -> Result<Vec<u8>, TextError>,
}

impl TextType {
    /// The type `M`.
    #[must_use]
    pub const fn of<M: Message + Text>() -> Self {
        Self { name: M::NAME, write: write::<M>, read: read::<M> }
    }

    /// The message's full name, such as `acme.orders.v1.Order`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Writes an encoded message as a field of that name; false when the bytes are no such message.
    pub(crate) fn write(&self, name: &str, bytes: &[u8], w: &mut TextWriter) -> bool {
        (self.write)(name, bytes, w)
    }

    /// Reads a message in braces and encodes it.
    pub(crate) fn read(&self, r: &mut TextReader<'_>) -> Result<Vec<u8>, TextError> {
        (self.read)(r)
    }
}

impl fmt::Debug for TextType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextType({})", self.name)
    }
}

fn write<M: Message + Text>(name: &str, bytes: &[u8], w: &mut TextWriter) -> bool {
    let Ok(message) = M::decode(bytes) else { return false };
    w.message(name, |w| message.write_text(w));
    true
}

fn read<M: Message + Text>(r: &mut TextReader<'_>) -> Result<Vec<u8>, TextError> {
    let mut message = M::default();
    r.value(&mut message)?;
    r.complete(&message)?;
    Ok(message.encode_to_vec())
}
