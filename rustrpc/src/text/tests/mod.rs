//! The parts of text format, rule by rule.

mod numbers;
mod strings;
mod structure;
mod writing;

use super::{Parser, Text, TextReader};

/// The value that is all of the text, or what an error says.
fn read<T: Text>(text: &str) -> Result<T, String> {
    let mut reader = TextReader::new(text, Parser::new());
    let mut value = T::default();
    reader.value(&mut value).map_err(|error| error.to_string())?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.unexpected("the end").to_string()),
    }
}
