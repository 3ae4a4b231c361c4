//! An `Any` that a program generates for itself: its text is that of the runtime's own.

use super::{Text, TextError, TextReader, TextWriter};
use crate::wire::Message;

/// Writes `message` as a `T`, which is the same message by another name.
pub fn write_text_as<T: Text + Message>(message: &impl Message, w: &mut TextWriter) {
    // The same fields of the same types: what one encodes the other decodes.
    if let Ok(own) = T::decode(&message.encode_to_vec()) {
        own.write_text(w);
    }
}

/// Reads a `T` into `message`, which is the same message by another name.
#[allow(clippy::missing_errors_doc, reason = "for generated code")]
pub fn read_text_as<T: Text + Message>(
    message: &mut impl Message,
    r: &mut TextReader<'_>,
) -> Result<(), TextError> {
    let mut own = T::default();
    own.read_text(r)?;
    message.merge(&own.encode_to_vec()).map_err(|error| r.error(error.to_string()))
}
