//! The `CodeGeneratorResponse`.

use prost::Message as _;
use prost_types::compiler::{CodeGeneratorResponse, code_generator_response::File as ResponseFile};

use crate::files::File;

/// `FEATURE_PROTO3_OPTIONAL | FEATURE_SUPPORTS_EDITIONS`
const SUPPORTED_FEATURES: u64 = 1 | 2;

/// The editions we generate code for: from proto2 (998) to 2024 (1001). They stand here as encoded
/// fields because prost-types does not know them: `minimum_edition` (3), `maximum_edition` (4).
const EDITIONS: [u8; 6] = [3 << 3, 0xe6, 0x07, 4 << 3, 0xe9, 0x07];

/// Encodes an answer: the files, or why there are none.
pub(crate) fn encode(answer: Result<Vec<File>, String>) -> Vec<u8> {
    let mut response = CodeGeneratorResponse {
        supported_features: Some(SUPPORTED_FEATURES),
        ..Default::default()
    };
    match answer {
        Ok(files) => response.file = files.into_iter().map(response_file).collect(),
        Err(error) => response.error = Some(error),
    }
    let mut encoded = response.encode_to_vec();
    encoded.extend_from_slice(&EDITIONS);
    encoded
}

fn response_file(file: File) -> ResponseFile {
    ResponseFile { name: Some(file.name), content: Some(file.content), ..Default::default() }
}
