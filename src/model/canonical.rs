//! Encoded descriptors in one order and without what is only for readers of the source, so that
//! they are the same whoever made the request: protoc, buf, or one of our own front ends.

use std::collections::HashSet;

use crate::request::{Cursor, Malformed};

/// Deeper nesting is refused; protoc itself stops far earlier.
const MAX_NESTING: usize = 64;

/// `FieldOptions.OptionRetention.RETENTION_SOURCE`
const RETENTION_SOURCE: i32 = 2;

/// An encoded descriptor.
#[derive(Debug, Default)]
pub struct Canonical {
    pub bytes: Vec<u8>,
    /// Where one element ends and the next begins: good places to break the line.
    pub breaks: Vec<usize>,
}

/// Custom options with `retention = RETENTION_SOURCE`: the options message they extend, without a
/// leading dot, and their number. protoc strips them from the files it wants code for, and not from
/// those that are only imported.
#[derive(Debug, Default)]
pub(super) struct SourceOptions<'a>(HashSet<(&'a str, u32)>);

/// The messages of descriptor.proto that have others inside.
#[derive(Clone, Copy)]
enum Element {
    File,
    Message,
    Field,
    Oneof,
    Enum,
    EnumValue,
    Service,
    Method,
    ExtensionRange,
    /// One of the `…Options`, by its full name.
    Options(&'static str),
    Features,
}

impl Canonical {
    /// Of a `FileDescriptorProto`: fields in the order of their numbers, no `SourceCodeInfo`.
    pub(super) fn file(bytes: &[u8], stripped: &SourceOptions<'_>) -> Result<Self, Malformed> {
        Self::element(Element::File, bytes, stripped, 0)
    }

    fn element(
        element: Element,
        bytes: &[u8],
        stripped: &SourceOptions<'_>,
        depth: usize,
    ) -> Result<Self, Malformed> {
        if depth > MAX_NESTING {
            return Err(Malformed("messages are nested more than 64 deep"));
        }
        let mut fields = Vec::new();
        let mut cursor = Cursor::new(bytes);
        let mut before = bytes;
        while let Some(field) = cursor.next() {
            let (number, value) = field?;
            let after = cursor.rest();
            let record = &before[..before.len() - after.len()];
            before = after;
            if !element.strips(number, stripped) {
                fields.push((number, value, record));
            }
        }
        // Stable: the elements of a repeated field stay in their order.
        fields.sort_by_key(|(number, ..)| *number);

        let mut canonical = Self::default();
        for (number, value, record) in fields {
            let Some(inner) = element.inside(number) else {
                if let (Element::File, 3) = (element, number) {
                    canonical.breaks.push(canonical.bytes.len());
                }
                canonical.bytes.extend_from_slice(record);
                continue;
            };
            let inside = Self::element(inner, value.bytes()?, stripped, depth + 1)?;
            if inner.stands_alone() {
                canonical.breaks.push(canonical.bytes.len());
            }
            canonical.varint(u64::from(number << 3 | 2));
            canonical.varint(inside.bytes.len() as u64);
            let start = canonical.bytes.len();
            canonical.breaks.extend(inside.breaks.iter().map(|at| start + at));
            canonical.bytes.extend_from_slice(&inside.bytes);
            if inner.stands_alone() {
                canonical.breaks.push(canonical.bytes.len());
            }
        }
        Ok(canonical)
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

impl Element {
    /// What a field holds, when that is a message to be put in order.
    fn inside(self, number: u32) -> Option<Self> {
        Some(match (self, number) {
            (Self::File, 4) | (Self::Message, 3) => Self::Message,
            (Self::File, 5) | (Self::Message, 4) => Self::Enum,
            (Self::File, 6) => Self::Service,
            (Self::File, 7) | (Self::Message, 2 | 6) => Self::Field,
            (Self::Message, 5) => Self::ExtensionRange,
            (Self::Message, 8) => Self::Oneof,
            (Self::Enum, 2) => Self::EnumValue,
            (Self::Service, 2) => Self::Method,
            (Self::File, 8) => Self::Options("google.protobuf.FileOptions"),
            (Self::Message, 7) => Self::Options("google.protobuf.MessageOptions"),
            (Self::Field, 8) => Self::Options("google.protobuf.FieldOptions"),
            (Self::Oneof, 2) => Self::Options("google.protobuf.OneofOptions"),
            (Self::Enum, 3) => Self::Options("google.protobuf.EnumOptions"),
            (Self::EnumValue, 3) => Self::Options("google.protobuf.EnumValueOptions"),
            (Self::Service, 3) => Self::Options("google.protobuf.ServiceOptions"),
            (Self::Method, 4) => Self::Options("google.protobuf.MethodOptions"),
            (Self::ExtensionRange, 3) => Self::Options("google.protobuf.ExtensionRangeOptions"),
            (Self::Options(name), number) if number == features_number(name) => Self::Features,
            _ => return None,
        })
    }

    fn strips(self, number: u32, stripped: &SourceOptions<'_>) -> bool {
        match (self, number) {
            // Source code info.
            (Self::File, 9) => true,
            // Declarations and their verification.
            (Self::Options("google.protobuf.ExtensionRangeOptions"), 2 | 3) => true,
            // Naming style, default visibility, limits.
            (Self::Features, 7..=9) => true,
            (Self::Options(name), number) => stripped.0.contains(&(name, number)),
            _ => false,
        }
    }

    /// Whether the text of an embedded descriptor has it on a line of its own.
    fn stands_alone(self) -> bool {
        !matches!(self, Self::Options(_) | Self::Features | Self::ExtensionRange)
    }
}

/// The number of `features` in each of the options messages.
fn features_number(options: &str) -> u32 {
    match options.rsplit('.').next().unwrap_or_default() {
        "FileOptions" | "ExtensionRangeOptions" => 50,
        "MessageOptions" => 12,
        "FieldOptions" => 21,
        "OneofOptions" => 1,
        "EnumOptions" => 7,
        "EnumValueOptions" => 2,
        "ServiceOptions" => 34,
        _ => 35,
    }
}

impl<'a> SourceOptions<'a> {
    /// Looks through encoded `FileDescriptorProto`s.
    pub(super) fn collect(files: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut found = Self::default();
        for file in files {
            found.look_into(file, 7, 4);
        }
        found
    }

    /// Looks through a file's or a message's fields for extensions and messages.
    fn look_into(&mut self, bytes: &'a [u8], extensions: u32, messages: u32) {
        // Whatever is malformed here was refused when the request was read.
        for (number, value) in Cursor::new(bytes).flatten() {
            let Ok(inside) = value.bytes() else { continue };
            if number == extensions {
                self.0.extend(source_option(inside));
            } else if number == messages {
                self.look_into(inside, 6, 3);
            }
        }
    }
}

/// What a `FieldDescriptorProto` extends and its number, if it is only for readers of the source.
fn source_option(extension: &[u8]) -> Option<(&str, u32)> {
    let (mut extendee, mut own_number, mut retention) = ("", 0, 0);
    for (number, value) in Cursor::new(extension).flatten() {
        match number {
            2 => extendee = value.string().ok()?.trim_start_matches('.'),
            3 => own_number = u32::try_from(value.int32().ok()?).ok()?,
            8 => {
                let options = Cursor::new(value.bytes().ok()?).flatten();
                let retentions = options.filter(|(number, _)| *number == 17);
                retention = retentions.last().map_or(0, |(_, value)| value.int32().unwrap_or(0));
            }
            _ => {}
        }
    }
    (retention == RETENTION_SOURCE && extendee.starts_with("google.protobuf."))
        .then_some((extendee, own_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_in_order_and_source_info_is_gone() {
        // syntax (12), source info (9), a message with its options before its name, a name.
        let message = [0x3a, 2, 0x38, 1, 0x0a, 1, b'M'];
        let file = [&[0x62, 1, b'x', 0x4a, 0, 0x22, 7][..], &message, &[0x0a, 1, b'f']].concat();
        let canonical = Canonical::file(&file, &SourceOptions::default()).expect("well formed");
        let expected =
            [&[0x0a, 1, b'f', 0x22, 7][..], b"\x0a\x01M\x3a\x02\x38\x01", &[0x62, 1, b'x']];
        assert_eq!(canonical.bytes, expected.concat());
        assert_eq!(canonical.breaks, [3, 12]);
    }

    #[test]
    fn options_for_readers_of_the_source_are_gone_wherever_they_are() {
        // extend google.protobuf.MessageOptions { string x = 1000 [retention = RETENTION_SOURCE]; }
        let extendee = b".google.protobuf.MessageOptions";
        let extension = [&[0x12, 31][..], extendee, b"\x18\xe8\x07\x42\x03\x88\x01\x02"].concat();
        let own = b"\x22\x07\x3a\x05\xc2\x3e\x02ab";
        let file = [&[0x3a, extension.len() as u8][..], &extension, own].concat();
        let stripped = SourceOptions::collect([&*file].into_iter());
        let canonical = Canonical::file(&file, &stripped).expect("well formed");
        assert!(canonical.bytes.starts_with(b"\x22\x02\x3a\x00"), "{:?}", canonical.bytes);
    }
}
