//! ProtoJSON, by the writer and the reader that generated code uses.

mod any;
mod read;
mod special;
mod write;

use super::{DynamicMessage, MessageDescriptor};
use crate::json::{JsonError, JsonReader, JsonWriter, Parser, Printer};

impl DynamicMessage {
    /// The message as JSON text. An `Any` may hold what the pool knows, besides the printer's own
    /// types; extensions that the pool knows are written.
    ///
    /// # Errors
    ///
    /// When a value has no JSON form, as for [`json::to_string`](crate::json::to_string).
    ///
    /// ```
    /// # use rustrpc::reflect::{DescriptorPool, DynamicMessage};
    /// # use rustrpc::types::descriptors::GOOGLE_PROTOBUF_TYPE;
    /// use rustrpc::json::{Parser, Printer};
    ///
    /// # let pool = DescriptorPool::embedded(&[&GOOGLE_PROTOBUF_TYPE])?;
    /// let descriptor = pool.message("google.protobuf.Field").expect("is in the file");
    /// let text = r#"{"jsonName":"unitPrice","number":3}"#;
    /// let field = DynamicMessage::from_json(descriptor, text, &Parser::new())?;
    /// assert_eq!(field.to_json(&Printer::new())?, r#"{"number":3,"jsonName":"unitPrice"}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_json(&self, printer: &Printer) -> Result<String, JsonError> {
        let mut writer = JsonWriter::new(*printer, Vec::new());
        write::message(self, &mut writer);
        let text = writer.finish(self.descriptor.full_name().to_owned())?;
        Ok(String::from_utf8(text).expect("only text is written: str, ASCII and nothing else"))
    }

    /// The message of that type that JSON text holds.
    ///
    /// # Errors
    ///
    /// When the text is no JSON, does not fit the message, or lacks a required field.
    pub fn from_json(
        descriptor: MessageDescriptor,
        text: &str,
        parser: &Parser,
    ) -> Result<Self, JsonError> {
        let mut message = Self::new(descriptor);
        let mut reader = JsonReader::new(text, *parser);
        message
            .read_whole(&mut reader)
            .map_err(|error| error.within(message.descriptor.full_name().to_owned()))?;
        Ok(message)
    }

    fn read_whole(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        read::message(self, r, false)?;
        r.end()?;
        self.complete(r)
    }

    /// Refuses a message that lacks required fields.
    fn complete(&self, r: &JsonReader<'_>) -> Result<(), JsonError> {
        match self.missing_required() {
            None => Ok(()),
            Some(name) => Err(r.error(format!("the required field {name} is missing"))),
        }
    }
}
