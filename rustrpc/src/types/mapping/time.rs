//! Points in time as RFC 3339 writes them, and durations as seconds such as `1.5s`.

use crate::json::{Json, JsonError, JsonReader, JsonWriter};
use crate::types::{Duration, Timestamp};

impl Json for Timestamp {
    const SPECIAL: bool = true;

    fn write_json(&self, w: &mut JsonWriter) {
        if self.is_valid() {
            w.string(&self.to_string());
        } else {
            w.fail(format!("the {self} is not within the years 1 to 9999"));
        }
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        r.peek();
        let start = r.position();
        *self = r.string()?.parse().map_err(|error| r.error_at(start, format!("{error}")))?;
        Ok(())
    }
}

impl Json for Duration {
    const SPECIAL: bool = true;

    fn write_json(&self, w: &mut JsonWriter) {
        if self.is_valid() {
            w.string(&self.to_string());
        } else {
            w.fail(format!("the {self} is longer than 315,576,000,000 s or has two signs"));
        }
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        r.peek();
        let start = r.position();
        *self = r.string()?.parse().map_err(|error| r.error_at(start, format!("{error}")))?;
        Ok(())
    }
}
