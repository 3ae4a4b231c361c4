//! The `CodeGeneratorResponse`.

use crate::files::File;

/// `FEATURE_PROTO3_OPTIONAL | FEATURE_SUPPORTS_EDITIONS`
const SUPPORTED_FEATURES: u64 = 1 | 2;

/// The editions we generate code for: from proto2 (998) to 2024 (1001).
const MINIMUM_EDITION: u64 = 998;
const MAXIMUM_EDITION: u64 = 1001;

/// Encodes an answer: the files, or why there are none.
pub(crate) fn encode(answer: &Result<Vec<File>, String>) -> Vec<u8> {
    let mut response = Vec::new();
    if let Err(error) = answer {
        bytes(&mut response, 1, error.as_bytes());
    }
    number(&mut response, 2, SUPPORTED_FEATURES);
    number(&mut response, 3, MINIMUM_EDITION);
    number(&mut response, 4, MAXIMUM_EDITION);
    for file in answer.iter().flatten() {
        let mut encoded = Vec::with_capacity(file.content.len() + file.name.len() + 16);
        bytes(&mut encoded, 1, file.name.as_bytes());
        bytes(&mut encoded, 15, file.content.as_bytes());
        bytes(&mut response, 15, &encoded);
    }
    response
}

/// Appends a varint field.
pub(crate) fn number(message: &mut Vec<u8>, field: u32, value: u64) {
    varint(message, u64::from(field << 3));
    varint(message, value);
}

/// Appends a length-delimited field.
pub(crate) fn bytes(message: &mut Vec<u8>, field: u32, value: &[u8]) {
    varint(message, u64::from(field << 3 | 2));
    varint(message, value.len() as u64);
    message.extend_from_slice(value);
}

fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    message.push(value.to_le_bytes()[0]);
}
