//! Well-known types that a program generates for itself: their JSON is that of the runtime's own.

use super::{Json, JsonError, JsonReader, JsonWriter};
use crate::wire::Message;

/// Writes `message` as a `T`, which is the same message by another name.
pub fn write_json_as<T: Json + Message>(message: &impl Message, w: &mut JsonWriter) {
    match T::decode(&message.encode_to_vec()) {
        Ok(own) => own.write_json(w),
        Err(error) => w.fail(error.to_string()),
    }
}

/// Reads a `T` into `message`, which is the same message by another name.
#[allow(clippy::missing_errors_doc, reason = "for generated code")]
pub fn read_json_as<T: Json + Message>(
    message: &mut impl Message,
    r: &mut JsonReader<'_>,
) -> Result<(), JsonError> {
    let start = r.position();
    let mut own = T::default();
    own.read_json(r)?;
    message.merge(&own.encode_to_vec()).map_err(|error| r.error_at(start, error.to_string()))
}
