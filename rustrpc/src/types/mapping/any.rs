//! `Any`: the message's members with its type's URL as `@type`, or its special form as `value`.

use crate::json::{Json, JsonError, JsonReader, JsonType, JsonWriter};
use crate::types::{
    Any, BoolValue, BytesValue, DoubleValue, Duration, Empty, FieldMask, FloatValue, Int32Value,
    Int64Value, ListValue, StringValue, Struct, Timestamp, UInt32Value, UInt64Value, Value,
};
use crate::wire::Message;

/// The types that need not be told.
static WELL_KNOWN: &[JsonType] = &[
    JsonType::of::<Any>(),
    JsonType::of::<BoolValue>(),
    JsonType::of::<BytesValue>(),
    JsonType::of::<DoubleValue>(),
    JsonType::of::<Duration>(),
    JsonType::of::<Empty>(),
    JsonType::of::<FieldMask>(),
    JsonType::of::<FloatValue>(),
    JsonType::of::<Int32Value>(),
    JsonType::of::<Int64Value>(),
    JsonType::of::<ListValue>(),
    JsonType::of::<StringValue>(),
    JsonType::of::<Struct>(),
    JsonType::of::<Timestamp>(),
    JsonType::of::<UInt32Value>(),
    JsonType::of::<UInt64Value>(),
    JsonType::of::<Value>(),
];

impl Json for Any {
    const SPECIAL: bool = true;

    fn write_json(&self, w: &mut JsonWriter) {
        if self.type_url.is_empty() && self.value.is_empty() {
            return w.message(|_| {});
        }
        if w.is_too_deep() {
            return;
        }
        let Some(inner) = self.type_name().and_then(|name| find(name, w.types())) else {
            return w.fail(unknown_type(&self.type_url));
        };
        w.announce_type(&self.type_url);
        let written = if inner.is_special() {
            let mut written = Ok(());
            w.message(|w| {
                w.name("value");
                written = inner.write(&self.value, w);
            });
            written
        } else {
            inner.write(&self.value, w)
        };
        if let Err(error) = written {
            w.fail(format!("a google.protobuf.Any holds malformed bytes: {error}"));
        }
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        r.peek();
        let start = r.position();
        let Some(url) = r.announced_type()? else {
            return r.object(|r, _, at| {
                Err(r.error_at(at, "a google.protobuf.Any with members needs `@type` among them"))
            });
        };
        self.type_url = url.into_owned();
        let Some(inner) = self.type_name().and_then(|name| find(name, r.types())) else {
            return Err(r.error_at(start, unknown_type(&self.type_url)));
        };
        // Some write Empty like the special ones, others like any other; both are clear.
        if inner.is_special() || inner.name() == Empty::NAME {
            self.read_special(inner, r)
        } else {
            r.expect_type_member();
            self.value = inner.read(r)?;
            Ok(())
        }
    }
}

impl Any {
    /// Reads an object with the members `@type` and `value`.
    fn read_special(&mut self, inner: &JsonType, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        let (mut typed, mut value) = (false, None);
        r.peek();
        let start = r.position();
        r.object(|r, name, at| match &*name {
            "@type" if !typed => {
                typed = true;
                r.skip()
            }
            "value" if value.is_none() => {
                value = Some(inner.read(r).map_err(|error| error.in_field("value"))?);
                Ok(())
            }
            "@type" | "value" => Err(r.error_at(at, "the member is given twice; keep one")),
            other => r.unknown_member(at, other, Self::NAME),
        })?;
        if value.is_none() && inner.name() != Empty::NAME {
            let problem = format!("the {} needs a member `value`", inner.name());
            return Err(r.error_at(start, problem));
        }
        self.value = value.unwrap_or_default();
        Ok(())
    }
}

fn find(name: &str, types: &'static [JsonType]) -> Option<&'static JsonType> {
    types.iter().chain(WELL_KNOWN).find(|known| known.name() == name)
}

#[cold]
fn unknown_type(url: &str) -> String {
    let shown: String = url.chars().take(100).collect();
    format!(
        "the type {shown:?} of a google.protobuf.Any is not known here; it has to be a URL such as \
         \"type.googleapis.com/acme.Order\" of a type that the printer or parser is given by `types`"
    )
}
