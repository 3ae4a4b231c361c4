//! `Any`: what it holds by its type's URL, if the pool knows the type, or the fields it has.

use super::{read, write};
use crate::reflect::{DynamicMessage, MessageDescriptor, Value};
use crate::text::{TextError, TextReader, TextWriter, is_url_character};

pub(super) const ANY: &str = "google.protobuf.Any";

const TYPE_URL: u32 = 1;
const VALUE: u32 = 2;

/// Writes what the `Any` holds, if its type is known and its URL can stand in brackets.
pub(super) fn spelled_out(any: &DynamicMessage, w: &mut TextWriter) -> bool {
    let (url, value) = (any.get(TYPE_URL), any.get(VALUE));
    let (Some(Value::String(url)), Some(Value::Bytes(value))) = (url.as_deref(), value.as_deref())
    else {
        return false;
    };
    let Some(descriptor) = inner_type(any, url).filter(|_| url.bytes().all(is_url_character))
    else {
        return false;
    };
    w.in_encoded(|w| {
        let Ok(inner) = DynamicMessage::decode(descriptor, value) else { return false };
        w.message(&format!("[{url}]"), |w| write::message(&inner, w));
        true
    })
}

/// Reads what stands behind the URL of a type.
pub(super) fn read_spelled_out(
    any: &mut DynamicMessage,
    url: &str,
    r: &mut TextReader<'_>,
) -> Result<(), TextError> {
    if any.has(TYPE_URL) || any.has(VALUE) {
        return Err(r.given_twice());
    }
    let Some(descriptor) = inner_type(any, url) else {
        let shown: String = url.chars().take(100).collect();
        let problem = format!(
            "the type {shown:?} of a google.protobuf.Any is not in the pool; add the file that \
             defines it, or give `type_url` and `value`"
        );
        return Err(r.error_at(r.name_position(), problem));
    };
    r.colon(true)?;
    let mut inner = DynamicMessage::new(descriptor);
    r.braced(|r| read::fields(&mut inner, r))
        .and_then(|()| read::complete(&inner, r))
        .map_err(|error| error.in_field(&format!("[{url}]")))?;
    any.set(TYPE_URL, url)
        .and_then(|()| any.set(VALUE, Value::Bytes(inner.encode_to_vec())))
        .map_err(|_| {
            let problem = "the pool's google.protobuf.Any is not protobuf's; add the file that \
                           comes with protoc";
            r.error_at(r.name_position(), problem)
        })
}

/// The message that a URL names behind its last slash.
fn inner_type(any: &DynamicMessage, url: &str) -> Option<MessageDescriptor> {
    let (_, name) = url.rsplit_once('/')?;
    any.descriptor.pool.message(name)
}
