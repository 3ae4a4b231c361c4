//! `Any`: the message's members with its type's URL as `@type`, or its special form as `value`. The
//! pool says what the message is; what it does not know may be known to generated code.

use crate::json::{Json, JsonError, JsonReader, JsonWriter};
use crate::reflect::{DynamicMessage, MessageDescriptor, Value};
use crate::types;
use crate::wire::Message;

use super::special::{Special, odd};
use super::{read, write};

const TYPE_URL: u32 = 1;
const VALUE: u32 = 2;

const EMPTY: &str = "google.protobuf.Empty";

pub(super) fn write(any: &DynamicMessage, w: &mut JsonWriter) {
    let (url, value) = (any.get(TYPE_URL), any.get(VALUE));
    let (Some(Value::String(url)), Some(Value::Bytes(value))) = (url.as_deref(), value.as_deref())
    else {
        return w.fail(odd(any));
    };
    if w.is_too_deep() {
        return;
    }
    let Some(descriptor) = inner_type(any, url) else {
        let any = types::Any { type_url: url.clone(), value: value.clone(), ..Default::default() };
        return any.write_json(w);
    };
    let inner = match DynamicMessage::decode(descriptor, value) {
        Ok(inner) => inner,
        Err(error) => {
            return w.fail(format!("a google.protobuf.Any holds malformed bytes: {error}"));
        }
    };
    w.announce_type(url);
    if Special::of(inner.descriptor.full_name()).is_some() {
        w.message(|w| {
            w.name("value");
            write::message(&inner, w);
        });
    } else {
        write::message(&inner, w);
    }
}

pub(super) fn read(any: &mut DynamicMessage, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
    r.peek();
    let Some(url) = r.announced_type()? else {
        return r.object(|r, _, at| {
            Err(r.error_at(at, "a google.protobuf.Any with members needs `@type` among them"))
        });
    };
    let Some(descriptor) = inner_type(any, &url) else {
        let mut known = types::Any::default();
        known.read_json(r)?;
        return any.merge(&known.encode_to_vec()).map_err(|_| r.error(odd(any)));
    };
    let mut inner = DynamicMessage::new(descriptor);
    let name = inner.descriptor.full_name();
    // Some write Empty like the special ones, others like any other; both are clear.
    if Special::of(name).is_some() || name == EMPTY {
        read_special(&mut inner, r)?;
    } else {
        read::message(&mut inner, r, true)?;
    }
    inner.complete(r)?;
    any.set(TYPE_URL, url.into_owned())
        .and_then(|()| any.set(VALUE, Value::Bytes(inner.encode_to_vec())))
        .map_err(|_| r.error(odd(any)))
}

/// Reads an object with the members `@type` and `value`.
fn read_special(inner: &mut DynamicMessage, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
    let (mut typed, mut given) = (false, false);
    let start = r.position();
    r.object(|r, name, at| match &*name {
        "@type" if !typed => {
            typed = true;
            r.skip()
        }
        "value" if !given => {
            given = true;
            read::message(inner, r, false).map_err(|error| error.in_field("value"))
        }
        "@type" | "value" => Err(r.error_at(at, "the member is given twice; keep one")),
        other => r.unknown_member(at, other, "google.protobuf.Any"),
    })?;
    let name = inner.descriptor.full_name();
    if !given && name != EMPTY {
        return Err(r.error_at(start, format!("the {name} needs a member `value`")));
    }
    Ok(())
}

/// The message that a URL names behind its last slash.
fn inner_type(any: &DynamicMessage, url: &str) -> Option<MessageDescriptor> {
    let (_, name) = url.rsplit_once('/')?;
    any.descriptor.pool.message(name)
}
