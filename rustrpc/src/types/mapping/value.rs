//! `Value`, `Struct` and `ListValue`: JSON itself.

use crate::json::{Json, JsonError, JsonReader, JsonWriter};
use crate::types::value::Kind;
use crate::types::{ListValue, NullValue, Struct, Value};

impl Json for Value {
    const NULLABLE: bool = true;
    const SPECIAL: bool = true;

    fn write_json(&self, w: &mut JsonWriter) {
        match &self.kind {
            Some(Kind::NullValue(null)) => null.write_json(w),
            Some(Kind::NumberValue(number)) if number.is_finite() => w.double(*number),
            Some(Kind::NumberValue(number)) => {
                w.fail(format!("a google.protobuf.Value can't be the number {number} in JSON"));
            }
            Some(Kind::StringValue(text)) => w.string(text),
            Some(Kind::BoolValue(truth)) => truth.write_json(w),
            Some(Kind::StructValue(object)) => object.write_json(w),
            Some(Kind::ListValue(list)) => list.write_json(w),
            None => w.fail("a google.protobuf.Value has no kind; null is a kind as well"),
        }
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        let kind = match r.peek() {
            Some(b'n') => Kind::NullValue(read(r)?),
            Some(b't' | b'f') => Kind::BoolValue(r.bool()?),
            Some(b'"') => Kind::StringValue(r.string()?.into_owned()),
            Some(b'{') => Kind::StructValue(read(r)?),
            Some(b'[') => Kind::ListValue(read(r)?),
            Some(b'-' | b'0'..=b'9') => Kind::NumberValue(r.float("double")?),
            _ => return Err(r.unexpected("a value")),
        };
        self.kind = Some(kind);
        Ok(())
    }
}

impl Json for Struct {
    const SPECIAL: bool = true;

    fn write_json(&self, w: &mut JsonWriter) {
        self.fields.write_json(w);
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        self.fields.read_json(r)
    }
}

impl Json for ListValue {
    const SPECIAL: bool = true;

    fn write_json(&self, w: &mut JsonWriter) {
        self.values.write_json(w);
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        self.values.read_json(r)
    }
}

impl Json for NullValue {
    const NULLABLE: bool = true;
    const INFALLIBLE: bool = true;

    fn is_absent(&self) -> bool {
        *self == Self::default()
    }

    fn write_json(&self, w: &mut JsonWriter) {
        w.literal("null");
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        if r.null()? { Ok(()) } else { r.enumeration(self, &[]) }
    }
}

fn read<J: Json>(r: &mut JsonReader<'_>) -> Result<J, JsonError> {
    let mut value = J::default();
    value.read_json(r)?;
    Ok(value)
}
