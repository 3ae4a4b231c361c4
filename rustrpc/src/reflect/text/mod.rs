//! Text format, by the writer and the reader that generated code uses.

mod any;
mod read;
mod write;

use super::data::{Content, FieldData, KindData, last_word};
use super::{DynamicMessage, MessageDescriptor};
use crate::text::{Parser, Printer, TextError, TextReader, TextWriter};

impl DynamicMessage {
    /// The message in text format. An `Any` shows what it holds when the pool knows that;
    /// extensions that the pool knows are written by name.
    ///
    /// ```
    /// # use rustrpc::reflect::{DescriptorPool, DynamicMessage};
    /// # use rustrpc::types::descriptors::GOOGLE_PROTOBUF_TYPE;
    /// use rustrpc::text::{Parser, Printer};
    ///
    /// # let pool = DescriptorPool::embedded(&[&GOOGLE_PROTOBUF_TYPE])?;
    /// let descriptor = pool.message("google.protobuf.Field").expect("is in the file");
    /// let field = DynamicMessage::from_text(descriptor, "json_name: 'unitPrice'", &Parser::new())?;
    /// assert_eq!(field.to_text(&Printer::new()), "json_name: \"unitPrice\"\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_text(&self, printer: &Printer) -> String {
        let mut writer = TextWriter::new(*printer);
        write::message(self, &mut writer);
        writer.finish()
    }

    /// The message of that type that is given in text format.
    ///
    /// # Errors
    ///
    /// When the text is malformed, does not fit the message, or lacks a required field.
    pub fn from_text(
        descriptor: MessageDescriptor,
        text: &str,
        parser: &Parser,
    ) -> Result<Self, TextError> {
        let mut message = Self::new(descriptor);
        let mut reader = TextReader::new(text, *parser);
        read::fields(&mut message, &mut reader)
            .and_then(|()| read::complete(&message, &reader))
            .map_err(|error| error.within(message.descriptor.full_name().to_owned()))?;
        Ok(message)
    }
}

/// What text calls a field: its name in the .proto, or that of its message for a group of proto2.
fn text_name<'c>(field: &'c FieldData, content: &'c Content) -> &'c str {
    if let KindData::Message(inner) = field.kind
        && field.delimited
        && let Some((message_around, message)) = content.message(inner).full_name.rsplit_once('.')
        && field.full_name.rsplit_once('.').is_some_and(|(around, _)| around == message_around)
        && message.eq_ignore_ascii_case(field.name())
    {
        return message;
    }
    last_word(&field.full_name)
}
