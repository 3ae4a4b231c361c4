//! The `CodeGeneratorResponse`.

use std::io::{self, Write};

use prost::Message as _;
use prost_types::compiler::{CodeGeneratorResponse, code_generator_response::File as ResponseFile};

use crate::files::File;

/// `FEATURE_PROTO3_OPTIONAL | FEATURE_SUPPORTS_EDITIONS`
const SUPPORTED_FEATURES: u64 = 1 | 2;

/// The editions we generate code for: from proto2 (998) to 2026 (1002). They stand here as encoded
/// fields because prost-types does not know them: `minimum_edition` (3), `maximum_edition` (4).
const EDITIONS: [u8; 6] = [3 << 3, 0xe6, 0x07, 4 << 3, 0xea, 0x07];

/// Encodes an answer, a `CodeGeneratorResponse`: the files, or why there are none.
pub fn response(answer: Result<Vec<File>, String>) -> Vec<u8> {
    let mut encoded = Vec::new();
    write_response(answer, &mut encoded).expect("a vector takes whatever there is");
    encoded
}

/// Writes what [`response`] gives. Each file is encoded by itself and let go of: encoded messages
/// that follow one another are one message.
///
/// # Errors
/// Those of `out`.
pub fn write_response(answer: Result<Vec<File>, String>, out: &mut dyn Write) -> io::Result<()> {
    let head = CodeGeneratorResponse {
        supported_features: Some(SUPPORTED_FEATURES),
        error: answer.as_ref().err().cloned(),
        ..Default::default()
    };
    out.write_all(&head.encode_to_vec())?;
    for file in answer.unwrap_or_default() {
        let part = CodeGeneratorResponse { file: vec![response_file(file)], ..Default::default() };
        out.write_all(&part.encode_to_vec())?;
    }
    out.write_all(&EDITIONS)
}

fn response_file(file: File) -> ResponseFile {
    ResponseFile { name: Some(file.name), content: Some(file.content), ..Default::default() }
}
