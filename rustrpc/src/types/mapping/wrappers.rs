//! Wrappers: the value by itself.

use crate::json::{Json, JsonError, JsonReader, JsonWriter};
use crate::types::{
    BoolValue, BytesValue, DoubleValue, FloatValue, Int32Value, Int64Value, StringValue,
    UInt32Value, UInt64Value,
};

macro_rules! wrappers {
    ($($wrapper:ident)*) => {
        $(impl Json for $wrapper {
            const SPECIAL: bool = true;
            const INFALLIBLE: bool = true;

            fn write_json(&self, w: &mut JsonWriter) {
                self.value.write_json(w);
            }

            fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
                self.value.read_json(r)
            }
        })*
    };
}

wrappers! {
    DoubleValue FloatValue Int64Value UInt64Value Int32Value UInt32Value BoolValue StringValue BytesValue
}
