//! ProtoJSON: messages to JSON text and back, as protobuf's JSON mapping says.
//!
//! Code is generated for it by the plugin's option `json`. Writing goes straight from the message
//! into the text and reading straight from the text into the message, without a tree in between.
//!
//! ```
//! use rustrpc::json;
//! # use rustrpc::gencode::{JsonField, JsonReader, JsonWriter, Reader, Writer, json_fields};
//! # #[derive(Default, Debug, PartialEq)]
//! # struct Person { user_name: String, favourite_number: i64 }
//! # impl rustrpc::Message for Person {
//! #     const NAME: &'static str = "Person";
//! #     fn write(&self, _: &mut Writer) {}
//! #     fn read(&mut self, _: &mut Reader<'_>) -> Result<(), rustrpc::DecodeError> { Ok(()) }
//! # }
//! # impl rustrpc::json::Json for Person {
//! #     const FIELDS: &'static [JsonField] =
//! #         json_fields!["userName" = "user_name", "favouriteNumber" = "favourite_number"];
//! #     fn write_json(&self, w: &mut JsonWriter) {
//! #         w.message(|w| {
//! #             w.field(&Self::FIELDS[0], &self.user_name);
//! #             w.field(&Self::FIELDS[1], &self.favourite_number);
//! #         });
//! #     }
//! #     fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), rustrpc::json::JsonError> {
//! #         r.message(self, |m, r, field| match field {
//! #             0 => r.field(&mut m.user_name),
//! #             1 => r.field(&mut m.favourite_number),
//! #             _ => Ok(()),
//! #         })
//! #     }
//! # }
//! let person: Person = json::from_str(r#"{"userName": "Martin", "favouriteNumber": 1337}"#)?;
//! assert_eq!(json::to_string(&person)?, r#"{"userName":"Martin","favouriteNumber":"1337"}"#);
//! # Ok::<(), json::JsonError>(())
//! ```
//!
//! [`Printer`] and [`Parser`] have the options: enum numbers, names as in the .proto, fields that
//! hold their default, unknown fields, and the types that an `Any` may hold.
//!
//! Reading refuses what it can't take over whole: unknown fields (unless told to skip them), fields
//! given twice, two fields of one oneof, numbers out of range. Nesting is limited as it is in
//! binary. Fields that a program has no code for have no name and so are not written.

mod error;
mod extension;
mod field;
mod map;
mod message_type;
mod options;
mod reader;
mod scan;
mod stand_in;
mod value;
mod writer;

#[cfg(test)]
mod tests;

pub use error::JsonError;
#[doc(hidden)]
pub use field::JsonField;
#[cfg(feature = "reflect")]
pub(crate) use map::JsonKey;
pub use message_type::JsonType;
pub use options::{Parser, Printer};
#[doc(hidden)]
pub use reader::JsonReader;
#[doc(hidden)]
pub use stand_in::{read_json_as, write_json_as};
pub use value::Json;
#[doc(hidden)]
pub use writer::JsonWriter;

use crate::wire::Message;

/// The message as JSON text, with the options' defaults.
///
/// # Errors
///
/// When a value has no JSON form: a `Timestamp` beyond the year 9999, an `Any` of a type that is
/// not given by [`Printer::types`].
pub fn to_string<M: Message + Json>(message: &M) -> Result<String, JsonError> {
    Printer::new().to_string(message)
}

/// The message that JSON text holds, with the options' defaults.
///
/// # Errors
///
/// When the text is no JSON, or does not fit the message.
pub fn from_str<M: Message + Json>(text: &str) -> Result<M, JsonError> {
    Parser::new().from_str(text)
}

/// The message that bytes hold as JSON text in UTF-8, with the options' defaults.
///
/// # Errors
///
/// As [`from_str`], and when the bytes are not UTF-8.
pub fn from_slice<M: Message + Json>(bytes: &[u8]) -> Result<M, JsonError> {
    Parser::new().from_slice(bytes)
}
