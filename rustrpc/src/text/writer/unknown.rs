//! Fields that have no name here, shown by their numbers for people to read.

use super::TextWriter;
use crate::wire::{UnknownField, UnknownRecords, UnknownValue};

/// How deep bytes are taken for messages, as far as nobody knows better: C++ stops there, too.
const GUESSES: u32 = 10;

impl TextWriter {
    /// Writes each field as far as its form on the wire tells what it holds. Bytes that can be read
    /// as a message are taken for one.
    pub(crate) fn numbered<'a>(&mut self, fields: impl Iterator<Item = UnknownField<'a>>) {
        for field in fields {
            self.guessed(&field.number.to_string(), field.value, GUESSES);
        }
    }

    fn guessed(&mut self, number: &str, value: UnknownValue<'_>, guesses: u32) {
        match value {
            UnknownValue::Varint(value) => self.scalar(number, |w| w.unsigned(value)),
            UnknownValue::Fixed32(value) => {
                self.scalar(number, |w| w.word(&format!("{value:#010x}")));
            }
            UnknownValue::Fixed64(value) => {
                self.scalar(number, |w| w.word(&format!("{value:#018x}")));
            }
            UnknownValue::Group(records) => self.records(number, records, guesses),
            UnknownValue::LengthDelimited(bytes) => {
                let message = UnknownRecords::checked(bytes);
                match message.filter(|_| guesses > 0 && !bytes.is_empty()) {
                    Some(records) => self.records(number, records, guesses),
                    None => self.scalar(number, |w| w.bytes(bytes)),
                }
            }
        }
    }

    fn records(&mut self, number: &str, records: UnknownRecords<'_>, guesses: u32) {
        self.message(number, |w| {
            for field in records {
                // Groups count as well: they are as deep as they were found to be, but no deeper.
                let guesses = guesses.saturating_sub(1);
                w.guessed(&field.number.to_string(), field.value, guesses);
            }
        });
    }
}
