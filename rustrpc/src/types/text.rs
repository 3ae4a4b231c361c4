//! The text form of `Any`: what it holds by its type's URL, or the fields it has.

use super::{
    Any, BoolValue, BytesValue, DoubleValue, Duration, Empty, FieldMask, FloatValue, Int32Value,
    Int64Value, ListValue, StringValue, Struct, Timestamp, UInt32Value, UInt64Value, Value,
};
use crate::text::{Name, Text, TextError, TextReader, TextType, TextWriter, is_url_character};
use crate::wire::Message;

/// The types that need not be told.
static WELL_KNOWN: &[TextType] = &[
    TextType::of::<Any>(),
    TextType::of::<BoolValue>(),
    TextType::of::<BytesValue>(),
    TextType::of::<DoubleValue>(),
    TextType::of::<Duration>(),
    TextType::of::<Empty>(),
    TextType::of::<FieldMask>(),
    TextType::of::<FloatValue>(),
    TextType::of::<Int32Value>(),
    TextType::of::<Int64Value>(),
    TextType::of::<ListValue>(),
    TextType::of::<StringValue>(),
    TextType::of::<Struct>(),
    TextType::of::<Timestamp>(),
    TextType::of::<UInt32Value>(),
    TextType::of::<UInt64Value>(),
    TextType::of::<Value>(),
];

impl Text for Any {
    fn write_text(&self, w: &mut TextWriter) {
        if !self.spelled_out(w) {
            if !self.type_url.is_empty() {
                self.type_url.write_field(w, "type_url");
            }
            if !self.value.is_empty() {
                self.value.write_field(w, "value");
            }
        }
        w.unknown_fields::<Self>(&self.unknown_fields);
    }

    fn read_text(&mut self, r: &mut TextReader<'_>) -> Result<(), TextError> {
        let (mut typed, mut valued) = (false, false);
        while let Some(name) = r.name()? {
            let seen = match &name {
                Name::Field("type_url") => std::mem::replace(&mut typed, true),
                Name::Field("value") => std::mem::replace(&mut valued, true),
                Name::Bracketed(_) => {
                    let both = (&mut typed, &mut valued);
                    std::mem::replace(both.0, true) | std::mem::replace(both.1, true)
                }
                Name::Field(_) => false,
            };
            if seen {
                return Err(r.given_twice());
            }
            match &name {
                Name::Field("type_url") => {
                    self.type_url.read_field(r).map_err(|error| error.in_field("type_url"))?;
                }
                Name::Field("value") => {
                    self.value.read_field(r).map_err(|error| error.in_field("value"))?;
                }
                Name::Bracketed(url) => self.read_spelled_out(url, r)?,
                Name::Field(_) => r.unknown(&name, Self::NAME)?,
            }
            r.separator();
        }
        Ok(())
    }
}

impl Any {
    /// Writes what the `Any` holds, if its type is known and its URL can stand in brackets.
    fn spelled_out(&self, w: &mut TextWriter) -> bool {
        let known = self.type_name().and_then(|name| find(name, w.types()));
        let Some(inner) = known.filter(|_| self.type_url.bytes().all(is_url_character)) else {
            return false;
        };
        w.in_encoded(|w| inner.write(&format!("[{}]", self.type_url), &self.value, w))
    }

    /// Reads what stands behind the URL of a type.
    fn read_spelled_out(&mut self, url: &str, r: &mut TextReader<'_>) -> Result<(), TextError> {
        self.type_url = url.to_owned();
        let Some(inner) = self.type_name().and_then(|name| find(name, r.types())) else {
            return Err(r.error_at(r.name_position(), unknown_type(url)));
        };
        r.colon(true)?;
        self.value = inner.read(r).map_err(|error| error.in_field(&format!("[{url}]")))?;
        Ok(())
    }
}

fn find(name: &str, types: &'static [TextType]) -> Option<&'static TextType> {
    types.iter().chain(WELL_KNOWN).find(|known| known.name() == name)
}

#[cold]
fn unknown_type(url: &str) -> String {
    let shown: String = url.chars().take(100).collect();
    format!(
        "the type {shown:?} of a google.protobuf.Any is not known here; it has to be a URL such as \
         \"type.googleapis.com/acme.Order\" of a type that the parser is given by `types`, or given \
         as `type_url` and `value`"
    )
}
