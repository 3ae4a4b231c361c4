//! Protobuf's text format: messages to text for people and back, as the [specification] says.
//!
//! Code is generated for it by the plugin's option `text`. Writing goes straight from the message
//! into the text and reading straight from the text into the message, without a tree in between.
//!
//! ```
//! use rustrpc::text;
//! # use rustrpc::gencode::{Reader, TextField, TextReader, TextWriter, Writer, text_fields};
//! # #[derive(Default, Debug, PartialEq)]
//! # struct Person { user_name: String, interests: Vec<String> }
//! # impl rustrpc::Message for Person {
//! #     const NAME: &'static str = "Person";
//! #     fn write(&self, _: &mut Writer) {}
//! #     fn read(&mut self, _: &mut Reader<'_>) -> Result<(), rustrpc::DecodeError> { Ok(()) }
//! # }
//! # impl rustrpc::text::Text for Person {
//! #     const FIELDS: &'static [TextField] = text_fields!["user_name", "interests"];
//! #     fn write_text(&self, w: &mut TextWriter) {
//! #         w.field(&Self::FIELDS[0], &self.user_name);
//! #         w.field(&Self::FIELDS[1], &self.interests);
//! #     }
//! #     fn read_text(&mut self, r: &mut TextReader<'_>) -> Result<(), rustrpc::text::TextError> {
//! #         r.message(self, |m, r, field| match field {
//! #             0 => r.field(&mut m.user_name),
//! #             1 => r.field(&mut m.interests),
//! #             _ => Ok(()),
//! #         })
//! #     }
//! # }
//! let person: Person = text::from_str(
//!     r#"
//!     ## Comments are for people.
//!     user_name: "Martin"
//!     interests: ["daydreaming", "hacking"]
//!     "#,
//! )?;
//! let text = text::to_string(&person);
//! assert_eq!(text, "user_name: \"Martin\"\ninterests: \"daydreaming\"\ninterests: \"hacking\"\n");
//! # Ok::<(), text::TextError>(())
//! ```
//!
//! [`Printer`] and [`Parser`] have the options: one line, unknown fields, and the extensions and
//! the types in an `Any` that are known by name.
//!
//! Reading refuses what it can't take over whole: unknown fields (unless told to skip them, or
//! reserved by the .proto), singular fields given twice, two fields of one oneof, numbers out of
//! range. Nesting is limited as it is in binary.
//!
//! The same message has the same text, maps included. Other implementations write it differently
//! in detail, so texts are for people and for reading back, not for comparing.
//!
//! [specification]: https://protobuf.dev/reference/protobuf/textformat-spec/

mod error;
mod extension;
mod field;
mod map;
mod message_type;
mod options;
mod reader;
mod stand_in;
mod value;
mod writer;

#[cfg(test)]
mod tests;

pub use error::TextError;
#[doc(hidden)]
pub use field::TextField;
pub use message_type::TextType;
pub use options::{Parser, Printer};
#[doc(hidden)]
pub use reader::TextReader;
pub(crate) use reader::{Name, is_url_character};
#[doc(hidden)]
pub use stand_in::{read_text_as, write_text_as};
pub use value::Text;
#[doc(hidden)]
pub use writer::TextWriter;

use crate::wire::Message;

/// The message as text, a line for each field.
#[must_use]
pub fn to_string<M: Message + Text>(message: &M) -> String {
    Printer::new().to_string(message)
}

/// The message that text holds, with the options' defaults.
///
/// # Errors
///
/// When the text is malformed, or does not fit the message.
pub fn from_str<M: Message + Text>(text: &str) -> Result<M, TextError> {
    Parser::new().from_str(text)
}

/// The message that bytes hold as text in UTF-8, with the options' defaults.
///
/// # Errors
///
/// As [`from_str`], and when the bytes are not UTF-8.
pub fn from_slice<M: Message + Text>(bytes: &[u8]) -> Result<M, TextError> {
    Parser::new().from_slice(bytes)
}
